/**
 * A board in a frame on other sites, in Chromium: what a visitor does there works and is remembered there, and only there; who may not frame it does not. Names under `localhost` are this machine,
 * each a site of its own, and as good as https to the browser.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

let site: Site;
let host: Server;
let board = "";

beforeAll(async () => {
  site = await openSite();
  await site.boardWith("framed", ["First idea", "Second idea"]);
  board = `http://board.localhost:${String(site.server.port)}`;
  // A customer's page: what its address asks for, in a frame.
  host = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").searchParams.get("frame") ?? "";
    response.setHeader("content-type", "text/html");
    response.end(
      `<!doctype html><link rel="icon" href="data:,"><h1>Shop</h1><iframe src="${board}${path}" width="900" height="700" title="Ideas"></iframe>`,
    );
  });
  await new Promise<void>((resolve) => void host.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await new Promise((resolve) => host.close(resolve));
  await site.close();
});

const on = (name: string, path: string) =>
  `http://${name}.localhost:${String((host.address() as AddressInfo).port)}/?frame=${encodeURIComponent(path)}`;

async function frameOf(page: Page): Promise<Frame> {
  const element = await page.waitForSelector("iframe");
  const frame = await element.contentFrame();
  if (frame === null) throw new Error("no frame");
  await frame.waitForLoadState();
  return frame;
}

const pressed = (frame: Frame, title: string) =>
  frame.locator(".row", { hasText: title }).locator("button[aria-pressed]").getAttribute("aria-pressed");

test("[S33] in a frame on another site a visitor votes and posts, is known again there, and is somebody else elsewhere", async () => {
  const path = "/embed/acme/framed";
  const { page, troubles } = await site.open(on("shop", path));
  const frame = await frameOf(page);
  expect(await frame.locator(".row").count()).toBe(2);
  expect(await frame.locator("header").count()).toBe(0);
  const counted = frame.locator(".row", { hasText: "First idea" }).locator(".count");
  await frame.locator(".row", { hasText: "First idea" }).locator(".pill").click();
  await counted.filter({ hasText: /^1$/u }).waitFor();
  await frame.fill("#post-title", "From the shop");
  await frame.click("[data-post] button.primary");
  await frame.locator(".row", { hasText: "From the shop" }).waitFor();
  expect(new URL(frame.url()).pathname).toBe(path);
  await frame.locator(".row", { hasText: "Second idea" }).locator("h2 a").click();
  await frame.locator("article.item h1", { hasText: "Second idea" }).waitFor();
  expect(new URL(frame.url()).pathname).toMatch(/^\/embed\/acme\/framed\/\d+$/u);

  await page.reload();
  const again = await frameOf(page);
  await expect.poll(() => pressed(again, "First idea")).toBe("true");
  await page.goto(on("other", path));
  const elsewhere = await frameOf(page);
  expect(await pressed(elsewhere, "First idea")).toBe("false");
  await expect
    .poll(() => elsewhere.locator(".row", { hasText: "First idea" }).locator(".count").textContent())
    .toBe("1");
  const kept = (await page.context().cookies()).filter(({ name }) => name === "gs_visitor");
  expect(new Set(kept.map(({ partitionKey }) => partitionKey)).size).toBe(2);
  for (const { secure, sameSite, partitionKey } of kept) {
    expect({ secure, sameSite }).toEqual({ secure: true, sameSite: "None" });
    expect(partitionKey).toMatch(/\/\/(?:shop|other)\.localhost$|^http:\/\/localhost$/u);
  }
  expect(troubles).toEqual([]);
  if (process.env["SHOTS"] !== undefined) {
    await page.goto(on("shop", path));
    await frameOf(page);
    await page.screenshot({ path: `${process.env["SHOTS"]}/embed.png` });
  }
});

test("[S33] a site that the workspace does not name frames nothing, and no other page of ours is framed by anybody", async () => {
  const shop = new URL(on("shop", "")).origin;
  const settings = await site.api("PATCH", "/workspaces/acme/settings", { allowedOrigins: [shop] });
  expect(settings.status).toBe(200);
  const shown = async (name: string, path: string): Promise<boolean> => {
    const { page } = await site.open(on(name, path));
    const frame = await frameOf(page);
    const visible = await frame
      .locator("h1")
      .count()
      .catch(() => 0);
    await page.context().close();
    return visible > 0;
  };
  expect(await shown("shop", "/embed/acme/framed")).toBe(true);
  expect(await shown("other", "/embed/acme/framed")).toBe(false);
  for (const path of ["/w/acme/framed", "/console/sign-in", "/", "/docs", "/api/v1/acme/framed/feedback"]) {
    expect(await shown("shop", path), path).toBe(false);
  }
  // What went wrong is to be read where it went wrong.
  expect(await shown("other", "/embed/acme/no-such")).toBe(true);
  await site.api("PATCH", "/workspaces/acme/settings", { allowedOrigins: [] });
});
