/**
 * A real Chromium for tests: the one from npm on Linux x64 (`@sparticuz/chromium`), elsewhere an installed Chrome. Leaves contexts
 * and pages to the tests.
 */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"];

export async function openBrowser(): Promise<Browser> {
  const packaged = process.platform === "linux" && process.arch === "x64";
  return await playwright.launch({
    headless: true,
    args: ARGS,
    ...(packaged ? { executablePath: await chromium.executablePath() } : { channel: "chrome" }),
  });
}
