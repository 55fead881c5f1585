/** The API reference, the landing page and the demo site in a real browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAILURES } from "../../src/errors.ts";
import { launchBrowser } from "./tmp-launch.ts";
import { startServer, type Server } from "../support/server.ts";
import { seriousFindings } from "./axe.ts";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function open(
  path: string,
  colorScheme: "light" | "dark",
  bypassCSP = false,
): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({ baseURL: server.origin, colorScheme, bypassCSP });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  await page.goto(path);
  return { page, troubles };
}

describe("API reference", () => {
  test("shows every operation of openapi.json, under the strict policy, without a complaint", async () => {
    const document = (await (await fetch(`${server.origin}/openapi.json`)).json()) as { paths: Record<string, object> };
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.keys(path).filter((key) => ["get", "post", "patch", "delete", "put"].includes(key)),
    );
    expect(operations.length).toBeGreaterThan(10);
    const { page, troubles } = await open("/docs", "light");
    await page.locator(".opblock").first().waitFor();
    expect(await page.locator(".opblock").count()).toBe(operations.length);
    expect(troubles).toEqual([]);
  });

  test("has an anchor for every failure code, as problem documents link to it", async () => {
    const { page } = await open("/docs", "light");
    for (const code of Object.keys(FAILURES)) {
      expect(await page.locator(`#${code.toLowerCase().replaceAll("_", "-")}`).textContent()).toContain(code);
    }
  });

  test.each(["light", "dark"] as const)("axe finds nothing serious, %s", async (scheme) => {
    const { page } = await open("/docs", scheme, true);
    await page.locator(".opblock-post .opblock-summary-control").first().click();
    await page.locator(".opblock.is-open .responses-table").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });
});

test("the demo site is only there where the demo is", async () => {
  const response = await fetch(`${server.origin}/demo`);
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
});
