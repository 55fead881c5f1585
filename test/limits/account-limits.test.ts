/**
 * Limits of signing in and of accounts over the API and over the console's forms, with the table's own quotas. Time stands still but where a test moves it. Argon2 is replaced by something
 * quick: what is counted is what it would cost. Ids are those of test/SPEC.md.
 */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { QUOTAS, type QuotaName } from "../../src/domain/rate-limits.ts";
import { shardOf } from "../../src/edge/admit-visitor.ts";
import { visitorOf } from "../../src/edge/visitor.ts";
import { LIMITER_TIMEOUT_MS } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { AUTH, bearer, callWith, PASSWORD, TestBrowser, uniqueEmail } from "../support/accounts.ts";
import { type Answer, board, call, ORIGIN, uniqueSlug } from "../support/workerd.ts";
import { atOnce, fromNewAddress, tally } from "./quota-user.ts";

type Hash = (password: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>;
const hashing = vi.hoisted(() => vi.fn<Hash>());
vi.mock("@noble/hashes/argon2.js", () => ({ argon2idAsync: hashing }));
// A mock that is loaded for the first time throws inside workerd (it has no `asyncLocalStorage.disable`), and is there the second time.
beforeAll(() => import("@noble/hashes/argon2.js").then(String, String));

const clock = new Clock();
const realTimeout = globalThis.setTimeout;
beforeAll(() => {
  clock.install();
  // On a machine that is busy the shard may be late: here it is the shard that is to count. slow-limiter.test.ts has the other case.
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms?: number) =>
    realTimeout(run, ms === LIMITER_TIMEOUT_MS ? PATIENCE_MS : ms)) as typeof setTimeout);
  hashing.mockImplementation(
    async (password, salt) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([...password, ...salt]))),
  );
});
afterAll(() => {
  clock.restore();
  vi.restoreAllMocks();
});

const PATIENCE_MS = 30_000;

type Headers_ = Record<string, string>;
type Ask = (headers: Headers_) => Promise<Answer>;

const PROVIDER = { GITHUB_CLIENT_ID: "client", GITHUB_CLIENT_SECRET: "secret" };
const LINK = `${btoa("nobody@example.com").replaceAll("=", "")}.${"A".repeat(43)}`;
const logIn: Ask = (headers) =>
  call("POST", `${AUTH}/login`, { email: uniqueEmail("nobody"), password: PASSWORD }, headers);

/** What a visitor may ask, and what it is answered when it is let through. */
const VISITORS: readonly (readonly [QuotaName, number, Ask])[] = [
  ["login", 401, logIn],
  [
    "register",
    201,
    (headers) => call("POST", `${AUTH}/register`, { email: uniqueEmail(), password: PASSWORD }, headers),
  ],
  ["oauth-start", 200, (headers) => callWith(PROVIDER, "GET", `${AUTH}/github/initiate`, undefined, headers)],
  ["mailed-link", 400, (headers) => call("POST", `${AUTH}/email/verify`, { token: LINK }, headers)],
  ["mail-request", 202, (headers) => call("POST", `${AUTH}/password/reset`, { email: uniqueEmail("nobody") }, headers)],
];

/** Ten times the quota at once: exactly the quota passes, and the headers count it down. */
async function expectExact(name: QuotaName, status: number, ask: () => Promise<Answer>): Promise<void> {
  const { limit, windowSeconds } = QUOTAS[name];
  const answers = await atOnce(10 * limit, ask);
  expect(tally(answers.map((answer) => answer.status))).toEqual({ [status]: limit, 429: 9 * limit });
  const through = answers.filter((answer) => answer.status !== 429);
  const left = through.map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
  expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: limit }, (_, n) => n));
  const interval = windowSeconds / limit;
  for (const { headers, body, status: given } of answers) {
    expect(headers.get("x-ratelimit-limit")).toBe(String(limit));
    expect(headers.get("ratelimit-policy")).toBe(`"${name}";q=${String(limit)};w=${String(windowSeconds)}`);
    expect(headers.get("ratelimit")).toMatch(new RegExp(`^"${name}";r=\\d+;t=\\d+$`, "u"));
    if (given !== 429) continue;
    expect(body.code).toBe("RATE_LIMITED");
    expect(headers.get("retry-after")).toBe(String(interval));
    expect(headers.get("x-ratelimit-reset")).toBe(new Date(clock.now + windowSeconds * 1_000).toISOString());
  }
  clock.advance(interval * 1_000);
  expect((await ask()).status).toBe(status);
  expect((await ask()).status).toBe(429);
}

describe("people who are nobody yet", () => {
  it.each(VISITORS)(
    "[S22] %s, by address: exactly the quota, whatever else the client claims",
    async (name, status, ask) => {
      const headers = fromNewAddress();
      let claims = 0;
      await expectExact(name, status, () => {
        claims += 1;
        return ask({
          ...headers,
          "x-forwarded-for": `192.0.2.${String(claims)}`,
          "x-real-ip": `10.9.8.${String(claims)}`,
        });
      });
      expect((await ask(fromNewAddress())).status).toBe(status);
    },
  );

  it("[S22] an IPv6 subscriber is one visitor, whichever of its addresses it uses", async () => {
    const { limit } = QUOTAS.login;
    const answers = await atOnce(10 * limit, (n) =>
      logIn({ "cf-connecting-ip": `2001:db8:1:2:${n.toString(16)}::${(n + 1).toString(16)}` }),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual({ 401: limit, 429: 9 * limit });
    expect((await logIn({ "cf-connecting-ip": "2001:db8:1:3::1" })).status).toBe(401);
  });

  it("[S22] over the quota nothing is hashed, no account is opened and no sign-in begins", async () => {
    for (const [name, , ask] of VISITORS.slice(0, 3)) {
      const headers = fromNewAddress();
      for (let n = 0; n < QUOTAS[name].limit; n++) await ask(headers);
      hashing.mockClear();
      const refused = await ask(headers);
      expect(refused.status, name).toBe(429);
      expect(refused.headers.getSetCookie()).toEqual([]);
      expect(hashing).not.toHaveBeenCalled();
    }
  });

  it("[S23] one row for each counted thing; refusals write nothing, and ask no shard", async () => {
    const headers = fromNewAddress();
    const request = new Request(ORIGIN, { headers });
    const stub = env.VISITOR.getByName(shardOf({ request, idempotency: null }) ?? "");
    const rows = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("select * from rate_limits where key like ?", `%${visitorOf(request) ?? ""}`).toArray(),
      );
    for (let n = 0; n < QUOTAS.login.limit; n++) await logIn(headers);
    const before = await rows();
    expect(before).toHaveLength(1);
    expect((await logIn(headers)).status).toBe(429);
    const asked = vi.spyOn(env.VISITOR, "getByName");
    for (let n = 0; n < 20; n++) expect((await logIn(headers)).status).toBe(429);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
    expect(await rows()).toEqual(before);
  });

  it("[S22] the console's form and the API count together, each request once, by the browser's address", async () => {
    const headers = fromNewAddress();
    const form = () =>
      exports.default.fetch(`${ORIGIN}/console/sign-in`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
        body: new URLSearchParams({ email: uniqueEmail("nobody"), password: PASSWORD }).toString(),
      });
    expect((await form()).status).toBe(400);
    expect((await logIn(headers)).headers.get("x-ratelimit-remaining")).toBe("3");
    for (let n = 0; n < 3; n++) expect((await form()).status).toBe(400);
    const refused = await form();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("180");
    expect(await refused.text()).toContain("Too many attempts. Please wait 3 minutes and try again.");
    expect((await logIn(headers)).status).toBe(429);
  });

  it("[S22] coming back from a provider counts, too, and is told by a redirect that uses nothing up", async () => {
    const headers = fromNewAddress();
    const callback = () => callWith(PROVIDER, "GET", `${AUTH}/github/callback?code=c&state=s`, undefined, headers);
    const ends = (await atOnce(2 * QUOTAS["mailed-link"].limit, callback)).map((answer) => {
      expect(answer.status).toBe(303);
      return new URLSearchParams(answer.headers.get("location")?.split("?")[1]).get("error_code") ?? "";
    });
    expect(tally(ends)).toEqual({ invalid_state: 30, internal_error: 30 });
    expect((await callback()).headers.get("retry-after")).toBe("30");
  });

  it("[S22] first posts that open boards, by address; posts to boards that are there are not held by that", async () => {
    const headers = fromNewAddress();
    const { path } = await board();
    const { limit } = QUOTAS["workspace-open"];
    const post = (to: string, n: number) =>
      call("POST", `${to}/feedback`, { title: "First", externalUserId: `u-${String(n)}` }, headers);
    const opened = await atOnce(limit + 5, (n) => post(`/api/v1/${uniqueSlug()}/ideas`, n));
    expect(tally(opened.map(({ status }) => status))).toEqual({ 201: limit, 429: 5 });
    expect(opened.find(({ status }) => status === 201)?.headers.get("ratelimit-policy")).toContain('"workspace-open"');
    expect((await post(path, 100)).status).toBe(201);
    // What cannot be opened under any name is no reason to count.
    const other = fromNewAddress();
    for (let n = 0; n < limit + 1; n++) {
      const refused = await call("POST", "/api/v1/console/ideas/feedback", { title: "First" }, other);
      expect(refused.body.code).toBe("WORKSPACE_NOT_FOUND");
    }
  });
});

describe("accounts", () => {
  const signedUp = async () => {
    const { body } = await call(
      "POST",
      `${AUTH}/register`,
      { email: uniqueEmail(), password: PASSWORD },
      fromNewAddress(),
    );
    return { tokens: body, as: bearer(body) };
  };

  it.each([
    ["email", 202, "POST", `${AUTH}/email/verify/send`],
    ["workspace-create", 201, "POST", "/api/v1/workspaces"],
    ["signed-in", 200, "GET", "/api/v1/me"],
  ] as const)("[S22] %s, by account, from many addresses", async (name, status, method, path) => {
    const { as } = await signedUp();
    await expectExact(name, status, () => {
      const body = name === "workspace-create" ? { slug: uniqueSlug(), name: "Mine" } : undefined;
      return call(method, path, body, { ...as, ...fromNewAddress() });
    });
    const { as: other } = await signedUp();
    // Another account, and another route, are counted by themselves.
    expect((await call("GET", "/api/v1/me", undefined, other)).status).toBe(200);
    expect((await call("GET", `${AUTH}/sessions`, undefined, other)).status).toBe(200);
  });

  it("[S22] refresh, by session: what is refused uses no token up, and the session goes on", async () => {
    const { tokens } = await signedUp();
    const other = await signedUp();
    let newest: string = tokens.refreshToken;
    const { limit } = QUOTAS.refresh;
    const refresh = (refreshToken: string) => call("POST", `${AUTH}/refresh`, { refreshToken }, fromNewAddress());
    const answers = await atOnce(10 * limit, () => refresh(newest));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: limit, 429: 9 * limit });
    newest = answers.find(({ status }) => status === 200)?.body.refreshToken;
    const denied = await refresh(newest);
    expect(denied.body.code).toBe("RATE_LIMITED");
    expect(denied.headers.get("retry-after")).toBe("30");
    expect((await refresh(other.tokens.refreshToken)).status).toBe(200);
    clock.advance(30_000);
    const renewed = await refresh(newest);
    expect(renewed.status).toBe(200);
    expect((await call("GET", "/api/v1/me", undefined, bearer(renewed.body))).status).toBe(200);
  });

  it("[S22] a browser whose session is renewed too often is told so in words, stays signed in, and acts as no stranger", async () => {
    const { tokens } = await signedUp();
    const { path, workspace } = await board();
    const { body: item } = await call("POST", `${path}/feedback`, { title: "One" }, fromNewAddress());
    const browser = new TestBrowser(fromNewAddress());
    browser.cookies.set("__Host-gs_refresh", tokens.refreshToken);
    const visit = async () => {
      browser.cookies.delete("__Host-gs_access");
      return browser.call("GET", "/console");
    };
    for (let n = 0; n < QUOTAS.refresh.limit; n++) expect((await visit()).status, String(n)).toBe(200);
    const cookie = browser.cookies.get("__Host-gs_refresh");
    const refused = await visit();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("30");
    expect(refused.body).toContain("You are still signed in.");
    expect(browser.cookies.get("__Host-gs_refresh")).toBe(cookie);
    const vote = await exports.default.fetch(`${ORIGIN}/w/${workspace}/ideas/${String(item.id)}/vote`, {
      method: "POST",
      headers: {
        ...browser.headers,
        cookie: `__Host-gs_refresh=${cookie ?? ""}`,
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
      },
      body: "action=vote",
    });
    expect(vote.status).toBe(429);
    expect((await call("GET", `${path}/feedback/${String(item.id)}`)).body.voteCount).toBe(0);
    // The API says the same, and takes no cookie away.
    const api = await browser.call("GET", "/api/v1/me");
    expect(api.body).toMatchObject({ status: 429, code: "RATE_LIMITED" });
    expect(api.headers.getSetCookie()).toEqual([]);
    clock.advance(30_000);
    expect((await visit()).status).toBe(200);
  });
});
