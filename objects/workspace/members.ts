/**
 * Who runs the workspace, and telling them: each member's User object keeps a copy for "my workspaces". What may be done to whom is decided in domain/team.ts. Whoever loses a role is
 * nobody here from the commit on: the roles in memory are forgotten, and their open sockets closed.
 */
import { and, asc, count, eq } from "drizzle-orm";
import { invitations, members } from "../../schema/workspace.ts";
import { mayAlways } from "../../src/domain/permissions.ts";
import { decideRemoval, decideRole } from "../../src/domain/team.ts";
import { type Failure, workspaceNotFound } from "../../src/errors.ts";
import { MEMBERS_PER_WORKSPACE_MAX } from "../../src/limits.ts";
import type { MemberProfile, MembershipChange } from "../../src/membership.ts";
import type { Member } from "../../src/protocol/rest/members.ts";
import type { Role } from "../../src/protocol/rest/roles.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { OUTBOX_RETRY_MS, OUTBOX_TASK } from "../shared/outbox.ts";
import type { Actor } from "./authorize.ts";
import { record } from "./history/record.ts";
import { instant } from "./present.ts";
import { accountTag, CLOSE } from "./admission.ts";
import { settingsRow, type WorkspaceStore } from "./store.ts";

export type Owner = { readonly userId: string; readonly email: string | null; readonly name: string | null };

type MemberRow = typeof members.$inferSelect;

export function addOwner(store: WorkspaceStore, owner: Owner): void {
  store.db
    .insert(members)
    .values({ ...owner, role: "owner", since: store.now() })
    .run();
  store.credentials.forget();
}

/** Oldest first. */
export function listMembers(store: WorkspaceStore): Result<Member[], never> {
  const rows = store.db
    .select()
    .from(members)
    .orderBy(asc(members.since), asc(members.userId))
    .limit(MEMBERS_PER_WORKSPACE_MAX)
    .all();
  return ok(rows.map(presentMember));
}

/** Errors: MEMBER_NOT_FOUND, FORBIDDEN, LAST_OWNER. */
export function updateMember(
  store: WorkspaceStore,
  actor: Actor,
  workspace: string,
  userId: string,
  role: Role,
): Result<Member, Failure> {
  const settings = settingsRow(store);
  if (settings === null) return err(workspaceNotFound());
  const decision = decideRole(actor, memberOf(store, userId), role, owners(store));
  if (!decision.ok) return decision;
  const member = decision.value;
  if (member.role === role) return ok(presentMember(member));
  store.db.update(members).set({ role }).where(eq(members.userId, userId)).run();
  store.credentials.forget();
  const withdrawn = withdrawInvitations(store, userId, role);
  const event = { seq: store.nextSeq(), type: "member.updated", subject: userId } as const;
  record(store, actor, { ...event, before: { role: member.role }, after: { role, ...withdrawn } });
  // They come back with the rights that they have now.
  store.changed({ kind: "disconnect", tag: accountTag(userId), code: CLOSE.restart, reason: "your role has changed" });
  const changed = { ...member, role };
  tell(store, [membership(workspace, settings.name, changed)]);
  return ok(presentMember(changed));
}

/** Errors: MEMBER_NOT_FOUND, FORBIDDEN, LAST_OWNER. */
export function removeMember(
  store: WorkspaceStore,
  actor: Actor,
  workspace: string,
  userId: string,
): Result<null, Failure> {
  const decision = decideRemoval(actor, userId, memberOf(store, userId), owners(store));
  if (!decision.ok) return decision;
  store.db.delete(members).where(eq(members.userId, userId)).run();
  store.credentials.forget();
  const withdrawn = withdrawInvitations(store, userId, null);
  const { name, email, role } = decision.value;
  const event = { seq: store.nextSeq(), type: "member.removed", subject: userId } as const;
  record(store, actor, { ...event, before: { name, email, role, ...withdrawn } });
  store.changed({ kind: "disconnect", tag: accountTag(userId), code: CLOSE.policy, reason: "no longer a member" });
  tell(store, [[userId, { kind: "gone", workspace }]]);
  return ok(null);
}

/** Adds a person, who must not be a member yet. */
export function addMember(
  store: WorkspaceStore,
  workspace: { readonly slug: string; readonly name: string },
  member: Owner & { readonly role: Role },
): Member {
  const row = store.db
    .insert(members)
    .values({ ...member, since: store.now() })
    .returning()
    .get();
  store.credentials.forget();
  tell(store, [membership(workspace.slug, workspace.name, row)]);
  return presentMember(row);
}

/** What a person's own object says of them. Of somebody who is no member there is nothing to keep. */
export function hearProfile(store: WorkspaceStore, userId: string, profile: MemberProfile): Result<null, never> {
  const { email, name } = profile;
  store.db.update(members).set({ email, name }).where(eq(members.userId, userId)).run();
  store.credentials.forget();
  return ok(null);
}

/** Tells all members of the workspace's name and their role; a new one learns of it this way, too. */
export function announceMembership(store: WorkspaceStore, workspace: string, name: string): void {
  tell(
    store,
    store.db
      .select()
      .from(members)
      .all()
      .map((row) => membership(workspace, name, row)),
  );
}

/** Tells all members that the workspace is gone, and forgets them and those who were invited. */
export function dismissMembers(store: WorkspaceStore, workspace: string): void {
  const gone = store.db.delete(members).returning({ userId: members.userId }).all();
  tell(
    store,
    gone.map(({ userId }) => [userId, { kind: "gone", workspace }]),
  );
  store.db.delete(invitations).run();
  store.credentials.forget();
}

export function memberCount(store: WorkspaceStore): number {
  return store.db.select({ n: count() }).from(members).get()?.n ?? 0;
}

/** The workspace's address book: who is in the team already? */
export function memberAddresses(store: WorkspaceStore): string[] {
  const rows = store.db.select({ email: members.email }).from(members).limit(MEMBERS_PER_WORKSPACE_MAX).all();
  return rows.flatMap(({ email }) => email ?? []);
}

function memberOf(store: WorkspaceStore, userId: string): MemberRow | null {
  return store.db.select().from(members).where(eq(members.userId, userId)).get() ?? null;
}

function owners(store: WorkspaceStore): number {
  return store.db.select({ n: count() }).from(members).where(eq(members.role, "owner")).get()?.n ?? 0;
}

/**
 * Takes back what somebody invited who could not invite it any more: their links were shown to them, and would let them in again under another address.
 * `role`: the one they have now; null for none. Answers what the event log says of it: nothing, where there was none.
 */
function withdrawInvitations(
  store: WorkspaceStore,
  userId: string,
  role: Role | null,
): { readonly invitationsWithdrawn?: number } {
  const now = { standing: role ?? "end-user", scopes: null } as const;
  if (mayAlways(now, "workspace.own")) return {};
  const theirs = eq(invitations.invitedBy, userId);
  const lost = mayAlways(now, "team.manage") ? and(theirs, eq(invitations.role, "owner")) : theirs;
  const withdrawn = store.db.delete(invitations).where(lost).returning({ id: invitations.id }).all();
  return withdrawn.length === 0 ? {} : { invitationsWithdrawn: withdrawn.length };
}

/** To whom, and what. */
type News = readonly [userId: string, change: MembershipChange];

function membership(workspace: string, workspaceName: string, member: MemberRow): News {
  const { userId, role, since, email, name } = member;
  return [userId, { kind: "member", workspace, name: workspaceName, role, since, shown: { email, name } }];
}

function tell(store: WorkspaceStore, news: readonly News[]): void {
  for (const [userId, change] of news) store.outbox.add(userId, JSON.stringify(change));
  if (news.length > 0) store.schedule(OUTBOX_TASK, store.now() + OUTBOX_RETRY_MS);
}

function presentMember({ userId, role, name, email, since }: MemberRow): Member {
  return { userId, role, name, email, since: instant(since) };
}
