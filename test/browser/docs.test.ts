/** The API reference, the landing page and the demo site in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAILURES } from "../../src/errors.ts";
import { seriousFindings } from "./axe.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site.close();
});

describe("API reference", () => {
  test("[W18] shows every operation of openapi.json, under the strict policy, without a complaint", async () => {
    const document = (await (await fetch(`${site.server.origin}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.keys(path).filter((key) => ["get", "post", "patch", "delete", "put"].includes(key)),
    );
    expect(operations.length).toBeGreaterThan(10);
    const { page, troubles } = await site.open("/docs");
    await page.locator(".opblock").first().waitFor();
    expect(await page.locator(".opblock").count()).toBe(operations.length);
    expect(troubles).toEqual([]);
  });

  test("[W19] has an anchor for every failure code, as problem documents link to it", async () => {
    const { page } = await site.open("/docs");
    for (const code of Object.keys(FAILURES)) {
      expect(await page.locator(`#${code.toLowerCase().replaceAll("_", "-")}`).textContent()).toContain(code);
    }
  });

  test.each(["light", "dark"] as const)("[W20] axe finds nothing serious, %s", async (scheme) => {
    const { page } = await site.open("/docs", { colorScheme: scheme, bypassCSP: true });
    await page.locator(".opblock-post .opblock-summary-control").first().click();
    await page.locator(".opblock.is-open .responses-table").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });
});

test("[W21] the demo site is only there where the demo is", async () => {
  const response = await fetch(`${site.server.origin}/demo`);
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
});
