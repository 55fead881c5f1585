/** What comes after a limit was reached, or after a right ended: who goes on is cut off, and nobody else pays for it. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ListFeedback } from "../../src/protocol/rest/feedback.ts";
import { Clock } from "../model/clock.ts";
import { StatementFault } from "../object/fault-injection.ts";
import { account, AUTH, bearer as signedInAs, PASSWORD } from "../support/accounts.ts";
import { bearer, part } from "../support/identity.ts";
import { call, callAs, OPERATOR, Peer, post } from "../support/workerd.ts";
import { atOnce, fromNewAddress, limitedBoard, newPerson, tally, vote } from "./quota-user.ts";

/** As sockets.ts has it. */
const REFUSED_VOTES_MAX = 20;

const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());
afterEach(() => vi.restoreAllMocks());

describe("sockets that go on", () => {
  it("[S36] votes after the limit: so many are told to wait, and the next one closes with 1008", async () => {
    const limit = 5;
    const { path } = await limitedBoard({ "vote-person": limit });
    const feedbackId = await post(path, "Dark mode");
    const peer = await Peer.open(path, "", fromNewAddress());
    const externalUserId = newPerson();
    for (let n = 0; n < 200 && peer.closed === null; n++) {
      // Slow enough for the number of messages, too fast for the votes.
      clock.advance(50);
      peer.send({ type: "vote", requestId: String(n), feedbackId, externalUserId });
      await peer.until(({ frames, closed }) => frames.length > n || closed !== null);
    }
    expect(tally(peer.frames.map(({ type }) => type))).toEqual({ ack: limit, error: REFUSED_VOTES_MAX });
    expect(peer.closed).toEqual({ code: 1008, reason: "votes go on although the limit is reached" });
  });

  it("[S36] a vote that is let through in between: the count of refused ones begins again", async () => {
    const { path } = await limitedBoard({ "vote-person": 1 });
    const feedbackId = await post(path, "Dark mode");
    const peer = await Peer.open(path, "", fromNewAddress());
    const externalUserId = newPerson();
    let sent = 0;
    const send = async (times: number) => {
      for (let n = 0; n < times; n++) {
        clock.advance(50);
        sent += 1;
        peer.send({ type: "vote", requestId: String(sent), feedbackId, externalUserId });
        await peer.until(({ frames, closed }) => frames.length === sent || closed !== null);
      }
    };
    for (let round = 0; round < 3; round++) {
      await send(1 + REFUSED_VOTES_MAX);
      clock.advance(60_000);
    }
    expect(tally(peer.frames.map(({ type }) => type))).toEqual({ ack: 3, error: 3 * REFUSED_VOTES_MAX });
    expect(peer.closed).toBeNull();
  });

  it("[S36] hellos after the first one count as reading, and whoever has none left is closed with 1008", async () => {
    const { path } = await limitedBoard({ read: 3 });
    const ours = fromNewAddress();
    const peer = await Peer.open(path, "", ours);
    const hello = async (since: number | null) => {
      // Far apart enough for the number of messages.
      clock.advance(1_000);
      const before = peer.frames.length;
      peer.send({ type: "hello", since });
      await peer.until(({ frames, closed }) => frames.length >= before + (since === null ? 1 : 3) || closed !== null);
    };
    await hello(null);
    const [welcome] = peer.frames;
    if (welcome?.type !== "welcome") throw new Error(JSON.stringify(peer.frames));
    await post(path, "Dark mode");
    await peer.until(({ frames }) => frames.length === 2);
    for (let n = 0; n < 10 && peer.closed === null; n++) await hello(welcome.seq);
    expect(peer.closed?.code).toBe(1008);
    // Opening it and its first hello are one reading; two more were left.
    expect(tally(peer.frames.map(({ type }) => type))).toEqual({ welcome: 4, feedback: 3, votes: 2 });
    expect((await call("GET", `${path}/feedback`, undefined, ours)).status).toBe(429);
  });
});

describe("what is left behind", () => {
  it("[S23] own limits of a workspace that was deleted are not those of the next one of its name", async () => {
    const { workspace } = await limitedBoard({ read: 1 });
    expect((await call("DELETE", `/api/v1/workspaces/${workspace}`, undefined, OPERATOR)).status).toBe(204);
    for (let n = 0; n < 5; n++) await runDurableObjectAlarm(env.WORKSPACE.getByName(workspace));
    const made = await call("POST", "/api/v1/workspaces", { slug: workspace, name: "Next" }, OPERATOR);
    expect(made.status).toBe(201);
    const { body } = await call("GET", `/api/v1/workspaces/${workspace}/rate-limits`, undefined, OPERATOR);
    expect(body.find(({ name }: { name: string }) => name === "read")).toMatchObject({ limit: 600, default: 600 });
  });

  it("[S23] a refusal costs whoever comes next no statement more", async () => {
    const { path, stub } = await limitedBoard({ "vote-person": 1 });
    const id = await post(path, "Dark mode");
    const statements = new StatementFault();
    statements.install();
    statements.arm(0);
    const ranBy = async (run: () => Promise<{ readonly ok: boolean }>) => {
      const before = statements.ran;
      const { ok } = await run();
      return { ok, ran: statements.ran - before };
    };
    const query = ListFeedback.parse({});
    const asReader = callAs("anonymous", "board.read", { limit: "read", visitor: "reader" });
    const list = () => ranBy(async () => stub.listFeedback(asReader, "ideas", query));
    const cast = (person: string) => {
      const asVoter = callAs("anonymous", "feedback.write", { limit: "vote", visitor: person });
      return ranBy(async () => stub.castVote(asVoter, "ideas", id, { externalUserId: person }));
    };
    await cast("ada");
    await list();
    await cast(newPerson());
    const quiet = { list: await list(), cast: await cast(newPerson()) };
    expect(quiet).toMatchObject({ list: { ok: true }, cast: { ok: true } });
    expect((await cast("ada")).ok).toBe(false);
    const listed = await list();
    expect((await cast("ada")).ok).toBe(false);
    expect({ list: listed, cast: await cast(newPerson()) }).toEqual(quiet);
  });

  it("[S22] a session's refused refresh holds no other session of the account", async () => {
    const who = await account();
    const { body: other } = await call("POST", `${AUTH}/login`, { email: who.email, password: PASSWORD });
    let { refreshToken } = who;
    const statuses: number[] = [];
    for (let n = 0; n < 32; n++) {
      // The access token comes along, as from an SDK.
      const { status, body } = await call("POST", `${AUTH}/refresh`, { refreshToken }, who.headers);
      statuses.push(status);
      if (status === 200) ({ refreshToken } = body);
    }
    expect(tally(statuses)).toEqual({ 200: 30, 429: 2 });
    const refreshed = await call("POST", `${AUTH}/refresh`, { refreshToken: other.refreshToken }, signedInAs(other));
    expect(refreshed.status).toBe(200);
  });

  it("[S22] a session that was ended uses up nothing of the account's", async () => {
    const who = await account();
    const { body: other } = await call("POST", `${AUTH}/login`, { email: who.email, password: PASSWORD });
    const ended = await call("DELETE", `${AUTH}/sessions`, undefined, signedInAs(other));
    expect(ended.status).toBeLessThan(300);
    const rename = async (headers: Record<string, string>) =>
      (await call("PATCH", "/api/v1/me", { name: "Ada L." }, headers)).status;
    expect(tally(await atOnce(200, () => rename(who.headers)))).toEqual({ 401: 200 });
    expect(await rename(signedInAs(other))).toBe(200);
  });

  it("[S22] a refusal that is given again says nothing of the person whom it was given first", async () => {
    const { path } = await limitedBoard({ "vote-person": 10, "vote-address": 3 });
    const id = await post(path, "Dark mode");
    const ours = fromNewAddress();
    const one = newPerson();
    for (let n = 0; n < 3; n++) expect((await vote(path, id, ours, one)).status).toBeLessThan(300);
    const both = /^"vote-person";r=7;t=\d+, "vote-address";r=0;t=\d+$/u;
    for (let n = 0; n < 2; n++) expect((await vote(path, id, ours, one)).headers.get("ratelimit")).toMatch(both);
    const { status, headers } = await vote(path, id, ours, newPerson());
    expect(status).toBe(429);
    expect(headers.get("ratelimit")).toMatch(/^"vote-address";r=0;t=\d+$/u);
    expect(headers.get("ratelimit-policy")).toBe('"vote-address";q=3;w=60');
  });
});

describe("credentials that are none of ours", () => {
  const KINDS = {
    "API keys": (n: number) => `gsk_${String(n).padStart(43, "x")}`,
    "signed identities": (n: number) => `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: `p${String(n)}` })}.AAAA`,
  };

  it.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
    "[S22] %s that are made up count as reading, by the address; others of it have their own",
    async (kind) => {
      const { path } = await limitedBoard({ read: 5 });
      const ours = fromNewAddress();
      const attempt = async (n: number, from: Record<string, string>) =>
        (await call("GET", `${path}/feedback`, undefined, { ...from, ...bearer(KINDS[kind](n)) })).status;
      expect(tally(await atOnce(50, (n) => attempt(n, ours)))).toEqual({ 401: 5, 429: 45 });
      expect(await attempt(50, fromNewAddress())).toBe(401);
      clock.advance(60_000);
      expect(tally(await atOnce(50, (n) => attempt(n, ours)))).toEqual({ 401: 5, 429: 45 });
    },
  );
});
