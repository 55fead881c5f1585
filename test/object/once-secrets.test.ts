/**
 * Idempotency-Key where an answer holds a secret that is shown once, and where an account is changed: the same answer again, and nothing on disk that could be read without the client's key. Ids are
 * those of test/SPEC.md.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { hashOf } from "../../src/auth/secret.ts";
import { openAnswer, sealAnswer } from "../../src/auth/sealed-answer.ts";
import { DAY_MS } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { account, ACCOUNTS_TIMEOUT_MS, AUTH, callWith, PASSWORD, type TestAccount } from "../support/accounts.ts";
import { bearer } from "../support/identity.ts";
import { type Answer, call, OPERATOR, ORIGIN, uniqueSlug } from "../support/workerd.ts";

const MAIL = { MAILER: "http", MAIL_URL: "https://mail.test/send", MAIL_FROM: "us@mail.test", PUBLIC_ORIGIN: ORIGIN };
const TIMES = 5;
const clock = new Clock();
let mails = 0;
let owner: TestAccount;
let workspace: string;

beforeAll(async () => {
  owner = await account("Ada");
  workspace = uniqueSlug();
  await call("POST", "/api/v1/workspaces", { slug: workspace, name: "Team" }, owner.headers);
}, ACCOUNTS_TIMEOUT_MS);
beforeEach(() => {
  mails = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation(() => {
    mails += 1;
    return Promise.resolve(new Response("{}"));
  });
});
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
});

type Sent = Record<string, string>;
const newKey = (): Sent => ({ "idempotency-key": crypto.randomUUID() });
const isReplayed = ({ headers }: Answer) => headers.get("idempotent-replayed") === "true";

/** Asks TIMES times at once: one effect, one answer. */
async function once(method: string, path: string, body: unknown, headers: Sent): Promise<Answer> {
  const ask = () =>
    body === undefined ? call(method, path, undefined, headers) : callWith(MAIL, method, path, body, headers);
  const answers = await Promise.all(Array.from({ length: TIMES }, ask));
  const firsts = answers.filter((answer) => !isReplayed(answer));
  expect(firsts).toHaveLength(1);
  for (const { status, body: given } of answers) expect([status, given]).toEqual([firsts[0]?.status, firsts[0]?.body]);
  return firsts[0] as Answer;
}

const stored = () =>
  runInDurableObject(env.WORKSPACE.getByName(workspace), (_, { storage }) =>
    JSON.stringify(storage.sql.exec("select * from idempotency_keys").toArray()),
  );

describe("secrets that are shown once", () => {
  it("[S27] an API key: the very same key again, of which only the hash and what its client can open is kept", async () => {
    const keys = `/api/v1/workspaces/${workspace}/api-keys`;
    const made = await once("POST", keys, { name: "Server", scopes: ["read"] }, { ...owner.headers, ...newKey() });
    expect(made.status).toBe(201);
    expect(made.body.key).toMatch(/^gsk_[\w-]{43}$/u);
    expect(made.body.sealed).toBeUndefined();
    expect((await call("GET", keys, undefined, owner.headers)).body).toHaveLength(1);
    expect((await call("GET", `/api/v1/workspaces/${workspace}/boards`, undefined, bearer(made.body.key))).status).toBe(
      200,
    );
    expect(await stored()).not.toContain(made.body.key.slice(4));
    // Without a key nothing is kept to open.
    const before = await stored();
    expect((await call("POST", keys, { name: "Other", scopes: ["read"] }, owner.headers)).body.sealed).toBeUndefined();
    expect(await stored()).toBe(before);
  });

  it("[S27] a signing secret, and an invitation's link, which is mailed once", async () => {
    const secrets = `/api/v1/workspaces/${workspace}/signing-secrets`;
    const { body } = await once("POST", secrets, undefined, { ...owner.headers, ...newKey() });
    expect(body.secret).toMatch(/^gss_[\w-]{43}$/u);
    expect((await call("GET", secrets, undefined, owner.headers)).body).toHaveLength(1);
    const invitations = `/api/v1/workspaces/${workspace}/invitations`;
    const invite = { email: "bob@example.com", role: "member" };
    const invited = await once("POST", invitations, invite, { ...owner.headers, ...newKey() });
    expect(mails).toBe(1);
    const [, token = ""] = invited.body.link.split("#");
    for (const secret of [body.secret.slice(4), token]) expect(await stored()).not.toContain(secret);
    // The link that was given each time is the one that is good.
    const [hash] = await runInDurableObject(env.WORKSPACE.getByName(workspace), (_, { storage }) =>
      storage.sql.exec("select token_hash from invitations").toArray(),
    );
    expect(hash?.["token_hash"]).toBe(await hashOf(token));
  });

  it("[S27] what is sealed opens with the client's key, for its caller and route, and with nothing else", async () => {
    const idempotency = { key: "b3du", fingerprint: "" };
    const whose = { idempotencyKey: "0123456789abcdef", idempotency };
    const sealed = await sealAnswer(whose, "secret");
    expect(sealed).not.toBe(await sealAnswer(whose, "secret"));
    expect(await openAnswer(whose, sealed)).toBe("secret");
    const others = [
      { ...whose, idempotencyKey: "0123456789abcdeg" },
      { ...whose, idempotency: { ...idempotency, key: "b3dv" } },
    ];
    for (const other of others) await expect(openAnswer(other, sealed)).rejects.toThrow();
    const [nonce = "", text = ""] = sealed.split(".");
    await expect(openAnswer(whose, `${nonce}.${text.startsWith("A") ? "B" : "A"}${text.slice(1)}`)).rejects.toThrow();
  });
});

describe("an account's own", () => {
  it("[S27] a workspace: the same once more, and with another slug, which is another object, refused", async () => {
    for (const who of [owner.headers, OPERATOR]) {
      const headers = { ...who, ...newKey() };
      const slug = uniqueSlug();
      await once("POST", "/api/v1/workspaces", { slug, name: "Once" }, headers);
      const other = await call("POST", "/api/v1/workspaces", { slug: uniqueSlug(), name: "Once" }, headers);
      expect([other.status, other.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    }
  });

  it("[S27] name, provider key, and the end of a session: once each, and the same answer", async () => {
    const me = { ...owner.headers };
    const named = await once("PATCH", "/api/v1/me", { name: "Ada L." }, { ...me, ...newKey() });
    expect(named.body.name).toBe("Ada L.");
    const providerKey = { provider: "openai", apiKey: "sk-a-secret-of-a-provider" };
    const kept = await once("POST", "/api/v1/user/store-provider-api-key", providerKey, { ...me, ...newKey() });
    expect(kept.body.lastFour).toBe("ider");
    for (const path of [null, `${AUTH}/sessions`]) {
      const { body } = await call("POST", `${AUTH}/login`, { email: owner.email, password: PASSWORD });
      const sessionId = JSON.parse(atob(body.accessToken.split(".")[1] ?? "")).sid as string;
      const ended = await once("DELETE", path ?? `${AUTH}/sessions/${sessionId}`, undefined, { ...me, ...newKey() });
      expect(ended.status).toBe(204);
      expect((await call("POST", `${AUTH}/refresh`, { refreshToken: body.refreshToken })).status).toBe(401);
    }
    const { body: events } = await call("GET", "/api/v1/me/security-events", undefined, me);
    const count = (kind: string) => events.filter((event: { kind: string }) => event.kind === kind).length;
    expect(["provider-key-stored", "session-revoked", "other-sessions-revoked"].map(count)).toEqual([1, 1, 1]);
    const reused = await call(
      "PATCH",
      "/api/v1/me",
      { name: "One" },
      { ...me, "idempotency-key": "a-key-that-is-reused" },
    );
    expect(reused.status).toBe(200);
    const other = await call(
      "PATCH",
      "/api/v1/me",
      { name: "Two" },
      { ...me, "idempotency-key": "a-key-that-is-reused" },
    );
    expect(other.body).toMatchObject({ status: 422, code: "IDEMPOTENCY_KEY_REUSED" });
  });

  it("[S27] a key on what only reads is nothing, not even when it is none", async () => {
    for (const key of [newKey(), { "idempotency-key": "short" }]) {
      const headers = { ...owner.headers, ...key };
      expect((await call("GET", "/api/v1/me", undefined, headers)).status).toBe(200);
      const name = crypto.randomUUID();
      await call("PATCH", "/api/v1/me", { name }, owner.headers);
      const second = await call("GET", "/api/v1/me", undefined, headers);
      expect([second.body.name, isReplayed(second)]).toEqual([name, false]);
    }
    const refused = await call("PATCH", "/api/v1/me", { name: "A" }, { ...owner.headers, "idempotency-key": "short" });
    expect(refused.body).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  });
});

it("[S27] rotating the signing key: the same key again, also when it signs already; a day later it is a new request", async () => {
  clock.install();
  const rotate = (key: Sent) => call("POST", "/api/v1/admin/keys/rotate", undefined, { ...OPERATOR, ...key });
  const key = newKey();
  const first = await rotate(key);
  expect([first.status, isReplayed(first)]).toEqual([202, false]);
  clock.advance(60 * 60 * 1_000);
  const again = await rotate(key);
  expect([again.body, isReplayed(again)]).toEqual([first.body, true]);
  clock.advance(DAY_MS);
  const later = await rotate(key);
  expect([later.body.kid === first.body.kid, isReplayed(later)]).toEqual([false, false]);
});
