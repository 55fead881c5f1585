/** Signed identities in a real browser: what the widget sends for a person whom the host's server vouches for, and what the server makes of it. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSite, type Site } from "./site.ts";

let site: Site;
let host: HttpServer;
let hostUrl: string;
let hostPage = "";
let secret = "";

beforeAll(async () => {
  host = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(hostPage);
  });
  await new Promise<void>((resolve) => host.listen(0, "localhost", resolve));
  hostUrl = `http://localhost:${String((host.address() as AddressInfo).port)}`;
  site = await openSite();
  await site.boardWith("ideas", []);
  secret = await makeSecret("acme");
});

afterAll(async () => {
  host.close();
  await site.close();
});

async function makeSecret(workspace: string): Promise<string> {
  const response = await site.api("POST", `/workspaces/${workspace}/signing-secrets`);
  expect(response.status).toBe(201);
  return ((await response.json()) as { secret: string }).secret;
}

type TokenOptions = { readonly key?: string; readonly workspace?: string; readonly seconds?: number };

/** What a customer's server makes of its session. */
function tokenFor(person: string, { key = secret, workspace = "acme", seconds = 3_600 }: TokenOptions = {}) {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ name: `${person} Ångström`, email: `${person}@example.com` })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(person)
    .setIssuer(workspace)
    .setAudience("groundswell")
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(new TextEncoder().encode(key));
}

type Call = { readonly line: string; readonly bearer: string | undefined; readonly body: string };
type Sent = {
  readonly calls: Call[];
  readonly sockets: { url: string; protocols: string }[];
  readonly frames: string[];
};
type Visit = { readonly page: Page; readonly widget: Locator; readonly sent: Sent; readonly troubles: string[] };

/** The host's page; `script` runs before the widget's and may queue commands. `sent`: all that the browser sent to our server. */
async function visit(board: string, script: string, workspace = "acme"): Promise<Visit> {
  hostPage = `<!doctype html><html lang="en"><head><title>Host</title></head><body><h1>Host</h1><script>
    window.Groundswell = function () { (Groundswell.q = Groundswell.q || []).push(arguments) };
    ${script}
    </script><script src="${site.server.origin}/widget.js" data-workspace="${workspace}" data-board="${board}" async></script></body></html>`;
  const { page, troubles } = await site.open("/health");
  const sent: Sent = { calls: [], sockets: [], frames: [] };
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!url.pathname.startsWith("/api/")) return;
    const bearer = request.headers()["authorization"];
    sent.calls.push({
      line: `${request.method()} ${url.pathname}${url.search}`,
      bearer,
      body: request.postData() ?? "",
    });
  });
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.frames.push(String(payload))));
  const devtools = await page.context().newCDPSession(page);
  const urls = new Map<string, string>();
  devtools.on("Network.webSocketCreated", ({ requestId, url }) => urls.set(requestId, url));
  devtools.on("Network.webSocketWillSendHandshakeRequest", ({ requestId, request: { headers } }) => {
    const [, protocols = ""] = Object.entries(headers).find(([name]) => /^sec-websocket-protocol$/iu.test(name)) ?? [];
    sent.sockets.push({ url: urls.get(requestId) ?? "", protocols });
  });
  await devtools.send("Network.enable");
  await page.goto(hostUrl);
  const widget = page.locator("groundswell-widget");
  await widget.getByRole("button", { name: "Feedback" }).click();
  return { page, widget, sent, troubles };
}

const identifyAs = (token: string | null): string => `Groundswell("identify", ${JSON.stringify(token)});`;
/** A page that gives these tokens one after the other, the last one again and again; `asked` counts. */
const giving = (tokens: readonly (string | null)[]): string =>
  `window.asked = 0; const tokens = ${JSON.stringify(tokens)};
   Groundswell("identify", async () => tokens[Math.min(window.asked++, tokens.length - 1)]);`;
const asked = (page: Page): Promise<number> => page.evaluate(() => (window as unknown as { asked: number }).asked);
const say = (page: Page, script: string): Promise<unknown> => page.evaluate(script);

const voteOf = (widget: Locator, title: string): Locator =>
  widget
    .getByRole("listitem")
    .filter({ hasText: title })
    .getByRole("button", { name: /^Vote for/u });
const isLive = (widget: Locator): Promise<unknown> =>
  expect.poll(() => widget.locator("footer").getAttribute("data-status")).toBe("live");

/** Whose votes the item has, as far as asked for: what the operator sees. */
async function votesBy(board: string, id: number | undefined, person: string): Promise<number> {
  const response = await site.api("GET", `/acme/${board}/votes?ids=${String(id)}&externalUserId=${person}`);
  return ((await response.json()) as Record<string, number>)[String(id)] ?? 0;
}

async function count(board: string, id: number | undefined): Promise<number> {
  return ((await (await site.api("GET", `/acme/${board}/feedback/${String(id)}`)).json()) as { voteCount: number })
    .voteCount;
}

describe("with a token", () => {
  test("[W37] every call and the socket carry it, nothing names an id or stands in a URL, and votes and posts are that person's", async () => {
    const [id] = await site.boardWith("signed", ["Signed", "Other"]);
    const token = await tokenFor("ada");
    const { page, widget, sent, troubles } = await visit("signed", identifyAs(token));
    await isLive(widget);
    await voteOf(widget, "Signed").click();
    await expect.poll(() => votesBy("signed", id, "ada")).toBe(1);
    await widget.getByRole("button", { name: "New idea" }).click();
    await widget.getByLabel("Title").fill("Posted by Ada");
    await page.keyboard.press("Enter");
    await voteOf(widget, "Posted by Ada").waitFor();
    expect(sent.calls.map(({ line }) => line.replace(/\?.*/u, ""))).toEqual(
      expect.arrayContaining([
        "GET /api/v1/acme/signed/feedback",
        "GET /api/v1/acme/signed/votes",
        "POST /api/v1/acme/signed/feedback",
      ]),
    );
    for (const { line, bearer, body } of sent.calls) {
      expect([line, bearer]).toEqual([line, `Bearer ${token}`]);
      expect(line + body).not.toMatch(/externalUserId|eyJ/u);
    }
    const url = `${site.server.origin.replace("http", "ws")}/api/v1/acme/signed/live`;
    expect(sent.sockets).toEqual([{ url, protocols: `groundswell.v1, identity.${token}` }]);
    expect(sent.frames.filter((frame) => frame.includes('"vote"'))).toHaveLength(1);
    expect(sent.frames.join("")).not.toMatch(/externalUserId|eyJ/u);
    expect(
      await page.evaluate(() =>
        JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]),
      ),
    ).toBe('[[],[],""]');
    expect(troubles).toEqual([]);
  });

  test("[W38] another token, and signing out, reconnect as somebody else and show their votes", async () => {
    const [id] = await site.boardWith("others", ["Shared"]);
    const { page, widget, sent, troubles } = await visit("others", identifyAs(await tokenFor("ben")));
    await isLive(widget);
    await voteOf(widget, "Shared").click();
    await expect.poll(() => count("others", id)).toBe(1);
    const pressed = (): Promise<string | null> => voteOf(widget, "Shared").getAttribute("aria-pressed");
    const carol = await tokenFor("carol");
    await say(page, identifyAs(carol));
    await expect.poll(pressed).toBe("false");
    await expect.poll(() => sent.sockets.at(-1)?.protocols).toBe(`groundswell.v1, identity.${carol}`);
    await isLive(widget);
    await voteOf(widget, "Shared").click();
    await expect.poll(() => votesBy("others", id, "carol")).toBe(1);

    await say(page, identifyAs(null));
    await expect.poll(pressed).toBe("false");
    await expect.poll(() => sent.sockets.at(-1)?.url).toMatch(/\?externalUserId=v_[\w-]{22}$/u);
    expect(sent.sockets.at(-1)?.protocols).toBe("groundswell.v1");
    await isLive(widget);
    await voteOf(widget, "Shared").click();
    await expect.poll(() => count("others", id)).toBe(3);
    await say(page, identifyAs(await tokenFor("ben")));
    await expect.poll(() => sent.sockets.length).toBe(4);
    await expect.poll(pressed).toBe("true");
    expect(troubles).toEqual([]);
  });

  test("[W39] goes to the workspace it names and nowhere else", async () => {
    await site.api("POST", "/workspaces", { slug: "beta", name: "Beta" });
    await site.api("POST", "/workspaces/beta/boards", { slug: "ideas", name: "Ideas" });
    const { widget, sent } = await visit("ideas", identifyAs(await tokenFor("ada")), "beta");
    await isLive(widget);
    expect(sent.calls.length).toBeGreaterThan(0);
    expect(sent.calls.map(({ bearer }) => bearer)).toEqual(sent.calls.map(() => undefined));
    expect(sent.sockets.map(({ protocols }) => protocols)).toEqual(["groundswell.v1"]);
  });
});

describe("a function that gives tokens", () => {
  test("[W40] is asked when the board is first shown, again when a token is refused, and the vote counts once", async () => {
    const [id] = await site.boardWith("renewed", ["Again"]);
    const [wrong, right] = [await tokenFor("dan", { key: "not the secret" }), await tokenFor("dan")];
    const { page, widget, sent } = await visit("renewed", giving([wrong, right]));
    await isLive(widget);
    expect(await asked(page)).toBe(2);
    expect([...new Set(sent.calls.map(({ bearer }) => bearer))]).toEqual([`Bearer ${wrong}`, `Bearer ${right}`]);
    await voteOf(widget, "Again").click();
    await expect.poll(() => votesBy("renewed", id, "dan")).toBe(1);
    expect([await count("renewed", id), await asked(page)]).toEqual([1, 2]);
  });

  test("[W41] gives a new token when one ends under an open socket, and the vote that met the end arrives", async () => {
    const [id] = await site.boardWith("ending", ["Late"]);
    const [short, long] = [await tokenFor("eve", { seconds: 4 }), await tokenFor("eve")];
    const { page, widget, sent } = await visit("ending", giving([short, long]));
    await isLive(widget);
    await page.waitForTimeout(4_500);
    await voteOf(widget, "Late").click();
    await expect.poll(() => votesBy("ending", id, "eve"), { timeout: 10_000 }).toBe(1);
    await expect.poll(() => voteOf(widget, "Late").getAttribute("aria-pressed")).toBe("true");
    expect(await count("ending", id)).toBe(1);
    expect(sent.sockets.length).toBeGreaterThan(1);
  });

  test("[W42] whose secret was revoked under an open socket comes back with a token of the new one", async () => {
    const [id] = await site.boardWith("rotated", ["Rotated"]);
    const old = await site.api("POST", "/workspaces/acme/signing-secrets");
    const { id: oldId, secret: key } = (await old.json()) as { id: string; secret: string };
    const [before, after] = [await tokenFor("fay", { key }), await tokenFor("fay")];
    const { page, widget, sent } = await visit("rotated", giving([before, after]));
    await isLive(widget);
    expect((await site.api("DELETE", `/workspaces/acme/signing-secrets/${oldId}`)).status).toBe(204);
    await expect
      .poll(() => sent.sockets.at(-1)?.protocols, { timeout: 10_000 })
      .toBe(`groundswell.v1, identity.${after}`);
    await isLive(widget);
    await voteOf(widget, "Rotated").click();
    await expect.poll(() => votesBy("rotated", id, "fay")).toBe(1);
    expect(await asked(page)).toBe(2);
  });
});

test("[W45] a guest who is taken off a private board sees nothing more of it in the open widget", async () => {
  await site.boardWith("invited", ["For guests"]);
  const guests = "/workspaces/acme/boards/invited/guests";
  expect((await site.api("PATCH", "/workspaces/acme/boards/invited", { visibility: "private" })).status).toBe(200);
  expect((await site.api("POST", guests, { externalUserId: "ivy" })).status).toBe(200);
  const { widget } = await visit("invited", identifyAs(await tokenFor("ivy")));
  await isLive(widget);
  await voteOf(widget, "For guests").waitFor();
  expect((await site.api("DELETE", `${guests}/ivy`)).status).toBe(204);
  await widget.getByText("No ideas yet.").waitFor();
  expect(await widget.getByText("For guests").count()).toBe(0);
});

describe("without a good token", () => {
  const SIGN_IN = "Sign in to vote and post.";
  const THROWING = `Groundswell("identify", () => { throw new Error("no session"); });`;

  test("[W43] the board stays readable and live, and a vote or a post asks to sign in", async () => {
    const [id] = await site.boardWith("lapsed", ["Readable"]);
    const wrong = await tokenFor("gil", { key: "not the secret" });
    for (const script of [
      identifyAs(wrong),
      identifyAs("no token at all"),
      giving([null]),
      giving([wrong]),
      THROWING,
    ]) {
      const { page, widget, sent } = await visit("lapsed", script);
      await isLive(widget);
      await voteOf(widget, "Readable").click();
      await expect.poll(() => widget.getByRole("status").textContent()).toBe(SIGN_IN);
      await expect.poll(() => voteOf(widget, "Readable").getAttribute("aria-pressed")).toBe("false");
      await widget.getByRole("button", { name: "New idea" }).click();
      await widget.getByLabel("Title").fill("Nobody's");
      await page.keyboard.press("Enter");
      await expect.poll(() => widget.locator("#wrong").textContent()).toBe(SIGN_IN);
      expect(sent.calls.filter(({ line }) => line.startsWith("POST") && line.endsWith("/feedback"))).toEqual([]);
      await page.context().close();
    }
    expect(await count("lapsed", id)).toBe(0);
  });

  test("[W44] a workspace that requires identity says so to an anonymous visitor, whoever signs in then votes", async () => {
    await site.api("POST", "/workspaces", { slug: "strict", name: "Strict" });
    await site.api("POST", "/workspaces/strict/boards", { slug: "ideas", name: "Ideas" });
    await site.api("POST", "/strict/ideas/feedback", { title: "Members only" });
    const key = await makeSecret("strict");
    expect((await site.api("PATCH", "/workspaces/strict/settings", { requireIdentity: true })).status).toBe(200);
    const { page, widget } = await visit("ideas", "", "strict");
    await isLive(widget);
    await voteOf(widget, "Members only").click();
    await expect.poll(() => widget.getByRole("status").textContent()).toBe(SIGN_IN);
    await expect.poll(() => voteOf(widget, "Members only").textContent()).toBe("0");
    await say(page, identifyAs(await tokenFor("hal", { key, workspace: "strict" })));
    await isLive(widget);
    await voteOf(widget, "Members only").click();
    await expect.poll(() => voteOf(widget, "Members only").textContent()).toBe("1");
    await page.reload();
    await say(page, identifyAs(await tokenFor("hal", { key, workspace: "strict" })));
    await widget.getByRole("button", { name: "Feedback" }).click();
    await expect.poll(() => voteOf(widget, "Members only").getAttribute("aria-pressed")).toBe("true");
  });
});
