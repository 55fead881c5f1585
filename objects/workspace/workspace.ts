/** The workspace itself: create, read, rename, delete. */
import { eq } from "drizzle-orm";
import { apiKeys, settings, signingSecrets } from "../../schema/workspace.ts";
import { type Failure, invalidField, workspaceNotFound } from "../../src/errors.ts";
import type { UpdateWorkspace, Workspace } from "../../src/protocol/rest/workspaces.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { removeBoard } from "./boards.ts";
import { NEW_POLICY } from "./credentials.ts";
import { mayRead } from "./find-board.ts";
import { PURGE_HISTORY_TASK } from "./history/forget.ts";
import { record, recordChange } from "./history/record.ts";
import { removeRoadmap } from "./roadmap/follow.ts";
import type { LiveBoard } from "./rows.ts";
import { instant } from "./present.ts";
import { announceMembership, addOwner, dismissMembers, type Owner } from "./members.ts";
import { isBeingPurged, purgePeopleTask } from "./purge.ts";
import { settingsRow, type WorkspaceStore } from "./store.ts";
import { PURGE_THEMES_TASK } from "./themes/purge.ts";

const NEW_SETTINGS = { ...NEW_POLICY, rateLimitOverrides: {}, accentColor: null, logoUrl: null } satisfies Partial<
  typeof settings.$inferInsert
>;

/** `founder`: asked once the owner has their role. Errors: SLUG_TAKEN, also while the rows of a deleted workspace of that name are being purged. */
export function createWorkspace(
  store: WorkspaceStore,
  slug: string,
  name: string,
  owner: Owner | null,
  founder: () => Actor,
): Result<Workspace, Failure> {
  if (settingsRow(store) !== null) return err(invalidField("slug", `a workspace "${slug}" exists`, "SLUG_TAKEN"));
  if (isBeingPurged(store)) {
    return err(invalidField("slug", `a workspace "${slug}" is still being deleted`, "SLUG_TAKEN"));
  }
  const now = store.now();
  // Nothing is left of a deleted workspace that had this name.
  const fresh = { ...NEW_SETTINGS, name, active: true, createdAt: now, updatedAt: now };
  store.db
    .insert(settings)
    .values({ id: 1, ...fresh, seq: 0, lastFeedbackId: 0 })
    .onConflictDoUpdate({ target: settings.id, set: fresh })
    .run();
  if (owner !== null) addOwner(store, owner);
  announceMembership(store, slug, name);
  record(store, founder(), { seq: store.nextSeq(), type: "workspace.created", after: { name } });
  return reread(store, slug);
}

/** Counts the boards that are there for the caller. Errors: WORKSPACE_NOT_FOUND. */
export function readWorkspace(store: WorkspaceStore, actor: Actor, slug: string): Result<Workspace, Failure> {
  const row = settingsRow(store);
  return row === null
    ? err(workspaceNotFound())
    : ok(present(store, slug, row, (board) => mayRead(store, actor, board)));
}

function present(
  store: WorkspaceStore,
  slug: string,
  row: typeof settings.$inferSelect,
  counts: (board: LiveBoard) => boolean,
): Workspace {
  const boardCount = store.boards().filter(counts).length;
  return {
    slug,
    name: row.name,
    boardCount,
    seq: row.seq,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}

/** After a change of the team's. */
function reread(store: WorkspaceStore, slug: string): Result<Workspace, Failure> {
  const row = settingsRow(store);
  return row === null ? err(workspaceNotFound()) : ok(present(store, slug, row, () => true));
}

/** Errors: WORKSPACE_NOT_FOUND. */
export function updateWorkspace(
  store: WorkspaceStore,
  actor: Actor,
  slug: string,
  command: UpdateWorkspace,
): Result<Workspace, Failure> {
  const row = settingsRow(store);
  if (row === null) return err(workspaceNotFound());
  const name = command.name ?? row.name;
  store.db.update(settings).set({ name, updatedAt: store.now() }).where(eq(settings.id, 1)).run();
  if (name !== row.name) announceMembership(store, slug, name);
  recordChange(store, actor, { type: "workspace.updated" }, { name: row.name }, { name });
  return reread(store, slug);
}

/** Gone at once for everybody; rows go in slices, by alarm. `seq` stays, so that a successor's numbers are higher. */
export function deleteWorkspace(store: WorkspaceStore, actor: Actor, slug: string): Result<null, Failure> {
  const name = settingsRow(store)?.name ?? "";
  dismissMembers(store, slug);
  // What was made here is gone, and must not be answered again to whoever has the name next.
  store.answers.forgetAll();
  store.db.delete(apiKeys).run();
  store.db.delete(signingSecrets).run();
  store.credentials.forget();
  for (const board of store.boards()) removeBoard(store, board.id);
  removeRoadmap(store);
  record(store, actor, { seq: store.nextSeq(), type: "workspace.deleted", before: { name } });
  store.db.update(settings).set({ active: false }).where(eq(settings.id, 1)).run();
  store.schedule(purgePeopleTask(), store.now());
  store.schedule(PURGE_HISTORY_TASK, store.now());
  store.schedule(PURGE_THEMES_TASK, store.now());
  return ok(null);
}
