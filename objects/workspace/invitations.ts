/**
 * Invitations to the team: made, listed, taken back, accepted, and forgotten when their time is up. Of a token only its hash is here; the Worker makes the token and the link. Who may
 * invite and who may join is decided in domain/team.ts. There are at most a hundred, so they are read as a whole.
 */
import { asc, eq, lte, min } from "drizzle-orm";
import { invitations } from "../../schema/workspace.ts";
import { emailKey } from "../../src/domain/email.ts";
import {
  decideInvite,
  decideJoin,
  decideRevoke,
  invalidInvitation,
  type Invitee,
  sameAddress,
} from "../../src/domain/team.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { randomId } from "../../src/ids.ts";
import { INVITATION_MS, INVITATIONS_PER_WORKSPACE_MAX } from "../../src/limits.ts";
import { OPERATOR_USER_ID } from "../../src/membership.ts";
import type { CreateInvitation, Invitation, Member } from "../../src/protocol/rest/members.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { accountActor, type Actor } from "./authorize.ts";
import { record } from "./history/record.ts";
import { addMember, memberAddresses, memberCount } from "./members.ts";
import { instant } from "./present.ts";
import { settingsRow, type WorkspaceStore } from "./store.ts";

/** The alarm's task that forgets those which have ended. */
export const INVITATIONS_TASK = "expire-invitations";

export type JoiningAccount = Invitee & { readonly userId: string; readonly name: string | null };

type InvitationRow = typeof invitations.$inferSelect;

/** Those that have not ended, oldest first. */
export function listInvitations(store: WorkspaceStore): Result<Invitation[], never> {
  return ok(openInvitations(store).map(presentInvitation));
}

/** An address that is invited already gets the new token, role and time; the old link ends. `sealed`: the token for a retry, which alone can open it; null when there will be none. Errors: FORBIDDEN, ALREADY_MEMBER, LIMIT_REACHED. */
export function createInvitation(
  store: WorkspaceStore,
  actor: Actor,
  command: CreateInvitation,
  tokenHash: string,
  sealed: string | null = null,
): Result<Invitation & { readonly sealed: string | null }, Failure> {
  forgetEnded(store);
  const open = openInvitations(store);
  const known = open.find((row) => sameAddress(row.email, command.email));
  const isMember = memberAddresses(store).some((address) => sameAddress(address, command.email));
  const others = open.length - (known === undefined ? 0 : 1);
  const decision = decideInvite(actor, command.role, { isMember, open: others, replaced: known?.role ?? null });
  if (!decision.ok) return decision;
  const now = store.now();
  const fresh = {
    role: command.role,
    tokenHash,
    invitedBy: actor.userId ?? OPERATOR_USER_ID,
    createdAt: now,
    expiresAt: now + INVITATION_MS,
  };
  const row = store.db
    .insert(invitations)
    .values({ id: known?.id ?? randomId(), email: emailKey(command.email), ...fresh })
    .onConflictDoUpdate({ target: invitations.id, set: fresh })
    .returning()
    .get();
  store.schedule(INVITATIONS_TASK, row.expiresAt);
  const event = { seq: store.nextSeq(), type: "invitation.created", subject: row.id } as const;
  const replaced = known === undefined ? {} : { before: factsOf(known) };
  record(store, actor, { ...event, ...replaced, after: factsOf(row) });
  return ok({ ...presentInvitation(row), sealed });
}

/** Errors: INVITATION_NOT_FOUND, FORBIDDEN. */
export function revokeInvitation(store: WorkspaceStore, actor: Actor, id: string): Result<null, Failure> {
  const [gone] = store.db.delete(invitations).where(eq(invitations.id, id)).returning().all();
  if (gone === undefined) return err(invitationNotFound());
  // A refusal rolls the deletion back.
  const decision = decideRevoke(actor, gone.role);
  if (!decision.ok) return decision;
  record(store, actor, { seq: store.nextSeq(), type: "invitation.revoked", subject: id, before: factsOf(gone) });
  return decision;
}

/** Whoever accepts is nobody here yet: the token is what lets them in. Errors: INVALID_LINK, FORBIDDEN, ALREADY_MEMBER, LIMIT_REACHED. */
export function acceptInvitation(
  store: WorkspaceStore,
  slug: string,
  tokenHash: string,
  account: JoiningAccount,
): Result<Member, Failure> {
  const settings = settingsRow(store);
  if (settings === null) return err(invalidInvitation());
  const row = store.db.select().from(invitations).where(eq(invitations.tokenHash, tokenHash)).get() ?? null;
  const { userId, email, name } = account;
  const isMember = store.credentials.roleOf(userId) !== null;
  const decision = decideJoin(account, row, { isMember, members: memberCount(store) }, store.now());
  if (!decision.ok) return decision;
  const { id, role } = decision.value;
  store.db.delete(invitations).where(eq(invitations.id, id)).run();
  const member = addMember(store, { slug, name: settings.name }, { userId, email, name, role });
  const event = { seq: store.nextSeq(), type: "member.joined", subject: userId } as const;
  record(store, accountActor(store, userId), { ...event, after: { name, email, role } });
  return ok(member);
}

/** By alarm. When to come again (ms), or null. */
export function expireInvitations(store: WorkspaceStore): number | null {
  forgetEnded(store);
  return (
    store.db
      .select({ at: min(invitations.expiresAt) })
      .from(invitations)
      .get()?.at ?? null
  );
}

function forgetEnded(store: WorkspaceStore): void {
  store.db.delete(invitations).where(lte(invitations.expiresAt, store.now())).run();
}

function openInvitations(store: WorkspaceStore): InvitationRow[] {
  const now = store.now();
  const rows = store.db
    .select()
    .from(invitations)
    .orderBy(asc(invitations.createdAt), asc(invitations.id))
    .limit(INVITATIONS_PER_WORKSPACE_MAX)
    .all();
  return rows.filter((row) => row.expiresAt > now);
}

function invitationNotFound(): Failure {
  return failure("INVITATION_NOT_FOUND", "There is no such invitation: it was accepted, taken back, or has ended.");
}

/** What the event log says of an invitation: nothing of its token. */
function factsOf({ email, role }: InvitationRow) {
  return { email, role };
}

function presentInvitation({ id, email, role, createdAt, expiresAt }: InvitationRow): Invitation {
  return { id, email, role, createdAt: instant(createdAt), expiresAt: instant(expiresAt) };
}
