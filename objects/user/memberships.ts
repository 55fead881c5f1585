/** The workspaces a person belongs to, as the workspaces say. */
import { asc, eq, isNull, lt } from "drizzle-orm";
import { memberships } from "../../schema/user.ts";
import { DAY_MS, MEMBERSHIPS_PER_USER_MAX } from "../../src/limits.ts";
import type { MembershipNews } from "../../src/membership.ts";
import type { MyWorkspace } from "../../src/protocol/rest/workspaces.ts";
import type { UserStore } from "./store.ts";

/** No message of a workspace is on its way for as long as this. */
const LATE_MS = DAY_MS;

/** A message that comes twice, or after one that was sent later, changes nothing. */
export function hearMembership(store: UserStore, news: MembershipNews): null {
  const { db } = store;
  const { workspace, version } = news;
  const known = db.select().from(memberships).where(eq(memberships.workspace, workspace)).get();
  if (known !== undefined && known.version >= version) return null;
  if (news.kind === "gone") {
    db.update(memberships).set({ version, leftAt: store.now() }).where(eq(memberships.workspace, workspace)).run();
    db.delete(memberships)
      .where(lt(memberships.leftAt, store.now() - LATE_MS))
      .run();
    return null;
  }
  const { name, role, since, shown } = news;
  const row = { name, role, since, version, leftAt: null };
  db.insert(memberships)
    .values({ workspace, ...row })
    .onConflictDoUpdate({ target: memberships.workspace, set: row })
    .run();
  const profile = store.profile();
  // The profile may have changed before this membership was known here: nobody told that workspace.
  if (profile !== null && (profile.email !== shown.email || profile.name !== shown.name)) {
    store.tell([workspace], JSON.stringify({ email: profile.email, name: profile.name }));
  }
  return null;
}

export function listMemberships({ db }: UserStore): MyWorkspace[] {
  const rows = db
    .select()
    .from(memberships)
    .where(isNull(memberships.leftAt))
    .orderBy(asc(memberships.workspace))
    .limit(MEMBERSHIPS_PER_USER_MAX)
    .all();
  return rows.map(({ workspace: slug, name, role, since }) => ({
    slug,
    name,
    role,
    since: new Date(since).toISOString(),
  }));
}

/** Where the person's name and address are shown to others. */
export function workspacesOf({ db }: UserStore): string[] {
  return db
    .select({ workspace: memberships.workspace })
    .from(memberships)
    .where(isNull(memberships.leftAt))
    .limit(MEMBERSHIPS_PER_USER_MAX)
    .all()
    .map(({ workspace }) => workspace);
}
