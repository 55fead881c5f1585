/**
 * Signing in with a password, on the real Worker. Ids are those of test/SPEC.md. Argon2 itself is replaced by something quick that counts: what is compared is everything around it, in
 * which an account would show; a hash of 170 ms would drown that in noise. accounts.test.ts has the real one.
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseRefreshToken } from "../../src/auth/refresh-token.ts";
import { passwordIdentityName } from "../../src/domain/email.ts";
import { FAILURES_FORGOTTEN_MS } from "../../src/domain/sign-in-waits.ts";
import { KNOWN_DEVICES_MAX } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { AUTH, CALL, DEVICE, PASSWORD, register, startWith, TestBrowser, uniqueEmail } from "../support/accounts.ts";
import { type Answer, call, ORIGIN } from "../support/workerd.ts";

type Hash = (password: Uint8Array, salt: Uint8Array, options: object) => Promise<Uint8Array>;
const hashing = vi.hoisted(() => vi.fn<Hash>());
vi.mock("@noble/hashes/argon2.js", () => ({ argon2idAsync: hashing }));
// A mock that is loaded for the first time throws inside workerd (it has no `asyncLocalStorage.disable`), and is there the second time.
beforeAll(() => import("@noble/hashes/argon2.js").then(String, String));

/** As of the real one, other things happen meanwhile. */
const HASH_MS = 20;
const MINUTE_MS = 60_000;
/** Between tries; each is measured alone. The project's own bound. */
const DIFFERENCE_MS_MAX = 5;
/** Pairs of tries: 100 would be 200 tries, and were; fewer say the same in less time. */
const PAIRS = 24;
const MAIL = {
  MAILER: "http",
  MAIL_URL: "https://mail.test/send",
  MAIL_FROM: "us@mail.test",
  PUBLIC_ORIGIN: ORIGIN,
};

const clock = new Clock();
beforeEach(() => {
  hashing.mockImplementation(quickHash);
});

async function quickHash(password: Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, HASH_MS));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([...password, ...salt])));
}

afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
});

const logIn = (email: string, password = PASSWORD) => call("POST", `${AUTH}/login`, { email, password });

/** What anybody can see of an answer, but for what differs between any two. */
function face({ status, headers, body }: Answer): unknown {
  const seen = [...headers].filter(([name]) => !["x-request-id", "server-timing", "date"].includes(name));
  return { status, headers: seen, body: typeof body === "object" ? { ...body, instance: "" } : body };
}

function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}

/** Asks in turn for a known and for an unknown address, each once. */
async function compare(
  known: readonly string[],
  ask: (email: string) => Promise<{ answer: Answer; done?: () => Promise<void> }>,
): Promise<void> {
  const times = { known: [] as number[], unknown: [] as number[] };
  const faces = new Set<string>();
  const hashes = { known: 0, unknown: 0 };
  await (await ask(uniqueEmail("warm"))).done?.();
  for (const [index, email] of known.entries()) {
    const both = [
      ["known", email],
      ["unknown", uniqueEmail("nobody")],
    ] as const;
    for (const [kind, address] of index % 2 === 0 ? both : both.toReversed()) {
      const before = hashing.mock.calls.length;
      const startedAt = performance.now();
      const { answer, done } = await ask(address);
      times[kind].push(performance.now() - startedAt);
      await done?.();
      hashes[kind] += hashing.mock.calls.length - before;
      faces.add(JSON.stringify(face(answer)));
    }
  }
  expect([...faces]).toHaveLength(1);
  expect(hashes.known).toBe(hashes.unknown);
  const settings = hashing.mock.calls.map(([, , options]) => JSON.stringify(options));
  expect(new Set(settings).size).toBeLessThanOrEqual(1);
  expect(Math.abs(median(times.known) - median(times.unknown))).toBeLessThan(DIFFERENCE_MS_MAX);
}

async function manyAccounts(): Promise<string[]> {
  const emails = Array.from({ length: PAIRS }, () => uniqueEmail("known"));
  for (const email of emails) await register(email);
  return emails;
}

describe("known and unknown addresses", () => {
  // Once more, for a machine that is busy with other tests may be so for one of the two kinds.
  it(
    "[S2] a wrong password: same status, body, headers, number of hashes; medians within 5 ms",
    { retry: 2 },
    async () => {
      const emails = await manyAccounts();
      hashing.mockClear();
      await compare(emails, async (email) => ({ answer: await logIn(email, "not this one, surely") }));
      // One hash per try, for nobody too.
      expect(hashing.mock.calls.length).toBe(2 * PAIRS + 1);
    },
  );

  it("[S2] registering where mail is sent, and asking for a reset: the same", { retry: 2 }, async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response("{}")));
    const emails = (await manyAccounts()).slice(0, PAIRS / 2);
    hashing.mockClear();
    const post = (path: string, body: object) => startWith(MAIL, "POST", `${AUTH}${path}`, body);
    await compare(emails, (email) => post("/register", { email, password: PASSWORD }));
    expect(hashing.mock.calls.length).toBe(PAIRS + 1);
    await compare(emails, (email) => post("/password/reset", { email }));
  });

  it("[S2] a made-up link to somebody's address: the same as to nobody's", { retry: 2 }, async () => {
    const emails = (await manyAccounts()).slice(0, PAIRS / 2);
    const linkTo = (email: string) => `${btoa(email).replaceAll("=", "")}.${"A".repeat(43)}`;
    const asks = [
      ["/register/confirm", { password: PASSWORD }],
      ["/email/verify", {}],
      ["/password/reset/confirm", { newPassword: PASSWORD }],
    ] as const;
    for (const [path, more] of asks) {
      await compare(emails, async (email) => {
        const answer = await call("POST", `${AUTH}${path}`, { token: linkTo(email), ...more });
        expect(answer.body).toMatchObject({ status: 400, code: "INVALID_LINK" });
        return { answer };
      });
    }
  });

  it("[S2] waits come alike: a held address says the same, known or not", async () => {
    const known = uniqueEmail();
    await register(known);
    const unknown = uniqueEmail();
    for (const email of [known, unknown]) {
      for (let tries = 0; tries < 5; tries++) expect((await logIn(email, "wrong")).status).toBe(401);
    }
    const [held, alsoHeld] = [await logIn(known, "wrong"), await logIn(unknown, "wrong")];
    expect(held).toMatchObject({ status: 429, body: { code: "TOO_MANY_ATTEMPTS" } });
    expect(face(held)).toEqual(face(alsoHeld));
    expect(Number(held.headers.get("retry-after"))).toBeGreaterThan(25);
  });

  it("[S2] an address that was only tried is forgotten after a day, with all it left on disk", async () => {
    clock.install();
    const email = uniqueEmail("nobody");
    await logIn(email, "wrong");
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const tables = () =>
      runInDurableObject(
        stub,
        (_, { storage }) => storage.sql.exec("select count(*) as n from sqlite_master").one()["n"],
      );
    await vi.waitFor(async () => expect(await tables()).not.toBe(0), 5_000);
    clock.advance(FAILURES_FORGOTTEN_MS - 1);
    await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(clock.now));
    await runDurableObjectAlarm(stub);
    expect(await tables()).not.toBe(0);
    clock.advance(1);
    await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(clock.now));
    await runDurableObjectAlarm(stub);
    const left = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name = 'identity'").toArray(),
    );
    expect(left).toEqual([]);
    expect((await logIn(email, "wrong")).status).toBe(401);
  });
});

describe("waits", () => {
  it("[S4] five wrong ones, then 30 s in which the right one is refused too; a success starts the count anew", async () => {
    clock.install();
    const email = uniqueEmail();
    await register(email);
    for (let tries = 0; tries < 5; tries++) expect((await logIn(email, "wrong")).status).toBe(401);
    hashing.mockClear();
    const held = await logIn(email);
    expect(held.status).toBe(429);
    expect(held.headers.get("retry-after")).toBe("30");
    // The wait comes before the hash.
    expect(hashing).not.toHaveBeenCalled();
    clock.advance(29_999);
    expect((await logIn(email)).status).toBe(429);
    clock.advance(1);
    expect((await logIn(email, "wrong")).status).toBe(401);
    expect((await logIn(email, "wrong")).headers.get("retry-after")).toBe("60");
    clock.advance(MINUTE_MS);
    expect((await logIn(email)).status).toBe(200);
    for (let tries = 0; tries < 4; tries++) expect((await logIn(email, "wrong")).status).toBe(401);
    expect((await logIn(email)).status).toBe(200);
  });

  it("[S4] tries at the same time are counted like tries in a row: no more than five hash", async () => {
    const email = uniqueEmail();
    await register(email);
    hashing.mockClear();
    for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 5 }, () => logIn(email, "wrong")));
    expect(hashing.mock.calls.length).toBe(5);
  });

  it("[S4] a browser that signed in before still gets in, and has a count of its own", async () => {
    clock.install();
    const email = uniqueEmail();
    const browser = new TestBrowser();
    await browser.call("POST", `${AUTH}/register`, { email, password: PASSWORD });
    await browser.call("POST", `${AUTH}/logout`, {});
    for (let tries = 0; tries < 5; tries++) await logIn(email, "wrong");
    expect((await logIn(email)).status).toBe(429);
    const stranger = new TestBrowser();
    stranger.cookies.set("__Host-gs_device", "A".repeat(43));
    expect((await stranger.call("POST", `${AUTH}/login`, { email, password: PASSWORD })).status).toBe(429);
    expect((await browser.call("POST", `${AUTH}/login`, { email, password: PASSWORD })).status).toBe(200);
    // What it did says nothing about the others.
    expect((await logIn(email)).status).toBe(429);
    for (let tries = 0; tries < 5; tries++) {
      expect((await browser.call("POST", `${AUTH}/login`, { email, password: "wrong" })).status).toBe(401);
    }
    expect((await browser.call("POST", `${AUTH}/login`, { email, password: PASSWORD })).status).toBe(429);
  });

  it(`[S4] a new browser is an event, and at most ${String(KNOWN_DEVICES_MAX)} are known`, async () => {
    const email = uniqueEmail();
    await register(email);
    for (let one = 0; one <= KNOWN_DEVICES_MAX; one++) {
      const browser = new TestBrowser();
      expect((await browser.call("POST", `${AUTH}/login`, { email, password: PASSWORD })).status).toBe(200);
      const { body } = await browser.call("GET", "/api/v1/me/security-events");
      expect(body[0].kind).toBe("new-device");
      if (one === 0) {
        await browser.call("POST", `${AUTH}/login`, { email, password: PASSWORD });
        expect((await browser.call("GET", "/api/v1/me/security-events")).body[0].kind).toBe("signed-in");
      }
    }
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const n = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select count(*) as n from known_devices").one(),
    );
    expect(n).toEqual({ n: KNOWN_DEVICES_MAX });
  });

  it("[S4] a failure is there for its owner to read", async () => {
    const email = uniqueEmail();
    const browser = new TestBrowser();
    await browser.call("POST", `${AUTH}/register`, { email, password: PASSWORD });
    await call("POST", `${AUTH}/login`, { email, password: "wrong" }, { "cf-connecting-ip": "198.51.100.9" });
    await vi.waitFor(async () => {
      const { body } = await browser.call("GET", "/api/v1/me/security-events");
      expect(body[0]).toMatchObject({ kind: "sign-in-failed", address: "198.51.100.9" });
    });
  });
});

describe("the gate", () => {
  it("[S3] one hash in flight and four that wait; the sixth is told when to come again, and asks no object", async () => {
    const email = uniqueEmail();
    let inFlight = 0;
    let most = 0;
    hashing.mockImplementation(async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inFlight -= 1;
      return new Uint8Array(32).fill(1);
    });
    const answers = await Promise.all(Array.from({ length: 16 }, () => logIn(uniqueEmail(), "wrong")));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 503)).toHaveLength(11);
    for (const { status, headers, body } of answers) {
      if (status !== 503) continue;
      expect(body.code).toBe("OVERLOADED");
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }
    expect(most).toBe(1);
    // It lets people in again, and nobody's failure was counted for what was not tried.
    expect((await logIn(email, "wrong")).status).toBe(401);
  });

  it("[S3] a hash that throws holds up nobody", async () => {
    hashing.mockRejectedValueOnce(new Error("out of memory"));
    expect((await logIn(uniqueEmail(), "wrong")).status).toBe(500);
    for (let tries = 0; tries < 6; tries++) expect((await logIn(uniqueEmail(), "wrong")).status).toBe(401);
  });

  it("[S3] settings that changed: re-hashed at the next sign-in, and only then", async () => {
    const email = uniqueEmail();
    await register(email);
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const stored = () =>
      runInDurableObject(stub, (_, { storage }) =>
        String(storage.sql.exec("select password_hash as h from identity").one()["h"]),
      );
    const today = await stored();
    expect(today).toMatch(/^\$argon2id\$v=19\$m=12288,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/u);
    const old = today.replace("m=12288,t=3", "m=7168,t=5");
    await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("update identity set password_hash = ?", old));
    hashing.mockClear();
    expect((await logIn(email, "wrong")).status).toBe(401);
    expect(hashing.mock.calls[0]?.[2]).toMatchObject({ m: 7_168, t: 5, p: 1 });
    expect(await stored()).toBe(old);
    expect((await logIn(email)).status).toBe(200);
    expect(await stored()).toMatch(/m=12288,t=3,p=1/u);
    expect(await stored()).not.toBe(today);
    hashing.mockClear();
    expect((await logIn(email)).status).toBe(200);
    expect(hashing).toHaveBeenCalledTimes(1);
  });

  it("[S3] a password that was changed while the old one was being checked opens no session", async () => {
    const email = uniqueEmail();
    const { user, refreshToken } = await register(email);
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const from = await runInDurableObject(stub, (_, { storage }) =>
      String(storage.sql.exec("select password_hash as h from identity").one()["h"]),
    );
    const keptSessionId = parseRefreshToken(refreshToken)?.sessionId ?? "";
    hashing.mockImplementationOnce(async (password, salt) => {
      const change = { userId: user.id, email, from, to: "x", keptSessionId, device: DEVICE, browser: null };
      await env.IDENTITY.getByName(passwordIdentityName(email)).changePassword(CALL, change);
      return quickHash(password, salt);
    });
    const browser = new TestBrowser();
    const answer = await browser.call("POST", `${AUTH}/login`, { email, password: PASSWORD });
    expect(answer).toMatchObject({ status: 401, body: { code: "INVALID_CREDENTIALS" } });
    expect(browser.cookies.size).toBe(0);
    const sessions = await runInDurableObject(env.USER.getByName(user.id), (_, { storage }) =>
      storage.sql.exec("select id from sessions").toArray(),
    );
    expect(sessions).toHaveLength(1);
  });

  it("[S3] the second half of a sign-in that re-hashed comes twice when its answer was lost: the session stands", async () => {
    const email = uniqueEmail();
    await register(email);
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const begun = await stub.beginSignIn(CALL, null);
    if (!begun.ok) throw new Error("held");
    const passwordHash = begun.value.passwordHash ?? "";
    const settle = { passwordHash, rehashed: "the same under other settings", browser: null };
    expect(await stub.settleSignIn(CALL, settle)).toEqual({ ok: true, value: true });
    expect(await stub.settleSignIn(CALL, settle)).toEqual({ ok: true, value: true });
    expect(await stub.settleSignIn(CALL, { ...settle, rehashed: null })).toEqual({ ok: true, value: false });
  });

  it("[S3] what is no hash of ours is nobody's password, and costs what ours cost", async () => {
    for (const stored of ["", "plain", "$argon2id$v=19$m=4194304,t=90,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"]) {
      const email = uniqueEmail();
      await register(email);
      const stub = env.IDENTITY.getByName(passwordIdentityName(email));
      await runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("update identity set password_hash = ?", stored),
      );
      hashing.mockClear();
      expect((await logIn(email)).status).toBe(401);
      expect(hashing.mock.calls[0]?.[2]).toMatchObject({ m: 12_288, t: 3, p: 1 });
    }
  });
});

describe("two at once", () => {
  it("[S31] of registrations of one address at the same time one stands, and the others are told so", async () => {
    const email = uniqueEmail();
    const spellings = [email, email.toUpperCase(), ` ${email}`];
    const answers = await Promise.all(
      spellings.map((address) => call("POST", `${AUTH}/register`, { email: address, password: PASSWORD })),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["201", "409", "409"]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("EMAIL_TAKEN");
    const winner = answers.find(({ status }) => status === 201)?.body.user.id;
    expect((await logIn(email)).body.user.id).toBe(winner);
  });
});
