/** Whichever statement of a team's command fails, nothing has changed: not the rows, not the roles in memory. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Call } from "../../src/call.ts";
import type { Failure } from "../../src/errors.ts";
import { randomId } from "../../src/ids.ts";
import type { Action } from "../../src/protocol/rest/roles.ts";
import type { Result } from "../../src/result.ts";
import { callAs, uniqueSlug } from "../support/workerd.ts";
import { dump, StatementFault } from "./fault-injection.ts";

type Stub = ReturnType<typeof env.WORKSPACE.getByName>;
type Setting = { readonly stub: Stub; readonly bob: string; readonly invitation: string };

const OWNER = callAs("operator", "team.manage");

const VERBS: Record<string, (setting: Setting) => Promise<Result<unknown, Failure>>> = {
  "change a role": ({ stub, bob }) => stub.updateMember(OWNER, bob, { role: "member" }),
  "remove a member": ({ stub, bob }) => stub.removeMember(OWNER, bob),
  invite: ({ stub }) => stub.createInvitation(OWNER, { email: "new@example.com", role: "member" }, "new"),
  "invite again": ({ stub }) => stub.createInvitation(OWNER, { email: "dan@example.com", role: "admin" }, "new"),
  "take an invitation back": ({ stub, invitation }) => stub.revokeInvitation(OWNER, invitation),
  accept: ({ stub }) => stub.acceptInvitation(OWNER, "dan", joining("dan")),
  "take over a name": async ({ stub, bob }) => {
    await stub.hearProfile(bob, { email: null, name: "Robert" });
    return { ok: true, value: null };
  },
};
const SWEEP_MAX = 60;

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
  return { stub, bob, invitation: id };
}

async function taken<T>(call: Promise<Result<T, Failure>>): Promise<T> {
  const result = await call;
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

/** The rows, and what the object answers from memory. */
async function stateOf({ stub, bob }: Setting): Promise<unknown> {
  const rows = await runInDurableObject(stub, (_, { storage }) => dump(storage));
  const team = await stub.listMembers(as(bob, "internal.read"));
  const manages = await stub.listInvitations(as(bob, "team.manage"));
  return { rows, team, manages };
}

describe("a fault at any statement", () => {
  it.each(Object.keys(VERBS))("[T25] %s: all of it or nothing", async (name) => {
    const verb = VERBS[name] ?? (() => Promise.reject(new Error("no such verb")));
    const here = await setting();
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
