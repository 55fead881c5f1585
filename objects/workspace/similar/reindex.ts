/** Indexes anew what was indexed before `similar` had terms of its own: in slices, by alarm, from where the task's name says. Its migration schedules the first. */
import { asc, gt } from "drizzle-orm";
import { feedbackItems } from "../../../schema/workspace.ts";
import { REINDEX_ROWS_PER_SLICE } from "../../../src/limits.ts";
import { indexFeedback, unindexFeedback } from "../search-index.ts";
import type { WorkspaceStore } from "../store.ts";

const TASK = "reindex:";

export function isReindexTask(task: string): boolean {
  return task.startsWith(TASK);
}

/** One slice; it schedules the next. A slice that runs twice does no harm. */
export function reindex(store: WorkspaceStore, task: string): null {
  const { id, boardId, title, description, status, category, visible } = feedbackItems;
  const rows = store.db
    .select({ id, boardId, title, description, status, category, visible })
    .from(feedbackItems)
    .where(gt(id, Number(task.slice(TASK.length))))
    .orderBy(asc(id))
    .limit(REINDEX_ROWS_PER_SLICE)
    .all();
  for (const row of rows) {
    if (!row.visible) continue;
    unindexFeedback(store, row.id);
    indexFeedback(store, row.id, row.boardId, row);
  }
  const last = rows.at(-1);
  if (last !== undefined && rows.length === REINDEX_ROWS_PER_SLICE) {
    store.schedule(`${TASK}${String(last.id)}`, store.now());
  }
  return null;
}
