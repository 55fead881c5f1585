/**
 * Idempotency-Key where accounts are opened, entered and changed: what spans several objects has one effect and one answer, however often it is asked, from wherever, and wherever it was cut off. Argon2 is
 * replaced by something quick. Ids are those of test/SPEC.md.
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Identity } from "../../objects/identity.ts";
import { User } from "../../objects/user.ts";
import { passwordIdentityName } from "../../src/domain/email.ts";
import { shardOf } from "../../src/edge/admit-visitor.ts";
import { DAY_MS } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { AUTH, bearer, callWith, PASSWORD, register, TestBrowser, uniqueEmail } from "../support/accounts.ts";
import { type Answer, call, ORIGIN } from "../support/workerd.ts";

type Hash = (password: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>;
const hashing = vi.hoisted(() => vi.fn<Hash>());
vi.mock("@noble/hashes/argon2.js", () => ({ argon2idAsync: hashing }));
// A mock that is loaded for the first time throws inside workerd (it has no `asyncLocalStorage.disable`), and is there the second time.
beforeAll(() => import("@noble/hashes/argon2.js").then(String, String));

const MAIL = { MAILER: "http", MAIL_URL: "https://mail.test/send", MAIL_FROM: "us@mail.test", PUBLIC_ORIGIN: ORIGIN };
const OTHER_PASSWORD = "another horse, another battery";
let mails: { to: string; text: string }[] = [];
const clock = new Clock();

beforeEach(() => {
  mails = [];
  hashing.mockImplementation(
    async (password, salt) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([...password, ...salt]))),
  );
  vi.spyOn(globalThis, "fetch").mockImplementation((_, init) => {
    mails.push(JSON.parse(String(init?.body)));
    return Promise.resolve(new Response("{}"));
  });
});
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
});

type Sent = Record<string, string>;
const HERE: Sent = { "cf-connecting-ip": "192.0.2.1" };
const ELSEWHERE: Sent = { "cf-connecting-ip": "198.51.100.7" };
const newKey = (): Sent => ({ "idempotency-key": crypto.randomUUID() });
const post = (path: string, body: object, headers: Sent) => call("POST", `${AUTH}${path}`, body, headers);
const postWithMail = (path: string, body: object, headers: Sent) =>
  callWith(MAIL, "POST", `${AUTH}${path}`, body, headers);
const isReplayed = ({ headers }: Answer) => headers.get("idempotent-replayed") === "true";
const identityOf = (email: string) => env.IDENTITY.getByName(passwordIdentityName(email));
const kindsOf = async (who: { accessToken: string }): Promise<string[]> =>
  (await call("GET", "/api/v1/me/security-events", undefined, bearer(who))).body.map(
    ({ kind }: { kind: string }) => kind,
  );

/** What stands behind the `#` of the last mail's link. */
function mailedToken(): string {
  const token = /#(\S+)/u.exec(mails.at(-1)?.text ?? "")?.[1];
  if (token === undefined) throw new Error("no link was mailed");
  return token;
}

/** The object dies once, after what it does is committed: nobody hears its answer. */
function cutOffAfter(
  verb: "register" | "confirmRegistration" | "changePassword" | "resetPassword" | "verifyEmail",
): void {
  const original = Identity.prototype[verb] as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(Identity.prototype, verb).mockImplementationOnce(async function cut(this: Identity, ...args: unknown[]) {
    await original.apply(this, args);
    throw new Error("killed");
  });
}

describe("asked five times with one key", () => {
  it("[S27] register: one account and one answer, at once and later; another body is refused", async () => {
    for (let run = 0; run < 5; run++) {
      const body = { email: uniqueEmail(), password: PASSWORD };
      const headers = { ...HERE, ...newKey() };
      const answers = await Promise.all(Array.from({ length: 5 }, () => post("/register", body, headers)));
      const [opened, ...others] = answers.filter(({ status }) => status === 201);
      for (const answer of answers.filter(({ status }) => status !== 201)) {
        expect(answer.body).toMatchObject({ status: 409, code: "IDEMPOTENCY_IN_PROGRESS" });
      }
      for (const answer of [...others, await post("/register", body, headers)]) {
        expect(answer.body).toEqual(opened?.body);
        expect(isReplayed(answer)).toBe(true);
      }
      expect((await kindsOf(opened?.body)).toSorted()).toEqual(["registered", "signed-in"]);
      const reused = await post("/register", { ...body, name: "Other" }, headers);
      expect(reused.body).toMatchObject({ status: 422, code: "IDEMPOTENCY_KEY_REUSED" });
    }
  });

  it("[S27] log in: one session, the same tokens and cookies again", async () => {
    const email = uniqueEmail();
    await register(email);
    const browser = new TestBrowser({ ...HERE, ...newKey() });
    const first = await browser.call("POST", `${AUTH}/login`, { email, password: PASSWORD });
    const lines = first.headers.getSetCookie();
    expect(lines.some((line) => line.startsWith("__Host-gs_refresh="))).toBe(true);
    for (let n = 0; n < 4; n++) {
      const again = await new TestBrowser(browser.headers).call("POST", `${AUTH}/login`, { email, password: PASSWORD });
      expect([again.status, again.body, again.headers.getSetCookie()]).toEqual([200, first.body, lines]);
      expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
      expect(isReplayed(again)).toBe(true);
    }
    const { body: sessions } = await call("GET", `${AUTH}/sessions`, undefined, bearer(first.body));
    // The one of the registration, and this.
    expect(sessions).toHaveLength(2);
  });

  it("[S27] what has no effect may be tried again with the same key, and with the right password", async () => {
    const email = uniqueEmail();
    await register(email);
    const headers = { ...HERE, ...newKey() };
    for (let n = 0; n < 2; n++) expect((await post("/login", { email, password: "wrong" }, headers)).status).toBe(401);
    const { status, body } = await post("/login", { email, password: PASSWORD }, headers);
    expect([status, body.user.email]).toEqual([200, email]);
  });

  it("[S27] one mail for a registration, a reset and a verification; from elsewhere, too", async () => {
    const email = uniqueEmail();
    const known = await register();
    const asks = [
      ["/register", { email, password: PASSWORD }, {}],
      ["/password/reset", { email: known.user.email }, {}],
      ["/email/verify/send", {}, bearer(known)],
    ] as const;
    for (const [path, body, as] of asks) {
      mails = [];
      const key = { ...newKey(), ...as };
      const sent = Array.from({ length: 5 }, (_, n) =>
        postWithMail(path, body, { ...(n < 3 ? HERE : ELSEWHERE), ...key }),
      );
      for (const { status } of await Promise.all(sent)) expect([202, 409], path).toContain(status);
      expect((await postWithMail(path, body, { ...HERE, ...key })).status).toBe(202);
      expect(mails, path).toHaveLength(1);
      await postWithMail(path, body, { ...HERE, ...newKey(), ...as });
      expect(mails, path).toHaveLength(2);
    }
  });
});

describe("cut off between the objects", () => {
  it("[S27] register: a retry goes on as the same person, from elsewhere and after the answer was lost", async () => {
    const body = { email: uniqueEmail(), password: PASSWORD };
    const key = newKey();
    vi.spyOn(User.prototype, "openSession").mockImplementationOnce(() => {
      throw new Error("killed");
    });
    expect((await post("/register", body, { ...HERE, ...key })).status).toBe(500);
    expect((await post("/register", body, HERE)).body.code).toBe("EMAIL_TAKEN");
    const here = await post("/register", body, { ...HERE, ...key });
    const elsewhere = await post("/register", body, { ...ELSEWHERE, ...key });
    expect([here.status, elsewhere.status]).toEqual([201, 201]);
    expect(elsewhere.body.user).toEqual(here.body.user);
    expect((await kindsOf(here.body)).filter((kind) => kind === "registered")).toHaveLength(1);
    cutOffAfter("register");
    const other = { email: uniqueEmail(), password: PASSWORD };
    const again = { ...HERE, ...newKey() };
    expect((await post("/register", other, again)).status).toBe(500);
    expect((await post("/register", other, again)).status).toBe(201);
  });

  it("[S27] a retry lets nobody in with a password that was changed since", async () => {
    const body = { email: uniqueEmail(), password: PASSWORD };
    const key = newKey();
    const first = await post("/register", body, { ...HERE, ...key });
    const change = { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD };
    expect((await post("/password", change, bearer(first.body))).status).toBe(204);
    expect((await post("/register", body, { ...ELSEWHERE, ...key })).body.code).toBe("EMAIL_TAKEN");
  });

  it("[S27] a mailed registration, a new password by link, an address verified: the used link is no reason to refuse", async () => {
    const email = uniqueEmail();
    await postWithMail("/register", { email, password: PASSWORD }, HERE);
    const confirm = { token: mailedToken(), password: PASSWORD };
    const confirmKey = { ...HERE, ...newKey() };
    cutOffAfter("confirmRegistration");
    expect((await post("/register/confirm", confirm, confirmKey)).status).toBe(500);
    expect((await post("/register/confirm", confirm, HERE)).body.code).toBe("INVALID_LINK");
    const confirmed = await post("/register/confirm", confirm, confirmKey);
    expect([confirmed.status, confirmed.body.user.email]).toEqual([201, email]);

    await postWithMail("/password/reset", { email }, HERE);
    const reset = { token: mailedToken(), newPassword: OTHER_PASSWORD };
    const resetKey = { ...HERE, ...newKey() };
    cutOffAfter("resetPassword");
    expect((await post("/password/reset/confirm", reset, resetKey)).status).toBe(500);
    expect((await post("/password/reset/confirm", reset, HERE)).body.code).toBe("INVALID_LINK");
    expect((await post("/password/reset/confirm", reset, resetKey)).status).toBe(204);
    expect((await post("/login", { email, password: OTHER_PASSWORD }, HERE)).status).toBe(200);

    const unverified = await register();
    await postWithMail("/email/verify/send", {}, bearer(unverified));
    const verify = { token: mailedToken() };
    const verifyKey = { ...HERE, ...newKey() };
    cutOffAfter("verifyEmail");
    expect((await post("/email/verify", verify, verifyKey)).status).toBe(500);
    expect((await post("/email/verify", verify, HERE)).body.code).toBe("INVALID_LINK");
    expect((await post("/email/verify", verify, verifyKey)).status).toBe(204);
  });

  it("[S27] a changed password: a retry, which names the old one, is no wrong password", async () => {
    const signedIn = await register();
    const body = { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD };
    const headers = { ...bearer(signedIn), ...newKey() };
    cutOffAfter("changePassword");
    expect((await post("/password", body, headers)).status).toBe(500);
    const again = await post("/password", body, headers);
    expect([again.status, isReplayed(again)]).toEqual([204, true]);
    expect((await post("/password", body, bearer(signedIn))).body.code).toBe("INVALID_CREDENTIALS");
    expect((await kindsOf(signedIn)).filter((kind) => kind === "password-changed")).toHaveLength(1);
  });
});

describe("what is kept", () => {
  it("[S27] while the first runs others are told so, for half a minute at most", async () => {
    const email = uniqueEmail();
    await register(email);
    clock.install();
    const headers = { ...HERE, ...newKey() };
    const { promise, resolve } = Promise.withResolvers<undefined>();
    vi.spyOn(Identity.prototype, "settleSignIn").mockImplementationOnce((async () => {
      await promise;
      return { ok: true, value: true };
    }) as never);
    const first = post("/login", { email, password: PASSWORD }, headers);
    await vi.waitFor(async () => {
      expect((await post("/login", { email, password: PASSWORD }, headers)).body.code).toBe("IDEMPOTENCY_IN_PROGRESS");
    });
    clock.advance(29_000);
    expect((await post("/login", { email, password: PASSWORD }, headers)).status).toBe(409);
    clock.advance(1_000);
    const second = await post("/login", { email, password: PASSWORD }, headers);
    expect(second.status).toBe(200);
    resolve(undefined);
    expect((await first).status).toBe(200);
    // Who took over has answered first.
    expect((await post("/login", { email, password: PASSWORD }, headers)).body).toEqual(second.body);
  });

  it("[S27] no password, address, token or key of the client stands in the shard or in the Identity; a day later nothing", async () => {
    clock.install();
    const body = { email: uniqueEmail(), password: PASSWORD };
    const key = newKey();
    const { body: signedIn } = await post("/register", body, { ...ELSEWHERE, ...key });
    const shards = [HERE, ELSEWHERE].map((headers) =>
      env.VISITOR.getByName(shardOf({ request: new Request(ORIGIN, { headers }), idempotency: null }) ?? ""),
    );
    const rowsOf = (stub: DurableObjectStub) =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("select fingerprint, answer, key from idempotency_keys").toArray(),
      );
    const stubs = [identityOf(body.email), ...shards];
    const kept = (await Promise.all(stubs.map(rowsOf))).flat();
    expect(kept.length).toBeGreaterThanOrEqual(2);
    const text = JSON.stringify(kept);
    const secrets = [PASSWORD, body.email, signedIn.accessToken, signedIn.refreshToken, key["idempotency-key"] ?? ""];
    for (const secret of secrets) expect(text).not.toContain(secret);
    clock.advance(DAY_MS);
    const identity = identityOf(body.email);
    await runDurableObjectAlarm(identity);
    expect(await rowsOf(identity)).toEqual([]);
    for (const shard of shards) await runDurableObjectAlarm(shard);
    expect((await Promise.all(shards.map(rowsOf))).flat()).toEqual([]);
  });

  it("[S27] an address that nobody took is forgotten with what was answered about it", async () => {
    clock.install();
    const email = uniqueEmail();
    await postWithMail("/register", { email, password: PASSWORD }, { ...HERE, ...newKey() });
    clock.advance(2 * DAY_MS);
    await runDurableObjectAlarm(identityOf(email));
    const tables = await runInDurableObject(identityOf(email), (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where type = 'table' and name = 'idempotency_keys'").toArray(),
    );
    expect(tables).toEqual([]);
  });
});
