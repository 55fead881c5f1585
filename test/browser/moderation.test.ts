/** Moderation in a browser: from a post that waits to the idea on everybody's page. Ids are those of test/SPEC.md. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriousFindings } from "./axe.ts";
import { type ConsoleSite, openConsole, unexpected } from "./console-site.ts";

let site: ConsoleSite;
beforeAll(async () => {
  site = await openConsole();
});
afterAll(async () => {
  await site.close();
});

/** A workspace where everything waits, its moderator, and its board's page. */
async function moderated() {
  const owner = await site.someone("Olive Owner");
  const slug = await site.workspaceOf(owner);
  await owner.api("POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  const moderator = await site.someone("Mo Moderator");
  await site.join(slug, owner, moderator, "moderator");
  const set = (settings: object) => owner.api("PATCH", `/workspaces/${slug}/settings`, settings);
  await set({ moderation: "all" });
  return { owner, moderator, slug, set, boardPath: `/w/${slug}/ideas`, queuePath: `/console/w/${slug}/moderation` };
}

test("[MO23] a post says that it waits; a moderator lets it through, and it appears on an open page", async () => {
  const { moderator, boardPath, queuePath } = await moderated();
  const { page: watcher } = await site.open(boardPath);
  await watcher.locator("[data-presence]:not([hidden])").waitFor();
  const { page: poster, troubles } = await site.open(boardPath);
  for (const title of ["A lighthouse", "A second one"]) {
    await poster.getByLabel("Title").fill(title);
    await poster.getByRole("button", { name: "Post" }).click();
    await poster.locator(".notice", { hasText: "waits for a moderator" }).waitFor();
    await expect.poll(() => poster.getByLabel("Title").inputValue()).toBe("");
  }
  expect(await poster.getByText("A lighthouse").count()).toBe(0);
  expect(troubles).toEqual([]);

  const { page: desk, troubles: deskTroubles } = await site.openAs(moderator, queuePath);
  expect(await desk.locator(".queue-entry").count()).toBe(2);
  await desk.getByRole("button", { name: "Approve “A lighthouse”" }).click();
  await desk.locator(".notice", { hasText: "Approved" }).waitFor();
  expect(await desk.locator(".queue-entry .entry-title").allTextContents()).toEqual(["A second one"]);
  await watcher.locator("[data-news]", { hasText: "1 new idea" }).click();
  await watcher.getByRole("link", { name: "A lighthouse" }).waitFor();
  expect(await watcher.getByText("A second one").count()).toBe(0);

  await desk.getByRole("button", { name: "Tick all" }).click();
  await desk.getByRole("button", { name: "Spam all that are ticked" }).click();
  await desk.getByRole("heading", { name: "Nothing waits" }).waitFor();
  await desk.getByRole("link", { name: "Spam 1" }).click();
  expect(await desk.locator(".queue-entry").count()).toBe(1);
  expect(unexpected(deskTroubles)).toEqual([]);
});

test("[MO23] the same without JavaScript, with what was forgotten said in words", async () => {
  const { moderator, boardPath, queuePath } = await moderated();
  const { page: poster } = await site.open(boardPath, { javaScriptEnabled: false });
  await poster.getByLabel("Title").fill("A plain lighthouse");
  await poster.getByRole("button", { name: "Post" }).click();
  await poster.locator(".notice", { hasText: "waits for a moderator" }).waitFor();
  const { page: desk } = await site.openAs(moderator, queuePath, { javaScriptEnabled: false });
  await desk.getByRole("button", { name: "Approve all that are ticked" }).click();
  await desk.getByRole("alert").filter({ hasText: "choose at least one" }).waitFor();
  await desk.getByLabel("Tick “A plain lighthouse”").check();
  await desk.locator("summary", { hasText: "Delete" }).click();
  await desk.getByRole("button", { name: "Delete them" }).click();
  await desk.locator(".notice", { hasText: "Deleted" }).waitFor();
  await desk.getByRole("heading", { name: "Nothing waits" }).waitFor();
});

test("[MO23] the widget says that an idea waits, and shows it when it is let through", async () => {
  const { owner, slug } = await moderated();
  const script = `<script src="${site.server.origin}/widget.js" data-workspace="${slug}" data-board="ideas" async></script>`;
  const host = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(`<!doctype html><html lang="en"><head><title>Host</title></head><body>${script}</body></html>`);
  });
  await new Promise<void>((resolve) => host.listen(0, "localhost", resolve));
  const { page } = await site.open(`http://localhost:${String((host.address() as AddressInfo).port)}/`);
  const widget = page.locator("groundswell-widget");
  await widget.getByRole("button", { name: "Feedback" }).click();
  const status = () => widget.locator("footer").getAttribute("data-status");
  await expect.poll(status, { timeout: 5_000 }).toBe("live");
  await widget.getByRole("button", { name: /idea/iu }).first().click();
  await widget.getByLabel("Title").fill("A buoy");
  await widget.getByRole("button", { name: "Post idea" }).click();
  await expect.poll(() => widget.getByRole("status").textContent()).toBe("Thank you! It waits for a moderator.");
  expect(await widget.getByText("A buoy").count()).toBe(0);
  const [entry] = (await (await owner.api("GET", `/workspaces/${slug}/moderation`)).json()) as { id: number }[];
  const entries = [{ kind: "feedback", id: entry?.id }];
  await owner.api("POST", `/workspaces/${slug}/moderation`, { action: "approve", entries });
  await widget.getByText("A buoy").waitFor();
  host.close();
});

test("[MO19] an open page locks the vote when an item is done with, and says so", async () => {
  const { owner, slug, set, boardPath } = await moderated();
  const posted = await owner.api("POST", `/${slug}/ideas/feedback`, { title: "A pier" });
  const { id } = (await posted.json()) as { id: number };
  await set({ lockClosed: true });
  const { page } = await site.open(boardPath);
  await page.locator("[data-presence]:not([hidden])").waitFor();
  const button = page.getByRole("button", { name: "Vote for A pier" });
  expect(await button.isEnabled()).toBe(true);
  const turn = (status: string) => owner.api("PATCH", `/${slug}/ideas/feedback/${String(id)}`, { status });
  await turn("completed");
  await page.getByText("Voting closed").waitFor();
  expect(await button.isDisabled()).toBe(true);
  await turn("open");
  await expect.poll(() => button.isEnabled()).toBe(true);
  expect(await page.getByText("Voting closed").isVisible()).toBe(false);
});

test("[MO4] an owner sets what waits by the settings' form", async () => {
  const { owner, slug } = await moderated();
  const { page } = await site.openAs(owner, `/console/w/${slug}/settings`, { javaScriptEnabled: false });
  expect(await page.getByLabel("Everything waits").isChecked()).toBe(true);
  await page.getByLabel("First posts wait").check();
  await page.getByLabel("No votes on what is completed or closed").check();
  await page.getByRole("button", { name: "Save moderation" }).click();
  await page.locator(".notice", { hasText: "saved" }).waitFor();
  const settings = await (await owner.api("GET", `/workspaces/${slug}/settings`)).json();
  expect(settings).toMatchObject({ moderation: "first-post", lockClosed: true, anonymousPosting: true });
});

test("[MO24] the queue, its empty tabs and the settings are accessible, light on 1280 and dark on 390 pixels, and no wider than the screen", async () => {
  const { owner, slug, boardPath, queuePath } = await moderated();
  const { page: poster } = await site.open(boardPath);
  for (const title of [
    "Dark mode for the harbour map",
    "x".repeat(200),
    "Best SEO services https://seo.spam.example/buy-now-at-the-best-price",
  ]) {
    await poster.getByLabel("Title").fill(title);
    await poster.getByLabel("Details").fill("It is hard to read at night.\n\n" + title);
    await poster.getByRole("button", { name: "Post" }).click();
    await poster.locator(".notice", { hasText: "waits for a moderator" }).waitFor();
    await poster.reload();
  }
  for (const [colorScheme, width] of [
    ["light", 1280],
    ["dark", 390],
  ] as const) {
    const { page } = await site.openAs(owner, queuePath, {
      bypassCSP: true,
      colorScheme,
      viewport: { width, height: 900 },
    });
    for (const path of [queuePath, `${queuePath}?state=hidden`, `/console/w/${slug}/settings`]) {
      await page.goto(path);
      await page.evaluate(() => document.querySelector("details")?.setAttribute("open", ""));
      expect(await seriousFindings(page), `${path} ${colorScheme}`).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${path} at ${width}`).toBeLessThanOrEqual(0);
      const shots = process.env["SHOTS"];
      if (shots !== undefined) {
        await page.screenshot({
          path: `${shots}/${path.replace(/\W+/gu, "-")}-${colorScheme}-${width}.png`,
          fullPage: true,
        });
      }
    }
    await page.context().close();
  }
});
