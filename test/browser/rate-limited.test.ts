/** What an open page makes of a vote that is one too many: it stays on the screen, waits as long as the server says, and arrives. Ids are those of test/SPEC.md. */
import type { Locator, Page, Request } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

/** One more in six seconds: longer than the client waits by itself. */
const VOTES_PER_MINUTE = 10;
const WAIT_MS = 6_000;
/** Timers of the page and clocks of the test. */
const SLACK_MS = 100;

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

/** When the vote was sent, and how long the server said to wait. */
type Tries = { readonly sentAt: number[]; readonly waitSeconds: number[] };

/** It was not sent again before its time, and not over and over after it. */
function expectPatience({ sentAt: [first = 0, second = 0, ...more], waitSeconds }: Tries): void {
  expect(waitSeconds[0]).toBeGreaterThan(0);
  expect(second - first).toBeGreaterThanOrEqual((waitSeconds[0] ?? 0) * 1_000 - SLACK_MS);
  expect(more.length).toBeLessThanOrEqual(1);
}

async function expectPressed(row: Locator): Promise<void> {
  expect(await row.locator(".count").textContent()).toBe("1");
  expect(await row.locator("button").getAttribute("aria-pressed")).toBe("true");
}

test("[W49] over the socket: the vote stays pressed, is sent once more when the time is over, and counts once", async () => {
  const tries: Tries = { sentAt: [], waitSeconds: [] };
  const { page, row, cast, count } = await openUsedUp("patient", (opened) => {
    opened.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => {
        if (String(payload).includes('"vote"')) tries.sentAt.push(Date.now());
      });
      socket.on("framereceived", ({ payload }) => {
        const seconds = /"retryAfterSeconds":(\d+)/u.exec(String(payload))?.[1];
        if (seconds !== undefined) tries.waitSeconds.push(Number(seconds));
      });
    });
    return Promise.resolve();
  });
  await page.locator("[data-presence=live]").waitFor();
  for (let n = 0; n <= VOTES_PER_MINUTE; n++) await cast();
  await row.locator("button").click();
  await row.locator(".count", { hasText: /^1$/u }).waitFor();
  await expect.poll(() => tries.waitSeconds.length).toBe(1);
  expect(await count()).toBe(0);
  for (let looks = 0; looks < 10; looks++) {
    await expectPressed(row);
    await page.waitForTimeout(100);
  }
  await expect.poll(count, { timeout: 4 * WAIT_MS }).toBe(1);
  expectPatience(tries);
  await expectPressed(row);
});

test("[W50] over REST: the vote stays pressed and waits for Retry-After", async () => {
  const tries: Tries = { sentAt: [], waitSeconds: [] };
  const { row, cast, count } = await openUsedUp("walled-off", async (opened) => {
    await opened.routeWebSocket(/\/live/u, (socket) => socket.close());
    const isVote = (request: Request) => request.url().endsWith("/votes") && request.method() === "POST";
    opened.on("request", (request) => {
      if (isVote(request)) tries.sentAt.push(Date.now());
    });
    opened.on("response", (response) => {
      if (isVote(response.request()) && response.status() === 429)
        tries.waitSeconds.push(Number(response.headers()["retry-after"]));
    });
  });
  for (let n = 0; n <= VOTES_PER_MINUTE; n++) await cast();
  await row.locator("button").click();
  await row.locator(".count", { hasText: /^1$/u }).waitFor();
  await expect.poll(() => tries.waitSeconds.length, { timeout: 10_000 }).toBe(1);
  await expectPressed(row);
  await expect.poll(count, { timeout: 4 * WAIT_MS }).toBe(1);
  expectPatience(tries);
  await expectPressed(row);
});
