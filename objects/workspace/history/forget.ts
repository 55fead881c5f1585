/** What the event log lets go, in slices by alarm: the oldest entries, once there are more than it keeps; and all of a deleted workspace's history. */
import { inArray, sql } from "drizzle-orm";
import { dailyStats, events } from "../../../schema/workspace-history.ts";
import { EVENTS_KEPT_MAX, EVENTS_PER_SLICE } from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";

/** How many changes pass between two looks at the log's length. */
export const EVENTS_TRIM_STEP = 10_000;
export const TRIM_EVENTS_TASK = "trim-events";
/** The slug cannot be used again before it is done: whoever has it next reads nothing of this. */
export const PURGE_HISTORY_TASK = "purge-history";

/** One slice; true when nothing is left to forget. There is one event for each seq, so seqs say how many there are. */
export function trimEvents(store: WorkspaceStore): boolean {
  return deleteEvents(store, store.seq() - EVENTS_KEPT_MAX) < EVENTS_PER_SLICE;
}

/** One slice; true when nothing is left. */
export function purgeHistory(store: WorkspaceStore): boolean {
  if (deleteEvents(store, store.seq()) === EVENTS_PER_SLICE) return false;
  // WITHOUT ROWID: a row is named by all of its key.
  const oldest = sql`(select day, board_id, status, category from daily_stats limit ${EVENTS_PER_SLICE})`;
  const gone = store.db
    .delete(dailyStats)
    .where(sql`(day, board_id, status, category) in ${oldest}`)
    .returning({ day: dailyStats.day })
    .all();
  return gone.length < EVENTS_PER_SLICE;
}

/** Deletes a slice of the oldest, up to the seq; answers how many. */
function deleteEvents(store: WorkspaceStore, upTo: number): number {
  const oldest = sql`(select seq from events where seq <= ${upTo} order by seq limit ${EVENTS_PER_SLICE})`;
  return store.db.delete(events).where(inArray(events.seq, oldest)).returning({ seq: events.seq }).all().length;
}
