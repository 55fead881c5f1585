/** Sessions and their refresh tokens, on the real Worker. Ids are those of test/SPEC.md. */
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { User } from "../../objects/user.ts";
import { HashTurn } from "../../src/auth/password-hash.ts";
import { parseRefreshToken } from "../../src/auth/refresh-token.ts";
import { hashOf } from "../../src/auth/secret.ts";
import { passwordIdentityName } from "../../src/domain/email.ts";
import { answer } from "../../src/edge/answer.ts";
import { randomId } from "../../src/ids.ts";
import { DAY_MS, REFRESH_GRACE_MS, SESSION_IDLE_MS, SESSIONS_PER_USER_MAX } from "../../src/limits.ts";
import type { SignedIn } from "../../src/protocol/rest/auth.ts";
import worker from "../../src/worker.ts";
import { Clock } from "../model/clock.ts";
import { AUTH, bearer, CALL, DEVICE, PASSWORD, register, TestBrowser, uniqueEmail } from "../support/accounts.ts";
import { board, call, ORIGIN, upgrade } from "../support/workerd.ts";
import { Counted, newRing } from "./isolates.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** By `crypto.argon2Sync` of Node 24. */
const NODES_HASH = "$argon2id$v=19$m=12288,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$1HsuHFmma2ljIMBLw+W+oqUjcpv9Sm5uGc20ggwH4pI";

/** A person with sessions made at the object itself, which costs no password hash. */
async function person(): Promise<{ userId: string; open: () => Promise<string> }> {
  const userId = randomId();
  const email = uniqueEmail();
  const account = { kind: "account", email, emailVerified: false, name: null, identity: null } as const;
  await env.USER.getByName(userId).hearIdentity({ ...account, at: Date.now(), device: DEVICE });
  const open = async () => {
    const sessionId = randomId();
    const secret = randomId() + randomId().slice(1);
    const command = { sessionId, tokenHash: await hashOf(secret), method: "password", device: DEVICE } as const;
    const opened = await env.USER.getByName(userId).openSession(CALL, { ...command, newDevice: false });
    expect(opened.ok).toBe(true);
    return `gsr_${userId}.${sessionId}.${secret}`;
  };
  return { userId, open };
}

const refresh = (refreshToken: string) => call("POST", `${AUTH}/refresh`, { refreshToken });
const clock = new Clock();
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
});

describe("the hash", () => {
  it("[S3] argon2id, m=12288, t=3, p=1, as a PHC string: takes what Node's own argon2 made, and makes the like with a salt of its own", async () => {
    const turn = HashTurn.take({ waitUntil: () => undefined });
    if (!turn.ok) throw new Error("no turn");
    const password = "Crème brûlée, 15 Stück";
    expect(await turn.value.verify(password, NODES_HASH)).toEqual({ matches: true, outdated: false });
    expect(await turn.value.verify(`${password} `, NODES_HASH)).toEqual({ matches: false, outdated: false });
    expect(await turn.value.verify(password, null)).toMatchObject({ matches: false });
    const made = await turn.value.hash(password);
    expect(made).toMatch(/^\$argon2id\$v=19\$m=12288,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/u);
    expect(made.split("$")[4]).not.toBe((await turn.value.hash(password)).split("$")[4]);
    turn.value.leave();
  });
});

describe("tokens", () => {
  it("[S5] at least 128 bits from the CSPRNG, another pair at each sign-in, and only hashes on disk", async () => {
    const email = uniqueEmail();
    const first = await register(email);
    const { body: second } = await call("POST", `${AUTH}/login`, { email, password: PASSWORD });
    const { body: third } = await refresh(second.refreshToken);
    const pairs: SignedIn[] = [first, second, third];
    const secrets = pairs.map(({ refreshToken }) => parseRefreshToken(refreshToken)?.secret ?? "");
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/u);
    expect(new Set(secrets).size).toBe(3);
    expect(new Set(pairs.map(({ accessToken }) => accessToken)).size).toBe(3);
    expect(decodeJwt(second.accessToken)["sid"]).not.toBe(decodeJwt(first.accessToken)["sid"]);
    const { iat = 0, exp = 0 } = decodeJwt(first.accessToken);
    expect(exp - iat).toBeLessThanOrEqual(600);
    const stored = await runInDurableObject(env.USER.getByName(first.user.id), (_, { storage }) =>
      ["sessions", "used_tokens"].map((table) => JSON.stringify(storage.sql.exec(`select * from ${table}`).toArray())),
    );
    const identity = env.IDENTITY.getByName(passwordIdentityName(email));
    const more = await runInDurableObject(identity, (_, { storage }) =>
      JSON.stringify(storage.sql.exec("select * from identity").toArray()),
    );
    const everything = stored.join() + more;
    for (const secret of secrets) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(PASSWORD);
    }
    expect(everything).toContain(await hashOf(secrets[0] ?? ""));
  });

  it("[S5] a session idle for 7 days is over, and one that is used after 30", async () => {
    clock.install();
    const { userId, open } = await person();
    let token = await open();
    const idle = await open();
    for (let day = 0; day < 30; day += 6) {
      const { status, body } = await refresh(token);
      expect(status, `day ${String(day)}`).toBe(200);
      token = body.refreshToken;
      clock.advance(6 * DAY_MS);
    }
    expect((await refresh(idle)).status).toBe(401);
    expect((await refresh(token)).status).toBe(401);
    // Gone from the disk too, by the alarm, with the tokens that were used.
    const stub = env.USER.getByName(userId);
    await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(clock.now));
    await runDurableObjectAlarm(stub);
    const left = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select (select count(*) from sessions) as s, (select count(*) from used_tokens) as u").one(),
    );
    expect(left).toEqual({ s: 0, u: 0 });
  });

  it("[S5] just before it is over it still works", async () => {
    clock.install();
    const token = await (await person()).open();
    clock.advance(SESSION_IDLE_MS - 1);
    const { status, body } = await refresh(token);
    expect(status).toBe(200);
    clock.advance(SESSION_IDLE_MS);
    expect((await refresh(body.refreshToken)).status).toBe(401);
  });
});

describe("rotation", () => {
  it("[S6] ten tabs that refresh at once get the same successor: one lineage", async () => {
    const { userId, open } = await person();
    const token = await open();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    const successors = new Set(answers.map(({ body }) => body.refreshToken));
    expect(successors.size).toBe(1);
    const [successor = ""] = successors;
    expect((await refresh(successor)).status).toBe(200);
    const rows = await runInDurableObject(env.USER.getByName(userId), (_, { storage }) =>
      storage.sql.exec("select rotations from sessions").toArray(),
    );
    expect(rows).toEqual([{ rotations: 2 }]);
  });

  it("[S6] the immediate predecessor works for 30 s; after that it ends the session", async () => {
    clock.install();
    const token = await (await person()).open();
    const { body } = await refresh(token);
    clock.advance(REFRESH_GRACE_MS);
    expect((await refresh(token)).body.refreshToken).toBe(body.refreshToken);
    clock.advance(1);
    expect((await refresh(token)).body).toMatchObject({ status: 401, code: "INVALID_TOKEN" });
    expect((await refresh(body.refreshToken)).status).toBe(401);
  });

  it("[S6] a stolen older token ends the whole family, at once and for its owner to read", async () => {
    const { open, userId } = await person();
    const stolen = await open();
    const other = await open();
    let token = stolen;
    for (let turn = 0; turn < 3; turn++) token = (await refresh(token)).body.refreshToken;
    expect((await refresh(stolen)).status).toBe(401);
    expect((await refresh(token)).status).toBe(401);
    // Other sign-ins of the same person stand.
    const { status, body } = await refresh(other);
    expect(status).toBe(200);
    const events = await call("GET", "/api/v1/me/security-events", undefined, bearer(body));
    expect(events.body[0]).toMatchObject({ kind: "refresh-token-reused" });
    expect(
      await env.USER.getByName(userId).checkSession(CALL, parseRefreshToken(stolen)?.sessionId ?? ""),
    ).toMatchObject({
      ok: false,
    });
  });

  it("[S6] is not used up while there is no key to sign its successor's access token with", async () => {
    clock.install();
    const { open } = await person();
    const refreshToken = await open();
    const ring = new Counted(newRing());
    ring.state = "broken";
    const isolate = ring.isolate();
    const ask = () =>
      worker.fetch(
        new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${AUTH}/refresh`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ refreshToken }),
        }),
        isolate,
        createExecutionContext(),
      );
    expect((await ask()).status).toBe(503);
    clock.advance(REFRESH_GRACE_MS + 1_000);
    ring.recover();
    expect((await ask()).status).toBe(200);
  });

  it("[S6] a token that never was is refused and ends nothing, in whatever shape it comes", async () => {
    const { open, userId } = await person();
    const token = await open();
    const { sessionId = "", secret = "" } = parseRefreshToken(token) ?? {};
    const forged = [
      `gsr_${userId}.${sessionId}.${secret.slice(1)}A`,
      `gsr_${userId}.${randomId()}.${secret}`,
      `gsr_${randomId()}.${sessionId}.${secret}`,
      `gsr_${userId}.${sessionId}`,
      token.slice(4),
      "x",
    ];
    for (const one of forged) expect((await refresh(one)).status, one.slice(0, 8)).toBe(401);
    expect((await refresh(token)).status).toBe(200);
  });

  it(
    "[S6] random refreshes, thefts and pauses: the object does what a plain model says",
    { timeout: 120_000 },
    async () => {
      clock.install();
      const step = fc.oneof(
        { weight: 5, arbitrary: fc.record({ kind: fc.constant("refresh" as const), back: fc.constant(0) }) },
        {
          weight: 3,
          arbitrary: fc.record({ kind: fc.constant("refresh" as const), back: fc.integer({ min: 1, max: 4 }) }),
        },
        {
          weight: 3,
          arbitrary: fc.record({
            kind: fc.constant("wait" as const),
            ms: fc.constantFrom(1, 10_000, 29_999, 30_000, 30_001, DAY_MS, 6 * DAY_MS),
          }),
        },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
          const tokens = [await (await person()).open()];
          const model = { dead: false, rotatedAt: clock.now, activeAt: clock.now, openedAt: clock.now };
          for (const one of steps) {
            if (one.kind === "wait") {
              clock.advance(one.ms);
              continue;
            }
            const at = tokens.length - 1 - one.back;
            const token = tokens[at];
            if (token === undefined) continue;
            const over = clock.now >= model.activeAt + SESSION_IDLE_MS || clock.now >= model.openedAt + 30 * DAY_MS;
            const { status, body } = await refresh(token);
            if (model.dead || over) {
              expect(status).toBe(401);
            } else if (one.back === 0) {
              expect(status).toBe(200);
              expect(tokens).not.toContain(body.refreshToken);
              tokens.push(body.refreshToken);
              model.rotatedAt = clock.now;
              model.activeAt = clock.now;
            } else if (one.back === 1 && clock.now - model.rotatedAt <= REFRESH_GRACE_MS) {
              expect(status).toBe(200);
              expect(body.refreshToken).toBe(tokens.at(-1));
            } else {
              expect(status).toBe(401);
              model.dead = true;
            }
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe("the list", () => {
  const email = uniqueEmail();
  let first: SignedIn;
  beforeAll(async () => {
    first = await register(email);
  });

  it("[S7] shows device, browser, system, address, place and times; one or all others end at once", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.7" };
    const logIn = async (userAgent: string): Promise<SignedIn> =>
      (await call("POST", `${AUTH}/login`, { email, password: PASSWORD }, { ...headers, "user-agent": userAgent }))
        .body;
    const desktop = await logIn(FIREFOX);
    const phone = await logIn(IPHONE);
    const list = async (who: SignedIn) => (await call("GET", `${AUTH}/sessions`, undefined, bearer(who))).body;
    const sessions = await list(desktop);
    expect(sessions).toHaveLength(3);
    const mine = sessions.find(({ current }: { current: boolean }) => current);
    expect(mine).toMatchObject({
      method: "password",
      device: "desktop",
      browser: "Firefox 140",
      os: expect.stringContaining("Linux"),
      address: "203.0.113.7",
      place: expect.any(String),
      createdAt: expect.any(String),
      lastActiveAt: expect.any(String),
    });
    const other = sessions.find(({ device }: { device: string }) => device === "mobile");
    expect(other).toMatchObject({ current: false, os: expect.stringContaining("iOS") });

    expect((await call("DELETE", `${AUTH}/sessions/${String(other.id)}`, undefined, bearer(desktop))).status).toBe(204);
    // Refreshing fails at once, and so do sensitive routes; its access token has minutes to live elsewhere.
    expect((await refresh(phone.refreshToken)).status).toBe(401);
    for (const [method, path, body] of [
      ["GET", `${AUTH}/sessions`],
      ["GET", "/api/v1/me/security-events"],
      ["PATCH", "/api/v1/me", { name: "Mallory" }],
      ["DELETE", `${AUTH}/sessions`],
      ["DELETE", `${AUTH}/sessions/${String(mine.id)}`],
      ["POST", `${AUTH}/password`, { currentPassword: PASSWORD, newPassword: "another long pass phrase" }],
    ] as const) {
      const refused = await call(method, path, body, bearer(phone));
      expect(refused.body, path).toMatchObject({ status: 401, code: "INVALID_TOKEN" });
    }
    expect((await call("DELETE", `${AUTH}/sessions/${String(other.id)}`, undefined, bearer(desktop))).body.code).toBe(
      "SESSION_NOT_FOUND",
    );

    expect((await call("DELETE", `${AUTH}/sessions`, undefined, bearer(desktop))).status).toBe(204);
    expect(await list(desktop)).toHaveLength(1);
    expect((await refresh(first.refreshToken)).status).toBe(401);
    expect((await refresh(desktop.refreshToken)).status).toBe(200);
    const { body: events } = await call("GET", "/api/v1/me/security-events", undefined, bearer(desktop));
    const kinds = events.map(({ kind }: { kind: string }) => kind);
    expect(kinds.slice(0, 2)).toEqual(["other-sessions-revoked", "session-revoked"]);
    expect(events[1]).toMatchObject({ address: "", browser: "" });
  });

  it("[S7] nobody sees or ends another person's sessions", async () => {
    const [one, other] = [await person(), await person()];
    const mine = (await refresh(await one.open())).body;
    const theirs = parseRefreshToken(await other.open());
    const ended = await call("DELETE", `${AUTH}/sessions/${theirs?.sessionId ?? ""}`, undefined, bearer(mine));
    expect(ended.body.code).toBe("SESSION_NOT_FOUND");
    const { body } = await call("GET", `${AUTH}/sessions`, undefined, bearer(mine));
    expect(body.map(({ id }: { id: string }) => id)).not.toContain(theirs?.sessionId);
  });

  it(`[S7] of more than ${String(SESSIONS_PER_USER_MAX)} sessions the least recently active goes`, async () => {
    clock.install();
    const { open, userId } = await person();
    const tokens: string[] = [];
    for (let one = 0; one < SESSIONS_PER_USER_MAX; one++) {
      tokens.push(await open());
      clock.advance(1_000);
    }
    const [oldest = "", second = ""] = tokens;
    const { body: kept } = await refresh(oldest);
    await open();
    expect((await refresh(second)).status).toBe(401);
    expect((await refresh(kept.refreshToken)).status).toBe(200);
    const list = await env.USER.getByName(userId).listSessions(CALL, "");
    expect(list.ok && list.value).toHaveLength(SESSIONS_PER_USER_MAX);
  });

  it("[S7] signing out ends the session of the token that is shown, whichever it is, and asks no questions", async () => {
    const { open } = await person();
    const logOut = (body: object, headers = {}) => call("POST", `${AUTH}/logout`, body, headers);
    const [byBody, byAccess, stays] = [await open(), await open(), await open()];
    expect((await logOut({ refreshToken: byBody })).status).toBe(204);
    expect((await refresh(byBody)).status).toBe(401);
    const { body } = await refresh(byAccess);
    expect((await logOut({}, bearer(body))).status).toBe(204);
    expect((await refresh(body.refreshToken)).status).toBe(401);
    for (const token of [byBody, "x", `gsr_${randomId()}.${randomId()}.${"A".repeat(43)}`]) {
      expect((await logOut({ refreshToken: token })).status).toBe(204);
    }
    const { sessionId = "" } = parseRefreshToken(stays) ?? {};
    const userId = parseRefreshToken(stays)?.userId ?? "";
    expect((await logOut({ refreshToken: `gsr_${userId}.${sessionId}.${"A".repeat(43)}` })).status).toBe(204);
    expect((await refresh(stays)).status).toBe(200);
  });
});

function renewed(headers: Headers): string[] {
  return headers.getSetCookie().filter((line) => line.startsWith("__Host-gs_refresh="));
}

describe("cookies", () => {
  it("[S8] __Host-, Secure, HttpOnly, SameSite, for our own pages only; they refresh by themselves and go when one signs out", async () => {
    clock.install();
    const email = uniqueEmail();
    const browser = new TestBrowser();
    const registered = await browser.call("POST", `${AUTH}/register`, { email, password: PASSWORD });
    const lines = registered.headers.getSetCookie();
    expect(lines.map((line) => line.slice(0, line.indexOf("="))).toSorted()).toEqual([
      "__Host-gs_access",
      "__Host-gs_device",
      "__Host-gs_refresh",
    ]);
    for (const line of lines) {
      expect(line).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=(Lax|Strict); Secure$/u);
      expect(line.toLowerCase()).not.toContain("domain");
    }
    expect((await browser.call("GET", "/api/v1/me")).body).toMatchObject({ email });

    // The access token ends; a page that is opened by a link from elsewhere renews it, and the used cookie is replaced.
    clock.advance(11 * 60 * 1_000);
    const used = browser.cookies.get("__Host-gs_refresh");
    const opened = await browser.call("GET", "/api/v1/me", undefined, { "sec-fetch-site": "cross-site", origin: "" });
    expect(opened.body).toMatchObject({ email });
    expect(browser.cookies.get("__Host-gs_refresh")).not.toBe(used);
    clock.advance(11 * 60 * 1_000);
    const refreshed = await browser.call("POST", `${AUTH}/refresh`, {});
    expect(refreshed.status).toBe(200);
    expect(browser.cookies.get("__Host-gs_refresh")).toBe(refreshed.body.refreshToken);

    // Whoever signs in from elsewhere keeps the tokens, and the browser gets no cookie of ours.
    for (const sent of [{}, { origin: "https://other.example", "sec-fetch-site": "cross-site" }]) {
      const elsewhere = await call("POST", `${AUTH}/login`, { email, password: PASSWORD }, sent);
      expect(elsewhere.status).toBe(200);
      expect(elsewhere.headers.getSetCookie()).toEqual([]);
    }

    expect((await browser.call("POST", `${AUTH}/logout`, {})).status).toBe(204);
    expect([...browser.cookies.keys()]).toEqual(["__Host-gs_device"]);
    expect((await refresh(refreshed.body.refreshToken)).status).toBe(401);
  });

  it("[S8] a cookie that is renewed on the way is replaced whatever becomes of the request: a socket, an error", async () => {
    const { path } = await board();
    const { open } = await person();
    const own = { origin: ORIGIN, "sec-fetch-site": "same-origin" };
    const first = await open();
    const socket = await upgrade(path, "", { ...own, cookie: `__Host-gs_refresh=${first}` });
    expect(socket.status).toBe(101);
    expect(socket.headers.get("sec-websocket-protocol")).toBe("groundswell.v1");
    socket.webSocket?.accept();
    socket.webSocket?.close();
    expect(renewed(socket.headers)).toHaveLength(1);

    vi.spyOn(User.prototype, "readMe").mockImplementation(() => {
      throw new Error("disk full");
    });
    const second = await open();
    const { status, headers } = await call("GET", "/api/v1/me", undefined, {
      ...own,
      cookie: `__Host-gs_refresh=${second}`,
    });
    expect(status).toBe(500);
    // A handler that throws itself leads to the last catch.
    const match = () => ({
      route: "/",
      who: "anyone",
      method: "GET",
      limit: null,
      params: {},
      handle: () => Promise.reject(new Error("a bug")),
    });
    const thrown = await answer(
      { match, missing: () => new Response(), isApi: () => true } as Parameters<typeof answer>[0],
      new Request(`${ORIGIN}/`, { headers: { ...own, cookie: `__Host-gs_refresh=${await open()}` } }),
      env,
      createExecutionContext(),
    );
    expect(thrown.status).toBe(500);
    for (const sent of [headers, thrown.headers]) {
      const [line = ""] = renewed(sent);
      const token = line.slice(line.indexOf("=") + 1, line.indexOf(";"));
      expect((await refresh(token)).status).toBe(200);
    }
  });

  it("[S8] a fault of the person's object signs nobody out of the console; an ended session is", async () => {
    const browser = new TestBrowser();
    await browser.call("POST", `${AUTH}/register`, { email: uniqueEmail(), password: PASSWORD });
    const before = [...browser.cookies];
    const cut = vi.spyOn(User.prototype, "checkSession").mockImplementation(() => {
      throw new Error("disk full");
    });
    expect((await browser.call("GET", "/console/account")).status).toBe(500);
    cut.mockRestore();
    expect([...browser.cookies]).toEqual(before);
    expect((await browser.call("GET", "/console/account")).status).toBe(200);
    const elsewhere = bearer({ accessToken: browser.cookies.get("__Host-gs_access") ?? "" });
    expect((await call("POST", `${AUTH}/logout`, {}, elsewhere)).status).toBe(204);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const ended = await exports.default.fetch(`${ORIGIN}/console/account`, { headers: { cookie }, redirect: "manual" });
    expect(ended.status).toBe(303);
    const dropped = ended.headers.getSetCookie().filter((line) => line.includes("Max-Age=0"));
    expect(dropped.map((line) => line.split("=", 1)[0])).toEqual(["__Host-gs_access", "__Host-gs_refresh"]);
  });

  it("[S8] whose cookie cannot be renewed for a fault is no stranger: the API says so, and takes nothing from them", async () => {
    const { path } = await board();
    const { open } = await person();
    const refreshToken = await open();
    const own = { origin: ORIGIN, "sec-fetch-site": "same-origin", cookie: `__Host-gs_refresh=${refreshToken}` };
    const cut = vi.spyOn(User.prototype, "refreshSession").mockImplementation(() => {
      throw new Error("disk full");
    });
    expect((await call("POST", `${path}/feedback`, { title: "As a stranger?" }, own)).status).toBe(500);
    expect((await call("GET", "/console/sign-in", undefined, own)).status).toBe(200);
    cut.mockRestore();
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it("[S8] an unsafe request with the cookie from elsewhere is refused, and a form's type too; other clients get no cookie", async () => {
    const { open } = await person();
    const { body: tokens, headers } = await refresh(await open());
    expect(headers.getSetCookie()).toEqual([]);
    const browser = new TestBrowser();
    browser.cookies.set("__Host-gs_access", tokens.accessToken);
    browser.cookies.set("__Host-gs_refresh", tokens.refreshToken);
    const rename = (sent: Record<string, string>, body: unknown = { name: "Mallory" }) =>
      browser.call("PATCH", "/api/v1/me", body, sent);
    for (const sent of [
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      { "sec-fetch-site": "same-site", origin: "https://other.groundswell.test" },
      { "sec-fetch-site": "none", origin: ORIGIN },
    ]) {
      expect((await rename(sent)).body, sent["sec-fetch-site"]).toMatchObject({
        status: 403,
        code: "ORIGIN_NOT_ALLOWED",
      });
    }
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    for (const sent of [{ origin: "https://evil.example" }, { origin: "null" }, {}]) {
      expect((await call("PATCH", "/api/v1/me", { name: "M" }, { cookie, ...sent })).status).toBe(403);
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const headers = { cookie, origin: ORIGIN, "content-type": type };
      const sent = await exports.default.fetch(`${ORIGIN}/api/v1/me`, {
        method: "PATCH",
        headers,
        body: '{"name":"M"}',
      });
      expect(sent.status, type).toBe(415);
    }
    expect((await browser.call("GET", "/api/v1/me")).body.name).toBeNull();
    expect((await rename({}, { name: "Ada" })).body).toMatchObject({ name: "Ada" });
  });
});
