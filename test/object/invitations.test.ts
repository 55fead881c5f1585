/** Invitations to a team over the API, from the link to the membership. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { base64url } from "../../src/ids.ts";
import { INVITATIONS_PER_WORKSPACE_MAX, MEMBERS_PER_WORKSPACE_MAX } from "../../src/limits.ts";
import { ROLES } from "../../src/protocol/rest/roles.ts";
import { account, ACCOUNTS_TIMEOUT_MS, callWith, signUp, type TestAccount } from "../support/accounts.ts";
import { accept, invite, join, mine, remove, rolesOf, setRole, tokenOf, workspaceOf } from "../support/team.ts";
import { type Answer, call, OPERATOR, ORIGIN } from "../support/workerd.ts";

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;
const WRONG = { status: 400, code: "INVALID_LINK" };

let ada: TestAccount, bob: TestAccount, cleo: TestAccount;
beforeAll(async () => {
  ada = await account("Ada");
  bob = await account("Bob");
  cleo = await account("Cléo");
}, ACCOUNTS_TIMEOUT_MS);

/** What an answer says, but for the request's id. */
function said({ status, body }: Answer): unknown {
  return { status, ...body, instance: "" };
}

function open(workspace: string, who: TestAccount): Promise<Answer> {
  return call("GET", `/api/v1/workspaces/${workspace}/invitations`, undefined, who.headers);
}

function rows(workspace: string, query: string): Promise<Record<string, SqlStorageValue>[]> {
  const stub = env.WORKSPACE.getByName(workspace);
  return runInDurableObject(stub, (_, { storage }) => storage.sql.exec(query).toArray());
}

describe("inviting", () => {
  it("[T7] answers a link whose secret is nowhere else: 256 bits, behind the `#`, only its hash stored, no list shows it", async () => {
    const slug = await workspaceOf(ada);
    const invited = await invite(slug, ada, "Grace@Example.COM", "moderator");
    expect(invited.status).toBe(201);
    const { link, ...shown } = invited.body;
    expect(link).toMatch(new RegExp(`^${ORIGIN}/console/w/${slug}/join#[\\w-]{43}$`, "u"));
    expect(shown).toEqual({
      id: expect.any(String),
      email: "grace@example.com",
      role: "moderator",
      createdAt: expect.any(String),
      expiresAt: new Date(Date.parse(shown.createdAt) + WEEK_MS).toISOString(),
    });
    expect((await open(slug, ada)).body).toEqual([shown]);
    const token = tokenOf(invited);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
    const stored = await rows(slug, "SELECT * FROM invitations");
    expect(stored).toMatchObject([{ token_hash: base64url(new Uint8Array(digest)) }]);
    const second = tokenOf(await invite(slug, ada, "other@example.com", "member"));
    expect(second).not.toBe(token);
    const all = await rows(slug, "SELECT * FROM invitations");
    for (const secret of [token, second]) expect(JSON.stringify(all)).not.toContain(secret);
  });

  it("[T8] is for owners and admins; only an owner invites an owner", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "admin");
    await join(slug, ada, cleo, "moderator");
    for (const role of ROLES) expect((await invite(slug, cleo, "x@example.com", role)).status).toBe(403);
    expect((await open(slug, cleo)).status).toBe(403);
    expect((await invite(slug, bob, "x@example.com", "owner")).body).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect((await invite(slug, bob, "x@example.com", "admin")).status).toBe(201);
    expect((await invite(slug, ada, "y@example.com", "owner")).status).toBe(201);
    expect((await invite(slug, bob, ada.email.toUpperCase(), "member")).body).toMatchObject({ code: "ALREADY_MEMBER" });
    // Nor does anybody else take an owner's invitation back, or make less of it.
    const owners = (await open(slug, ada)).body.find((row: { role: string }) => row.role === "owner");
    const path = `/api/v1/workspaces/${slug}/invitations/${String(owners.id)}`;
    expect((await call("DELETE", path, undefined, bob.headers)).body).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect((await invite(slug, bob, "y@example.com", "member")).status).toBe(403);
    expect((await open(slug, ada)).body).toContainEqual(owners);
    expect((await call("DELETE", path, undefined, ada.headers)).status).toBe(204);
    const body = { email: "z@example.com", role: "owner" };
    expect((await call("POST", `/api/v1/workspaces/${slug}/invitations`, body, OPERATOR)).status).toBe(201);
    expect(
      (await call("POST", `/api/v1/workspaces/${slug}/invitations`, { ...body, token: "x" }, ada.headers)).status,
    ).toBe(400);
  });

  it("[T9] an address that is invited again gets a new link, and the old one ends", async () => {
    const slug = await workspaceOf(ada);
    const first = await invite(slug, ada, bob.email, "admin");
    const second = await invite(slug, ada, bob.email.toUpperCase(), "member");
    expect(second.body.id).toBe(first.body.id);
    expect((await open(slug, ada)).body).toHaveLength(1);
    expect((await accept(slug, bob, tokenOf(first))).body).toMatchObject(WRONG);
    expect((await accept(slug, bob, tokenOf(second))).body).toMatchObject({ role: "member" });
  });

  it("[T10] at most a hundred are open at a time, also when asked for at once", async () => {
    const slug = await workspaceOf(ada);
    const tries = Array.from({ length: INVITATIONS_PER_WORKSPACE_MAX + 5 }, (_, at) =>
      invite(slug, ada, `p${String(at)}@example.com`, "member"),
    );
    const answers = await Promise.all(tries);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(INVITATIONS_PER_WORKSPACE_MAX);
    expect(answers.filter(({ body }) => body.code === "LIMIT_REACHED")).toHaveLength(5);
    const [taken] = (await open(slug, ada)).body;
    expect((await invite(slug, ada, taken.email, "member")).status).toBe(201);
    const path = `/api/v1/workspaces/${slug}/invitations/${String(taken.id)}`;
    expect((await call("DELETE", path, undefined, ada.headers)).status).toBe(204);
    expect((await invite(slug, ada, "one-more@example.com", "member")).status).toBe(201);
  });
});

describe("accepting", () => {
  it("[T11] makes the account a member of the role invited to, once", async () => {
    const slug = await workspaceOf(ada);
    const token = tokenOf(await invite(slug, ada, bob.email, "moderator"));
    const joined = await Promise.all(Array.from({ length: 10 }, () => accept(slug, bob, token)));
    expect(joined.filter(({ status }) => status === 200).map(({ body }) => body)).toEqual([
      { userId: bob.userId, role: "moderator", name: "Bob", email: bob.email, since: expect.any(String) },
    ]);
    expect(joined.filter(({ status }) => status !== 200).map(({ body }) => body.code)).toEqual(
      Array.from({ length: 9 }, () => "INVALID_LINK"),
    );
    expect((await open(slug, ada)).body).toEqual([]);
    expect(await mine(bob)).toHaveProperty(slug, { name: "Team", role: "moderator" });
    await remove(slug, ada, bob);
    expect((await accept(slug, bob, token)).body).toMatchObject(WRONG);
  });

  it("[T12] a token that is wrong, of elsewhere, used, taken back or over, and a workspace that is not there, answer alike", async () => {
    const slug = await workspaceOf(ada);
    const elsewhere = await workspaceOf(ada);
    const foreign = tokenOf(await invite(elsewhere, ada, bob.email, "member"));
    const used = tokenOf(await invite(slug, ada, bob.email, "member"));
    await accept(slug, bob, used);
    await remove(slug, ada, bob);
    const back = await invite(slug, ada, bob.email, "member");
    await call("DELETE", `/api/v1/workspaces/${slug}/invitations/${String(back.body.id)}`, undefined, ada.headers);
    const wrong = said(await accept(slug, bob, "A".repeat(43)));
    expect(wrong).toMatchObject(WRONG);
    for (const token of [foreign, used, tokenOf(back), "x"])
      expect(said(await accept(slug, bob, token))).toEqual(wrong);
    expect(said(await accept("was-never-there", bob, foreign))).toEqual(wrong);
    expect(await mine(bob)).not.toHaveProperty(slug);
    expect((await accept(elsewhere, bob, foreign)).status).toBe(200);
  });

  it("[T13] is for the invited address, however it is written; another account is told so, and the link stays good", async () => {
    const slug = await workspaceOf(ada);
    const token = tokenOf(await invite(slug, ada, bob.email.toUpperCase(), "member"));
    const wrong = await accept(slug, cleo, token);
    expect(wrong.body).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect(wrong.body.detail).toContain("another address");
    expect(JSON.stringify(wrong.body).toLowerCase()).not.toContain(bob.email);
    expect((await accept(slug, bob, token)).status).toBe(200);
    const grace = await signUp(`Grace.${crypto.randomUUID()}@Example.com`, "Grace");
    const hers = tokenOf(await invite(slug, ada, grace.email.toLowerCase(), "member"));
    expect((await accept(slug, grace, hers)).status).toBe(200);
  });

  it("[T14] needs an account whose session still stands", async () => {
    const slug = await workspaceOf(ada);
    const token = tokenOf(await invite(slug, ada, bob.email, "member"));
    const path = `/api/v1/workspaces/${slug}/invitations/accept`;
    for (const headers of [{}, OPERATOR]) expect((await call("POST", path, { token }, headers)).status).toBe(401);
    const gone = await account("Gone");
    const theirs = tokenOf(await invite(slug, ada, gone.email, "member"));
    const user = env.USER.getByName(gone.userId);
    await runInDurableObject(user, (_, { storage }) => storage.sql.exec("DELETE FROM sessions").toArray());
    expect((await accept(slug, gone, theirs)).body).toMatchObject({ status: 401, code: "INVALID_TOKEN" });
  });

  it("[T15] ends after a week, and the row goes by the alarm", async () => {
    const slug = await workspaceOf(ada);
    const token = tokenOf(await invite(slug, ada, bob.email, "member"));
    const stub = env.WORKSPACE.getByName(slug);
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("UPDATE invitations SET expires_at = ?", Date.now() + 60_000).toArray(),
    );
    await runDurableObjectAlarm(stub);
    expect((await open(slug, ada)).body).toHaveLength(1);
    const due = await rows(slug, "SELECT due_at FROM schedule WHERE task = 'expire-invitations'");
    expect(due).toHaveLength(1);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE invitations SET expires_at = ?", Date.now());
      storage.sql.exec("UPDATE schedule SET due_at = ? WHERE task = 'expire-invitations'", Date.now());
    });
    expect((await open(slug, ada)).body).toEqual([]);
    expect((await accept(slug, bob, token)).body).toMatchObject(WRONG);
    await runDurableObjectAlarm(stub);
    expect(await rows(slug, "SELECT id FROM invitations")).toEqual([]);
    expect(await rows(slug, "SELECT task FROM schedule WHERE task = 'expire-invitations'")).toEqual([]);
  });

  it("[T16] a full team takes nobody more, also at once; the link stays good", async () => {
    const slug = await workspaceOf(ada);
    const [his, hers] = [await invite(slug, ada, bob.email, "member"), await invite(slug, ada, cleo.email, "member")];
    await runInDurableObject(env.WORKSPACE.getByName(slug), (_, { storage }) => {
      for (let at = 2; at < MEMBERS_PER_WORKSPACE_MAX; at++) {
        storage.sql.exec("INSERT INTO members (user_id, role, since) VALUES (?, 'member', 0)", `filler-${String(at)}`);
      }
    });
    const answers = await Promise.all([accept(slug, bob, tokenOf(his)), accept(slug, cleo, tokenOf(hers))]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await open(slug, ada)).body).toHaveLength(1);
    expect(Object.keys(await rolesOf(slug, ada))).toHaveLength(MEMBERS_PER_WORKSPACE_MAX);
  });
});

describe("with mail", () => {
  const mail = {
    MAILER: "http",
    MAIL_URL: "https://mail.example/send",
    MAIL_FROM: "team@groundswell.test",
    PUBLIC_ORIGIN: ORIGIN,
  };
  afterEach(() => void vi.restoreAllMocks());

  it("[T24] the link is mailed to the invited address, and a mail that is not taken changes nothing", async () => {
    const slug = await workspaceOf(ada);
    const path = `/api/v1/workspaces/${slug}/invitations`;
    const sent = vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response("{}")));
    const body = { email: "Grace@example.com", role: "member" };
    const invited = await callWith(mail, "POST", path, body, ada.headers);
    expect(invited.status).toBe(201);
    expect(sent).toHaveBeenCalledTimes(1);
    const message = JSON.parse(String(sent.mock.calls[0]?.[1]?.body));
    expect(message).toMatchObject({ to: "grace@example.com", from: mail.MAIL_FROM });
    expect(message.text).toContain(invited.body.link);
    sent.mockImplementation(() => Promise.resolve(new Response(null, { status: 400 })));
    const again = await callWith(mail, "POST", path, body, ada.headers);
    expect(again.status).toBe(201);
    expect((await callWith(mail, "POST", path, { ...body, role: "owner" }, bob.headers)).status).toBe(404);
    expect(sent).toHaveBeenCalledTimes(2);
  });

  it("[T22] whoever joins has proven that the address is theirs, wherever that is possible", async () => {
    const slug = await workspaceOf(ada);
    const token = tokenOf(await invite(slug, ada, bob.email, "member"));
    const path = `/api/v1/workspaces/${slug}/invitations/accept`;
    const refused = await callWith(mail, "POST", path, { token }, bob.headers);
    expect(refused.body).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect(refused.body.detail).toContain("verify your address");
    await runInDurableObject(env.USER.getByName(bob.userId), (_, { storage }) =>
      storage.sql.exec("UPDATE profile SET email_verified_at = 1").toArray(),
    );
    expect((await callWith(mail, "POST", path, { token }, bob.headers)).status).toBe(200);
  });
});

describe("taking back", () => {
  it("[T17] what somebody invited ends with their right to invite", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "owner");
    await join(slug, ada, cleo, "admin");
    await invite(slug, bob, "owner@example.com", "owner");
    await invite(slug, bob, "admin@example.com", "admin");
    await invite(slug, cleo, "hers@example.com", "admin");
    await invite(slug, ada, "kept@example.com", "owner");
    const addresses = async () => (await open(slug, ada)).body.map(({ email }: { email: string }) => email).toSorted();
    await setRole(slug, ada, bob, "admin");
    expect(await addresses()).toEqual(["admin@example.com", "hers@example.com", "kept@example.com"]);
    await setRole(slug, ada, bob, "moderator");
    expect(await addresses()).toEqual(["hers@example.com", "kept@example.com"]);
    await remove(slug, ada, cleo);
    expect(await addresses()).toEqual(["kept@example.com"]);
  });

  it("[T18] a revoked invitation is gone, a second time and elsewhere it never was", async () => {
    const slug = await workspaceOf(ada);
    const other = await workspaceOf(bob);
    const { body } = await invite(slug, ada, "x@example.com", "member");
    const revoke = (workspace: string, who: TestAccount) =>
      call("DELETE", `/api/v1/workspaces/${workspace}/invitations/${String(body.id)}`, undefined, who.headers);
    expect((await revoke(other, bob)).body).toMatchObject({ status: 404, code: "INVITATION_NOT_FOUND" });
    expect((await revoke(slug, bob)).body).toMatchObject({ status: 404, code: "WORKSPACE_NOT_FOUND" });
    expect((await revoke(slug, ada)).status).toBe(204);
    expect((await revoke(slug, ada)).body).toMatchObject({ code: "INVITATION_NOT_FOUND" });
  });

  it("[T19] the invitations of a deleted workspace do not outlive it", async () => {
    const slug = await workspaceOf(ada);
    const token = tokenOf(await invite(slug, ada, bob.email, "owner"));
    await call("DELETE", `/api/v1/workspaces/${slug}`, undefined, ada.headers);
    expect((await accept(slug, bob, token)).body).toMatchObject(WRONG);
    const stub = env.WORKSPACE.getByName(slug);
    for (let slices = 0; slices < 10 && (await runDurableObjectAlarm(stub)); slices++);
    expect((await call("POST", "/api/v1/workspaces", { slug, name: "Again" }, cleo.headers)).status).toBe(201);
    expect((await accept(slug, bob, token)).body).toMatchObject(WRONG);
  });
});
