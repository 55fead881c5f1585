/** What an open board page makes of changes that are no votes: items that go and come back, totals, the last one gone, a lost connection. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site.close();
});

test("[W35] an item that goes and comes back is announced, and totals and the empty state follow", async () => {
  const [first, second] = await site.boardWith("live-items", ["One", "Two"]);
  const { page } = await site.open("/w/acme/live-items");
  await page.locator("[data-presence]:not([hidden])").waitFor();
  const ideas = page.locator('[data-total="feedback"]');
  const news = page.locator("[data-news]", { hasText: "1 new idea – show" });
  const hide = (isHidden: boolean) => site.api("PATCH", `/acme/live-items/feedback/${String(first)}`, { isHidden });

  await hide(true);
  await page.locator(`#f-${String(first)}`).waitFor({ state: "detached" });
  await expect.poll(() => ideas.textContent()).toBe("1");
  await hide(false);
  await news.waitFor();
  await expect.poll(() => ideas.textContent()).toBe("2");
  await news.click();
  await page.locator(`#f-${String(first)}`).waitFor();

  for (const id of [first, second]) await site.api("DELETE", `/acme/live-items/feedback/${String(id)}`);
  await page.locator(".empty", { hasText: "Calm water" }).waitFor();
  await expect.poll(() => ideas.textContent()).toBe("0");
});

test("[W36] a lost connection shows in the header, and so does its return", async () => {
  await site.boardWith("live-presence", ["One"]);
  const { page } = await site.open("/w/acme/live-presence");
  await page.locator("[data-presence=live]").waitFor();
  await page.context().setOffline(true);
  await page.locator("[data-presence=offline]", { hasText: "Offline" }).waitFor();
  await page.context().setOffline(false);
  await page.locator("[data-presence=live]", { hasText: "Live" }).waitFor();
});

test("[W46] a board that is deleted under an open page is gone from it", async () => {
  await site.boardWith("live-gone", ["Still here"]);
  const { page } = await site.open("/w/acme/live-gone");
  await page.locator("[data-presence]:not([hidden])").waitFor();
  expect((await site.api("DELETE", "/workspaces/acme/boards/live-gone")).status).toBe(204);
  await page.getByRole("heading", { name: "There is no such board" }).waitFor();
  expect(await page.getByText("Still here").count()).toBe(0);
});
