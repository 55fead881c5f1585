/**
 * What becomes of sign-ins while the shard that counts their visitor is slow, or broken: by real means, on the real objects. Argon2 is replaced by something quick. Ids are those of
 * test/SPEC.md.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { QUOTAS } from "../../src/domain/rate-limits.ts";
import { shardOf } from "../../src/edge/admit-visitor.ts";
import { LIMITER_TIMEOUT_MS } from "../../src/limits.ts";
import { setLogLevel } from "../../src/log.ts";
import { AUTH, callWith, PASSWORD, startWith, uniqueEmail } from "../support/accounts.ts";
import { type Answer, board, call, ORIGIN, post } from "../support/workerd.ts";
import { fromNewAddress } from "./quota-user.ts";

type Hash = (password: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>;
const hashing = vi.hoisted(() => vi.fn<Hash>());
vi.mock("@noble/hashes/argon2.js", () => ({ argon2idAsync: hashing }));
// A mock that is loaded for the first time throws inside workerd (it has no `asyncLocalStorage.disable`), and is there the second time.
beforeAll(() => import("@noble/hashes/argon2.js").then(String, String));
beforeAll(() => {
  hashing.mockImplementation((password) =>
    crypto.subtle.digest("SHA-256", password).then((hash) => new Uint8Array(hash)),
  );
});
afterAll(() => vi.restoreAllMocks());
afterEach(async () => {
  setLogLevel("off");
  // So that no test leaves a shard behind that is still held up.
  await Promise.all(blocked.splice(0));
});

const blocked: Promise<unknown>[] = [];
/** How long a shard is held up: longer than one try, and than all of them together. */
const SLOW_MS = 1_500;
/** It is held up by then. */
const BEGUN_MS = 50;
const VERY_SLOW_MS = 5_000;
const PROVIDER = { GITHUB_CLIENT_ID: "client", GITHUB_CLIENT_SECRET: "secret" };
const LIMIT = QUOTAS.login.limit;

type Visitor_ = { readonly headers: Record<string, string>; readonly stub: ReturnType<typeof env.VISITOR.getByName> };
const used = new Set<string>();

/** An address whose shard no other test here has. */
function newVisitor(): Visitor_ {
  for (;;) {
    const headers = fromNewAddress();
    const shard = shardOf({ request: new Request(ORIGIN, { headers }), idempotency: null }) ?? "";
    if (used.has(shard)) continue;
    used.add(shard);
    return { headers, stub: env.VISITOR.getByName(shard) };
  }
}

const WAYS: Record<string, (visitor: Visitor_, ms: number) => Promise<void>> = {
  slow: async ({ stub }, ms) => {
    // Answers only when it is over.
    blocked.push(runInDurableObject(stub, (_, state) => void state.blockConcurrencyWhile(() => scheduler.wait(ms))));
    await scheduler.wait(BEGUN_MS);
  },
  broken: async ({ stub }) => {
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("drop table rate_limits");
    });
  },
};

const logIn = ({ headers }: Visitor_, more: Record<string, string> = {}): Promise<Answer> =>
  call("POST", `${AUTH}/login`, { email: uniqueEmail("nobody"), password: PASSWORD }, { ...headers, ...more });

async function timed<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const startedAt = performance.now();
  const result = await run();
  return { result, ms: performance.now() - startedAt };
}

describe.each(Object.entries(WAYS))("the visitors' limiter is %s", (way, harm) => {
  it("[S24] signing in goes on by the isolate's own count, then is told to come again", async () => {
    const visitor = newVisitor();
    await harm(visitor, VERY_SLOW_MS);
    for (let n = 0; n < LIMIT; n++) expect((await logIn(visitor)).body.code).toBe("INVALID_CREDENTIALS");
    hashing.mockClear();
    const refused = await logIn(visitor);
    expect(refused.body).toMatchObject({ status: 503, code: "OVERLOADED" });
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(QUOTAS.login.windowSeconds / LIMIT);
    expect(refused.headers.get("x-ratelimit-limit")).toBeNull();
    expect(hashing).not.toHaveBeenCalled();
    // Nobody else is refused with them.
    expect((await logIn(newVisitor())).body.code).toBe("INVALID_CREDENTIALS");
  });

  it("[S24] nobody waits longer for it than that, and sign-ins with a provider go on, too", async () => {
    const visitor = newVisitor();
    await harm(visitor, SLOW_MS);
    const start = () => startWith(PROVIDER, "GET", `${AUTH}/github/initiate`, undefined, visitor.headers);
    const { result, ms } = await timed(start);
    expect(result.answer.status).toBe(200);
    expect(ms).toBeLessThan(SLOW_MS - BEGUN_MS);
    if (way === "slow") expect(ms).toBeGreaterThanOrEqual(LIMITER_TIMEOUT_MS - 10);
  });

  it("[S24] public reads, and votes, do not ask it", async () => {
    const visitor = newVisitor();
    const { path } = await board();
    const id = await post(path, "One");
    await harm(visitor, SLOW_MS);
    const asked = vi.spyOn(env.VISITOR, "getByName");
    const read = await call("GET", `${path}/feedback`, undefined, visitor.headers);
    const vote = await call("POST", `${path}/feedback/${String(id)}/votes`, { externalUserId: "u" }, visitor.headers);
    expect([read.status, vote.status]).toEqual([200, 201]);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it("[S24] a request with an Idempotency-Key goes on as well, and opens one account", async () => {
    const visitor = newVisitor();
    await harm(visitor, SLOW_MS);
    const body = { email: uniqueEmail(), password: PASSWORD };
    const key = { "idempotency-key": crypto.randomUUID() };
    const register = () => call("POST", `${AUTH}/register`, body, { ...visitor.headers, ...key });
    const first = await register();
    expect(first.status).toBe(201);
    // What was claimed before the shard got slow may still be claimed; whatever is said, it is no second account and no "taken".
    const second = await register();
    expect([201, 409]).toContain(second.status);
    if (second.status === 409) expect(second.body.code).toBe("IDEMPOTENCY_IN_PROGRESS");
    else expect(second.body.user).toEqual(first.body.user);
  });

  it("[S24] one line in the log for each, without who it was", async () => {
    const visitor = newVisitor();
    await harm(visitor, SLOW_MS);
    setLogLevel("warn");
    const lines: string[] = [];
    const print = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    await callWith(
      { LOG_LEVEL: "warn" },
      "POST",
      `${AUTH}/login`,
      { email: uniqueEmail(), password: PASSWORD },
      visitor.headers,
    );
    print.mockRestore();
    const faults = lines.filter((line) => line.includes('"where":"Visitor'));
    expect(faults).toHaveLength(1);
    expect(lines.join("\n")).not.toContain(visitor.headers["cf-connecting-ip"]);
  });
});
