/** Ideas like the one that is being typed, on the board page and in the widget: shown, read out, followed; never in the way. Ids are those of test/SPEC.md. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriousFindings } from "./axe.ts";
import { openSite, type Site } from "./site.ts";

const TITLES = ["Dark mode for the dashboard", "Export to CSV"];

let site: Site;
beforeAll(async () => {
  site = await openSite({ RATE_LIMIT_SCALE: "1000" });
  await site.boardWith("ideas", TITLES);
  await site.boardWith("bugs", ["Dashboard is too bright at night, no dark mode"]);
});
afterAll(async () => {
  await site.close();
});

test("[SI10] the board page lists what may say the same under the title while it is typed: on all boards, with votes and status, read out, by keyboard; a short title asks nothing", async () => {
  const { page, troubles } = await site.open("/w/acme/ideas", { bypassCSP: true });
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/similar?")) asked.push(request.url());
  });
  const title = page.locator("#post-title");
  await title.pressSequentially("Dark");
  await page.waitForTimeout(400);
  expect(asked).toEqual([]);
  await title.pressSequentially(" mode on the dashboards", { delay: 15 });
  const links = page.locator("[data-similar] a");
  await expect
    .poll(async () => await links.allTextContents())
    .toEqual([TITLES[0], expect.stringContaining("too bright")]);
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(await page.locator("[data-similar-status]").textContent()).toBe("Already asked? 2 ideas may say the same.");
  expect(await page.locator("[data-similar] li").first().textContent()).toContain("0 votes · Open");
  expect(await page.locator("[data-similar] li").last().textContent()).toContain("on bugs");
  expect(await title.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await seriousFindings(page)).toEqual([]);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(TITLES[0]);
  const [opened] = await Promise.all([page.waitForEvent("popup"), page.keyboard.press("Enter")]);
  await opened.locator("h1", { hasText: TITLES[0] ?? "" }).waitFor();
  await title.fill("");
  await expect.poll(async () => await links.count()).toBe(0);
  expect(await page.locator("[data-similar-status]").textContent()).toBe("");
  await title.fill("Keyboard shortcuts for everything");
  await page.click("text=Post idea");
  await page.locator("[data-notice]").waitFor();
  expect(troubles).toEqual([]);
});

test("[SI11] a later title gives up the question before it, and a refusal leaves the form as it is", async () => {
  const { page } = await site.open("/w/acme/ideas");
  const release: (() => void)[] = [];
  await page.route("**/similar?*", async (route) => {
    if (route.request().url().includes("fail")) return route.fulfill({ status: 503, body: "{}" });
    if (route.request().url().includes("slow")) await new Promise<void>((resolve) => release.push(resolve));
    return route.continue().catch(() => undefined);
  });
  await page.fill("#post-title", "slow export to csv");
  await expect.poll(() => release.length).toBe(1);
  await page.fill("#post-title", "dark mode for the dashboard");
  const links = page.locator("[data-similar] a");
  await expect.poll(async () => (await links.allTextContents())[0]).toBe(TITLES[0]);
  release[0]?.();
  await page.waitForTimeout(200);
  expect((await links.allTextContents())[0]).toBe(TITLES[0]);
  await page.fill("#post-title", "fail to export to csv");
  await page.waitForTimeout(500);
  await page.click("text=Post idea");
  await page.locator("[data-notice]").waitFor();
});

test("[SI12] the widget's form offers this board's ideas to vote for, those of others as links", async () => {
  const { page, troubles } = await site.open("/health", { bypassCSP: true });
  const body = `<!doctype html><html lang="en"><title>Host</title><body><script src="/widget.js" data-workspace="acme" data-board="ideas"></script></body></html>`;
  await page.route("**/host-page", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("/host-page");
  const widget = page.locator("groundswell-widget");
  await widget.getByRole("button", { name: "Feedback" }).click();
  await widget.getByRole("button", { name: "New idea" }).click();
  await widget.getByLabel("Title").fill("Dark mode on the dashboards");
  await widget.getByText("Already asked? 2 ideas may say the same.").waitFor();
  const link = widget.getByRole("link", { name: "Dashboard is too bright" });
  expect(await link.getAttribute("href")).toMatch(/\/w\/acme\/bugs\/\d+$/u);
  const vote = widget.getByRole("button", { name: `Vote for ${TITLES[0] ?? ""}, 0 votes` });
  await vote.click();
  await widget.getByRole("button", { name: `Vote for ${TITLES[0] ?? ""}, 1 vote` }).waitFor();
  expect(await widget.getByLabel("Title").inputValue()).toBe("Dark mode on the dashboards");
  expect(await seriousFindings(page)).toEqual([]);
  // A page that the test itself answers may open no socket of this machine.
  expect(troubles.filter((trouble) => !trouble.includes("WebSocket"))).toEqual([]);
});

test("[SI13] without JavaScript the form is as it was", async () => {
  const { page } = await site.open("/w/acme/ideas", { javaScriptEnabled: false });
  await page.fill("#post-title", "Dark mode once more");
  expect(await page.locator("[data-similar] li").count()).toBe(0);
  await page.click("text=Post idea");
  expect(await page.locator("[data-notice]").textContent()).toContain("Dark mode once more");
});
