/** Who a caller is in this workspace, and whether they may: before any verb, in the object that has what it takes to know. Default deny. */
import type { Call, Caller, SignedPerson } from "../../src/call.ts";
import { type Actor as DomainActor, may } from "../../src/domain/permissions.ts";
import { type Failure, failure, workspaceNotFound } from "../../src/errors.ts";
import { OPERATOR_USER_ID } from "../../src/membership.ts";
import type { Action } from "../../src/protocol/rest/roles.ts";
import type { Settings } from "../../src/protocol/rest/settings.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { KnownMember } from "./credentials.ts";
import { verifyIdentityToken } from "./identity-token.ts";
import type { WorkspaceStore } from "./store.ts";

/** A caller whose credentials were checked. */
export type Actor = DomainActor & {
  /** The account; null for everybody else. */
  readonly userId: string | null;
  /** The account's membership; null for everybody else. */
  readonly member: KnownMember | null;
  /** The API key's id; null for everybody else. */
  readonly keyId: string | null;
  /** The end user that a signed identity names; null for everybody else. */
  readonly person: SignedPerson | null;
  /** The secret that the identity was signed with; null for everybody else. */
  readonly secretId: string | null;
};

/** Errors: INVALID_TOKEN, UNAUTHENTICATED, ORIGIN_NOT_ALLOWED, FORBIDDEN; WORKSPACE_NOT_FOUND for what only a team may know of. */
export function authorize(store: WorkspaceStore, workspace: string, call: Call): Result<Actor, Failure> {
  const { action, site } = call;
  if (action === null) throw new Error("a workspace was asked without a rule");
  const known = identify(store, workspace, call.caller);
  if (!known.ok) return known;
  const actor = known.value;
  if (!may(actor, action)) return err(refusal(call, actor));
  if (!isWrite(action)) return known;
  const policy = store.credentials.policy();
  if (!mayWriteFrom(policy, site)) return err(originRefused());
  return mustBeKnown(policy, actor) ? err(identityNeeded(actor)) : known;
}

const NOBODY = { scopes: null, userId: null, member: null, keyId: null, person: null, secretId: null };

function identify(store: WorkspaceStore, workspace: string, caller: Caller): Result<Actor, Failure> {
  if (caller.kind !== "identity") {
    const known = recognise(store, caller);
    if (caller.kind === "key" && known.ok) store.credentials.noteUse(caller.hash, store.now());
    return known;
  }
  const signed = verifyIdentityToken(caller.token, workspace, store.credentials.secrets(), store.now());
  return signed.ok ? ok({ ...NOBODY, standing: "end-user", ...signed.value }) : signed;
}

/** Who a caller is. Errors: INVALID_TOKEN. */
export function recognise(
  store: WorkspaceStore,
  caller: Exclude<Caller, { readonly kind: "identity" }>,
): Result<Actor, Failure> {
  switch (caller.kind) {
    case "anonymous":
      return ok({ ...NOBODY, standing: "anonymous" });
    case "operator":
      return ok({ ...NOBODY, standing: "owner" });
    case "account":
      return ok(accountActor(store, caller.userId));
    case "key": {
      const key = store.credentials.keyOf(caller.hash);
      if (key === null || (key.expiresAt !== null && key.expiresAt <= store.now())) return err(credentialRefused());
      return ok({ ...NOBODY, standing: "admin", scopes: key.scopes, keyId: key.id });
    }
    case "signed": {
      const { person, secretId } = caller;
      const stands = person.expiresAt > store.now() && store.credentials.secrets().some(({ id }) => id === secretId);
      return stands ? ok({ ...NOBODY, standing: "end-user", person, secretId }) : err(credentialRefused());
    }
  }
}

/** Of an account whose session was checked. */
export function accountActor(store: WorkspaceStore, userId: string): Actor {
  const member = store.credentials.memberOf(userId);
  return { ...NOBODY, standing: member?.role ?? "end-user", userId, member };
}

/** For a workspace that is not there: a key or an identity of another one learns nothing from the difference. */
export function absent({ caller }: Call): Failure {
  return caller.kind === "key" || caller.kind === "identity" ? credentialRefused() : workspaceNotFound();
}

/** Who made something, for whoever asks later. */
export function makerOf({ userId }: Actor): string {
  return userId ?? OPERATOR_USER_ID;
}

/** Whether pages of that site may write and open sockets. */
export function mayWriteFrom({ allowedOrigins }: Settings, site: string | null): boolean {
  return site === null || allowedOrigins.length === 0 || allowedOrigins.includes(site);
}

function originRefused(): Failure {
  return failure("ORIGIN_NOT_ALLOWED", "This workspace takes writes only from the pages of its own sites.");
}

/** What end users do; what only a team does is no business of the public's policy. */
function isWrite(action: Action): boolean {
  return action === "feedback.write" || action === "own.edit";
}

/** Whether the workspace wants to know more of whoever writes. */
function mustBeKnown({ anonymousPosting, requireIdentity }: Settings, actor: Actor): boolean {
  if (actor.standing === "anonymous") return !anonymousPosting || requireIdentity;
  return requireIdentity && actor.standing === "end-user" && actor.person === null;
}

function refusal({ caller }: Call, actor: Actor): Failure {
  if (actor.standing === "anonymous") return failure("UNAUTHENTICATED", "This needs an access token or an API key.");
  // Whoever has nothing to do with this workspace is told what they would be told if there were none.
  if (caller.kind === "account" && actor.standing === "end-user") return workspaceNotFound();
  return failure("FORBIDDEN", "Your role in this workspace, or the key's scopes, do not allow this.");
}

function identityNeeded({ standing }: Actor): Failure {
  const whom = standing === "anonymous" ? "people it knows" : "people whom its own site vouches for";
  return failure("UNAUTHENTICATED", `This workspace takes this only from ${whom}.`);
}

function credentialRefused(): Failure {
  return failure("INVALID_TOKEN", "This signed identity or API key is not valid here, or has ended.");
}
