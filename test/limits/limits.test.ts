/** What limits count, and whom; what a refusal says and costs; how a count outlives the object. Time moves only when told to. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Workspace } from "../../objects/workspace.ts";
import { LIMITER_PURGE_MS, PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { evict } from "../model/evict.ts";
import { dump, StatementFault } from "../object/fault-injection.ts";
import { bearer } from "../support/identity.ts";
import { board, call, callAs, OPERATOR, ORIGIN, Peer, post } from "../support/workerd.ts";
import { atOnce, fromNewAddress, limitedBoard, newPerson, tally, vote } from "./quota-user.ts";

const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());
afterEach(() => vi.restoreAllMocks());

type Stub = Awaited<ReturnType<typeof board>>["stub"];
const limitRows = (stub: Stub) =>
  runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec("select key, tat from rate_limits order by key").toArray(),
  );
const limiterTask = (stub: Stub) =>
  runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec("select due_at from schedule where task = 'forget-limits'").toArray(),
  );

describe("whose requests are counted together", () => {
  it("[S22] whatever a client says of its address, it is one: 1,000 spoofed headers share one bucket", async () => {
    const { path } = await limitedBoard({ read: 5 });
    const ours = fromNewAddress();
    const statuses = await atOnce(1_000, async (n) => {
      const claimed = `203.0.${String(n >> 8)}.${String(n & 255)}`;
      const spoofed = {
        "x-forwarded-for": claimed,
        "x-real-ip": claimed,
        "true-client-ip": claimed,
        forwarded: `for=${claimed}`,
        "cf-connecting-ipv6": `2001:db8:${n.toString(16)}::1`,
        "x-client-ip": claimed,
      };
      return (await call("GET", `${path}/feedback`, undefined, { ...spoofed, ...ours })).status;
    });
    expect(tally(statuses)).toEqual({ 200: 5, 429: 995 });
    expect((await call("GET", `${path}/feedback`, undefined, fromNewAddress())).status).toBe(200);
  });

  it("[S22] IPv6 addresses of one /64 are one, of two are two", async () => {
    const { path } = await limitedBoard({ read: 5 });
    const read = (address: string) => call("GET", `${path}/feedback`, undefined, { "cf-connecting-ip": address });
    const statuses = await atOnce(30, async (n) => (await read(`2001:db8:77:1::${n.toString(16)}`)).status);
    expect(tally(statuses)).toEqual({ 200: 5, 429: 25 });
    expect((await read("2001:db8:77:2::1")).status).toBe(200);
  });

  it("[S22] an API key is counted by itself, in place of all others; the operator is not counted", async () => {
    const { workspace, path } = await limitedBoard({ read: 1, "api-key": 3 });
    const ours = fromNewAddress();
    const made = await call(
      "POST",
      `/api/v1/workspaces/${workspace}/api-keys`,
      { name: "K", scopes: ["read"] },
      OPERATOR,
    );
    const withKey = { ...ours, ...bearer(made.body.key) };
    const first = await call("GET", `${path}/feedback`, undefined, withKey);
    expect(first.headers.get("ratelimit-policy")).toBe('"api-key";q=3;w=60');
    expect(first.headers.get("x-ratelimit-remaining")).toBe("2");
    const more = await atOnce(5, async () => (await call("GET", `${path}/feedback`, undefined, withKey)).status);
    expect(tally(more)).toEqual({ 200: 2, 429: 3 });
    expect((await call("GET", `${path}/feedback`, undefined, ours)).status).toBe(200);
    expect((await call("GET", `${path}/feedback`, undefined, ours)).status).toBe(429);
    const asOperator = await call("GET", `${path}/feedback`, undefined, { ...ours, ...OPERATOR });
    expect(asOperator.status).toBe(200);
    expect(asOperator.headers.get("ratelimit")).toBeNull();
  });
});

describe("what an answer says", () => {
  it("[S22] how the limits stand, on what passes and on what does not; who waits Retry-After gets through", async () => {
    const { path } = await limitedBoard({ "vote-person": 3, "vote-address": 100 });
    const id = await post(path, "Dark mode");
    const [ours, person] = [fromNewAddress(), newPerson()];
    for (const remaining of [2, 1, 0]) {
      const { status, headers } = await vote(path, id, ours, person);
      expect(status).toBeLessThan(300);
      expect(headers.get("x-ratelimit-limit")).toBe("3");
      expect(headers.get("x-ratelimit-remaining")).toBe(String(remaining));
      expect(headers.get("ratelimit-policy")).toBe('"vote-person";q=3;w=60, "vote-address";q=100;w=60');
    }
    // The second refusal comes from the isolate, and later.
    for (const [waitedMs, seconds] of [
      [0, 20],
      [5_500, 15],
    ] as const) {
      clock.advance(waitedMs);
      const refused = await vote(path, id, ours, person);
      expect(refused.status).toBe(429);
      expect(refused.body).toMatchObject({ code: "RATE_LIMITED", status: 429, title: "Too many requests" });
      expect(refused.headers.get("retry-after")).toBe(String(seconds));
      expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
      const reset = refused.headers.get("x-ratelimit-reset") ?? "";
      expect(Math.abs(Date.parse(reset) - clock.now - (60_000 - waitedMs))).toBeLessThan(10);
      expect(refused.headers.get("ratelimit")).toMatch(
        new RegExp(`^"vote-person";r=0;t=${String(seconds)}, "vote-address";r=97;t=\\d$`, "u"),
      );
    }
    clock.advance(15_000);
    expect((await vote(path, id, ours, person)).status).toBe(200);
    expect((await vote(path, id, ours, person)).status).toBe(429);
  });

  it("[S22] over a socket an error frame with the time to wait; after it the vote is taken", async () => {
    const { path } = await limitedBoard({ "vote-person": 1 });
    const id = await post(path, "Dark mode");
    const peer = await Peer.open(path, "?externalUserId=ada", fromNewAddress());
    peer.send({ type: "vote", requestId: "1", feedbackId: id });
    peer.send({ type: "unvote", requestId: "2", feedbackId: id });
    await peer.until(({ frames }) => frames.length === 2);
    expect(peer.frames).toMatchObject([
      { type: "ack", requestId: "1", voteCount: 1 },
      { type: "error", requestId: "2", code: "RATE_LIMITED", retryAfterSeconds: 60 },
    ]);
    clock.advance(60_000);
    peer.send({ type: "unvote", requestId: "3", feedbackId: id });
    await peer.until(({ frames }) => frames.length === 3);
    expect(peer.frames[2]).toMatchObject({ type: "ack", requestId: "3", voteCount: 0 });
  });

  it("[S22] a socket that may not be opened is told when to come back", async () => {
    const { path } = await limitedBoard({ read: 1 });
    const ours = fromNewAddress();
    await Peer.open(path, "", ours);
    const headers = { upgrade: "websocket", "sec-websocket-protocol": "groundswell.v1", ...ours };
    const refused = await call("GET", `${path}/live`, undefined, headers);
    expect(refused).toMatchObject({ status: 429, body: { code: "RATE_LIMITED" } });
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(refused.headers.get("ratelimit")).toBe('"read";r=0;t=60');
    const upgrades = vi.spyOn(Workspace.prototype, "fetch");
    expect((await call("GET", `${path}/live`, undefined, headers)).status).toBe(429);
    expect(upgrades).not.toHaveBeenCalled();
  });

  it("[S22] a form is shown again, in words, with what was typed and the time to wait", async () => {
    const { workspace } = await limitedBoard({ "feedback-create-person": 1, "vote-person": 1 });
    const page = `/w/${workspace}/ideas`;
    const submit = async (path: string, fields: string, headers: Record<string, string>) => {
      const type = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN };
      const init = { method: "POST", redirect: "manual" as const, headers: { ...type, ...headers }, body: fields };
      const response = await exports.default.fetch(`${ORIGIN}${path}`, init);
      return { status: response.status, headers: response.headers, body: await response.text() };
    };
    const own = fromNewAddress();
    const first = await submit(page, "title=First+idea", own);
    expect(first.status).toBe(303);
    const cookie = (first.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
    const again = await submit(page, "title=Second+idea", { ...own, cookie });
    expect(again.status).toBe(429);
    expect(again.headers.get("retry-after")).toBe("60");
    expect(again.headers.get("content-type")).toContain("text/html");
    expect(again.body).toContain("a little too often. Please try again in 60 seconds.");
    expect(again.body).toContain('value="Second idea"');
    const votes = `${page}/1/vote`;
    expect((await submit(votes, "action=vote", { ...own, cookie })).status).toBe(303);
    const refused = await submit(votes, "action=unvote", { ...own, cookie });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(refused.body).toContain("Please try again in 60 seconds.");
    // Somebody else at the same address is held neither by this person's quota nor by the memory of it.
    expect((await submit(votes, "action=vote", own)).status).toBe(303);
  });
});

describe("what a refusal costs", () => {
  it("[S23] the object one row read, for its log line; the disk nothing", async () => {
    const { path, stub } = await limitedBoard({ "vote-person": 2 });
    const id = await post(path, "Dark mode");
    const asAda = callAs("anonymous", "feedback.write", { limit: "vote", visitor: "somebody" });
    const cast = () => stub.castVote(asAda, "ideas", id, { externalUserId: "ada" });
    await cast();
    await cast();
    const before = await runInDurableObject(stub, (_, { storage }) => dump(storage));
    const statements = new StatementFault();
    statements.install();
    statements.arm(0);
    for (let n = 0; n < 20; n++) expect(await cast()).toMatchObject({ ok: false, error: { code: "RATE_LIMITED" } });
    expect(statements.ran).toBeLessThanOrEqual(20);
    expect(await runInDurableObject(stub, (_, { storage }) => dump(storage))).toEqual(before);
  });

  it("[S23] after the first, nobody is asked until it is over; nobody else is held", async () => {
    const { path } = await limitedBoard({ "vote-person": 2, read: 2 });
    const id = await post(path, "Dark mode");
    const [ours, person] = [fromNewAddress(), newPerson()];
    const casts = vi.spyOn(Workspace.prototype, "castVote");
    for (let n = 0; n < 10; n++) await vote(path, id, ours, person);
    expect(casts).toHaveBeenCalledTimes(3);
    expect((await vote(path, id, ours, newPerson())).status).toBe(201);
    clock.advance(30_000);
    expect((await vote(path, id, ours, person)).status).toBe(200);
    const reads = vi.spyOn(Workspace.prototype, "listFeedback");
    const statuses = [];
    for (let n = 0; n < 10; n++) statuses.push((await call("GET", `${path}/feedback`, undefined, ours)).status);
    expect(tally(statuses)).toEqual({ 200: 2, 429: 8 });
    expect(reads).toHaveBeenCalledTimes(3);
  });
});

describe("what is counted", () => {
  it("[S23] a write's count outlives the object; a read's is held in memory only", async () => {
    const { path, stub } = await limitedBoard({ "vote-person": 5, read: 5 });
    const id = await post(path, "Dark mode");
    const [ours, person] = [fromNewAddress(), newPerson()];
    for (let n = 0; n < 3; n++) expect((await vote(path, id, ours, person)).status).toBeLessThan(300);
    for (let n = 0; n < 3; n++) await call("GET", `${path}/feedback`, undefined, ours);
    expect(await limitRows(stub)).toHaveLength(2);
    expect(await evict(stub, "close")).toBe(true);
    const [votes, reads] = [[], []] as [number[], number[]];
    for (let n = 0; n < 8; n++) {
      votes.push((await vote(path, id, ours, person)).status);
      reads.push((await call("GET", `${path}/feedback`, undefined, ours)).status);
    }
    expect(tally(votes)).toEqual({ 200: 2, 429: 6 });
    expect(tally(reads)).toEqual({ 200: 5, 429: 3 });
  });

  it("[S23] a command that is refused for another reason was counted, in memory: its row was rolled back with it", async () => {
    const { path, stub } = await limitedBoard({ "vote-person": 3 });
    await post(path, "Dark mode");
    const [ours, person] = [fromNewAddress(), newPerson()];
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await vote(path, 999, ours, person)).status);
    expect(statuses).toEqual([404, 404, 404, 429, 429]);
    expect(await limitRows(stub)).toEqual([]);
  });

  it("[S23] whichever statement of a counted write fails, no row is left, and the alarm that forgets rows still comes", async () => {
    const { path, stub } = await board();
    const id = await post(path, "Dark mode");
    const fault = new StatementFault();
    fault.install();
    const key = crypto.randomUUID();
    let failures = 0;
    for (let failAt = 1; ; failAt++) {
      expect(failAt).toBeLessThan(60);
      fault.arm(failAt);
      // The key has statements follow that of the limiter.
      const { status } = await vote(path, id, { "cf-connecting-ip": "192.0.2.1", "idempotency-key": key }, "ada");
      fault.arm(0);
      if (status === 201) break;
      failures += 1;
      expect(status, `statement ${String(failAt)}`).toBe(500);
      expect(await limitRows(stub), `statement ${String(failAt)}`).toEqual([]);
      expect(await limiterTask(stub), `statement ${String(failAt)}`).toEqual([]);
    }
    expect(failures).toBeGreaterThan(5);
    expect(await limitRows(stub)).toHaveLength(2);
    expect(await limiterTask(stub)).toEqual([{ due_at: clock.now + LIMITER_PURGE_MS }]);
  });

  it("[S23] rows that count nothing any more go by alarm, in slices, until none is left", async () => {
    const { path, stub } = await board();
    const id = await post(path, "Dark mode");
    await vote(path, id, fromNewAddress(), newPerson());
    await runInDurableObject(stub, (_, { storage }) => {
      for (let n = 0; n < 1_200; n++)
        storage.sql.exec(
          "insert into rate_limits (key, tat) values (?, ?)",
          `vote-person|p:${String(n)}`,
          clock.now + n,
        );
    });
    expect(await limiterTask(stub)).toHaveLength(1);
    const left = [];
    clock.advance(LIMITER_PURGE_MS);
    // One of somebody who is still counted.
    const [ours, person] = [fromNewAddress(), newPerson()];
    await vote(path, id, ours, person);
    for (let n = 0; n < 3; n++) {
      await runDurableObjectAlarm(stub);
      left.push((await limitRows(stub)).length);
    }
    expect(left).toEqual([1_204 - PURGE_ROWS_PER_SLICE, 1_204 - 2 * PURGE_ROWS_PER_SLICE, 2]);
    expect(await limiterTask(stub)).toEqual([{ due_at: clock.now + LIMITER_PURGE_MS }]);
    clock.advance(LIMITER_PURGE_MS);
    await runDurableObjectAlarm(stub);
    expect(await limitRows(stub)).toEqual([]);
    expect(await limiterTask(stub)).toEqual([]);
    await vote(path, id, ours, person);
    expect(await limiterTask(stub)).toHaveLength(1);
  });
});
