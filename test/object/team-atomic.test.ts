/** Whichever statement of a team's command fails, nothing has changed: not the rows, not the roles, keys, secrets and settings in memory. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Call, Caller } from "../../src/call.ts";
import type { Failure } from "../../src/errors.ts";
import { base64url, randomId } from "../../src/ids.ts";
import type { CreatedApiKey } from "../../src/protocol/rest/api-keys.ts";
import type { CreatedSigningSecret } from "../../src/protocol/rest/signing-secrets.ts";
import type { Action } from "../../src/protocol/rest/roles.ts";
import type { Result } from "../../src/result.ts";
import { identity, seconds } from "../support/identity.ts";
import { someKey, someSecret } from "../support/made-secrets.ts";
import { callAs, uniqueSlug } from "../support/workerd.ts";
import { dump, StatementFault } from "./fault-injection.ts";

type Stub = ReturnType<typeof env.WORKSPACE.getByName>;
type Setting = {
  readonly stub: Stub;
  readonly slug: string;
  readonly bob: string;
  readonly invitation: string;
  readonly key: CreatedApiKey;
  readonly secret: CreatedSigningSecret;
};

const OWNER = callAs("operator", "team.manage");

const VERBS: Record<string, (setting: Setting) => Promise<Result<unknown, Failure>>> = {
  "change a role": ({ stub, bob }) => stub.updateMember(OWNER, bob, { role: "member" }),
  "remove a member": ({ stub, bob }) => stub.removeMember(OWNER, bob),
  invite: ({ stub }) => stub.createInvitation(OWNER, { email: "new@example.com", role: "member" }, "new"),
  "invite again": ({ stub }) => stub.createInvitation(OWNER, { email: "dan@example.com", role: "admin" }, "new"),
  "take an invitation back": ({ stub, invitation }) => stub.revokeInvitation(OWNER, invitation),
  accept: ({ stub }) => stub.acceptInvitation(OWNER, "dan", joining("dan")),
  "make an API key": ({ stub }) => stub.createApiKey(OWNER, { name: "Another", scopes: ["write"] }, someKey().made),
  "revoke an API key": ({ stub, key }) => stub.revokeApiKey(OWNER, key.id),
  "make a signing secret": ({ stub }) => stub.createSigningSecret(OWNER, someSecret()),
  "revoke a signing secret": ({ stub, secret }) => stub.revokeSigningSecret(OWNER, secret.id),
  "change settings": ({ stub }) => stub.updateSettings(OWNER, { requireIdentity: true, anonymousPosting: false }),
  "change branding": ({ stub }) => stub.updateBranding(OWNER, { accentColor: "#0a7c66" }),
  "let a guest in": ({ stub }) => stub.inviteGuest(OWNER, "ideas", "gus"),
  "send a guest away": ({ stub }) => stub.removeGuest(OWNER, "ideas", "guest"),
  "open a private board": ({ stub }) => stub.updateBoard(OWNER, "ideas", { visibility: "public" }),
  "make a board private": ({ stub }) => stub.updateBoard(OWNER, "open", { visibility: "private" }),
  "delete the workspace": ({ stub }) => stub.deleteWorkspace(OWNER),
  "take over a name": async ({ stub, bob }) => {
    await stub.hearProfile(bob, { email: null, name: "Robert" });
    return { ok: true, value: null };
  },
};
const SWEEP_MAX = 60;
const FIXED = { iat: seconds(), exp: seconds() + 3_000 };

const fault = new StatementFault();
beforeEach(() => fault.install());
afterEach(() => vi.restoreAllMocks());

function as(userId: string, action: Action): Call {
  return callAs("operator", action, { caller: { kind: "account", userId, sessionId: "-", profile: null } });
}

function joining(name: string) {
  return { userId: randomId(), name, email: `${name}@example.com`, emailVerified: true, mayVerify: true };
}

/** The operator, an admin who has invited somebody, and an open invitation. */
async function setting(): Promise<Setting> {
  const slug = uniqueSlug();
  const stub = env.WORKSPACE.getByName(slug);
  await taken(stub.createWorkspace(callAs("operator", "workspace.own"), { slug, name: "Team" }));
  await taken(stub.createInvitation(OWNER, { email: "bob@example.com", role: "admin" }, "bob"));
  const account = joining("bob");
  const bob = account.userId;
  await taken(stub.acceptInvitation(OWNER, "bob", account));
  await taken(stub.createInvitation(as(bob, "team.manage"), { email: "eve@example.com", role: "member" }, "eve"));
  const { id } = await taken(stub.createInvitation(OWNER, { email: "dan@example.com", role: "member" }, "dan"));
  await taken(stub.createBoard(OWNER, { slug: "ideas", name: "Ideas", visibility: "private" }));
  await taken(stub.createBoard(OWNER, { slug: "open", name: "Open" }));
  await taken(stub.inviteGuest(OWNER, "ideas", "guest"));
  const { key: apiKey, made } = someKey();
  const key = { ...(await taken(stub.createApiKey(OWNER, { name: "Key", scopes: ["read"] }, made))), key: apiKey };
  const madeSecret = someSecret();
  const secret = { ...(await taken(stub.createSigningSecret(OWNER, madeSecret))), secret: madeSecret.secret };
  return { stub, slug, bob, invitation: id, key, secret };
}

async function taken<T>(call: Promise<Result<T, Failure>>): Promise<T> {
  const result = await call;
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

/** The rows, and what the object answers from memory. */
async function stateOf({ stub, slug, bob, key, secret }: Setting): Promise<unknown> {
  const rows = await runInDurableObject(stub, (_, { storage }) => dump(storage));
  const team = await stub.listMembers(as(bob, "internal.read"));
  const manages = await stub.listInvitations(as(bob, "team.manage"));
  const seen = async (caller: Caller) => stub.listBoards(callAs("anonymous", "board.read", { caller }));
  const hash = base64url(sha256(new TextEncoder().encode(key.key)));
  const boards = {
    byKey: await seen({ kind: "key", hash }),
    byGuest: await seen({ kind: "identity", token: await identity(secret, slug, "guest", FIXED) }),
    byAnybody: await seen({ kind: "anonymous" }),
  };
  const policy = await stub.readSettings(OWNER);
  return { rows, team, manages, boards, policy };
}

describe("a fault at any statement", () => {
  it.each(Object.keys(VERBS))("[T25] %s: all of it or nothing", async (name) => {
    const verb = VERBS[name] ?? (() => Promise.reject(new Error("no such verb")));
    const here = await setting();
    // The key's first use is noted.
    await stateOf(here);
    const before = await stateOf(here);
    let failed = 0;
    for (let at = 1; at <= SWEEP_MAX; at++) {
      fault.arm(at);
      const result = await verb(here).catch(() => null);
      fault.arm(0);
      // Past the commit, telling the person may fail: the alarm does it then.
      if (result !== null) break;
      failed += 1;
      expect(await stateOf(here), `statement ${String(at)}`).toEqual(before);
    }
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(SWEEP_MAX);
    expect(await stateOf(here)).not.toEqual(before);
  });
});
