/** The roadmap follows the feedback that is on it: deleted feedback leaves it, merged feedback hands its place to what it was merged into, and gets it back. */
import { eq } from "drizzle-orm";
import { roadmapItems, roadmapPhases } from "../../../schema/workspace-roadmap.ts";
import { feedbackItems } from "../../../schema/workspace.ts";
import { PURGE_ROWS_PER_SLICE } from "../../../src/limits.ts";
import type { Actor } from "../authorize.ts";
import { record } from "../history/record.ts";
import type { WorkspaceStore } from "../store.ts";
import { ROADMAP_CHANNEL } from "./channel.ts";
import { isIn } from "./held.ts";
import { isInPublicPhase, removeItem, tellOf } from "./record-item.ts";
import type { ItemRow } from "./rows.ts";

export const PURGE_ROADMAP_TASK = "purge-roadmap";

/** In the transaction that deletes the feedback, after its row is gone. `isShown`: whether everybody saw it until now. */
export function followDeletion(store: WorkspaceStore, actor: Actor | null, feedbackId: number, isShown: boolean): void {
  const item = linkTo(store, feedbackId);
  if (item === null) return;
  removeItem(store, actor, { item, feedback: null }, isShown && item.isPublic && isInPublicPhase(store, item));
}

/** In the transaction of the merge, after both rows were written. A target that is on the roadmap itself stays where it is, and the source's place is kept for it. */
export function followMerge(store: WorkspaceStore, actor: Actor | null, sourceId: number, targetId: number): void {
  const item = linkTo(store, sourceId);
  if (item === null || linkTo(store, targetId) !== null) return;
  relink(store, actor, item, targetId, [...item.mergedFrom, sourceId]);
}

/** In the transaction of the unmerge, after both rows were written. `targetId`: what it was merged into; that may have been merged on. */
export function followUnmerge(store: WorkspaceStore, actor: Actor | null, sourceId: number, targetId: number): void {
  const item = holderOf(store, targetId);
  const step = item?.mergedFrom.indexOf(sourceId) ?? -1;
  if (item !== null && step >= 0) relink(store, actor, item, sourceId, item.mergedFrom.slice(0, step));
}

/** Items linked to feedback that is purged with its board. */
export function purgeLinks(store: WorkspaceStore, feedbackIds: readonly number[]): void {
  const gone = store.db
    .delete(roadmapItems)
    .where(isIn(roadmapItems.feedbackId, feedbackIds))
    .returning({ id: roadmapItems.id })
    .all();
  if (gone.length > 0) store.roadmap.forget();
}

/** With the workspace: its phases at once, so that nobody sees any, the items in slices by alarm. */
export function removeRoadmap(store: WorkspaceStore): void {
  store.db.delete(roadmapPhases).run();
  store.roadmap.forget();
  store.changed({ kind: "board-removed", boardId: ROADMAP_CHANNEL });
  store.schedule(PURGE_ROADMAP_TASK, store.now());
}

/** One slice; true when nothing is left. */
export function purgeRoadmap(store: WorkspaceStore): boolean {
  const rows = store.db.select({ id: roadmapItems.id }).from(roadmapItems).limit(PURGE_ROWS_PER_SLICE).all();
  if (rows.length === 0) return true;
  store.db
    .delete(roadmapItems)
    .where(
      isIn(
        roadmapItems.id,
        rows.map(({ id }) => id),
      ),
    )
    .run();
  return false;
}

function linkTo(store: WorkspaceStore, feedbackId: number): ItemRow | null {
  return store.db.select().from(roadmapItems).where(eq(roadmapItems.feedbackId, feedbackId)).get() ?? null;
}

/** The item that is linked to that feedback, or to what it was merged into in the end. */
function holderOf(store: WorkspaceStore, feedbackId: number): ItemRow | null {
  let id: number | null = feedbackId;
  while (id !== null) {
    const item = linkTo(store, id);
    if (item !== null) return item;
    const row = store.db
      .select({ mergedInto: feedbackItems.mergedInto })
      .from(feedbackItems)
      .where(eq(feedbackItems.id, id))
      .get();
    id = row?.mergedInto ?? null;
  }
  return null;
}

function relink(
  store: WorkspaceStore,
  actor: Actor | null,
  item: ItemRow,
  feedbackId: number,
  mergedFrom: readonly number[],
): void {
  const seq = store.nextSeq();
  store.db.update(roadmapItems).set({ feedbackId, mergedFrom, seq }).where(eq(roadmapItems.id, item.id)).run();
  const before = { feedbackId: item.feedbackId };
  record(store, actor, { seq, type: "roadmap-item.updated", subject: String(item.id), before, after: { feedbackId } });
  tellOf(store, item.isPublic && isInPublicPhase(store, item));
}
