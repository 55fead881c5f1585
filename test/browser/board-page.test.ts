/** The board and item pages in a real browser: without JavaScript, live between two browsers, hostile text. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";
import { XSS_CORPUS } from "./xss-corpus.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site.close();
});

/** Waits until the page's socket has been welcomed. */
async function live(page: Page): Promise<void> {
  await page.locator("[data-presence]:not([hidden])").waitFor();
}

const row = (page: Page, id: number | undefined) => page.locator(`#f-${String(id)}`);

describe("without JavaScript", () => {
  const plain = { javaScriptEnabled: false } as const;

  test("[W1] posts, says so, and shows the item; reloading posts nothing twice", async () => {
    await site.boardWith("plain-post", []);
    const { page } = await site.open("/w/acme/plain-post", plain);
    expect(await page.locator("h1").textContent()).toBe("Board plain-post");
    expect(await page.locator(".empty").textContent()).toContain("Every groundswell starts with one voice");
    await page.fill("#post-title", "  Dark   mode ");
    await page.fill("#post-description", "First line\nsecond <line>");
    await page.fill("#post-category", "Looks");
    await page.click("text=Post idea");
    expect(await page.locator("[data-notice]").textContent()).toContain("“Dark mode” is on the board");
    expect(await page.locator(".row h2").allTextContents()).toEqual(["Dark mode"]);
    expect(await page.locator(".row .tag").textContent()).toBe("Looks");
    await page.reload();
    expect(await page.locator(".row").count()).toBe(1);
    await page.click(".row h2 a");
    expect(await page.locator(".prose").textContent()).toBe("First line\nsecond <line>");
  });

  test("[W2] votes once per browser, takes it back, on the list and on the item's page", async () => {
    const [first, second] = await site.boardWith("plain-vote", ["One", "Two"]);
    const { page } = await site.open("/w/acme/plain-vote?sort=created_at", plain);
    await row(page, first).locator("button").click();
    expect(page.url()).toBe(`${site.server.origin}/w/acme/plain-vote?sort=created_at#f-${String(first)}`);
    expect(await row(page, first).locator(".count").textContent()).toBe("1");
    expect(await row(page, first).locator("button").getAttribute("aria-pressed")).toBe("true");
    expect(await row(page, second).locator("button").getAttribute("aria-pressed")).toBe("false");
    await page.goto(`/w/acme/plain-vote/${String(first)}`);
    expect(await page.locator(".count").textContent()).toBe("1");
    await page.locator(".vote button").click();
    expect(page.url()).toBe(`${site.server.origin}/w/acme/plain-vote/${String(first)}`);
    expect(await page.locator(".count").textContent()).toBe("0");
    const other = await site.open("/w/acme/plain-vote", plain);
    await row(other.page, first).locator("button").click();
    expect(await row(other.page, first).locator(".count").textContent()).toBe("1");
  });

  test("[W3] a refused post keeps the text and names the field", async () => {
    await site.boardWith("plain-refused", []);
    const { page } = await site.open("/w/acme/plain-refused", plain);
    await page.fill("#post-title", "   ");
    await page.fill("#post-description", "</textarea><b>kept</b>");
    await page.fill("#post-category", 'a "quoted" one');
    const [response] = await Promise.all([page.waitForNavigation(), page.click("text=Post idea")]);
    expect(response?.status()).toBe(400);
    expect(await page.locator("#error-title").textContent()).toBe("Please give it a title.");
    expect(await page.locator("#post-title").getAttribute("aria-describedby")).toBe("error-title");
    expect(await page.inputValue("#post-description")).toBe("</textarea><b>kept</b>");
    expect(await page.inputValue("#post-category")).toBe('a "quoted" one');
  });

  test("[W4] sorts, filters, searches and pages by links and a form", async () => {
    const ids = await site.boardWith(
      "plain-views",
      Array.from({ length: 25 }, (_, index) => `Idea number ${String(index)}`),
    );
    await site.api("PATCH", `/acme/plain-views/feedback/${String(ids[3])}`, { status: "planned", category: "Mobile" });
    const { page } = await site.open("/w/acme/plain-views", plain);
    await page.click("nav[aria-label=Sort] >> text=New");
    expect(await page.locator(".row h2").first().textContent()).toBe("Idea number 24");
    const firstPage = await page.locator(".row h2").allTextContents();
    await page.click("text=Show more ideas");
    const secondPage = await page.locator(".row h2").allTextContents();
    expect(new Set([...firstPage, ...secondPage]).size).toBe(25);
    expect(await page.locator("[data-more]").count()).toBe(0);
    await page.click("nav[aria-label='Filter by status'] >> text=Planned");
    expect(await page.locator(".row h2").allTextContents()).toEqual(["Idea number 3"]);
    expect(await page.locator(".row .status").textContent()).toBe("Planned");
    await page.click(".row .tag");
    expect(new URL(page.url()).searchParams.get("category")).toBe("Mobile");
    await page.goto("/w/acme/plain-views");
    await page.fill("#search", "number 17");
    await page.press("#search", "Enter");
    expect(await page.locator(".row h2").allTextContents()).toEqual(["Idea number 17"]);
    await page.fill("#search", "zebra");
    await page.press("#search", "Enter");
    expect(await page.locator(".empty").textContent()).toContain("Nothing matches “zebra”");
  });
});

describe("live", () => {
  test("[W5] two browsers see each other's vote within a second", async () => {
    const [id] = await site.boardWith("live-votes", ["Watched"]);
    const { page: mine, troubles } = await site.open("/w/acme/live-votes");
    const { page: yours } = await site.open("/w/acme/live-votes");
    await Promise.all([live(mine), live(yours)]);
    await row(mine, id).locator("button").click();
    await row(yours, id).locator(".count", { hasText: /^1$/u }).waitFor({ timeout: 1_000 });
    await row(yours, id).locator("button").click();
    await row(mine, id).locator(".count", { hasText: /^2$/u }).waitFor({ timeout: 1_000 });
    await row(mine, id).locator("button").click();
    await row(yours, id).locator(".count", { hasText: /^1$/u }).waitFor({ timeout: 1_000 });
    expect(await row(mine, id).locator("button").getAttribute("aria-pressed")).toBe("false");
    expect(await row(yours, id).locator("button").getAttribute("aria-pressed")).toBe("true");
    await yours.reload();
    expect(await row(yours, id).locator("button").getAttribute("aria-pressed")).toBe("true");
    expect(troubles).toEqual([]);
  });

  test("[W6] a vote without JavaScript moves the pages that have it, and a status change too", async () => {
    const [id] = await site.boardWith("live-mixed", ["Watched"]);
    const { page: watching } = await site.open(`/w/acme/live-mixed/${String(id)}`);
    await live(watching);
    const { page: plain } = await site.open("/w/acme/live-mixed", { javaScriptEnabled: false });
    await row(plain, id).locator("button").click();
    await watching.locator(".item .count", { hasText: /^1$/u }).waitFor({ timeout: 1_000 });
    await site.api("PATCH", `/acme/live-mixed/feedback/${String(id)}`, { status: "in_progress", title: "Renamed" });
    await watching.locator(".status", { hasText: "In progress" }).waitFor({ timeout: 1_000 });
    expect(await watching.locator("h1").textContent()).toBe("Renamed");
  });

  test("[W7] posting stays on the page; others get a pill instead of a jumping list", async () => {
    await site.boardWith("live-post", ["Old one"]);
    const { page: mine } = await site.open("/w/acme/live-post");
    const { page: yours } = await site.open("/w/acme/live-post");
    await Promise.all([live(mine), live(yours)]);
    await mine.evaluate(() => Object.assign(window, { kept: true }));
    await mine.fill("#post-title", " ");
    await mine.fill("#post-description", "kept text");
    await mine.click("text=Post idea");
    await mine.locator("#error-title").waitFor();
    expect(await mine.inputValue("#post-description")).toBe("kept text");
    await mine.fill("#post-title", "Brand new");
    await mine.click("text=Post idea");
    await mine.locator("[data-notice]").waitFor();
    expect(await mine.locator(".row h2").allTextContents()).toEqual(["Brand new", "Old one"]);
    expect(await mine.inputValue("#post-title")).toBe("");
    expect(await mine.evaluate(() => "kept" in window)).toBe(true);
    await yours.locator("[data-news]", { hasText: "1 new idea – show" }).waitFor({ timeout: 1_000 });
    expect(await yours.locator(".row h2").allTextContents()).toEqual(["Old one"]);
    await yours.click("[data-news]");
    await yours.locator(".row h2", { hasText: "Brand new" }).waitFor();
    expect(await yours.locator("[data-news]").isVisible()).toBe(false);
  });

  test("[W8] search while typing, further pages, back", async () => {
    await site.boardWith(
      "live-views",
      Array.from({ length: 25 }, (_, index) => `Idea number ${String(index)}`),
    );
    const { page, troubles } = await site.open("/w/acme/live-views");
    await live(page);
    await page.click("text=Show more ideas");
    await page.locator(".row").nth(24).waitFor();
    await page.click("nav[aria-label=Sort] >> text=New");
    await page.locator(".row h2", { hasText: "number 24" }).waitFor();
    await page.locator("#search").pressSequentially("number 17");
    await page.waitForFunction(() => document.querySelectorAll(".row").length === 1);
    expect(await page.inputValue("#search")).toBe("number 17");
    expect(new URL(page.url()).searchParams.get("sort")).toBe("created_at");
    await page.click("nav[aria-label=Sort] >> text=Top");
    await page.waitForURL((url) => url.searchParams.get("sort") === null);
    await page.goBack();
    await page.locator("nav[aria-label=Sort] [aria-current]", { hasText: "New" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("[W9] offline: says so, keeps the vote, sends it when the network is back", async () => {
    const [id] = await site.boardWith("live-offline", ["Watched"]);
    const { page: mine } = await site.open("/w/acme/live-offline");
    const { page: yours } = await site.open("/w/acme/live-offline");
    await Promise.all([live(mine), live(yours)]);
    await mine.context().setOffline(true);
    await mine.locator("[data-banner]", { hasText: "You are offline" }).waitFor();
    await row(mine, id).locator("button").click();
    await row(mine, id).locator(".count", { hasText: /^1$/u }).waitFor();
    await row(yours, id).locator("button").click();
    await mine.context().setOffline(false);
    for (const page of [mine, yours])
      await row(page, id).locator(".count", { hasText: /^2$/u }).waitFor({ timeout: 15_000 });
    await mine.locator("[data-banner]").waitFor({ state: "hidden" });
  });

  test("[W10] everything by keyboard", async () => {
    const [id] = await site.boardWith("live-keys", ["Reachable"]);
    const { page } = await site.open("/w/acme/live-keys");
    await live(page);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await row(page, id).locator(".count", { hasText: /^1$/u }).waitFor();
    expect(await row(page, id).locator("button").getAttribute("aria-pressed")).toBe("true");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("pill");
  });
});

test("[W11] an XSS corpus in titles, descriptions, categories and the query runs nothing", async () => {
  await site.boardWith("hostile", []);
  const { page: watching, troubles: seenLive } = await site.open("/w/acme/hostile?sort=created_at");
  await live(watching);
  const titles: string[] = [];
  for (const payload of XSS_CORPUS) {
    const response = await site.api("POST", "/acme/hostile/feedback", {
      title: payload,
      description: payload,
      category: payload.slice(0, 48),
    });
    expect(response.status).toBe(201);
    const { id, title } = (await response.json()) as { id: number; title: string };
    titles.push(title);
    const item = await site.open(`/w/acme/hostile/${String(id)}`);
    expect(await item.page.locator("h1").textContent()).toBe(title);
    await expectNothingRan(item.page, item.troubles);
    await item.page.context().close();
    const searched = await site.open(`/w/acme/hostile?q=${encodeURIComponent(payload)}&posted=${String(id)}`);
    expect(await searched.page.inputValue("#search")).toBe(payload.trim());
    await expectNothingRan(searched.page, searched.troubles);
    await searched.page.context().close();
  }
  await watching.locator("[data-news]:not([hidden])").waitFor();
  await watching.click("[data-news]");
  await watching.waitForFunction(
    (count) => document.querySelectorAll(".row").length === Math.min(20, count),
    titles.length,
  );
  expect(await watching.locator(".row h2").allTextContents()).toEqual(titles.toReversed().slice(0, 20));
  await expectNothingRan(watching, seenLive);
});

async function expectNothingRan(page: Page, troubles: readonly string[]): Promise<void> {
  const found = await page.evaluate(() => ({
    probe: "__xss" in window,
    foreign: document.querySelectorAll(
      "img, iframe, object, embed, base, math, style, [onerror], [onload], [onclick], [style]",
    ).length,
    scripts: document.querySelectorAll("script:not([src]):not([type='application/json'])").length,
    links: [...document.querySelectorAll("a[href]")].filter(
      (link) => (link as HTMLAnchorElement).origin !== location.origin,
    ).length,
  }));
  expect(found).toEqual({ probe: false, foreign: 0, scripts: 0, links: 0 });
  expect(troubles).toEqual([]);
}
