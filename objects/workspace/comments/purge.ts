/** The comments of an item that is gone, or going, in slices. */
import { eq, inArray, sql } from "drizzle-orm";
import { feedbackComments } from "../../../schema/workspace-discussion.ts";
import { PURGE_ROWS_PER_SLICE } from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";
import { unindexComments } from "./visibility.ts";

export function purgeCommentsTask(feedbackId: number): string {
  return `purge-comments:${String(feedbackId)}`;
}

/** A slice now, what is left by alarm. */
export function dropDiscussion(store: WorkspaceStore, feedbackId: number, rows = PURGE_ROWS_PER_SLICE): void {
  if (purgeComments(store, feedbackId, rows) === rows) {
    store.schedule(purgeCommentsTask(feedbackId), store.now());
  }
}

/** Deletes up to `rows` of an item's comments; answers how many. */
export function purgeComments(store: WorkspaceStore, feedbackId: number, rows: number): number {
  const comments = store.db
    .select({ id: feedbackComments.id, visible: feedbackComments.visible })
    .from(feedbackComments)
    .where(eq(feedbackComments.feedbackId, feedbackId))
    .limit(rows)
    .all();
  if (comments.length > 0) {
    const seen = comments.filter(({ visible }) => visible).map(({ id }) => id);
    if (seen.length > 0) unindexComments(store, seen);
    store.db
      .delete(feedbackComments)
      .where(inArray(feedbackComments.id, among(comments.map(({ id }) => id))))
      .run();
  }
  return comments.length;
}

/** A statement takes at most 100 parameters. */
function among(ids: readonly number[]) {
  return sql`(select value from json_each(${JSON.stringify(ids)}))`;
}
