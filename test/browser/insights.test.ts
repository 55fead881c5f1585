/** Analytics and themes in the console, in a real browser. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { titlesOf } from "../support/topics.ts";
import { seriousFindings } from "./axe.ts";
import { type ConsoleSite, openConsole, type Someone, unexpected } from "./console-site.ts";

const PHONE = { viewport: { width: 390, height: 844 } } as const;
const LOOKS = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", ...PHONE },
] as const;

let site: ConsoleSite;
let ada: Someone;
let slug = "";

beforeAll(async () => {
  site = await openConsole({ RATE_LIMIT_SCALE: "1000" });
  ada = await site.someone("Ada");
  slug = await site.workspaceOf(ada);
  await ada.api("POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  for (const { topic, title } of titlesOf(48)) {
    const answer = await ada.api("POST", `/${slug}/ideas/feedback`, { title, category: topic });
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: number };
    if (topic === "dark") await ada.api("POST", `/${slug}/ideas/feedback/${String(id)}/votes`, {});
    if (id % 16 === 0) await ada.api("PATCH", `/${slug}/ideas/feedback/${String(id)}`, { status: "planned" });
  }
  await ada.api("POST", `/workspaces/${slug}/themes/rebuild`);
});
afterAll(async () => {
  await site.close();
});

/** Nothing sticks out to the right. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function send(page: Page, button: string | RegExp): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: button }).first().click()]);
}

test("[AN9] analytics are tables that a chart is drawn from; what is asked for is a plain form; readable in light and dark, wide and narrow", async () => {
  const path = `/console/w/${slug}/analytics?groupBy=category&interval=day`;
  for (const look of LOOKS) {
    const { page, troubles } = await site.openAs(ada, path, { ...look, bypassCSP: true });
    await page.goto(path);
    expect(await page.locator(".figures dd").allTextContents()).toEqual(["48", "12", "0", "12"]);
    await page.locator(".chart canvas").waitFor();
    expect(await page.locator("details[data-drawn]").getAttribute("open")).toBeNull();
    await page.getByText("The figures as a table").click();
    const last = page.locator("#figures-table tbody tr").last();
    expect(await last.locator("td").allTextContents()).toEqual(["12"]);
    expect(await overflow(page)).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    expect(unexpected(troubles)).toEqual([]);
  }
  const { page } = await site.openAs(ada, path);
  await page.locator("#ask-measure").selectOption("posts");
  await page.locator("#ask-groupBy").selectOption("status");
  await send(page, "Show");
  expect(new URL(page.url()).searchParams.get("measure")).toBe("posts");
  expect(await page.locator(".legend-name").allTextContents()).toEqual(["Open"]);
  await page.locator("#ask-from").fill("2020-01-01");
  await send(page, "Show");
  expect(await page.locator(".summary").textContent()).toContain("From");
  expect(await page.locator("#ask-from").inputValue()).toBe("2020-01-01");
});

test("[AN10] without script the tables say it all, and under the page's own policy the chart is drawn", async () => {
  const path = `/console/w/${slug}/analytics?groupBy=category&interval=day`;
  const { page } = await site.openAs(ada, path, { javaScriptEnabled: false });
  await page.goto(path);
  expect(await page.locator("#figures-table").isVisible()).toBe(true);
  expect(await page.locator(".chart").isVisible()).toBe(false);
  const strict = await site.openAs(ada, path);
  await strict.page.goto(path);
  await strict.page.locator(".chart canvas").waitFor();
  expect(unexpected(strict.troubles)).toEqual([]);
});

test("[TH12] themes are renamed, pinned and merged without script; readable in light and dark, wide and narrow", async () => {
  const path = `/console/w/${slug}/themes`;
  const { page } = await site.openAs(ada, path, { javaScriptEnabled: false });
  await expect
    .poll(
      async () => {
        await page.goto(path);
        return page.locator(".theme").count();
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThan(3);
  const names = await page.locator(".theme h2 a").allTextContents();
  const [first = "", second = ""] = names;
  await send(page, `Pin ${second}`);
  expect(await page.locator(".notice").textContent()).toContain("pinned");
  expect(await page.locator(".theme h2 a").first().textContent()).toBe(second);
  await Promise.all([page.waitForNavigation(), page.getByRole("link", { name: first, exact: true }).click()]);
  await page.locator("#rename-name").fill("Evenings");
  await send(page, "Save the name");
  expect(await page.locator("h1").textContent()).toBe("Evenings");
  await page.locator("#merge-intoId").selectOption({ label: second });
  await send(page, "Merge");
  expect(new URL(page.url()).pathname).toBe(path);
  expect(await page.locator(".theme h2 a").allTextContents()).not.toContain("Evenings");
  for (const look of LOOKS) {
    const { page: seen, troubles } = await site.openAs(ada, path, { ...look, bypassCSP: true });
    await seen.goto(path);
    expect(await overflow(seen)).toBe(0);
    expect(await seriousFindings(seen)).toEqual([]);
    await seen.locator(".theme h2 a").first().click();
    await seen.locator("#items").waitFor();
    expect(await overflow(seen)).toBe(0);
    expect(await seriousFindings(seen)).toEqual([]);
    expect(unexpected(troubles)).toEqual([]);
  }
});
