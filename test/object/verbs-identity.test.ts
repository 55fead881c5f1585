/**
 * What every verb costs of the objects that know who somebody is, Identity, User, OAuthFlow and Keyring; see verbs-baseline.test.ts for those of a workspace. What an object is told by
 * another is counted by itself, and so is what it does later.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { SecurityEvent } from "../../src/protocol/rest/account.ts";
import type { IdentityNews } from "../../src/identity-news.ts";
import {
  KNOWN_DEVICES_MAX,
  SECURITY_EVENTS_PER_USER_MAX,
  SESSIONS_PER_USER_MAX,
  USED_TOKENS_PER_SESSION_MAX,
} from "../../src/limits.ts";
import type { MembershipNews } from "../../src/membership.ts";
import type { PendingSignIn } from "../../src/pending-sign-in.ts";
import { CALL, DEVICE, uniqueEmail } from "../support/accounts.ts";
import { compare, costOfVerb, type Costs, costsByVerb, done } from "../support/counted-verbs.ts";

/** More than a refreshed session keeps apart from the used tokens: the current one and the one before it. */
const ROTATIONS = 3;
/** What a call may cost that every request of an `online` endpoint makes, and every refresh of a page that is open. */
const CHECK_STATEMENTS_MAX = 2;
const CHECK_ROWS_MAX = 2;
const REFRESH_STATEMENTS_MAX = 6;
const BEGIN_STATEMENTS_MAX = 3;

const device = DEVICE;
let names = 0;

/** Short, and never the same: an id, a hash. */
function fresh(what: string): string {
  names += 1;
  return `${what}-${String(names)}-${crypto.randomUUID().slice(0, 8)}`;
}

/** The object of an address. */
function password(email = uniqueEmail()) {
  return { email, stub: env.IDENTITY.getByName(`password:${email}`) };
}

function account(email: string, userId = fresh("user")) {
  return { userId, email, name: "Ada", passwordHash: "$hash$", device, browser: null };
}

/** An address with an account, its own and nobody else's. */
async function registered(emailVerified = true) {
  const { email, stub } = password();
  const command = account(email);
  await done(stub.register(CALL, command, emailVerified));
  return { email, stub, userId: command.userId };
}

describe("cost of the verbs of an Identity", () => {
  it("[B1] signing in: begin, count, settle", async (context) => {
    const nobody = password().stub;
    const { stub } = await registered();
    const [stranger, known] = [fresh("browser"), fresh("browser")];
    const settled = { passwordHash: "$hash$", rehashed: null };
    const signIn = (browser: string | null) => async () => {
      await done(stub.beginSignIn(CALL, browser));
      await done(stub.settleSignIn(CALL, { ...settled, browser }));
    };
    const unknown = await costsByVerb(() => done(nobody.beginSignIn(CALL, stranger)), "sign-in.count");
    const first = await costsByVerb(signIn(known));
    const again = await costsByVerb(signIn(known));
    const bare = await costsByVerb(signIn(null));
    for (let n = 1; n < KNOWN_DEVICES_MAX; n++) await signIn(fresh("browser"))();
    const full = await costsByVerb(signIn(fresh("browser")));
    const rehashed = { ...settled, rehashed: "$better$", browser: null };
    const costs: Costs = {
      "begin, nobody's address": unknown("sign-in.begin"),
      "count, nobody's address, tables made": unknown("sign-in.count"),
      "begin, a browser that is new": first("sign-in.begin"),
      "count, a browser that is new": first("sign-in.count"),
      "settle, a browser that is new": first("sign-in.settle"),
      "settle, one browser too many": full("sign-in.settle"),
      "begin, a known browser": again("sign-in.begin"),
      "count, a known browser": again("sign-in.count"),
      "settle, a known browser": again("sign-in.settle"),
      "begin without a browser": bare("sign-in.begin"),
      "settle without a browser": bare("sign-in.settle"),
      "settle, hashed anew": await costOfVerb("sign-in.settle", () => done(stub.settleSignIn(CALL, rehashed))),
    };
    compare(context, "signIn", costs);
    expect(costs["begin, a known browser"]?.statements).toBeLessThanOrEqual(BEGIN_STATEMENTS_MAX);
  });

  it("[B1] accounts: registered, claimed through a provider, a new password, and telling the person's object", async (context) => {
    const { email, stub } = password();
    const mine = account(email);
    const opened = await costsByVerb(() => done(stub.register(CALL, mine, false)));
    const change = {
      userId: mine.userId,
      email,
      from: "$hash$",
      to: "$new$",
      keptSessionId: "kept",
      device,
      browser: null,
    };
    const changed = await costsByVerb(() => done(stub.changePassword(CALL, change)));
    const [subject, other, vouched] = [fresh("github:"), fresh("github:"), password()];
    const claimed = { provider: "github", subject, email } as const;
    const claim = { userId: mine.userId, identity: claimed, account: null, device };
    const github = env.IDENTITY.getByName(subject);
    const linked = await costsByVerb(() => done(github.claimProvider(CALL, claim)));
    const alone = { ...claim, userId: fresh("user"), account: { email, name: "Ada" } };
    const claimEmail = { userId: fresh("user"), email: vouched.email, name: null, device };
    const take = () => done(stub.claimEmail(CALL, { ...claimEmail, email }));
    const takenOver = await costsByVerb(take);
    compare(context, "accounts", {
      "register, tables made": opened("account.register"),
      "hear of the account, tables made": opened("account.hear"),
      "register, taken": await costOfVerb("account.register", () => stub.register(CALL, mine, false)),
      read: await costOfVerb("identity.read", () => done(stub.read(CALL))),
      "change of the password": changed("account.change-password"),
      "hear of the changed password": changed("account.hear"),
      "provider claimed, tables made": linked("account.claim-provider"),
      "hear of the provider": linked("account.hear"),
      "provider claimed again": await costOfVerb("account.claim-provider", () =>
        done(github.claimProvider(CALL, claim)),
      ),
      "provider that opens the account, tables made": await costOfVerb("account.claim-provider", () =>
        done(env.IDENTITY.getByName(other).claimProvider(CALL, alone)),
      ),
      "address claimed, tables made": await costOfVerb("account.claim-email", () =>
        done(vouched.stub.claimEmail(CALL, claimEmail)),
      ),
      "address taken over": takenOver("account.claim-email"),
      "hear of the dropped password": takenOver("account.hear"),
      "address linked": await costOfVerb("account.claim-email", take),
    });
  });

  it("[B1] mailed links: issued, looked up, used", async (context) => {
    const { email, stub } = password();
    const pending = { email, name: null, passwordHash: "$hash$" };
    const [first, second] = [fresh("link"), fresh("link")];
    const request = (hash: string) => () => done(stub.requestRegistration(CALL, hash, pending));
    const confirm = { userId: fresh("user"), device, browser: null };
    const { stub: theirs } = await registered(false);
    const [reset, verify] = [fresh("link"), fresh("link")];
    const issue = (purpose: "reset" | "verify", hash: string) => () => done(theirs.issueLink(CALL, purpose, hash));
    const costs: Costs = {
      "registration asked for, tables made": await costOfVerb("link.request-registration", request(first)),
      "registration asked for again": await costOfVerb("link.request-registration", request(second)),
      "registration confirmed": await costOfVerb("link.confirm-registration", () =>
        done(stub.confirmRegistration(CALL, first, confirm)),
      ),
      "registration of a taken address asked for": await costOfVerb(
        "link.request-registration",
        request(fresh("link")),
      ),
      "verification asked for": await costOfVerb("link.issue", issue("verify", verify)),
      "reset asked for": await costOfVerb("link.issue", issue("reset", reset)),
      "link looked up": await costOfVerb("link.check", () => done(theirs.checkLink(CALL, "reset", reset))),
      "link that is not good": await costOfVerb("link.check", () => theirs.checkLink(CALL, "reset", "never")),
    };
    const verified = await costsByVerb(() => done(theirs.verifyEmail(CALL, verify, device)));
    costs["address verified"] = verified("link.verify-email");
    costs["hear of the verification"] = verified("account.hear");
    const used = await costsByVerb(() => done(theirs.resetPassword(CALL, reset, "$new$", device)));
    costs["password reset"] = used("link.reset-password");
    costs["hear of the reset"] = used("account.hear");
    compare(context, "links", costs);
  });
});

/** A person's object with a profile. */
async function person() {
  const userId = fresh("user");
  const stub = env.USER.getByName(userId);
  const email = uniqueEmail();
  const identity = { provider: "password", subject: email, email } as const;
  await stub.hearIdentity({ kind: "account", email, emailVerified: true, name: "Ada", identity, at: 1, device });
  const open = (sessionId: string, newDevice = false) =>
    stub.openSession(CALL, { sessionId, tokenHash: `${sessionId} 0`, method: "password", device, newDevice });
  const refresh = (sessionId: string, from: number) => {
    const [hash, successorHash] = [`${sessionId} ${String(from)}`, `${sessionId} ${String(from + 1)}`];
    return stub.refreshSession(CALL, { sessionId, hash, salt: "salt", successorHash, device });
  };
  return { stub, email, open, refresh };
}

describe("cost of the verbs of a User", () => {
  it("[B1] sessions: opened, refreshed, checked, listed, ended", async (context) => {
    const { stub, open, refresh } = await person();
    const refreshed = (from: number) => costOfVerb("session.refresh", () => done(refresh("b", from)));
    const costs: Costs = {
      "open, the first": await costOfVerb("session.open", () => done(open("a"))),
      "open, on a new device": await costOfVerb("session.open", () => done(open("b", true))),
      "open, the same again": await costOfVerb("session.open", () => done(open("b"))),
      check: await costOfVerb("session.check", () => done(stub.checkSession(CALL, "b"))),
      "check, ended": await costOfVerb("session.check", () => stub.checkSession(CALL, "never")),
      "refresh, the first": await refreshed(0),
      "refresh, the second": await refreshed(1),
    };
    for (let from = 2; from < ROTATIONS; from++) await done(refresh("b", from));
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE sessions SET rotations = ? WHERE id = 'b'", USED_TOKENS_PER_SESSION_MAX + 1);
    });
    costs["refresh, one used token too many"] = await refreshed(ROTATIONS);
    costs["refresh, repeated by another tab"] = await refreshed(ROTATIONS);
    costs["refresh, unknown"] = await costOfVerb("session.refresh", () => refresh("b", -1));
    costs["refresh, reused"] = await costOfVerb("session.refresh", () => refresh("b", 1));
    for (const id of ["c", "d", "e", "f"]) await done(open(id));
    costs["list of 5"] = await costOfVerb("session.list", () => done(stub.listSessions(CALL, "a")));
    costs["revoke"] = await costOfVerb("session.revoke", () => done(stub.revokeSession(CALL, "c", device)));
    costs["sign-out"] = await costOfVerb("session.sign-out", () => done(stub.signOut(CALL, "d", null, device)));
    costs["end"] = await costOfVerb("session.end", () => done(stub.endSession(CALL, "e")));
    const revokeOthers = () => done(stub.revokeOtherSessions(CALL, "a", device));
    costs["revoke others"] = await costOfVerb("session.revoke-others", revokeOthers);
    for (let n = 1; n < SESSIONS_PER_USER_MAX; n++) await done(open(`n${String(n)}`));
    costs["open, one too many"] = await costOfVerb("session.open", () => done(open("last")));
    compare(context, "sessions", costs);
    expect(costs["check"]?.statements).toBeLessThanOrEqual(CHECK_STATEMENTS_MAX);
    expect(costs["check"]?.rowsRead).toBeLessThanOrEqual(CHECK_ROWS_MAX);
    // All but the one that ends the session.
    const refreshes = Object.entries(costs).filter(([name]) => name.startsWith("refresh") && !name.includes("reused"));
    expect(Math.max(...refreshes.map(([, { statements }]) => statements))).toBeLessThanOrEqual(REFRESH_STATEMENTS_MAX);
  });

  it("[B1] the account: profile, events, provider keys, and what other objects say", async (context) => {
    const { stub, email } = await person();
    const at = 2;
    const github = { provider: "github", subject: fresh("github:"), email } as const;
    const hear = (news: IdentityNews) => costOfVerb("account.hear", () => stub.hearIdentity(news));
    const member = { kind: "member", workspace: "acme", name: "Acme", role: "admin", since: 1, version: 1 } as const;
    const joined: MembershipNews = { ...member, shown: { email, name: "Ada" } };
    const heard = (news: MembershipNews) => costOfVerb("membership.hear", () => stub.hear(news));
    const key = { provider: "openai", sealed: "sealed", lastFour: "1234", baseUrl: null, device };
    const store = () => costOfVerb("provider-key.store", () => done(stub.storeProviderKey(CALL, key)));
    const fail = () => done(stub.noteFailedSignIn(CALL, device));
    const costs: Costs = {
      read: await costOfVerb("account.read", () => done(stub.readMe(CALL))),
      "update, no workspaces": await costOfVerb("account.update", () => done(stub.updateMe(CALL, { name: "Ada L." }))),
      "update that changes nothing": await costOfVerb("account.update", () =>
        done(stub.updateMe(CALL, { name: "Ada L." })),
      ),
      "sign-in noted": await costOfVerb("account.note-login", () => done(stub.noteLogin(CALL))),
      "failed sign-in noted": await costOfVerb("account.note-failure", fail),
      "hear of a provider": await hear({ kind: "linked", identity: github, at, device }),
      "hear of a provider again": await hear({ kind: "linked", identity: github, at, device }),
      "membership heard": await heard(joined),
      "membership heard again": await heard(joined),
      "update, one workspace": await costOfVerb("account.update", () => done(stub.updateMe(CALL, { name: "Ada" }))),
      "workspaces listed": await costOfVerb("membership.list", () => done(stub.listWorkspaces(CALL))),
      "end of a membership heard": await heard({ kind: "gone", workspace: "acme", version: 2 }),
      "provider key stored": await store(),
      "provider key stored again": await store(),
    };
    const events = () => done<SecurityEvent[]>(stub.listEvents(CALL));
    for (let n = (await events()).length; n <= SECURITY_EVENTS_PER_USER_MAX; n++) await fail();
    costs["events, all there are room for"] = await costOfVerb("account.events", events);
    costs["failed sign-in noted, one too many"] = await costOfVerb("account.note-failure", fail);
    compare(context, "profile", costs);
    const kept = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM security_events").one(),
    );
    expect(kept.n).toBe(SECURITY_EVENTS_PER_USER_MAX);
  });
});

describe("cost of the verbs of the small objects", () => {
  it("[B1] sign-ins with a provider, and signing keys", async (context) => {
    const flow: PendingSignIn = {
      provider: "github",
      verifier: "verifier",
      nonce: "nonce",
      browserHash: "browser",
      returnTo: "/console",
      expiresAt: Date.now() + 600_000,
    };
    const pending = env.OAUTH_FLOW.getByName(fresh("state"));
    const take = { provider: "github", browserHash: "browser" } as const;
    const taken = () => costOfVerb("flow.take", () => pending.take(CALL, take));
    const ring = env.KEYRING.getByName(fresh("ring"));
    const first = await costsByVerb(() => ring.keys("-"));
    const rotated = await costsByVerb(() => ring.rotate("-"));
    compare(context, "flowsAndKeys", {
      "flow start, tables made": await costOfVerb("flow.start", () => pending.start(CALL, flow)),
      "flow taken": await taken(),
      "flow taken again": await taken(),
      "flow that never was": await costOfVerb("flow.take", () =>
        env.OAUTH_FLOW.getByName(fresh("state")).take(CALL, take),
      ),
      "keys asked for first, tables made": first("keys.tell"),
      "key made": first("keys.make"),
      "keys told": await costOfVerb("keys.tell", () => ring.keys("-")),
      "rotation by hand": rotated("keys.rotate"),
      "key made by hand": rotated("keys.make"),
      "rotation by hand while a key waits": await costOfVerb("keys.rotate", () => ring.rotate("-")),
    });
  });
});
