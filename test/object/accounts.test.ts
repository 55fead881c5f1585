/**
 * Accounts from registration to a new password, on the real Worker. Ids are those of test/SPEC.md. Argon2 is replaced by something quick; sessions.test.ts signs in with the real one
 * and compares it with another implementation.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { User } from "../../objects/user.ts";
import { signAccessToken } from "../../src/auth/access-token.ts";
import { passwordIdentityName } from "../../src/domain/email.ts";
import { randomId } from "../../src/ids.ts";
import { DAY_MS, MAILS_PER_PURPOSE_MAX } from "../../src/limits.ts";
import type { SignedIn } from "../../src/protocol/rest/auth.ts";
import { Clock } from "../model/clock.ts";
import {
  AUTH,
  bearer,
  callWith,
  CALL,
  DEVICE,
  PASSWORD,
  register,
  TestBrowser,
  uniqueEmail,
} from "../support/accounts.ts";
import { type Answer, call, OPERATOR, ORIGIN, uniqueSlug } from "../support/workerd.ts";

type Hash = (password: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>;
const hashing = vi.hoisted(() => vi.fn<Hash>());
vi.mock("@noble/hashes/argon2.js", () => ({ argon2idAsync: hashing }));
// A mock that is loaded for the first time throws inside workerd (it has no `asyncLocalStorage.disable`), and is there the second time.
beforeAll(() => import("@noble/hashes/argon2.js").then(String, String));

const OTHER_PASSWORD = "seven boats under a violet moon";
const MAIL = {
  MAILER: "http",
  MAIL_URL: "https://mail.test/send",
  MAIL_FROM: "us@mail.test",
  MAIL_TOKEN: "mail-token",
  PUBLIC_ORIGIN: ORIGIN,
};
const clock = new Clock();
/** Mails as the provider got them. */
let mails: { to: string; subject: string; text: string }[] = [];

beforeEach(() => {
  mails = [];
  hashing.mockImplementation(async (password, salt) => {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([...password, ...salt])));
  });
  vi.spyOn(globalThis, "fetch").mockImplementation((url, init) => {
    expect(String(url)).toBe(MAIL.MAIL_URL);
    expect(new Headers(init?.headers).get("authorization")).toBe("Bearer mail-token");
    mails.push(JSON.parse(String(init?.body)));
    return Promise.resolve(new Response("{}"));
  });
});
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
});

const logIn = (email: string, password = PASSWORD) => call("POST", `${AUTH}/login`, { email, password });
const post = (path: string, body: object, headers = {}) => callWith(MAIL, "POST", `${AUTH}${path}`, body, headers);
const me = async (who: SignedIn) => (await call("GET", "/api/v1/me", undefined, bearer(who))).body;
const kinds = async (who: SignedIn): Promise<string[]> =>
  (await call("GET", "/api/v1/me/security-events", undefined, bearer(who))).body.map(
    ({ kind }: { kind: string }) => kind,
  );

/** What stands behind the `#` of the last mail's link. */
function mailedToken(page: string): string {
  const text = mails.at(-1)?.text ?? "";
  const token = new RegExp(`${ORIGIN}/console/${page}#(\\S+)`, "u").exec(text)?.[1];
  if (token === undefined) throw new Error(`no link to ${page} in: ${text}`);
  return token;
}

describe("passwords", () => {
  it("[S1] taken exactly as sent: no trimming, no folding of case or Unicode, up to 256 code points", async () => {
    const composed = "  Crème brûlée für Zoë  ";
    const email = uniqueEmail();
    await register(email, composed);
    for (const other of [composed.trim(), composed.normalize("NFD"), composed.toLowerCase(), `${composed} `]) {
      expect((await logIn(email, other)).status, other).toBe(401);
    }
    expect((await logIn(email, composed)).status).toBe(200);
    const longest = Array.from({ length: 256 }, (_, i) => String.fromCodePoint(0x1f300 + ((i * 31) % 200))).join("");
    const second = uniqueEmail();
    await register(second, longest);
    expect((await logIn(second, longest)).status).toBe(200);
    expect((await logIn(second, longest.slice(0, -2))).status).toBe(401);
  });

  it("[S1] weak ones are refused at registration, at a change and at a reset", async () => {
    const email = uniqueEmail("lovelace");
    const signedIn = await register(email);
    const workspace = uniqueSlug();
    await env.USER.getByName(signedIn.user.id).hear({
      kind: "member",
      workspace,
      name: "Analytical Engine",
      role: "member",
      since: 1,
      version: 1,
      shown: { email: null, name: null },
    });
    await post("/password/reset", { email });
    const token = mailedToken("reset/confirm");
    const weak = [
      "short",
      "fourteen-chars",
      "a".repeat(257),
      "passwordpassword",
      "123456789012345",
      "Groundswell-2026",
      email,
      `${email}!1`,
      "\ud800".repeat(20),
    ];
    for (const password of weak) {
      const answers = [
        await call("POST", `${AUTH}/register`, { email: password === email ? email : uniqueEmail(), password }),
        await call("POST", `${AUTH}/password`, { currentPassword: PASSWORD, newPassword: password }, bearer(signedIn)),
        await call("POST", `${AUTH}/password/reset/confirm`, { token, newPassword: password }),
      ];
      for (const { status, body } of answers.slice(password === `${email}!1` ? 1 : 0)) {
        expect(status, password).toBe(400);
        expect(body.errors[0].path).toMatch(/^(password|newPassword)$/u);
      }
    }
    const named = { currentPassword: PASSWORD, newPassword: "Analytical Engine" };
    expect((await call("POST", `${AUTH}/password`, named, bearer(signedIn))).status).toBe(400);
    // None of the refusals was a try, and the link is as good as before.
    expect((await call("POST", `${AUTH}/password/reset/confirm`, { token, newPassword: OTHER_PASSWORD })).status).toBe(
      204,
    );
  });

  it("[S7] a change ends all other sessions and asks for the old one, whose wrong tries are counted", async () => {
    const email = uniqueEmail();
    const first = await register(email);
    const second: SignedIn = (await logIn(email)).body;
    const change = (currentPassword: string, who: SignedIn) =>
      call("POST", `${AUTH}/password`, { currentPassword, newPassword: OTHER_PASSWORD }, bearer(who));
    expect((await change("not the old one", first)).body.code).toBe("INVALID_CREDENTIALS");
    expect((await change(PASSWORD, first)).status).toBe(204);
    expect((await call("POST", `${AUTH}/refresh`, { refreshToken: second.refreshToken })).status).toBe(401);
    expect((await call("POST", `${AUTH}/refresh`, { refreshToken: first.refreshToken })).status).toBe(200);
    expect((await logIn(email)).status).toBe(401);
    expect((await logIn(email, OTHER_PASSWORD)).status).toBe(200);
    expect(await kinds(first)).toContain("password-changed");
    for (let tries = 0; tries < 5; tries++) await change("not the old one", first);
    expect((await change(OTHER_PASSWORD, first)).status).toBe(429);
  });
});

describe("mail", () => {
  it("[S2] a registration is finished by its link, once; a known address is told in its mail only", async () => {
    const email = uniqueEmail();
    const asked = await post("/register", { email, password: PASSWORD, name: "Ada" });
    expect(asked).toMatchObject({ status: 202, body: "" });
    expect((await logIn(email)).status).toBe(401);
    const token = mailedToken("register/confirm");
    const { status, body } = await call("POST", `${AUTH}/register/confirm`, { token, password: PASSWORD });
    expect(status).toBe(201);
    expect(await me(body)).toMatchObject({ email, emailVerified: true, name: "Ada", signInMethods: ["password"] });
    expect((await call("POST", `${AUTH}/register/confirm`, { token, password: PASSWORD })).body.code).toBe(
      "INVALID_LINK",
    );
    expect((await logIn(email)).status).toBe(200);
    await post("/register", { email, password: OTHER_PASSWORD });
    expect(mails.at(-1)).toMatchObject({ to: email, subject: "You have an account already" });
    expect((await logIn(email, OTHER_PASSWORD)).status).toBe(401);
  });

  it("[S2] two registrations of one address: the link that is used first decides", async () => {
    const email = uniqueEmail();
    await post("/register", { email, password: OTHER_PASSWORD });
    const first = mailedToken("register/confirm");
    await post("/register", { email, password: PASSWORD });
    expect(
      (await call("POST", `${AUTH}/register/confirm`, { token: mailedToken("register/confirm"), password: PASSWORD }))
        .status,
    ).toBe(201);
    expect((await call("POST", `${AUTH}/register/confirm`, { token: first, password: PASSWORD })).body.code).toBe(
      "INVALID_LINK",
    );
    expect((await logIn(email)).status).toBe(200);
  });

  it("[S10] a registration that somebody else began opens nothing for the address' owner, who does not know its password", async () => {
    const email = uniqueEmail();
    await post("/register", { email, password: OTHER_PASSWORD });
    const token = mailedToken("register/confirm");
    const owner = new TestBrowser();
    const opened = await owner.call("POST", `${AUTH}/register/confirm`, { token, password: PASSWORD });
    expect(opened).toMatchObject({ status: 401, body: { code: "INVALID_CREDENTIALS" } });
    expect(opened.headers.getSetCookie()).toEqual([]);
    expect((await owner.call("POST", `${AUTH}/register/confirm`, { token })).status).toBe(400);
    expect((await logIn(email, OTHER_PASSWORD)).status).toBe(401);
    // A slip of the tongue does not use the link up.
    expect((await owner.call("POST", `${AUTH}/register/confirm`, { token, password: OTHER_PASSWORD })).status).toBe(
      201,
    );
  });

  it("[S7] a reset ends all sessions, verifies the address, lifts the wait and works once, for 30 minutes", async () => {
    clock.install();
    const email = uniqueEmail();
    const browser = new TestBrowser();
    const before: SignedIn = (await browser.call("POST", `${AUTH}/register`, { email, password: PASSWORD })).body;
    for (let tries = 0; tries < 5; tries++) await logIn(email, "wrong");
    await post("/password/reset", { email: email.toUpperCase() });
    const late = mailedToken("reset/confirm");
    clock.advance(30 * 60 * 1_000);
    const confirm = (token: string) =>
      call("POST", `${AUTH}/password/reset/confirm`, { token, newPassword: OTHER_PASSWORD });
    expect((await confirm(late)).body.code).toBe("INVALID_LINK");
    for (let tries = 0; tries < 5; tries++) await logIn(email, "wrong");
    await post("/password/reset", { email });
    const token = mailedToken("reset/confirm");
    expect((await confirm(token)).status).toBe(204);
    expect((await confirm(token)).body.code).toBe("INVALID_LINK");
    expect((await call("POST", `${AUTH}/refresh`, { refreshToken: before.refreshToken })).status).toBe(401);
    const { status, body } = await logIn(email, OTHER_PASSWORD);
    expect(status).toBe(200);
    expect(await me(body)).toMatchObject({ emailVerified: true });
    expect(await kinds(body)).toContain("password-reset");
    // Whoever knew the old password may have had a browser that is known: it is a stranger now.
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const devices = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select * from known_devices").toArray(),
    );
    expect(devices).toEqual([]);
  });

  it("[S2] a reset for nobody's address leaves nothing on disk and mails nothing", async () => {
    const email = uniqueEmail("nobody");
    expect((await post("/password/reset", { email })).status).toBe(202);
    expect(mails).toEqual([]);
    const tables = await runInDurableObject(env.IDENTITY.getByName(passwordIdentityName(email)), (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name = 'identity'").toArray(),
    );
    expect(tables).toEqual([]);
    for (const token of [`${btoa(email).replaceAll("=", "")}.${"A".repeat(43)}`, "x", ".", `!.${"A".repeat(43)}`]) {
      const answer = await call("POST", `${AUTH}/password/reset/confirm`, { token, newPassword: OTHER_PASSWORD });
      expect(answer.body.code).toBe("INVALID_LINK");
    }
    expect(hashing).not.toHaveBeenCalled();
  });

  it("[S15] a mailed link leads to PUBLIC_ORIGIN, never to the Host of whoever asked; without one nothing is mailed", async () => {
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
    const email = uniqueEmail();
    await register(email);
    // The tests' own origin stands for what an attacker wrote into the Host header.
    const asked = await callWith({ ...MAIL, PUBLIC_ORIGIN: "", LOG_LEVEL: "error" }, "POST", `${AUTH}/password/reset`, {
      email,
    });
    expect(asked.status).toBe(202);
    expect(mails).toEqual([]);
    expect(printed.join()).toContain("needs PUBLIC_ORIGIN");
    await callWith({ ...MAIL, PUBLIC_ORIGIN: "https://true.test" }, "POST", `${AUTH}/password/reset`, { email });
    expect(mails.at(-1)?.text).toContain("https://true.test/console/reset/confirm#");
    expect(mails.at(-1)?.text).not.toContain(ORIGIN);
  });

  it("[S10] whoever never proved an address is not out before its owner is in: a take-over that could not be told is no sign-in", async () => {
    const email = uniqueEmail();
    const squatter = await register(email);
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const claim = { userId: randomId(), email, name: null, device: DEVICE };
    const cut = vi.spyOn(User.prototype, "hearIdentity").mockImplementation(() => {
      throw new Error("down");
    });
    expect(await stub.claimEmail(CALL, claim)).toMatchObject({ ok: false, error: { code: "OVERLOADED" } });
    cut.mockRestore();
    expect(await stub.claimEmail(CALL, claim)).toEqual({ ok: true, value: squatter.user.id });
    expect((await call("POST", `${AUTH}/refresh`, { refreshToken: squatter.refreshToken })).status).toBe(401);
  });

  it("[S10] nobody has an address verified that another account has, whatever a provider said of it", async () => {
    const email = uniqueEmail();
    await register(email);
    const userId = randomId();
    const identity = { provider: "github", subject: "7", email } as const;
    const account = { kind: "account", email, emailVerified: false, name: null, identity } as const;
    await env.USER.getByName(userId).hearIdentity({ ...account, at: Date.now(), device: DEVICE });
    const sessionId = randomId();
    const open = { sessionId, tokenHash: "h", method: "github", device: DEVICE, newDevice: false } as const;
    await env.USER.getByName(userId).openSession(CALL, open);
    const accessToken = await signAccessToken(env, ORIGIN, { userId, sessionId });
    expect((await post("/email/verify/send", {}, bearer({ accessToken }))).status).toBe(202);
    expect(mails).toEqual([]);
  });

  it("[S10] a mailer that is none opens no account without proof of its address", async () => {
    const email = uniqueEmail();
    const sent = { email, password: PASSWORD };
    expect((await callWith({ ...MAIL, MAILER: "smtp" }, "POST", `${AUTH}/register`, sent)).status).toBe(202);
    expect((await logIn(email)).status).toBe(401);
  });

  it("[S2] an address verifies itself by mail, within a day, and is not flooded", async () => {
    clock.install();
    const signedIn = await register();
    const send = () => post("/email/verify/send", {}, bearer(signedIn));
    const sent = await callWith(MAIL, "POST", `${AUTH}/email/verify/send`, undefined, bearer(signedIn));
    expect(sent.status).toBe(202);
    const token = mailedToken("verify");
    expect(await me(signedIn)).toMatchObject({ emailVerified: false });
    expect((await call("POST", `${AUTH}/password/reset/confirm`, { token, newPassword: OTHER_PASSWORD })).status).toBe(
      400,
    );
    for (let more = 0; more < 2 * MAILS_PER_PURPOSE_MAX; more++) await send();
    expect(mails.length).toBeLessThanOrEqual(MAILS_PER_PURPOSE_MAX);
    expect((await call("POST", `${AUTH}/email/verify`, { token })).status).toBe(204);
    expect((await call("POST", `${AUTH}/email/verify`, { token })).body.code).toBe("INVALID_LINK");
    expect(await me(signedIn)).toMatchObject({ emailVerified: true });
    clock.advance(DAY_MS);
  });
});

describe("what spans objects", () => {
  it("[S31] an account whose person was not told, at whatever point that broke, is whole after the alarm", async () => {
    const email = uniqueEmail();
    const broken = vi.spyOn(User.prototype, "hearIdentity").mockRejectedValue(new Error("down"));
    const answer = await call("POST", `${AUTH}/register`, { email, password: PASSWORD, name: "Ada" });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect((await logIn(email)).status).toBe(503);
    broken.mockRestore();
    await evictDurableObject(stub);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("update schedule set due_at = 0 where task = 'outbox'");
      return storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    const { status, body } = await logIn(email);
    expect(status).toBe(200);
    expect(await me(body)).toMatchObject({ email, name: "Ada" });
    expect((await kinds(body)).filter((kind) => kind === "registered")).toHaveLength(1);
    const left = await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("select * from outbox").toArray());
    expect(left).toEqual([]);
  });

  it("[S31] sessions end after a reset whose message came late, or twice", async () => {
    const email = uniqueEmail();
    const before = await register(email);
    await post("/password/reset", { email });
    const token = mailedToken("reset/confirm");
    const broken = vi.spyOn(User.prototype, "hearIdentity").mockRejectedValue(new Error("down"));
    expect((await call("POST", `${AUTH}/password/reset/confirm`, { token, newPassword: OTHER_PASSWORD })).status).toBe(
      204,
    );
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    const message = await runInDurableObject(stub, (_, { storage }) =>
      JSON.parse(String(storage.sql.exec("select message from outbox").one()["message"])),
    );
    broken.mockRestore();
    await evictDurableObject(stub);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("update schedule set due_at = 0");
      return storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    expect((await call("POST", `${AUTH}/refresh`, { refreshToken: before.refreshToken })).status).toBe(401);
    const { body } = await logIn(email, OTHER_PASSWORD);
    await env.USER.getByName(before.user.id).hearIdentity(message);
    // The second time it ends nothing, and is no second event.
    expect((await call("POST", `${AUTH}/refresh`, { refreshToken: body.refreshToken })).status).toBe(200);
    expect((await kinds(body)).filter((kind) => kind === "password-reset")).toHaveLength(1);
  });

  it("[S31] a new name reaches the workspaces, after a fault too", async () => {
    const signedIn = await register();
    const { id } = signedIn.user;
    const workspace = uniqueSlug();
    await call("POST", "/api/v1/workspaces", { slug: workspace, name: "Test" }, OPERATOR);
    const stub = env.USER.getByName(id);
    await stub.hear({
      kind: "member",
      workspace,
      name: "Test",
      role: "member",
      since: 1,
      version: 1,
      shown: { email: signedIn.user.email, name: null },
    });
    const { Workspace } = await import("../../objects/workspace.ts");
    const heard = vi.spyOn(Workspace.prototype, "hearProfile").mockImplementationOnce(() => {
      throw new Error("down");
    });
    expect((await call("PATCH", "/api/v1/me", { name: "Countess" }, bearer(signedIn))).body).toMatchObject({
      name: "Countess",
    });
    expect(heard).toHaveBeenCalledTimes(1);
    await evictDurableObject(stub);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("update schedule set due_at = 0 where task = 'outbox'");
      return storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
    expect(heard).toHaveBeenCalledTimes(2);
    expect(heard.mock.calls[1]).toMatchObject([id, { name: "Countess", email: signedIn.user.email }]);
  });

  it("[S10] a password that is dropped ends the sessions and is gone, and the address is verified", async () => {
    const email = uniqueEmail();
    const before = await register(email);
    // Somebody else's, whose `baseUrl` would get what the owner asks.
    const key = { provider: "openai", sealed: "v", lastFour: "1234", baseUrl: "https://evil.example", device: DEVICE };
    await env.USER.getByName(before.user.id).storeProviderKey(CALL, key);
    const claim = (address: string) => ({ userId: randomId(), email: address, name: null, device: DEVICE });
    const stub = env.IDENTITY.getByName(passwordIdentityName(email));
    await stub.claimEmail(CALL, claim(email));
    expect((await call("POST", `${AUTH}/refresh`, { refreshToken: before.refreshToken })).status).toBe(401);
    expect((await logIn(email)).status).toBe(401);
    expect(await stub.read(CALL)).toMatchObject({
      value: { userId: before.user.id, emailVerified: true, hasPassword: false },
    });
    expect(await me(before)).toMatchObject({ emailVerified: true, signInMethods: [] });
    const keys = await runInDurableObject(env.USER.getByName(before.user.id), (_, { storage }) =>
      storage.sql.exec("select * from provider_keys").toArray(),
    );
    expect(keys).toEqual([]);
    // Of a verified one it is not taken.
    const verified = uniqueEmail();
    await post("/register", { email: verified, password: PASSWORD });
    await call("POST", `${AUTH}/register/confirm`, { token: mailedToken("register/confirm"), password: PASSWORD });
    await env.IDENTITY.getByName(passwordIdentityName(verified)).claimEmail(CALL, claim(verified));
    expect((await logIn(verified)).status).toBe(200);
  });
});

describe("what is never told", () => {
  it("[S15] no password, token, cookie or address in any log line, whatever happens; none in any URL", async () => {
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
    const logged = { ...MAIL, LOG_LEVEL: "info" };
    const secrets = new Set<string>([PASSWORD, OTHER_PASSWORD, MAIL.MAIL_TOKEN, "wrong but secret too"]);
    const urls: string[] = [];
    const ask = async (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer> => {
      urls.push(path);
      const own = { origin: ORIGIN, "sec-fetch-site": "same-origin", ...headers };
      const answer = method === "GET" ? await getLogged(path, own) : await callWith(logged, method, path, body, own);
      for (const line of answer.headers.getSetCookie())
        secrets.add(line.slice(line.indexOf("=") + 1, line.indexOf(";")));
      if (typeof answer.body === "object" && answer.body !== null) {
        for (const name of ["accessToken", "refreshToken"]) if (name in answer.body) secrets.add(answer.body[name]);
        if ("user" in answer.body) secrets.add(answer.body.user.id);
      }
      return answer;
    };
    const getLogged = (path: string, headers: Record<string, string>) => call("GET", path, undefined, headers);
    const email = uniqueEmail("secretive");
    secrets.add(email);
    await ask("POST", `${AUTH}/register`, { email, password: PASSWORD });
    secrets.add(mailedToken("register/confirm"));
    const { body } = await ask("POST", `${AUTH}/register/confirm`, {
      token: mailedToken("register/confirm"),
      password: PASSWORD,
    });
    await ask("POST", `${AUTH}/register`, { email, password: OTHER_PASSWORD });
    await ask("POST", `${AUTH}/login`, { email, password: "wrong but secret too" });
    await ask("POST", `${AUTH}/login`, { email, password: PASSWORD });
    const refreshed = await ask("POST", `${AUTH}/refresh`, { refreshToken: body.refreshToken });
    await ask("POST", `${AUTH}/refresh`, { refreshToken: `${String(body.refreshToken).slice(0, -1)}_` });
    await ask(
      "POST",
      `${AUTH}/password`,
      { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD },
      bearer(refreshed.body),
    );
    await ask("POST", `${AUTH}/password/reset`, { email });
    secrets.add(mailedToken("reset/confirm"));
    await ask("POST", `${AUTH}/password/reset/confirm`, { token: mailedToken("reset/confirm"), newPassword: PASSWORD });
    await ask("POST", `${AUTH}/logout`, { refreshToken: refreshed.body.refreshToken });
    // Faults print stacks and causes: of the objects, of the mail service, of what cannot be parsed.
    vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.reject(new Error(`no route to ${email}`)));
    await ask("POST", `${AUTH}/password/reset`, { email });
    await callWith({ ...logged, MAILER: "binding" }, "POST", `${AUTH}/password/reset`, { email });
    vi.spyOn(User.prototype, "openSession").mockImplementation(() => {
      throw new Error("disk full");
    });
    expect((await ask("POST", `${AUTH}/login`, { email, password: PASSWORD })).status).toBe(500);
    await ask("POST", `${AUTH}/login`, `{"email":"${email}","password":"${PASSWORD}"`);

    expect(printed.length).toBeGreaterThan(20);
    expect(printed.some((line) => line.includes('"kind":"fault"'))).toBe(true);
    expect(secrets.size).toBeGreaterThan(12);
    for (const secret of secrets) {
      if (secret === "") continue;
      const where = printed.find((line) => line.includes(secret));
      expect(where, secret).toBeUndefined();
      for (const url of urls) expect(url).not.toContain(secret);
    }
    for (const { text } of mails) expect(text).not.toMatch(/\?\S*[\w-]{43}/u);
  });
});
