/** Settings and branding on the real Worker, and what they do: who may write, and from which sites. Ids are those of test/SPEC.md. */
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { account } from "../support/accounts.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { board, call, OPERATOR, ORIGIN, Peer, post, upgrade } from "../support/workerd.ts";

async function configured() {
  const made = await board();
  const root = `/api/v1/workspaces/${made.workspace}`;
  const set = (body: object) => call("PATCH", `${root}/settings`, body, OPERATOR);
  return { ...made, root, set, id: await post(made.path, "One") };
}

const SITE = "https://app.customer.example";
const ELSEWHERE = "https://evil.example";

describe("settings", () => {
  it("[P13] are the team's to read and change; a field that is left out stays, what is none is refused", async () => {
    const { root, set } = await configured();
    expect((await call("GET", `${root}/settings`, undefined, OPERATOR)).body).toEqual({
      anonymousPosting: true,
      requireIdentity: false,
      allowedOrigins: [],
      moderation: "open",
      lockClosed: false,
    });
    const changed = {
      anonymousPosting: false,
      requireIdentity: false,
      allowedOrigins: [SITE],
      moderation: "open",
      lockClosed: false,
    };
    expect((await set({ anonymousPosting: false, allowedOrigins: [SITE, SITE] })).body).toEqual(changed);
    expect((await call("GET", `${root}/settings`, undefined, OPERATOR)).body).toEqual(changed);
    for (const wrong of [
      {},
      { anonymousPosting: "no" },
      { allowedOrigins: [`${SITE}/`] },
      { allowedOrigins: ["javascript:alert(1)"] },
      { allowedOrigins: ["*"] },
      { allowedOrigins: Array.from({ length: 21 }, (_, n) => `https://${n}.example`) },
      { role: "owner" },
    ]) {
      expect((await set(wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
    expect((await call("GET", `${root}/settings`)).status).toBe(401);
  });

  it("[P14] branding is everybody's to read; the widget is told of it, of the rules, and of public boards only", async () => {
    const { root, set } = await configured();
    const branding = { accentColor: "#0a7c66", logoUrl: "https://customer.example/logo.png" };
    expect((await call("PATCH", `${root}/branding`, branding, OPERATOR)).body).toEqual(branding);
    expect((await call("PATCH", `${root}/branding`, { logoUrl: null }, OPERATOR)).body).toEqual({
      ...branding,
      logoUrl: null,
    });
    expect((await call("GET", `${root}/branding`)).body).toEqual({ ...branding, logoUrl: null });
    await call("POST", `${root}/boards`, { slug: "secret", name: "Secret", visibility: "private" }, OPERATOR);
    await set({ requireIdentity: true });
    for (const headers of [{}, OPERATOR]) {
      expect((await call("GET", `${root}/widget-config`, undefined, headers)).body).toEqual({
        name: "Test",
        branding: { accentColor: "#0a7c66", logoUrl: null },
        anonymousPosting: true,
        requireIdentity: true,
        boards: [{ slug: "ideas", name: "Ideas" }],
        turnstileSiteKey: null,
      });
    }
    for (const wrong of [
      { accentColor: "red" },
      { logoUrl: "http://customer.example/logo.png" },
      { logoUrl: "javascript:1" },
      { logoUrl: "https://somebody@customer.example/logo.png" },
    ]) {
      expect((await call("PATCH", `${root}/branding`, wrong, OPERATOR)).status).toBe(400);
    }
    expect((await call("PATCH", `${root}/branding`, branding)).status).toBe(401);
  });

  it("[P15] without anonymous posting people who are nobody get 401 for writes, and go on reading", async () => {
    const { workspace, path, set, id } = await configured();
    const secret = await makeSecret(workspace);
    await set({ anonymousPosting: false });
    const votes = `${path}/feedback/${id}/votes`;
    for (const [method, address, body] of [
      ["POST", votes, { externalUserId: "ada" }],
      ["DELETE", votes, { externalUserId: "ada" }],
      ["POST", `${path}/feedback`, { title: "Two" }],
    ] as const) {
      const refused = await call(method, address, body);
      expect([refused.status, refused.body.code], `${method} ${address}`).toEqual([401, "UNAUTHENTICATED"]);
    }
    expect((await call("GET", `${path}/feedback/${id}`)).body.voteCount).toBe(0);
    const known = [bearer(await identity(secret, workspace, "ada")), (await account("Eve")).headers];
    for (const headers of known) expect((await call("POST", votes, {}, headers)).status).toBe(201);
    const peer = await Peer.open(path, "?externalUserId=bob");
    peer.send({ type: "vote", requestId: "1", feedbackId: id });
    await peer.until(({ frames }) => frames.length === 1);
    expect(peer.frames[0]).toMatchObject({ type: "error", code: "UNAUTHENTICATED" });
  });

  it("[P16] where identity is required an account is not enough, unless it is the team's", async () => {
    const owner = await account("Olga");
    const eve = await account("Eve");
    const slug = `req-${crypto.randomUUID().slice(0, 8)}`;
    await call("POST", "/api/v1/workspaces", { slug, name: "Own" }, owner.headers);
    await call("POST", `/api/v1/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" }, owner.headers);
    await call("PATCH", `/api/v1/workspaces/${slug}/settings`, { requireIdentity: true }, owner.headers);
    const path = `/api/v1/${slug}/ideas/feedback`;
    expect((await call("POST", path, { title: "By a stranger" }, eve.headers)).status).toBe(401);
    expect((await call("POST", path, { title: "By the team" }, owner.headers)).status).toBe(201);
  });

  it("[P17] writes from a browser count only from allowed sites and our own; reads, and what is no browser, from anywhere", async () => {
    const { path, set, id } = await configured();
    const votes = `${path}/feedback/${id}/votes`;
    const vote = (origin: string | null, who: string) =>
      call("POST", votes, { externalUserId: who }, origin === null ? {} : { origin });
    expect((await vote(ELSEWHERE, "a")).status).toBe(201);
    await set({ allowedOrigins: [SITE] });
    for (const origin of [ELSEWHERE, "null", `${SITE}.evil.example`, "http://app.customer.example"]) {
      const refused = await vote(origin, "b");
      expect([refused.status, refused.body.code], origin).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
      // The page may read why.
      expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    }
    expect((await vote(SITE, "b")).status).toBe(201);
    expect((await vote(ORIGIN, "c")).status).toBe(201);
    expect((await vote(null, "d")).status).toBe(201);
    expect((await call("GET", `${path}/feedback`, undefined, { origin: ELSEWHERE })).status).toBe(200);
    for (const [origin, closes] of [
      [ELSEWHERE, true],
      [SITE, false],
      [ORIGIN, false],
    ] as const) {
      const response = await upgrade(path, "", { origin });
      const peer = new Peer(response.webSocket as WebSocket);
      if (closes) {
        await peer.until(({ closed }) => closed !== null);
        expect(peer.closed).toEqual({ code: 1008, reason: "origin not allowed" });
        continue;
      }
      peer.send({ type: "vote", requestId: "1", feedbackId: id, externalUserId: "e" });
      await peer.until(({ frames }) => frames.some(({ type }) => type === "ack"));
      // A site that is taken off the list writes no more, also over a socket that is open.
      if (origin !== SITE) continue;
      await set({ allowedOrigins: ["https://another.example"] });
      peer.send({ type: "unvote", requestId: "2", feedbackId: id, externalUserId: "e" });
      await peer.until(({ frames }) => frames.some(({ type }) => type === "error"));
      expect(peer.frames.at(-1)).toMatchObject({ type: "error", code: "ORIGIN_NOT_ALLOWED" });
    }
  });
});

describe("a socket's origin", () => {
  it("[P17] may be of any length: what is longer than any that can be listed is not on the list, and opens like others where none is", async () => {
    const { path, set } = await configured();
    const origin = `https://${"a".repeat(30_000)}.example`;
    const open = await Peer.open(path, "", { origin });
    open.send({ type: "hello", since: null });
    await open.until(({ frames }) => frames.length === 1);
    expect(open.frames[0]).toMatchObject({ type: "welcome" });
    await set({ allowedOrigins: [SITE] });
    const refused = await Peer.open(path, "", { origin });
    await refused.until(({ closed }) => closed !== null);
    expect(refused.closed).toEqual({ code: 1008, reason: "origin not allowed" });
  });
});

describe("the board's page", () => {
  it("[P18] that somebody asks for with a token is kept by no shared cache", async () => {
    const { workspace, root } = await configured();
    await call("PATCH", `${root}/boards/ideas`, { visibility: "private" }, OPERATOR);
    const page = `${ORIGIN}/w/${workspace}/ideas`;
    const shown = await exports.default.fetch(page, { headers: OPERATOR });
    expect(shown.status).toBe(200);
    expect(shown.headers.get("cache-control")).toBe("private, no-cache");
    expect(shown.headers.get("vary")).toContain("authorization");
    expect((await exports.default.fetch(page)).status).toBe(404);
  });

  it("[P18] says in words what a workspace forbids to its visitors, and a signed-in visitor acts as their account", async () => {
    const { workspace, path, set, id } = await configured();
    const page = `${ORIGIN}/w/${workspace}/ideas`;
    const form = (address: string, fields: Record<string, string>, cookie = "") =>
      exports.default.fetch(address, {
        method: "POST",
        body: new URLSearchParams(fields),
        redirect: "manual",
        headers: { origin: ORIGIN, "sec-fetch-site": "same-origin", ...(cookie === "" ? {} : { cookie }) },
      });
    expect((await form(`${page}/${id}/vote`, { action: "vote" })).status).toBe(303);
    await set({ anonymousPosting: false });
    for (const [address, fields] of [
      [page, { title: "From the page" }],
      [`${page}/${id}/vote`, { action: "vote" }],
    ] as const) {
      const refused = await form(address, fields);
      expect(refused.status).toBe(401);
      expect(await refused.text()).toContain("only from people it knows");
    }
    const eve = await account("Eve");
    const cookie = `__Host-gs_access=${eve.accessToken}`;
    expect((await form(`${page}/${id}/vote`, { action: "vote" }, cookie)).status).toBe(303);
    expect((await call("GET", `${path}/votes?ids=${id}`, undefined, eve.headers)).body).toEqual({ [id]: 1 });
    const shown = await exports.default.fetch(page, { headers: { cookie } });
    expect(shown.headers.get("cache-control")).toContain("private");
    expect(await shown.text()).toContain("data-signed-in");
    expect(await (await exports.default.fetch(page)).text()).not.toContain("data-signed-in");
  });
});
