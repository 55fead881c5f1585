/** Signed identities on the real Worker: whom the customer's server vouches for, over REST and sockets. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { ROLES } from "../../src/protocol/rest/roles.ts";
import { fittingBody } from "../support/fitting-bodies.ts";
import { bearer, type Claims, claimsOf, forge, identity, makeSecret, part, seconds } from "../support/identity.ts";
import { board, call, OPERATOR, Peer, post, uniqueSlug, upgrade } from "../support/workerd.ts";

const HEADER = { alg: "HS256", typ: "JWT" };

async function signedBoard() {
  const made = await board();
  const secret = await makeSecret(made.workspace);
  const as = async (sub: string, more: Claims = {}) => bearer(await identity(secret, made.workspace, sub, more));
  const people = () =>
    runInDurableObject(made.stub, (_, { storage }) =>
      storage.sql
        .exec("select external_id, name, email, avatar_url, plan, verified_at is not null verified from end_users")
        .toArray(),
    );
  const settings = (body: object) => call("PATCH", `/api/v1/workspaces/${made.workspace}/settings`, body, OPERATOR);
  return { ...made, secret, as, people, settings };
}

/** A socket whose identity comes as a subprotocol, as a browser must send it. */
async function socket(path: string, token: string, query = ""): Promise<Peer> {
  const response = await upgrade(path, query, { "sec-websocket-protocol": `groundswell.v1, identity.${token}` });
  if (response.webSocket === null) throw new Error(`refused: ${String(response.status)}`);
  expect(response.headers.get("sec-websocket-protocol")).toBe("groundswell.v1");
  return new Peer(response.webSocket);
}

async function closed(peer: Peer): Promise<Peer["closed"]> {
  await peer.until((one) => one.closed !== null);
  return peer.closed;
}

describe("a signed identity", () => {
  it("[S21] made by an independent library acts as its person, who gets name, email, avatar and plan with the first write", async () => {
    const { workspace, path, as, people } = await signedBoard();
    const profile = { name: "Ada L.", email: "ada@customer.example", avatar: "https://customer.example/a.png" };
    const ada = await as("ada", { ...profile, plan: "pro", role: "ignored", aud: ["other", "groundswell"] });
    expect((await call("GET", `${path}/feedback`, undefined, ada)).status).toBe(200);
    expect(await people()).toEqual([]);
    const posted = await call("POST", `${path}/feedback`, { title: "Signed" }, ada);
    expect(posted).toMatchObject({ status: 201, body: { authorName: "Ada L." } });
    const { id } = posted.body;
    const row = { external_id: "ada", name: "Ada L.", email: profile.email, avatar_url: profile.avatar, plan: "pro" };
    expect(await people()).toEqual([{ ...row, verified: 1 }]);
    const votes = `${path}/feedback/${id}/votes`;
    expect((await call("POST", votes, {}, ada)).status).toBe(201);
    expect((await call("POST", votes, { externalUserId: "ada" }, ada)).status).toBe(200);
    expect((await call("GET", `${path}/votes?ids=${id}`, undefined, ada)).body).toEqual({ [id]: 1 });
    // A claim that changes is taken over, one that is left out stays.
    await call("DELETE", votes, {}, await as("ada", { name: "Ada Lovelace" }));
    await call("POST", votes, {}, await as("ada", { name: "Ada Lovelace" }));
    expect(await people()).toEqual([{ ...row, name: "Ada Lovelace", verified: 1 }]);
    // Her address is the team's business.
    expect((await call("GET", `${path}/feedback/${id}`, undefined, ada)).body).not.toHaveProperty("authorEmail");
    expect((await call("GET", `${path}/feedback/${id}`)).body).not.toHaveProperty("authorEmail");
    const seen = await call("GET", `/api/v1/${workspace}/ideas/feedback/${id}`, undefined, OPERATOR);
    expect(seen.body).toMatchObject({ authorEmail: profile.email });
  });

  it("[S21] forged, ill-made, early and ended ones are refused everywhere, and do nothing", async () => {
    const { workspace, path, secret, people } = await signedBoard();
    const other = await signedBoard();
    const id = await post(path, "One");
    const now = seconds();
    const good = claimsOf(workspace, "eve");
    const make = (claims: Claims, header: unknown = HEADER, key = secret.secret) => forge(key, header, claims);
    const [head = "", body = "", signature = ""] = (await make(good)).split(".");
    const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
    const forgeries: Record<string, string> = {
      "no signature": `${head}.${body}.`,
      "alg none": `${part({ alg: "none" })}.${body}.`,
      "alg none, signed": await make(good, { alg: "none" }),
      "alg HS512": await forge(secret.secret, { alg: "HS512" }, good, "SHA-512"),
      "alg hs256": await make(good, { alg: "hs256" }),
      "alg RS256": await make(good, { alg: "RS256" }),
      "no alg": await make(good, { typ: "JWT" }),
      "another typ": await make(good, { alg: "HS256", typ: "secevent+jwt" }),
      crit: await make(good, { alg: "HS256", crit: ["exp"] }),
      b64: await make(good, { alg: "HS256", b64: false, crit: ["b64"] }),
      "its own key": await make(good, { ...HEADER, jwk: { kty: "oct", k: part("mine") } }, "mine"),
      "a key elsewhere": await make(good, { ...HEADER, jku: "https://evil.example/jwks", kid: "1" }, "mine"),
      "the empty key": await make(good, HEADER, " "),
      "another workspace's secret": await make(good, HEADER, other.secret.secret),
      "the secret's id as key": await make(good, HEADER, secret.id),
      "another payload": `${head}.${part({ ...good, sub: "admin" })}.${signature}`,
      "another header": `${part({ alg: "HS256" })}.${body}.${signature}`,
      "a shorter signature": `${head}.${body}.${signature.slice(0, -2)}`,
      "a padded signature": `${head}.${body}.${signature}=`,
      // 32 bytes are 42 characters and four bits: the last two bits of the last character say nothing.
      "another spelling of the signature": `${head}.${body}.${signature.slice(0, -1)}${siblingOf(signature.at(-1))}`,
      "four parts": `${head}.${body}.${signature}.${signature}`,
      "a payload that is no object": await make(["eve"] as never),
      "a payload that is no JSON": await make("{" as never),
      "no sub": await make(without("sub")),
      "an empty sub": await make({ ...good, sub: "" }),
      "a number as sub": await make({ ...good, sub: 7 }),
      "a sub that is too long": await make({ ...good, sub: "x".repeat(201) }),
      "a sub of an account": await make({ ...good, sub: "account:somebody" }),
      "a sub with a lone surrogate": await make({ ...good, sub: "\ud800" }),
      "no iss": await make(without("iss")),
      "another workspace as iss": await make({ ...good, iss: other.workspace }),
      "no aud": await make(without("aud")),
      "another aud": await make({ ...good, aud: "another" }),
      "auds without ours": await make({ ...good, aud: ["another"] }),
      "no exp": await make(without("exp")),
      "no iat": await make(without("iat")),
      ended: await make({ ...good, iat: now - 600, exp: now - 1 }),
      "more than an hour": await make({ ...good, exp: now + 3_601 }),
      "from the future": await make({ ...good, iat: now + 120, exp: now + 600 }),
      "not before": await make({ ...good, nbf: now + 120 }),
      "exp as text": await make({ ...good, exp: String(now + 60) }),
      "an end without end": await make(JSON.stringify(good).replace(/"exp":\d+/u, '"exp":1e400') as never),
      "weight 0": await make({ ...good, weight: 0 }),
      "weight 1001": await make({ ...good, weight: 1_001 }),
      "weight 1.5": await make({ ...good, weight: 1.5 }),
      "an avatar that is a script": await make({ ...good, avatar: "javascript:alert(1)" }),
      "an avatar over http": await make({ ...good, avatar: "http://customer.example/a.png" }),
      "an email that is none": await make({ ...good, email: "ada" }),
      "a name with a control character": await make({ ...good, name: "a\u0000b" }),
    };
    expect(Object.keys(forgeries).length).toBeGreaterThanOrEqual(30);
    for (const [what, token] of Object.entries(forgeries)) {
      for (const [method, where, sent] of [
        ["GET", `${path}/feedback`, undefined],
        ["POST", `${path}/feedback/${id}/votes`, {}],
        ["POST", `${path}/feedback`, { title: "Forged" }],
      ] as const) {
        const answer = await call(method, where, sent, bearer(token));
        expect([answer.status, answer.body.code], `${what}: ${method} ${where}`).toEqual([401, "INVALID_TOKEN"]);
      }
    }
    expect(await people()).toEqual([]);
    expect((await call("GET", `${path}/feedback`)).body).toMatchObject([{ id, voteCount: 0 }]);
    // The control: the same maker's right token is taken.
    expect((await call("POST", `${path}/feedback/${id}/votes`, {}, bearer(await make(good)))).status).toBe(201);
  });

  it("[S21] two secrets are good at a time, for rotation; a revoked one is refused on the next request", async () => {
    const { workspace, path, secret: first } = await signedBoard();
    const secrets = `/api/v1/workspaces/${workspace}/signing-secrets`;
    const second = await makeSecret(workspace);
    expect(first.secret).toMatch(/^gss_[\w-]{43}$/u);
    expect((await call("POST", secrets, undefined, OPERATOR)).body.code).toBe("LIMIT_REACHED");
    const listed = await call("GET", secrets, undefined, OPERATOR);
    expect(listed.body.map((one: { id: string }) => one.id).toSorted()).toEqual([first.id, second.id].toSorted());
    expect(JSON.stringify(listed.body)).not.toContain(first.secret);
    const id = await post(path, "One");
    const vote = async (secret: typeof first, sub: string) =>
      call("POST", `${path}/feedback/${id}/votes`, {}, bearer(await identity(secret, workspace, sub)));
    expect([(await vote(first, "a")).status, (await vote(second, "b")).status]).toEqual([201, 201]);
    expect((await call("DELETE", `${secrets}/${first.id}`, undefined, OPERATOR)).status).toBe(204);
    expect([(await vote(first, "c")).status, (await vote(second, "d")).status]).toEqual([401, 201]);
    expect((await call("DELETE", `${secrets}/${first.id}`, undefined, OPERATOR)).body.code).toBe(
      "SIGNING_SECRET_NOT_FOUND",
    );
    const third = await makeSecret(workspace);
    expect((await vote(third, "e")).status).toBe(201);
  });

  it("[S21] external ids belong to one workspace: the same id elsewhere is somebody else", async () => {
    const here = await signedBoard();
    const there = await signedBoard();
    const id = await post(here.path, "Here");
    await call("POST", `${here.path}/feedback/${id}/votes`, {}, await here.as("ada", { name: "Ada" }));
    // There nobody has vouched for her, and nobody knows what she voted for here.
    const bare = await call("POST", `${there.path}/feedback/${await post(there.path, "There")}/votes`, {
      externalUserId: "ada",
    });
    expect(bare.status).toBe(201);
    expect(await there.people()).toMatchObject([{ external_id: "ada", name: null, verified: 0 }]);
    const lookUp = `${there.path}/votes?ids=${id}`;
    expect((await call("GET", lookUp, undefined, await here.as("ada"))).body.code).toBe("INVALID_TOKEN");
    // Nor does a token of here open what is not there at all: the answer is the same.
    const nowhere = await call("GET", "/api/v1/no-such-workspace/ideas/feedback", undefined, await here.as("ada"));
    expect([nowhere.status, nowhere.body.code]).toEqual([401, "INVALID_TOKEN"]);
  });

  it("[S21] where a workspace requires it, a bare id gets 401 over REST and sockets, a signed one does not", async () => {
    const { path, as, secret, workspace, settings } = await signedBoard();
    const id = await post(path, "One");
    expect((await settings({ requireIdentity: true })).status).toBe(200);
    const votes = `${path}/feedback/${id}/votes`;
    const bare = { externalUserId: "bob" };
    for (const [method, where, body] of [
      ["POST", votes, bare],
      ["DELETE", votes, bare],
      ["POST", `${path}/feedback`, { title: "Bare", ...bare }],
      ["POST", `${path}/feedback`, { title: "Nobody" }],
      ["GET", `${path}/votes?ids=${id}&externalUserId=bob`, undefined],
    ] as const) {
      const answer = await call(method, where, body);
      expect([answer.status, answer.body.code], `${method} ${where}`).toEqual([401, "UNAUTHENTICATED"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /u);
    }
    expect((await call("GET", `${path}/feedback`)).status).toBe(200);
    const watcher = await Peer.open(path, "?externalUserId=bob");
    watcher.send({ type: "hello", since: null });
    watcher.send({ type: "vote", requestId: "1", feedbackId: id });
    await watcher.until(({ frames }) => frames.length === 2);
    expect(watcher.frames[1]).toMatchObject({ type: "error", requestId: "1", code: "UNAUTHENTICATED" });
    expect((await call("POST", votes, {}, await as("bob"))).status).toBe(201);
    const signed = await socket(path, await identity(secret, workspace, "cleo"));
    signed.send({ type: "vote", requestId: "2", feedbackId: id });
    await signed.until(({ frames }) => frames.some(({ type }) => type === "ack"));
  });

  it("[S21] never grants a staff role, whatever it claims: every endpoint of a team refuses it, and changes nothing", async () => {
    const { workspace, path, as } = await signedBoard();
    const id = await post(path, "One");
    const roles = ROLES.map((role) => ({ role, roles: ROLES, scope: "configure", scopes: ["configure"], admin: true }));
    const endpoints = ENDPOINTS.filter(({ who }) =>
      [
        "internal.read",
        "behalf.act",
        "feedback.moderate",
        "workspace.configure",
        "team.manage",
        "workspace.own",
      ].includes(who),
    );
    expect(endpoints.length).toBeGreaterThan(15);
    for (const claims of roles) {
      const token = await as("eve", claims);
      for (const endpoint of endpoints) {
        const { method, path: where } = endpoint;
        const address = `/api/v1${where}`
          .replace(":workspace", workspace)
          .replace(":board", "ideas")
          .replaceAll(/:\w+/gu, String(id));
        const answer = await call(method, address, fittingBody(endpoint), token);
        expect([answer.status, answer.body.code], `${method} ${address}`).toEqual([403, "FORBIDDEN"]);
      }
      const moderated = await call("PATCH", `${path}/feedback/${id}`, { status: "planned" }, token);
      expect(moderated.status).toBe(403);
      const weighted = await call("POST", `${path}/feedback/${id}/votes`, { weight: 1_000 }, token);
      expect(weighted.body).toMatchObject({ code: "FORBIDDEN", errors: [{ path: "weight" }] });
      const behalf = await call("POST", `${path}/feedback/${id}/votes`, { externalUserId: "ada" }, token);
      expect(behalf.body).toMatchObject({ code: "FORBIDDEN", errors: [{ path: "externalUserId" }] });
    }
    expect((await call("GET", `${path}/feedback/${id}`)).body).toMatchObject({ status: "open", voteCount: 0 });
    expect((await call("GET", `/api/v1/workspaces/${workspace}`)).body).toMatchObject({ name: "Test" });
  });

  it("[S21] a bare id does nothing for somebody who came signed, and sees nothing of theirs", async () => {
    const { path, as } = await signedBoard();
    const id = await post(path, "One");
    const votes = `${path}/feedback/${id}/votes`;
    const ada = { externalUserId: "ada" };
    expect((await call("POST", votes, ada)).status).toBe(201);
    expect((await call("POST", votes, {}, await as("ada"))).status).toBe(200);
    for (const [method, where, body] of [
      ["POST", votes, ada],
      ["DELETE", votes, ada],
      ["POST", `${path}/feedback`, { title: "Not hers", ...ada }],
      ["GET", `${path}/votes?ids=${id}&externalUserId=ada`, undefined],
    ] as const) {
      expect((await call(method, where, body)).body.code, `${method} ${where}`).toBe("UNAUTHENTICATED");
    }
    const peer = await Peer.open(path, "?externalUserId=ada");
    peer.send({ type: "unvote", requestId: "1", feedbackId: id });
    await peer.until(({ frames }) => frames.length === 1);
    expect(peer.frames[0]).toMatchObject({ type: "error", code: "UNAUTHENTICATED" });
    // The team may act for her.
    expect((await call("DELETE", votes, ada, OPERATOR)).body).toMatchObject({ voted: false, voteCount: 0 });
    for (const reserved of ["account:ada", "account:"]) {
      const refused = await call("POST", votes, { externalUserId: reserved });
      expect([refused.status, refused.body.errors[0].path]).toEqual([400, "externalUserId"]);
    }
  });

  it("[S21] the weight that it carries is its vote's, and moves with it", async () => {
    const { path, as } = await signedBoard();
    const votes = `${path}/feedback/${await post(path, "One")}/votes`;
    expect((await call("POST", votes, {}, await as("ada", { weight: 50 }))).body.voteCount).toBe(50);
    expect((await call("POST", votes, { weight: 50 }, await as("ada", { weight: 50 }))).body.voteCount).toBe(50);
    expect((await call("POST", votes, {}, await as("ada", { weight: 7 }))).body.voteCount).toBe(7);
    expect((await call("POST", votes, {}, await as("ada"))).body.voteCount).toBe(7);
    expect((await call("POST", votes, { weight: 51 }, await as("ada", { weight: 50 }))).body.code).toBe("FORBIDDEN");
    expect((await call("POST", votes, { weight: 2 }, await as("bob"))).body.code).toBe("FORBIDDEN");
    expect((await call("DELETE", votes, {}, await as("ada"))).body.voteCount).toBe(0);
  });
});

describe("a signed identity's socket", () => {
  it("[S21] votes as its person; a refused identity opens and closes with 1008 and a reason", async () => {
    const { workspace, path, secret, stub } = await signedBoard();
    const id = await post(path, "One");
    const token = await identity(secret, workspace, "ada", { weight: 3 });
    const peer = await socket(path, token, "?externalUserId=bob");
    peer.send({ type: "vote", requestId: "1", feedbackId: id, externalUserId: "ada" });
    peer.send({ type: "vote", requestId: "2", feedbackId: id, externalUserId: "bob" });
    await peer.until(({ frames }) => frames.length === 2);
    expect(peer.frames).toMatchObject([
      { type: "ack", requestId: "1", voteCount: 3, voted: true },
      { type: "error", requestId: "2", code: "FORBIDDEN" },
    ]);
    const nowhere = uniqueSlug();
    expect(await closed(await socket(`/api/v1/${nowhere}/ideas`, token))).toMatchObject({ reason: "identity refused" });
    await call("POST", `/api/v1/${nowhere}/ideas/feedback`, { title: "Opens nothing" }, bearer(token));
    const tables = await runInDurableObject(env.WORKSPACE.getByName(nowhere), (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name not like '\\_cf%' escape '\\'").toArray(),
    );
    expect(tables).toEqual([]);
    for (const wrong of ["no.t.oken", await forge("wrong", HEADER, claimsOf(workspace, "ada"))]) {
      expect(await closed(await socket(path, wrong))).toEqual({ code: 1008, reason: "identity refused" });
    }
    // The token is not kept with the socket: what it said is.
    const kept = await runInDurableObject(stub, (_, state) =>
      state.getWebSockets().map((one) => JSON.stringify(one.deserializeAttachment())),
    );
    expect(kept.join()).toContain('"externalId":"ada"');
    expect(kept.join()).not.toContain(token.split(".")[2]);
  });

  it("[S21] nobody takes a known person's five sockets with their bare id", async () => {
    const { workspace, path, secret } = await signedBoard();
    await Promise.all(Array.from({ length: 5 }, () => Peer.open(path, "?externalUserId=ada")));
    const peer = await socket(path, await identity(secret, workspace, "ada"));
    peer.send({ type: "hello", since: null });
    await peer.until(({ frames }) => frames.length === 1);
    expect(peer.closed).toBeNull();
  });

  it("[S21] it goes on watching a public board when the identity ends, but its next vote closes it", async () => {
    const { workspace, path, secret } = await signedBoard();
    const id = await post(path, "One");
    const token = await identity(secret, workspace, "ada", { iat: seconds() - 3_000, exp: seconds() + 2 });
    const peer = await socket(path, token);
    peer.send({ type: "hello", since: null });
    peer.send({ type: "vote", requestId: "1", feedbackId: id });
    await peer.until(({ frames }) => frames.some(({ type }) => type === "ack"));
    await scheduler.wait(2_100);
    expect(peer.closed).toBeNull();
    peer.send({ type: "unvote", requestId: "2", feedbackId: id });
    expect(await closed(peer)).toEqual({ code: 1008, reason: "identity ended" });
    expect((await call("GET", `${path}/feedback/${id}`)).body.voteCount).toBe(1);
  });

  it("[S21] a revoked secret closes the sockets of those whom it vouched for, within a second", async () => {
    const { workspace, path, secret } = await signedBoard();
    const second = await makeSecret(workspace);
    const [ada, bob] = [
      await socket(path, await identity(secret, workspace, "ada")),
      await socket(path, await identity(second, workspace, "bob")),
    ];
    const startedAt = Date.now();
    await call("DELETE", `/api/v1/workspaces/${workspace}/signing-secrets/${secret.id}`, undefined, OPERATOR);
    expect(await closed(ada)).toEqual({ code: 1008, reason: "identity ended" });
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    expect(bob.closed).toBeNull();
  });
});

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The character whose first four bits are the same. */
function siblingOf(char = "A"): string {
  return ALPHABET.charAt(ALPHABET.indexOf(char) ^ 1);
}
