/** Before an item goes for good: it leaves what it was merged into, and what was merged into it comes back. */
import { eq, inArray, sql } from "drizzle-orm";
import { carriedVotes } from "../../../schema/workspace-curation.ts";
import { feedbackItems } from "../../../schema/workspace.ts";
import { PURGE_ROWS_PER_SLICE } from "../../../src/limits.ts";
import type { Actor } from "../authorize.ts";
import { followUnmerge } from "../roadmap/follow.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import { comeBack, leave } from "./merge.ts";

const CARRIED_TASK = "purge-carried";
/** Each may carry MERGE_VOTES_MAX votes back. */
const DETACHED_PER_SLICE = 3;

/** Costs an item without merges nothing. */
export function detach(store: WorkspaceStore, actor: Actor | null, row: FeedbackRow): void {
  if (row.mergedInto !== null) leave(store, actor, row, false);
  if (row.mergedCount === 0) return;
  // At most MERGED_ITEMS_MAX. Each has its own votes still; those carried go with the item.
  for (const merged of store.db.select().from(feedbackItems).where(eq(feedbackItems.mergedInto, row.id)).all()) {
    comeBack(store, actor, merged, true);
    followUnmerge(store, actor, merged.id, row.id);
  }
  store.db.update(feedbackItems).set({ mergedCount: 0 }).where(eq(feedbackItems.id, row.id)).run();
  store.schedule(`${CARRIED_TASK}:${String(row.id)}`, store.now());
}

/** The same for some of a board's items, before they are purged. False: none of them is part of a merge. */
export function detachSome(
  store: WorkspaceStore,
  items: readonly Pick<FeedbackRow, "id" | "mergedInto" | "mergedCount">[],
): boolean {
  const merged = items.filter(({ mergedInto, mergedCount }) => mergedInto !== null || mergedCount > 0);
  for (const { id } of merged.slice(0, DETACHED_PER_SLICE)) {
    // Read anew: one before it may have been its target.
    const row = store.statements.feedbackById.get({ feedbackId: id });
    if (row !== undefined) detach(store, null, row);
  }
  return merged.length > 0;
}

/** Whether a task is this file's. */
export function isCarriedTask(task: string): boolean {
  return task.startsWith(`${CARRIED_TASK}:`);
}

/** One slice of what an item that is gone held of others. Answers when to go on (ms), or null. */
export function purgeCarried(store: WorkspaceStore, task: string): number | null {
  const id = Number(task.split(":")[1]);
  const slice = sql`(select end_user_id from carried_votes where feedback_id = ${id} limit ${PURGE_ROWS_PER_SLICE})`;
  const gone = store.db
    .delete(carriedVotes)
    .where(sql`${eq(carriedVotes.feedbackId, id)} and ${inArray(carriedVotes.endUserId, slice)}`)
    .returning({ person: carriedVotes.endUserId })
    .all();
  return gone.length < PURGE_ROWS_PER_SLICE ? null : store.now();
}
