/** The server-rendered board and item pages in a real browser: without JavaScript, live between two browsers, hostile text, accessibility. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./tmp-launch.ts";
import { startServer, type Server } from "../support/server.ts";
import { seriousFindings } from "./axe.ts";
import { XSS_CORPUS } from "./xss-corpus.ts";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ vars: { OPEN_WORKSPACES: "true" } }), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** A page whose troubles (errors, dialogs, console complaints) are collected. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({
    baseURL: server.origin,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(path);
  return { page, troubles };
}

async function api(method: string, path: string, body?: object): Promise<Response> {
  return await fetch(`${server.origin}/api/v1${path}`, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${server.operatorToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** A board of its own for each test; ids of its items, in order. */
async function boardWith(board: string, titles: readonly string[]): Promise<number[]> {
  await api("POST", "/workspaces", { slug: "acme", name: "Acme" });
  await api("POST", "/workspaces/acme/boards", { slug: board, name: `Board ${board}`, description: "About it." });
  const ids: number[] = [];
  for (const title of titles) {
    const response = await api("POST", `/acme/${board}/feedback`, { title, description: `More on ${title}.` });
    expect(response.status).toBe(201);
    ids.push(((await response.json()) as { id: number }).id);
  }
  return ids;
}

/** Waits until the page's socket has been welcomed. */
async function live(page: Page): Promise<void> {
  await page.locator("[data-presence]:not([hidden])").waitFor();
}

const row = (page: Page, id: number | undefined) => page.locator(`#f-${String(id)}`);

describe("without JavaScript", () => {
  const plain = { javaScriptEnabled: false } as const;

  test("posts, says so, and shows the item; reloading posts nothing twice", async () => {
    await boardWith("plain-post", []);
    const { page } = await open("/w/acme/plain-post", plain);
    expect(await page.locator("h1").textContent()).toBe("Board plain-post");
    expect(await page.locator(".empty").textContent()).toContain("Every groundswell starts with one voice");
    await page.fill("[name=title]", "  Dark   mode ");
    await page.fill("[name=description]", "First line\nsecond <line>");
    await page.fill("[name=category]", "Looks");
    await page.click("text=Post idea");
    expect(await page.locator("[data-notice]").textContent()).toContain("“Dark mode” is on the board");
    expect(await page.locator(".row h2").allTextContents()).toEqual(["Dark mode"]);
    expect(await page.locator(".row .tag").textContent()).toBe("Looks");
    await page.reload();
    expect(await page.locator(".row").count()).toBe(1);
    await page.click(".row h2 a");
    expect(await page.locator(".prose").textContent()).toBe("First line\nsecond <line>");
  });

  test("votes once per browser, takes it back, on the list and on the item's page", async () => {
    const [first, second] = await boardWith("plain-vote", ["One", "Two"]);
    const { page } = await open("/w/acme/plain-vote?sort=created_at", plain);
    await row(page, first).locator("button").click();
    expect(page.url()).toBe(`${server.origin}/w/acme/plain-vote?sort=created_at#f-${String(first)}`);
    expect(await row(page, first).locator(".count").textContent()).toBe("1");
    expect(await row(page, first).locator("button").getAttribute("aria-pressed")).toBe("true");
    expect(await row(page, second).locator("button").getAttribute("aria-pressed")).toBe("false");
    await page.goto(`/w/acme/plain-vote/${String(first)}`);
    expect(await page.locator(".count").textContent()).toBe("1");
    await page.locator(".vote button").click();
    expect(page.url()).toBe(`${server.origin}/w/acme/plain-vote/${String(first)}`);
    expect(await page.locator(".count").textContent()).toBe("0");
    const other = await open("/w/acme/plain-vote", plain);
    await row(other.page, first).locator("button").click();
    expect(await row(other.page, first).locator(".count").textContent()).toBe("1");
  });

  test("a refused post keeps the text and names the field", async () => {
    await boardWith("plain-refused", []);
    const { page } = await open("/w/acme/plain-refused", plain);
    await page.fill("[name=title]", "   ");
    await page.fill("[name=description]", "</textarea><b>kept</b>");
    await page.fill("[name=category]", 'a "quoted" one');
    const [response] = await Promise.all([page.waitForNavigation(), page.click("text=Post idea")]);
    expect(response?.status()).toBe(400);
    expect(await page.locator("#error-title").textContent()).toBe("Please give it a title.");
    expect(await page.locator("[name=title]").getAttribute("aria-describedby")).toBe("error-title");
    expect(await page.inputValue("[name=description]")).toBe("</textarea><b>kept</b>");
    expect(await page.inputValue("[name=category]")).toBe('a "quoted" one');
  });

  test("sorts, filters, searches and pages by links and a form", async () => {
    const ids = await boardWith(
      "plain-views",
      Array.from({ length: 25 }, (_, index) => `Idea number ${String(index)}`),
    );
    await api("PATCH", `/acme/plain-views/feedback/${String(ids[3])}`, { status: "planned", category: "Mobile" });
    const { page } = await open("/w/acme/plain-views", plain);
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
  test("two browsers see each other's vote within a second", async () => {
    const [id] = await boardWith("live-votes", ["Watched"]);
    const { page: mine, troubles } = await open("/w/acme/live-votes");
    const { page: yours } = await open("/w/acme/live-votes");
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

  test("a vote without JavaScript moves the pages that have it, and a status change too", async () => {
    const [id] = await boardWith("live-mixed", ["Watched"]);
    const { page: watching } = await open(`/w/acme/live-mixed/${String(id)}`);
    await live(watching);
    const { page: plain } = await open("/w/acme/live-mixed", { javaScriptEnabled: false });
    await row(plain, id).locator("button").click();
    await watching.locator(".item .count", { hasText: /^1$/u }).waitFor({ timeout: 1_000 });
    await api("PATCH", `/acme/live-mixed/feedback/${String(id)}`, { status: "in_progress", title: "Renamed" });
    await watching.locator(".status", { hasText: "In progress" }).waitFor({ timeout: 1_000 });
    expect(await watching.locator("h1").textContent()).toBe("Renamed");
  });

  test("posting stays on the page; others get a pill instead of a jumping list", async () => {
    await boardWith("live-post", ["Old one"]);
    const { page: mine } = await open("/w/acme/live-post");
    const { page: yours } = await open("/w/acme/live-post");
    await Promise.all([live(mine), live(yours)]);
    await mine.evaluate(() => Object.assign(window, { kept: true }));
    await mine.fill("[name=title]", " ");
    await mine.fill("[name=description]", "kept text");
    await mine.click("text=Post idea");
    await mine.locator("#error-title").waitFor();
    expect(await mine.inputValue("[name=description]")).toBe("kept text");
    await mine.fill("[name=title]", "Brand new");
    await mine.click("text=Post idea");
    await mine.locator("[data-notice]").waitFor();
    expect(await mine.locator(".row h2").allTextContents()).toEqual(["Brand new", "Old one"]);
    expect(await mine.inputValue("[name=title]")).toBe("");
    expect(await mine.evaluate(() => "kept" in window)).toBe(true);
    await yours.locator("[data-news]", { hasText: "1 new idea – show" }).waitFor({ timeout: 1_000 });
    expect(await yours.locator(".row h2").allTextContents()).toEqual(["Old one"]);
    await yours.click("[data-news]");
    await yours.locator(".row h2", { hasText: "Brand new" }).waitFor();
    expect(await yours.locator("[data-news]").isVisible()).toBe(false);
  });

  test("search while typing, further pages, back", async () => {
    await boardWith(
      "live-views",
      Array.from({ length: 25 }, (_, index) => `Idea number ${String(index)}`),
    );
    const { page, troubles } = await open("/w/acme/live-views");
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

  test("offline: says so, keeps the vote, sends it when the network is back", async () => {
    const [id] = await boardWith("live-offline", ["Watched"]);
    const { page: mine } = await open("/w/acme/live-offline");
    const { page: yours } = await open("/w/acme/live-offline");
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

  test("everything by keyboard", async () => {
    const [id] = await boardWith("live-keys", ["Reachable"]);
    const { page } = await open("/w/acme/live-keys");
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

test("an XSS corpus in titles, descriptions, categories and the query runs nothing", async () => {
  await boardWith("hostile", []);
  const { page: watching, troubles: seenLive } = await open("/w/acme/hostile?sort=created_at");
  await live(watching);
  const titles: string[] = [];
  for (const payload of XSS_CORPUS) {
    const response = await api("POST", "/acme/hostile/feedback", {
      title: payload,
      description: payload,
      category: payload.slice(0, 48),
    });
    expect(response.status).toBe(201);
    const { id, title } = (await response.json()) as { id: number; title: string };
    titles.push(title);
    const item = await open(`/w/acme/hostile/${String(id)}`);
    expect(await item.page.locator("h1").textContent()).toBe(title);
    await expectNothingRan(item.page, item.troubles);
    await item.page.context().close();
    const searched = await open(`/w/acme/hostile?q=${encodeURIComponent(payload)}&posted=${String(id)}`);
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

describe("what is not there, and what is not taken", () => {
  test("unknown workspaces, boards and items are pages with status 404", async () => {
    await boardWith("known", []);
    for (const path of [
      "/w/nobody/known",
      "/w/acme/unknown",
      "/w/acme/known/999999",
      "/w/acme/known/abc",
      "/w/ACME/known",
    ]) {
      const response = await fetch(server.origin + path);
      expect([path, response.status, response.headers.get("content-type")]).toEqual([
        path,
        404,
        "text/html; charset=utf-8",
      ]);
      expect(await response.text()).not.toMatch(/\bat .+\.(js|ts):\d/u);
    }
    const { page } = await open("/w/acme/unknown");
    expect(await page.locator("h1").textContent()).toBe("There is no such board");
  });

  test("a bad view is 400 and names the parameter; foreign parameters are ignored", async () => {
    await boardWith("queried", []);
    for (const [query, named] of [
      ["sort=bogus", "sort"],
      ["status=bogus", "status"],
      ["cursor=bogus", "cursor"],
    ] as const) {
      const response = await fetch(`${server.origin}/w/acme/queried?${query}`);
      expect(response.status).toBe(400);
      expect((await response.text()).toLowerCase()).toContain(named);
    }
    expect((await fetch(`${server.origin}/w/acme/queried?utm_source=mail&q=&status=`)).status).toBe(200);
  });

  test("forms from elsewhere are 403 and change nothing", async () => {
    const [id] = await boardWith("forged", ["Target"]);
    const base = `${server.origin}/w/acme/forged`;
    for (const headers of [
      {},
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: server.origin, "sec-fetch-site": "cross-site" },
    ]) {
      for (const [path, body] of [
        ["", "title=Forged"],
        [`/${String(id)}/vote`, "action=vote"],
      ] as const) {
        const type = { "content-type": "application/x-www-form-urlencoded" };
        const response = await fetch(base + path, {
          method: "POST",
          body,
          headers: { ...type, ...headers },
          redirect: "manual",
        });
        expect(response.status).toBe(403);
      }
    }
    const items = (await (await api("GET", "/acme/forged/feedback")).json()) as { title: string; voteCount: number }[];
    expect(items.map(({ title, voteCount }) => [title, voteCount])).toEqual([["Target", 0]]);
  });

  test("forms: too large 413, another type 415, a bad action 400, a way out of the site is not taken", async () => {
    const [id] = await boardWith("forms", ["Target"]);
    const send = async (path: string, body: string, type = "application/x-www-form-urlencoded") =>
      await fetch(`${server.origin}/w/acme/forms${path}`, {
        method: "POST",
        body,
        headers: { "content-type": type, origin: server.origin },
        redirect: "manual",
      });
    expect((await send("", `title=${"x".repeat(70_000)}`)).status).toBe(413);
    expect((await send("", '{"title":"x"}', "application/json")).status).toBe(415);
    expect((await send("", "title=x&externalUserId=someone")).status).toBe(400);
    expect((await send("", "title=x&weight=9")).status).toBe(400);
    expect((await send("", `title=${"x".repeat(201)}`)).status).toBe(400);
    expect((await send(`/${String(id)}/vote`, "action=toggle")).status).toBe(400);
    const voted = await send(`/${String(id)}/vote`, "action=vote&view=//evil.example/?sort=bogus");
    expect(voted.status).toBe(303);
    expect(voted.headers.get("location")).toBe(`/w/acme/forms#f-${String(id)}`);
    expect(voted.headers.get("set-cookie")).toMatch(/^gs_visitor=v_[\w-]{22}; Path=\/; Max-Age=\d+; SameSite=Lax$/u);
  });

  test("headers: strict policy, no sniffing, caching by cookie; titles and Open Graph tags", async () => {
    const [id] = await boardWith("headed", ["Shared <widely>"]);
    const response = await fetch(`${server.origin}/w/acme/headed/${String(id)}`);
    const policy = response.headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
    const cookie = { cookie: `gs_visitor=v_${"a".repeat(22)}` };
    const personal = await fetch(`${server.origin}/w/acme/headed`, { headers: cookie });
    expect(personal.headers.get("cache-control")).toBe("private, no-cache");
    const { page } = await open(`/w/acme/headed/${String(id)}`);
    expect(await page.title()).toBe("Shared <widely> · Acme");
    expect(await page.getAttribute("meta[property='og:title']", "content")).toBe("Shared <widely> · Acme");
    expect(await page.getAttribute("link[rel=canonical]", "href")).toBe(`${server.origin}/w/acme/headed/${String(id)}`);
    expect(await page.getAttribute("html", "lang")).toBe("en");
  });
});

describe.each(["light", "dark"] as const)("axe finds nothing serious, %s", (colorScheme) => {
  test.each([
    ["board", "/w/acme/axe-list"],
    ["a filtered board", "/w/acme/axe-list?status=planned&category=Mobile&q=idea"],
    ["an empty board", "/w/acme/axe-empty"],
    ["item", "/w/acme/axe-list/ITEM"],
    ["not found", "/w/acme/no-such-board"],
    ["landing", "/"],
  ])("%s", async (_, path) => {
    const ids = await boardWith(`axe-list`, ["First idea", "Second idea"]);
    await boardWith("axe-empty", []);
    for (const [index, status] of ["planned", "under_review", "in_progress", "completed", "closed"].entries()) {
      const id = String(ids[index % 2]);
      await api("PATCH", `/acme/axe-list/feedback/${id}`, { status, category: "Mobile", pinned: true });
    }
    const { page } = await open(path.replace("ITEM", String(ids[0])), { colorScheme, bypassCSP: true });
    if (!path.includes("no-such") && path !== "/") await live(page);
    if (path.endsWith("axe-list")) {
      await page.locator(".row button").first().click();
      await page.fill("[name=title]", " ");
      await page.click("text=Post idea");
      await page.locator("#error-title").waitFor();
    }
    expect(await seriousFindings(page)).toEqual([]);
  });
});
