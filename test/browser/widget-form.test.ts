/** The form of the widget comes with a script of its own: when it is loaded, from where, and what happens when it cannot be. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openSite, type Site } from "./site.ts";

const HASHED = /\/widget-form\.[0-9a-f]{10}\.js$/u;
const ALIAS = /\/widget-form\.js\?\d+$/u;

let site: Site;

beforeAll(async () => {
  site = await openSite({ RATE_LIMIT_SCALE: "1000" });
});

afterAll(async () => {
  await site.close();
});

type Visit = {
  readonly page: Page;
  readonly widget: Locator;
  readonly scripts: string[];
  readonly elsewhere: string[];
};

/** A page of somebody's with the widget. `scripts`: of ours, that were asked for; `elsewhere`: what was asked of anybody else. */
async function visit(board: string, inline = false): Promise<Visit> {
  const { page } = await site.open("/health");
  const scripts: string[] = [];
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== site.server.origin) elsewhere.push(url.href);
    else if (url.pathname.endsWith(".js")) scripts.push(url.pathname + url.search);
  });
  const element = inline ? `<groundswell-board workspace="acme" board="${board}"></groundswell-board>` : "";
  const body = `<!doctype html><html lang="en"><body>${element}<script src="/widget.js" data-workspace="acme" data-board="${board}"></script></body></html>`;
  await page.route("**/host-page", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("/host-page");
  const widget = page.locator(inline ? "groundswell-board" : "groundswell-widget");
  return { page, widget, scripts, elsewhere };
}

async function openPanel(widget: Locator): Promise<void> {
  await widget.getByRole("button", { name: "Feedback" }).click();
}

const newIdea = (widget: Locator) => widget.getByRole("button", { name: "New idea" });
const rowOf = (widget: Locator, title: string): Locator => widget.getByRole("listitem").filter({ hasText: title });

test("[W47] the form's script comes when somebody comes to the board, once, and nothing from anywhere else", async () => {
  await site.boardWith("near", ["There"]);
  const { page, widget, scripts, elsewhere } = await visit("near", true);
  await rowOf(widget, "There").waitFor();
  expect(scripts).toEqual(["/widget.js"]);
  await widget.getByRole("searchbox").focus();
  await expect.poll(() => scripts).toHaveLength(2);
  expect(scripts[1]).toMatch(HASHED);
  await page.waitForLoadState("networkidle");
  // From here on it is there, whatever becomes of the network.
  await page.context().setOffline(true);
  await newIdea(widget).click();
  await widget.getByLabel("Title").fill("Written offline");
  await page.keyboard.press("Enter");
  await expect.poll(() => widget.locator("#wrong").textContent()).toBe("The server could not be reached.");
  await page.context().setOffline(false);
  await page.keyboard.press("Enter");
  await rowOf(widget, "Written offline").waitFor();
  await newIdea(widget).click();
  await widget.getByRole("button", { name: "Cancel" }).click();
  expect(await newIdea(widget).evaluate((element) => element.matches(":focus"))).toBe(true);
  expect(scripts).toHaveLength(2);
  expect(elsewhere).toEqual([]);
});

test("[W47] a form that cannot be loaded is said, the list goes on, and the next try works", async () => {
  await site.boardWith("absent", ["Still votable"]);
  const { page, widget } = await visit("absent");
  await page.route(/widget-form/u, (route) => route.abort());
  await openPanel(widget);
  await rowOf(widget, "Still votable").waitFor();
  for (let times = 0; times < 2; times++) {
    await newIdea(widget).click();
    await widget.getByText("The form could not be loaded. Try again.").waitFor();
    expect(await widget.locator("form").count()).toBe(0);
  }
  const vote = rowOf(widget, "Still votable").getByRole("button", { name: /^Vote for/u });
  await vote.click();
  await expect.poll(() => vote.textContent()).toBe("1");
  await page.unroute(/widget-form/u);
  await newIdea(widget).click();
  await widget.getByLabel("Title").fill("At last");
  await page.keyboard.press("Enter");
  await rowOf(widget, "At last").waitFor();
  expect(await widget.locator("form").count()).toBe(1);
});

test("[W48] a page that was open before a deploy gets the newer form", async () => {
  await site.boardWith("deployed", []);
  const { page, widget, scripts } = await visit("deployed");
  await page.route(HASHED, (route) => route.fulfill({ status: 404, body: "gone" }));
  await openPanel(widget);
  await newIdea(widget).click();
  await widget.getByLabel("Title").fill("After the deploy");
  await page.keyboard.press("Enter");
  await rowOf(widget, "After the deploy").waitFor();
  expect(scripts.filter((script) => ALIAS.test(script))).toHaveLength(1);
});

test("[W52] an inline board of another server's writes there, and runs none of its code", async () => {
  await site.boardWith("elsewhere", ["Read there"]);
  // The same server under another name: to the browser, somebody else's.
  const other = site.server.origin.replace(/\/\/[^:]+/u, "//other.localhost");
  const { page } = await site.open("/health");
  const scripts: string[] = [];
  const posts: string[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.push(request.url());
    if (request.method() === "POST") posts.push(new URL(request.url()).origin);
  });
  await page.route(`${other}/**/*.js*`, (route) =>
    route.fulfill({
      contentType: "text/javascript",
      headers: { "access-control-allow-origin": "*" },
      body: "window.taken = document.cookie; export const openForm = () => { throw 0; };",
    }),
  );
  const body = `<!doctype html><html lang="en"><body><groundswell-board workspace="acme" board="elsewhere" host="${other}"></groundswell-board><script src="${site.server.origin}/widget.js"></script></body></html>`;
  // A real server: a page that only `route` made up may ask nothing of this machine under another name.
  const host = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(body);
  });
  await new Promise<void>((resolve) => void host.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void host.close());
  await page.goto(`http://shop.localhost:${String((host.address() as AddressInfo).port)}/`);
  const widget = page.locator("groundswell-board");
  await rowOf(widget, "Read there").waitFor();
  // No other place is tried when the widget's own has none.
  await page.route(`${site.server.origin}/widget-form*`, (route) => route.abort());
  await newIdea(widget).click();
  await widget.getByText("The form could not be loaded. Try again.").waitFor();
  await page.unroute(`${site.server.origin}/widget-form*`);
  await newIdea(widget).click();
  await widget.getByLabel("Title").fill("Written there");
  await page.keyboard.press("Enter");
  await rowOf(widget, "Written there").waitFor();
  expect(posts).toEqual([other]);
  expect(new Set(scripts.map((url) => new URL(url).origin))).toEqual(new Set([site.server.origin]));
  expect(scripts.some((url) => url.includes("widget-form"))).toBe(true);
  expect(await page.evaluate(() => "taken" in window)).toBe(false);
});
