import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser } from "playwright-core";
export async function launchBrowser(): Promise<Browser> {
  return await playwright.launch({ executablePath: await chromium.executablePath(), args: chromium.args.filter((a) => !/single-process|web-security|no-zygote/.test(a)), headless: true });
}
