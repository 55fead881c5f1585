/** An idea whose answer is lost on the way, posted again by the person: it is there once. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

let site: Site;

beforeAll(async () => {
  site = await openSite({ RATE_LIMIT_SCALE: "1000" });
});

afterAll(async () => {
  await site.close();
});

/** The first POST reaches the server; its answer does not come back. */
async function loseFirstAnswer(page: Page, url: RegExp): Promise<void> {
  let lost = false;
  await page.route(url, async (route) => {
    if (route.request().method() !== "POST" || lost) return route.continue();
    lost = true;
    await route.fetch({ maxRedirects: 0 });
    return route.abort();
  });
}

async function titlesOn(board: string): Promise<string[]> {
  const items = (await (await site.api("GET", `/acme/${board}/feedback`)).json()) as { title: string }[];
  return items.map(({ title }) => title).toSorted();
}

test("[W51] in the widget: the answer to a post is lost, it is posted again, and stands there once; the same words later are another", async () => {
  await site.boardWith("lossy", ["There"]);
  const { page } = await site.open("/health");
  const body = `<!doctype html><html lang="en"><body><groundswell-board workspace="acme" board="lossy"></groundswell-board><script src="/widget.js" data-workspace="acme" data-board="lossy"></script></body></html>`;
  await page.route("**/host-page", (route) => route.fulfill({ contentType: "text/html", body }));
  await loseFirstAnswer(page, /\/acme\/lossy\/feedback$/u);
  await page.goto("/host-page");
  const widget = page.locator("groundswell-board");
  const newIdea = widget.getByRole("button", { name: "New idea" });
  await newIdea.click();
  await widget.getByLabel("Title").fill("Posted once");
  await page.keyboard.press("Enter");
  await expect.poll(() => widget.locator("#wrong").textContent()).toBe("The server could not be reached.");
  await page.keyboard.press("Enter");
  await widget.getByRole("listitem").filter({ hasText: "Posted once" }).waitFor();
  expect(await titlesOn("lossy")).toEqual(["Posted once", "There"]);
  await newIdea.click();
  await widget.getByLabel("Title").fill("Posted once");
  await page.keyboard.press("Enter");
  await expect.poll(() => titlesOn("lossy")).toEqual(["Posted once", "Posted once", "There"]);
});

test("[W51] on the board page", async () => {
  await site.boardWith("lossy-page", ["There"]);
  const { page } = await site.open("/w/acme/lossy-page");
  await loseFirstAnswer(page, /\/w\/acme\/lossy-page$/u);
  await page.getByLabel("Title").fill("Posted once");
  const post = page.getByRole("button", { name: /post/iu });
  await post.click();
  await page.getByText("The idea could not be sent").waitFor();
  await post.click();
  await page.locator("[data-notice]").waitFor();
  expect(await titlesOn("lossy-page")).toEqual(["Posted once", "There"]);
});
