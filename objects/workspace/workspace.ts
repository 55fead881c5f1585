/** The workspace itself: create, read, rename, delete; and what a first post creates where that is allowed. */
import { count, eq, isNotNull } from "drizzle-orm";
import { boards, settings } from "../../schema/workspace.ts";
import { nameFromSlug } from "../../src/domain/boards.ts";
import { type Failure, failure, invalidField, workspaceNotFound } from "../../src/errors.ts";
import type { UpdateWorkspace, Workspace } from "../../src/protocol/rest/workspaces.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { createBoard, removeBoard } from "./boards.ts";
import { instant } from "./present.ts";
import { announceMembership, addOwner, dismissMembers } from "./members.ts";
import { isBeingPurged, purgePeopleTask } from "./purge.ts";
import { readSettings, type WorkspaceStore } from "./store.ts";

/** Errors: SLUG_TAKEN, also while the rows of a deleted workspace of that name are being purged. */
export function createWorkspace(
  store: WorkspaceStore,
  slug: string,
  name: string,
  owner: string | null,
): Result<Workspace, Failure> {
  if (readSettings(store) !== null) return err(invalidField("slug", `a workspace "${slug}" exists`, "SLUG_TAKEN"));
  if (isBeingPurged(store)) {
    return err(invalidField("slug", `a workspace "${slug}" is still being deleted`, "SLUG_TAKEN"));
  }
  const now = store.now();
  const fresh = { name, active: true, createdAt: now, updatedAt: now };
  store.db
    .insert(settings)
    .values({ id: 1, ...fresh, seq: 0, lastFeedbackId: 0 })
    .onConflictDoUpdate({ target: settings.id, set: fresh })
    .run();
  if (owner !== null) addOwner(store, owner);
  announceMembership(store, slug, name);
  return readWorkspace(store, slug);
}

/** Errors: WORKSPACE_NOT_FOUND. */
export function readWorkspace(store: WorkspaceStore, slug: string): Result<Workspace, Failure> {
  const row = readSettings(store);
  if (row === null) return err(workspaceNotFound());
  const boardCount = store.db.select({ n: count() }).from(boards).where(isNotNull(boards.slug)).get()?.n ?? 0;
  return ok({
    slug,
    name: row.name,
    boardCount,
    seq: row.seq,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  });
}

/** Errors: WORKSPACE_NOT_FOUND. */
export function updateWorkspace(
  store: WorkspaceStore,
  slug: string,
  command: UpdateWorkspace,
): Result<Workspace, Failure> {
  const row = readSettings(store);
  if (row === null) return err(workspaceNotFound());
  store.db
    .update(settings)
    .set({ name: command.name ?? row.name, updatedAt: store.now() })
    .where(eq(settings.id, 1))
    .run();
  announceMembership(store, slug, command.name ?? row.name);
  return readWorkspace(store, slug);
}

/** Gone at once for everybody; rows go in slices, by alarm. `seq` stays, so that a successor's numbers are higher. */
export function deleteWorkspace(store: WorkspaceStore, slug: string): Result<null, Failure> {
  dismissMembers(store, slug);
  for (const board of store.boards()) removeBoard(store, board.id);
  store.nextSeq();
  store.db.update(settings).set({ active: false }).where(eq(settings.id, 1)).run();
  store.schedule(purgePeopleTask(), store.now());
  return ok(null);
}

/** Makes the board, and the workspace around it, that a first post names. Errors: BOARD_NOT_FOUND for a slug that may not be used; those of creating. */
export function openBoard(store: WorkspaceStore, workspace: string, board: string): Result<null, Failure> {
  const names = { workspace: nameFromSlug(workspace), board: nameFromSlug(board) };
  if (names.workspace === null || names.board === null) {
    return err(
      failure("BOARD_NOT_FOUND", "Workspaces and boards are named by 1 to 48 of a-z, 0-9 and -, and no reserved word."),
    );
  }
  if (readSettings(store) === null) {
    const created = createWorkspace(store, workspace, names.workspace, null);
    if (!created.ok) return created;
  }
  if (store.board(board) !== null) return ok(null);
  const created = createBoard(store, { slug: board, name: names.board });
  return created.ok ? ok(null) : created;
}
