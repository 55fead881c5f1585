/**
 * Decides about the people who run a workspace: roles, removal, invitations. Only an owner makes an owner, changes one or removes one; admins manage the rest; anybody may leave; the
 * last owner stays. What a role is allowed besides stands in permissions.ts.
 */
import { type Failure, failure } from "../errors.ts";
import { INVITATIONS_PER_WORKSPACE_MAX, MEMBERS_PER_WORKSPACE_MAX } from "../limits.ts";
import type { Role } from "../protocol/rest/roles.ts";
import { err, ok, type Result } from "../result.ts";
import { emailKey } from "./email.ts";
import { type Actor, may } from "./permissions.ts";

/** Who acts; `userId` is null for who is no account: the operator. */
export type TeamActor = Actor & { readonly userId: string | null };
export type TeamMember = { readonly userId: string; readonly role: Role };

/** Who an address belongs to does not depend on its case, nor on how its accents are written. */
export function sameAddress(one: string, other: string): boolean {
  return emailKey(one) === emailKey(other);
}

/** Answers the member as they are. `owners`: how many there are. Errors: MEMBER_NOT_FOUND, FORBIDDEN, LAST_OWNER. */
export function decideRole<M extends TeamMember>(
  actor: TeamActor,
  member: M | null,
  role: Role,
  owners: number,
): Result<M, Failure> {
  if (!may(actor, "team.manage")) return err(notYours());
  if (member === null) return err(memberNotFound());
  const touchesOwners = member.role === "owner" || role === "owner";
  if (touchesOwners && !may(actor, "workspace.own")) return err(ownersOnly());
  if (member.role === "owner" && role !== "owner" && owners <= 1) return err(lastOwner());
  return ok(member);
}

/** Of the caller, too: leaving. Errors: MEMBER_NOT_FOUND, FORBIDDEN, LAST_OWNER. */
export function decideRemoval<M extends TeamMember>(
  actor: TeamActor,
  userId: string,
  member: M | null,
  owners: number,
): Result<M, Failure> {
  const leaves = actor.userId === userId;
  // The endpoint is open to all who may see the team, API keys that read among them.
  if (!leaves && !may(actor, "team.manage")) return err(notYours());
  if (member === null) return err(memberNotFound());
  if (member.role === "owner" && !leaves && !may(actor, "workspace.own")) return err(ownersOnly());
  if (member.role === "owner" && owners <= 1) return err(lastOwner());
  return ok(member);
}

/** `open`: other invitations that have not ended. Errors: FORBIDDEN, ALREADY_MEMBER, LIMIT_REACHED. */
export function decideInvite(
  actor: TeamActor,
  role: Role,
  known: { readonly isMember: boolean; readonly open: number; readonly replaced: Role | null },
): Result<null, Failure> {
  const replacing = known.replaced === null ? ok(null) : decideRevoke(actor, known.replaced);
  if (!replacing.ok) return replacing;
  if (!may(actor, "team.manage")) return err(notYours());
  if (role === "owner" && !may(actor, "workspace.own")) return err(ownersOnly());
  if (known.isMember) return err(failure("ALREADY_MEMBER", "Whoever has this address is in the team already."));
  if (known.open >= INVITATIONS_PER_WORKSPACE_MAX) {
    const most = String(INVITATIONS_PER_WORKSPACE_MAX);
    return err(failure("LIMIT_REACHED", `A workspace has at most ${most} open invitations. Take one back first.`));
  }
  return ok(null);
}

/** An invitation of an owner is the owners' business, like an owner. Errors: FORBIDDEN. */
export function decideRevoke(actor: Actor, role: Role): Result<null, Failure> {
  if (!may(actor, "team.manage")) return err(notYours());
  return role === "owner" && !may(actor, "workspace.own") ? err(ownersOnly()) : ok(null);
}

/** Whoever follows an invitation. `mayVerify`: this deployment sends mail, so that they can prove whose address it is. */
export type Invitee = { readonly email: string; readonly emailVerified: boolean; readonly mayVerify: boolean };

/**
 * The token proves that one was given the link, not whose mailbox it went to: whoever invited has seen it as well, and could open an account under the invited address to act in its
 * owner's name. So the address must be proven wherever it can be. A deployment that sends no mail can prove none; there the link, handed over by hand, has to do.
 *
 * Answers the invitation. Errors: INVALID_LINK alike for a token that never was, is used up or has ended; FORBIDDEN, ALREADY_MEMBER, LIMIT_REACHED.
 */
export function decideJoin<I extends { readonly email: string; readonly expiresAt: number }>(
  invitee: Invitee,
  invitation: I | null,
  team: { readonly isMember: boolean; readonly members: number },
  now: number,
): Result<I, Failure> {
  if (invitation === null || invitation.expiresAt <= now) return err(invalidInvitation());
  if (!sameAddress(invitee.email, invitation.email)) {
    const detail = "This invitation is for another address. Sign in with the account that has it, or ask to be invited";
    return err(failure("FORBIDDEN", `${detail} under the address that you use here.`));
  }
  if (invitee.mayVerify && !invitee.emailVerified) {
    return err(failure("FORBIDDEN", "First verify your address with the link that you can have mailed to it."));
  }
  if (team.isMember) return err(failure("ALREADY_MEMBER", "You are in this team already."));
  if (team.members >= MEMBERS_PER_WORKSPACE_MAX) {
    return err(failure("LIMIT_REACHED", `A team has at most ${String(MEMBERS_PER_WORKSPACE_MAX)} members.`));
  }
  return ok(invitation);
}

/** The same for a workspace that is not there. */
export function invalidInvitation(): Failure {
  return failure("INVALID_LINK", "This invitation is not valid, was used, or has ended. Ask for a new one.");
}

function memberNotFound(): Failure {
  return failure("MEMBER_NOT_FOUND", "There is no such member in this workspace.");
}

function notYours(): Failure {
  return failure("FORBIDDEN", "Only owners and admins manage the team.");
}

function ownersOnly(): Failure {
  return failure("FORBIDDEN", "Only an owner makes an owner, or changes or removes one.");
}

function lastOwner(): Failure {
  return failure("LAST_OWNER", "A workspace keeps its last owner. Make somebody else an owner first.");
}
