/** The widget in a real browser, on a page of another origin: the floating panel and the inline board, two people, a lost network. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { startServer, type Server } from "../support/server.ts";
import { seriousFindings } from "./axe.ts";
import { XSS_CORPUS } from "./xss-corpus.ts";

const LIVE_WITHIN_MS = 1_000;

let server: Server;
let browser: Browser;
let host: HttpServer;
let hostOrigin: string;
/** What the host page answers next: markup, and headers such as a content security policy. */
let hostPage = { html: "", headers: {} as Record<string, string> };
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  host = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...hostPage.headers });
    response.end(hostPage.html);
  });
  await new Promise<void>((resolve) => host.listen(0, "localhost", resolve));
  hostOrigin = `http://localhost:${String((host.address() as AddressInfo).port)}`;
  [server, browser] = await Promise.all([startServer({ vars: { OPEN_WORKSPACES: "true" } }), openBrowser()]);
});

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

afterAll(async () => {
  host.close();
  await browser.close();
  await server.stop();
});

type Visit = { page: Page; widget: Locator; troubles: string[]; context: BrowserContext };
type HostOptions = {
  body?: string;
  head?: string;
  attributes?: string;
  headers?: Record<string, string>;
  bypassCSP?: boolean;
};

async function visit(board: string, options: HostOptions = {}): Promise<Visit> {
  const { head = "", body = "", attributes = "", headers = {}, bypassCSP = false } = options;
  const script = `<script src="${server.origin}/widget.js" data-workspace="acme" data-board="${board}" ${attributes} async></script>`;
  hostPage = {
    html: `<!doctype html><html lang="en"><head><title>Host</title>${head}</head><body><main><h1>Host</h1>${body}</main>${script}</body></html>`,
    headers,
  };
  const context = await browser.newContext({ bypassCSP, viewport: { width: 1200, height: 900 } });
  contexts.push(context);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(hostOrigin);
  return { page, widget: page.locator("groundswell-widget"), troubles, context };
}

async function openPanel(board: string, options?: HostOptions): Promise<Visit> {
  const visited = await visit(board, options);
  await show(visited);
  return visited;
}

/** Opens the panel and waits until it is live. */
async function show({ widget }: Visit): Promise<void> {
  await widget.getByRole("button", { name: "Feedback" }).click();
  await widget.getByRole("heading", { name: "Feedback" }).waitFor();
  await expect.poll(() => widget.locator("footer").getAttribute("data-status")).toBe("live");
}

async function boardWith(board: string, titles: readonly string[], description = "Because."): Promise<number[]> {
  const ids: number[] = [];
  for (const title of titles) {
    const response = await fetch(`${server.origin}/api/v1/acme/${board}/feedback`, {
      method: "POST",
      // Of the team, so that nothing waits for a moderator.
      headers: { "content-type": "application/json", authorization: `Bearer ${server.operatorToken}` },
      body: JSON.stringify({ title, description }),
    });
    expect(response.status).toBe(201);
    ids.push(((await response.json()) as { id: number }).id);
  }
  return ids;
}

async function serverCount(board: string, id: number | undefined): Promise<number> {
  const response = await fetch(`${server.origin}/api/v1/acme/${board}/feedback/${String(id)}`);
  return ((await response.json()) as { voteCount: number }).voteCount;
}

const row = (root: Locator, title: string): Locator => root.getByRole("listitem").filter({ hasText: title });
const voteOf = (root: Locator, title: string): Locator => row(root, title).getByRole("button", { name: /^Vote for/u });
const titles = (root: Locator): Promise<string[]> => root.getByRole("listitem").locator(".title").allTextContents();

describe("the panel", () => {
  test("[W22] lists, sorts, searches while typing, shows more, and says when nothing matches", async () => {
    await boardWith(
      "many",
      Array.from({ length: 25 }, (_, index) => `Wish ${String(index + 1)} ${index === 3 ? "for dark colours" : ""}`),
    );
    const { widget, troubles } = await openPanel("many");
    await expect.poll(async () => (await titles(widget)).length).toBe(20);
    await widget.getByRole("button", { name: "Show more" }).click();
    await expect.poll(async () => (await titles(widget)).length).toBe(25);
    await widget.getByRole("button", { name: "New", exact: true }).click();
    await expect.poll(async () => (await titles(widget))[0]?.trim()).toBe("Wish 25");
    await widget.getByRole("searchbox").pressSequentially("dark col", { delay: 20 });
    await expect.poll(async () => await titles(widget)).toEqual(["Wish 4 for dark colours"]);
    await widget.getByRole("searchbox").fill("zebra");
    await widget.getByText("Nothing matches “zebra”.").waitFor();
    await widget.getByRole("button", { name: "Post this idea" }).click();
    expect(await widget.getByLabel("Title").inputValue()).toBe("zebra");
    expect(troubles).toEqual([]);
  });

  test("[W23] posts an idea: similar ones are offered, the new one stands first, others see it appear", async () => {
    await boardWith("post", ["Dark theme that follows the system", "Export to CSV"]);
    const [author, other] = [await openPanel("post"), await openPanel("post")];
    await author.widget.getByRole("button", { name: "New idea" }).click();
    await author.widget.getByRole("button", { name: "Post idea" }).click();
    await author.widget.getByText("Give your idea a title.").waitFor();
    await author.widget.getByLabel("Title").fill("Dark mode for the night shift");
    // Those of other boards as well.
    await expect.poll(async () => await titles(author.widget)).toContain("Dark theme that follows the system");
    await author.widget.getByLabel("Details").fill("My eyes.\nThey hurt.");
    await author.widget.getByRole("button", { name: "Post idea" }).click();
    await expect.poll(async () => (await titles(author.widget))[0]).toBe("Dark mode for the night shift");
    await row(other.widget, "Dark mode for the night shift").waitFor({ timeout: LIVE_WITHIN_MS });
    expect([...author.troubles, ...other.troubles]).toEqual([]);
  });

  test("[W24] a board that does not exist yet is empty, and the first post makes it", async () => {
    const { widget, page } = await visit("unborn");
    await widget.getByRole("button", { name: "Feedback" }).click();
    await widget.getByText("No ideas yet.").first().waitFor();
    await widget.getByRole("button", { name: "New idea" }).click();
    await widget.getByLabel("Title").fill("The very first");
    await page.keyboard.press("Enter");
    await row(widget, "The very first").waitFor();
    await expect.poll(() => widget.locator("footer").getAttribute("data-status")).toBe("live");
  });
});

describe("votes", () => {
  test("[W25] count at once, settle on the server's number, and reach another browser within a second", async () => {
    const [id] = await boardWith("moving", ["Undo send", "Other"]);
    const one = await visit("moving");
    // The server's answer takes a while: until then, what is shown is the visitor's own guess.
    await one.page.routeWebSocket(/\/live/u, (socket) => {
      const onward = socket.connectToServer();
      socket.onMessage((message) => void setTimeout(() => onward.send(message), 400));
    });
    await show(one);
    const two = await openPanel("moving");
    await voteOf(one.widget, "Undo send").click();
    await expect.poll(() => voteOf(one.widget, "Undo send").textContent(), { timeout: 200, interval: 20 }).toBe("1");
    expect(await serverCount("moving", id)).toBe(0);
    await expect.poll(() => serverCount("moving", id)).toBe(1);
    await expect.poll(() => voteOf(two.widget, "Undo send").textContent(), { timeout: LIVE_WITHIN_MS }).toBe("1");
    expect(await voteOf(one.widget, "Undo send").getAttribute("aria-pressed")).toBe("true");
    expect(await voteOf(two.widget, "Undo send").getAttribute("aria-pressed")).toBe("false");
    expect(await voteOf(two.widget, "Undo send").getAttribute("aria-label")).toBe("Vote for Undo send, 1 vote");

    await voteOf(two.widget, "Undo send").click();
    await expect.poll(() => voteOf(one.widget, "Undo send").textContent(), { timeout: LIVE_WITHIN_MS }).toBe("2");
    await voteOf(one.widget, "Undo send").click();
    await expect.poll(() => voteOf(two.widget, "Undo send").textContent(), { timeout: LIVE_WITHIN_MS }).toBe("1");
    expect(await serverCount("moving", id)).toBe(1);
    expect([...one.troubles, ...two.troubles]).toEqual([]);
  });

  test("[W26] cast offline they arrive once back, once; what others did meanwhile is there too", async () => {
    const ids = await boardWith("offline", ["Alpha", "Beta", "Gamma"]);
    const [one, two] = [await openPanel("offline"), await openPanel("offline")];
    await voteOf(one.widget, "Gamma").click();
    await expect.poll(() => serverCount("offline", ids[2])).toBe(1);

    await one.context.setOffline(true);
    await expect.poll(() => one.widget.locator("footer").getAttribute("data-status")).toBe("offline");
    await voteOf(one.widget, "Alpha").click();
    await voteOf(one.widget, "Gamma").click();
    await voteOf(two.widget, "Alpha").click();
    await voteOf(two.widget, "Beta").click();
    await expect.poll(() => serverCount("offline", ids[1])).toBe(1);
    await expect.poll(() => voteOf(one.widget, "Alpha").textContent()).toBe("1");
    expect(await voteOf(one.widget, "Beta").textContent()).toBe("0");

    await one.context.setOffline(false);
    for (const { widget } of [one, two]) {
      await expect.poll(() => voteOf(widget, "Alpha").textContent(), { timeout: 10_000 }).toBe("2");
      await expect.poll(() => voteOf(widget, "Beta").textContent(), { timeout: 10_000 }).toBe("1");
      await expect.poll(() => voteOf(widget, "Gamma").textContent(), { timeout: 10_000 }).toBe("0");
    }
    expect(await Promise.all(ids.map((id) => serverCount("offline", id)))).toEqual([2, 1, 0]);
    await one.page.reload();
    await one.widget.getByRole("button", { name: "Feedback" }).click();
    await expect.poll(() => voteOf(one.widget, "Alpha").getAttribute("aria-pressed")).toBe("true");
    expect(await voteOf(one.widget, "Gamma").getAttribute("aria-pressed")).toBe("false");
  });

  test("[W27] outlive a crash of the server: pressed while it is away, counted once when it is back", async () => {
    const [before, ids] = [server, await boardWith("crash", ["Alpha", "Beta"])];
    const { widget, troubles } = await openPanel("crash");
    await voteOf(widget, "Alpha").click();
    await expect.poll(() => serverCount("crash", ids[0])).toBe(1);
    await before.kill();
    await expect.poll(() => widget.locator("footer").getAttribute("data-status")).toBe("connecting");
    await voteOf(widget, "Alpha").click();
    await voteOf(widget, "Beta").click();
    await expect.poll(() => voteOf(widget, "Beta").textContent()).toBe("1");
    server = await startServer({ vars: { OPEN_WORKSPACES: "true" }, dataDir: before.dataDir, port: before.port });
    await expect.poll(() => serverCount("crash", ids[1]), { timeout: 20_000 }).toBe(1);
    await expect.poll(() => serverCount("crash", ids[0]), { timeout: 20_000 }).toBe(0);
    await expect.poll(() => widget.locator("footer").getAttribute("data-status"), { timeout: 20_000 }).toBe("live");
    expect(await Promise.all(["Alpha", "Beta"].map((title) => voteOf(widget, title).textContent()))).toEqual([
      "0",
      "1",
    ]);
    expect(troubles).toEqual([]);
  });

  test("[W28] go by REST where sockets cannot pass", async () => {
    const [id] = await boardWith("walled", ["No sockets here"]);
    const visited = await visit("walled");
    await visited.page.routeWebSocket(/\/live/u, (socket) => socket.close());
    await visited.widget.getByRole("button", { name: "Feedback" }).click();
    await voteOf(visited.widget, "No sockets here").click();
    await expect.poll(() => serverCount("walled", id), { timeout: 5_000 }).toBe(1);
    await expect.poll(() => voteOf(visited.widget, "No sockets here").textContent()).toBe("1");
  });

  test("[W29] belong to the person the host page names", async () => {
    const [id] = await boardWith("people", ["Named"]);
    const { widget, page } = await openPanel("people", { attributes: 'data-user="user-1"' });
    await voteOf(widget, "Named").click();
    await expect.poll(() => serverCount("people", id)).toBe(1);
    await page.evaluate(() =>
      (window as unknown as { Groundswell: (...args: unknown[]) => void }).Groundswell("identify", {
        externalUserId: "user-2",
      }),
    );
    await expect.poll(() => voteOf(widget, "Named").getAttribute("aria-pressed")).toBe("false");
    await voteOf(widget, "Named").click();
    await expect.poll(() => serverCount("people", id)).toBe(2);
    const votes = await fetch(`${server.origin}/api/v1/acme/people/votes?ids=${String(id)}&externalUserId=user-1`);
    expect(await votes.json()).toEqual({ [String(id)]: 1 });
  });
});

describe("on someone else's page", () => {
  test("[W30] hostile styles and a strict content security policy change nothing", async () => {
    await boardWith("hostile", ["Still here"]);
    const { page, widget, troubles } = await openPanel("hostile", {
      head: `<link rel="stylesheet" href="data:text/css,${encodeURIComponent(
        "*{display:none!important;all:unset!important;font-size:3px!important;color:red!important;position:static!important;transform:scale(0)!important}html,body,main{display:block!important;transform:none!important}groundswell-widget,groundswell-board{opacity:0!important;visibility:hidden!important}",
      )}">`,
      body: `<groundswell-board workspace="acme" board="hostile"></groundswell-board>`,
      headers: {
        "content-security-policy": `default-src 'none'; script-src ${server.origin}; connect-src ${server.origin} ${server.origin.replace("http", "ws")}; style-src data:; require-trusted-types-for 'script'`,
      },
    });
    const vote = voteOf(widget, "Still here");
    const look = await vote.evaluate((element) => {
      const { width, height } = element.getBoundingClientRect();
      const { color, fontSize } = getComputedStyle(element);
      return { width, height, color, fontSize };
    });
    expect(look).toEqual({ width: 50, height: 54, color: "rgb(20, 32, 29)", fontSize: "13px" });
    await vote.click();
    await expect.poll(() => vote.textContent()).toBe("1");
    await page.keyboard.press("Escape");
    const inline = page.locator("groundswell-board");
    await expect.poll(() => voteOf(inline, "Still here").textContent(), { timeout: LIVE_WITHIN_MS }).toBe("1");
    expect(troubles).toEqual([]);
  });

  test("[W31] leaves one global, loads once though included twice, and queued commands run", async () => {
    await boardWith("twice", ["Once"]);
    const { page, widget, troubles } = await visit("twice", {
      head: `<script>window.before=Object.keys(window);window.Groundswell=function(){(Groundswell.q=Groundswell.q||[]).push(arguments)};Groundswell("open")</script>`,
      body: `<script src="${server.origin}/widget.js" data-workspace="acme" data-board="twice" async></script>`,
    });
    await row(widget, "Once").waitFor();
    expect(await page.locator("groundswell-widget").count()).toBe(1);
    const added = await page.evaluate(() => {
      const { before } = window as unknown as { before: string[] };
      return Object.keys(window).filter((name) => !before.includes(name) && name !== "before");
    });
    expect(added).toEqual(["Groundswell"]);
    expect(troubles).toEqual([]);
  });

  test("[W32] an XSS corpus in titles and descriptions is only ever text", async () => {
    for (const text of XSS_CORPUS) await boardWith("xss", [text.slice(0, 200)], text);
    const { page, widget, troubles } = await openPanel("xss");
    for (let shown = 20; shown < XSS_CORPUS.length; shown += 20) {
      await widget.getByRole("button", { name: "Show more" }).click();
      await expect.poll(async () => (await titles(widget)).length).toBeGreaterThan(shown);
    }
    for (const title of await widget.locator(".title").all()) await title.click();
    await expect
      .poll(async () => (await titles(widget)).toSorted())
      .toEqual(XSS_CORPUS.map((text) => text.slice(0, 200)).toSorted());
    expect(await page.evaluate(() => (window as unknown as { __xss?: number }).__xss)).toBeUndefined();
    expect(troubles).toEqual([]);
  });
});

describe("accessibility", () => {
  test("[W33] axe finds nothing serious in list, form and inline board, light and dark", async () => {
    await boardWith("axe", ["First", "Second"]);
    const { page, widget } = await openPanel("axe", {
      bypassCSP: true,
      body: `<groundswell-board workspace="acme" board="axe"></groundswell-board>`,
    });
    await voteOf(widget, "First").click();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings(page)).toEqual([]);
    }
    await widget.getByRole("button", { name: "New idea" }).click();
    await widget.getByLabel("Title").fill("The very first thing");
    await row(widget, "First").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("[W34] everything by keyboard: open, search, vote, read, post, close; focus comes back", async () => {
    const [id] = await boardWith("keyboard", ["Keyboard first", "Mouse later"]);
    const { page, widget } = await visit("keyboard");
    const focused = (): Promise<string> =>
      widget.evaluate((element) => {
        const active = element.shadowRoot?.activeElement;
        return active?.getAttribute("aria-label") ?? active?.textContent ?? "";
      });
    const tabTo = async (name: string): Promise<void> => {
      for (let step = 0; step < 30 && (await focused()) !== name; step += 1) await page.keyboard.press("Tab");
      expect(await focused()).toBe(name);
    };
    await widget.getByRole("button", { name: "Feedback" }).waitFor();
    await tabTo("Feedback");
    await page.keyboard.press("Enter");
    await row(widget, "Mouse later").waitFor();
    await tabTo("Search ideas");
    await page.keyboard.type("keyboard");
    await expect.poll(async () => await titles(widget)).toEqual(["Keyboard first"]);
    await tabTo("Vote for Keyboard first, 0 votes");
    await page.keyboard.press("Space");
    await expect.poll(() => serverCount("keyboard", id)).toBe(1);
    await tabTo("Keyboard first");
    await page.keyboard.press("Enter");
    expect(await row(widget, "Keyboard first").locator(".title").getAttribute("aria-expanded")).toBe("true");
    // Round the dialog and back to its start: nothing of the host page is on the way.
    await tabTo("New idea");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Typed, not clicked");
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("Typed, not clicked");
    await expect.poll(() => widget.getByRole("status").textContent()).toBe("Posted. Thank you!");
    await page.keyboard.press("Escape");
    await expect.poll(() => widget.getByRole("dialog").count()).toBe(0);
    expect(await focused()).toBe("Feedback");
  });
});
