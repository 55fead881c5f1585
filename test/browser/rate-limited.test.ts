/** What an open page makes of a vote that is one too many: it stays on the screen, waits as long as the server says, and arrives. Ids are those of test/SPEC.md. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

/** One more in three seconds. */
const VOTES_PER_MINUTE = 20;
const WAIT_MS = 3_000;

let site: Site;
beforeAll(async () => {
  site = await openSite({ RATE_LIMIT_SCALE: "1" });
});
afterAll(async () => {
  await site.close();
});

/** A board, open as somebody who has just used up their quota. */
async function openUsedUp(board: string, prepare: (page: Page) => Promise<void>) {
  const [voted, id = 0] = await site.boardWith(board, ["Voted", "One too many"]);
  await site.api("PATCH", "/workspaces/acme/rate-limits", { "vote-person": VOTES_PER_MINUTE });
  const { page } = await site.open(`/w/acme/${board}`);
  await prepare(page);
  const person = `v_${crypto.randomUUID().replaceAll("-", "").slice(0, 22)}`;
  await page.context().addCookies([{ name: "gs_visitor", value: person, url: site.server.origin }]);
  await page.reload();
  const votes = `${site.server.origin}/api/v1/acme/${board}/feedback/${String(voted)}/votes`;
  const headers = { "content-type": "application/json" };
  const cast = () => fetch(votes, { method: "POST", headers, body: JSON.stringify({ externalUserId: person }) });
  const count = async () => {
    const item = (await (await site.api("GET", `/acme/${board}/feedback/${String(id)}`)).json()) as {
      voteCount: number;
    };
    return item.voteCount;
  };
  return { page, id, cast, count, row: page.locator(`#f-${String(id)}`) };
}

test("[W49] over the socket: the vote stays pressed, is sent once more when the time is over, and counts once", async () => {
  const sentAt: number[] = [];
  const { page, row, cast, count } = await openUsedUp("patient", async (opened) => {
    opened.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => {
        if (String(payload).includes('"vote"')) sentAt.push(Date.now());
      });
    });
    await Promise.resolve();
  });
  await page.locator("[data-presence=live]").waitFor();
  for (let n = 0; n < VOTES_PER_MINUTE; n++) expect((await cast()).status).toBeLessThan(300);
  expect((await cast()).status).toBe(429);
  await row.locator("button").click();
  await row.locator(".count", { hasText: /^1$/u }).waitFor();
  await expect.poll(() => sentAt.length).toBe(1);
  for (let waited = 0; waited < WAIT_MS / 2; waited += 100) {
    expect(await row.locator(".count").textContent()).toBe("1");
    expect(await row.locator("button").getAttribute("aria-pressed")).toBe("true");
    await page.waitForTimeout(100);
  }
  expect(await count()).toBe(0);
  await expect.poll(count, { timeout: 3 * WAIT_MS }).toBe(1);
  expect(sentAt.length).toBeLessThanOrEqual(3);
  expect((sentAt[1] ?? 0) - (sentAt[0] ?? 0)).toBeGreaterThanOrEqual(WAIT_MS / 2);
  expect(await row.locator(".count").textContent()).toBe("1");
});

test("[W50] over REST: the vote stays pressed and waits for Retry-After", async () => {
  const askedAt: number[] = [];
  const statuses: number[] = [];
  const { page, row, cast, count } = await openUsedUp("walled-off", async (opened) => {
    await opened.routeWebSocket(/\/live/u, (socket) => socket.close());
    opened.on("response", (response) => {
      if (!response.url().endsWith("/votes") || response.request().method() !== "POST") return;
      askedAt.push(Date.now());
      statuses.push(response.status());
    });
  });
  for (let n = 0; n <= VOTES_PER_MINUTE; n++) await cast();
  await row.locator("button").click();
  await row.locator(".count", { hasText: /^1$/u }).waitFor();
  await expect.poll(() => statuses[0], { timeout: 5_000 }).toBe(429);
  expect(await row.locator(".count").textContent()).toBe("1");
  await expect.poll(count, { timeout: 4 * WAIT_MS }).toBe(1);
  expect(statuses.length).toBeLessThanOrEqual(3);
  expect((askedAt[1] ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThanOrEqual(WAIT_MS / 2);
  await page.context().close();
});
