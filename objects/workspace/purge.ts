/**
 * Deletes what is left of removed boards, items and workspaces, in slices of bounded size by alarm. Each slice is one transaction and leaves a state that the next one can go on
 * from, so a kill between two, or a slice that runs twice, does no harm.
 */
import { and, eq, inArray, lte, sql } from "drizzle-orm";
import {
  boardGuests,
  boards,
  endUsers,
  feedbackItems,
  feedbackTombstones,
  feedbackVotes,
  schedule,
} from "../../schema/workspace.ts";
import { DAY_MS, PURGE_ROWS_PER_SLICE, TOMBSTONES_PER_BOARD_MAX } from "../../src/limits.ts";
import { purgeComments } from "./comments/purge.ts";
import { PURGE_HISTORY_TASK, purgeHistory, TRIM_EVENTS_TASK, trimEvents } from "./history/forget.ts";
import { forgetInGroups } from "./duplicates/groups.ts";
import { detachSome } from "./merge/detach.ts";
import { expireInvitations, INVITATIONS_TASK } from "./invitations.ts";
import { purgeQueue } from "./moderation/queue.ts";
import { forgetTexts, purgeTexts, TEXTS_TASK } from "./moderation/texts.ts";
import { PURGE_ROADMAP_TASK, purgeLinks, purgeRoadmap } from "./roadmap/follow.ts";
import { unindexFeedback } from "./search-index.ts";
import type { WorkspaceStore } from "./store.ts";
import { PURGE_THEMES_TASK, purgeThemes } from "./themes/purge.ts";

const PEOPLE_TASK = "purge-people";
/** Removals pile up slowly; forgetting the oldest can wait. */
export const TRIM_DELAY_MS = DAY_MS / 24;

export function purgeBoardTask(boardId: number): string {
  return `purge-board:${String(boardId)}`;
}
export function purgeVotesTask(feedbackId: number): string {
  return `purge-votes:${String(feedbackId)}`;
}
export function purgeQueueTask(feedbackId: number): string {
  return `purge-queue:${String(feedbackId)}`;
}
export function trimTombstonesTask(boardId: number): string {
  return `trim-tombstones:${String(boardId)}`;
}
export function purgePeopleTask(): string {
  return PEOPLE_TASK;
}

/** Whether rows of a deleted workspace or board are still there. */
export function isBeingPurged(store: WorkspaceStore): boolean {
  return store.db
    .select({ task: schedule.task })
    .from(schedule)
    .all()
    .some(({ task }) => task.startsWith("purge-"));
}

/** Does one slice of a task. Answers when to go on (ms), or null when it is done. Throws on a task it does not know. */
export function runPurge(store: WorkspaceStore, task: string): number | null {
  const [kind, id = ""] = task.split(":");
  switch (kind) {
    case "purge-board":
      return purgeBoard(store, Number(id)) ? null : store.now();
    case "purge-votes":
      return purgeVotes(store, Number(id), PURGE_ROWS_PER_SLICE) < PURGE_ROWS_PER_SLICE ? null : store.now();
    case "purge-comments":
      return purgeComments(store, Number(id), PURGE_ROWS_PER_SLICE) < PURGE_ROWS_PER_SLICE ? null : store.now();
    case "purge-queue":
      return purgeQueue(store, Number(id), PURGE_ROWS_PER_SLICE) < PURGE_ROWS_PER_SLICE ? null : store.now();
    case TEXTS_TASK:
      return forgetTexts(store, id);
    case "trim-tombstones":
      trimTombstones(store, Number(id));
      return null;
    case INVITATIONS_TASK:
      return expireInvitations(store);
    case PEOPLE_TASK:
      return purgePeople(store) ? null : store.now();
    case PURGE_ROADMAP_TASK:
      return purgeRoadmap(store) ? null : store.now();
    case PURGE_THEMES_TASK:
      return purgeThemes(store) ? null : store.now();
    case PURGE_HISTORY_TASK:
      return purgeHistory(store) ? null : store.now();
    case TRIM_EVENTS_TASK:
      return trimEvents(store) ? null : store.now();
    case undefined:
    default:
      throw new Error(`unknown task ${task}`);
  }
}

/** Deletes up to `rows` votes of an item that is gone or going; answers how many. */
export function purgeVotes(store: WorkspaceStore, feedbackId: number, rows: number): number {
  const voters = store.db
    .select({ id: feedbackVotes.endUserId })
    .from(feedbackVotes)
    .where(eq(feedbackVotes.feedbackId, feedbackId))
    .limit(rows)
    .all()
    .map((row) => row.id);
  if (voters.length === 0) return 0;
  const ids = sql`(select value from json_each(${JSON.stringify(voters)}))`;
  store.db
    .delete(feedbackVotes)
    .where(and(eq(feedbackVotes.feedbackId, feedbackId), inArray(feedbackVotes.endUserId, ids)))
    .run();
  return voters.length;
}

/** One slice; true when nothing of the board is left. */
function purgeBoard(store: WorkspaceStore, boardId: number): boolean {
  let budget = PURGE_ROWS_PER_SLICE;
  const { mergedInto, mergedCount } = feedbackItems;
  const items = store.db
    .select({ id: feedbackItems.id, visible: feedbackItems.visible, mergedInto, mergedCount })
    .from(feedbackItems)
    .where(eq(feedbackItems.boardId, boardId))
    .orderBy(feedbackItems.seq)
    .limit(budget)
    .all();
  if (detachSome(store, items)) return false;
  purgeLinks(
    store,
    items.map(({ id }) => id),
  );
  for (const item of items) {
    budget -= purgeVotes(store, item.id, budget);
    if (budget <= 0) return false;
    budget -= purgeComments(store, item.id, budget);
    if (budget <= 0) return false;
    budget -= purgeQueue(store, item.id, budget);
    if (budget <= 0) return false;
    forgetInGroups(store, item.id);
    if (item.visible) unindexFeedback(store, item.id);
    store.db.delete(feedbackItems).where(eq(feedbackItems.id, item.id)).run();
    budget -= 1;
  }
  if (items.length > 0) return false;
  if (purgeTombstones(store, boardId) === PURGE_ROWS_PER_SLICE) return false;
  // At most GUESTS_PER_BOARD_MAX of them.
  store.db.delete(boardGuests).where(eq(boardGuests.boardId, boardId)).run();
  store.db.delete(boards).where(eq(boards.id, boardId)).run();
  return true;
}

/** Deletes a slice of a board's tombstones; answers how many. */
function purgeTombstones(store: WorkspaceStore, boardId: number): number {
  const oldest = sql`(select feedback_id from feedback_tombstones where board_id = ${boardId} order by seq limit ${PURGE_ROWS_PER_SLICE})`;
  const purged = store.db
    .delete(feedbackTombstones)
    .where(inArray(feedbackTombstones.feedbackId, oldest))
    .returning({ id: feedbackTombstones.feedbackId })
    .all();
  return purged.length;
}

/** Forgets the oldest removals; clients older than them re-read the list. */
function trimTombstones(store: WorkspaceStore, boardId: number): void {
  const beyond = store.statements.tombstoneBeyond.get({ boardId, keep: TOMBSTONES_PER_BOARD_MAX });
  if (beyond === undefined) return;
  store.db
    .delete(feedbackTombstones)
    .where(and(eq(feedbackTombstones.boardId, boardId), lte(feedbackTombstones.seq, beyond.seq)))
    .run();
  store.db
    .update(boards)
    .set({ resumeFloorSeq: sql`max(resume_floor_seq, ${beyond.seq})` })
    .where(eq(boards.id, boardId))
    .run();
  store.forgetBoards();
}

/** One slice of a deleted workspace's people; the slug cannot be used again before they are gone. */
function purgePeople(store: WorkspaceStore): boolean {
  const people = store.db.select({ id: endUsers.id }).from(endUsers).limit(PURGE_ROWS_PER_SLICE).all();
  if (people.length === 0) return purgeTexts(store);
  const ids = sql`(select value from json_each(${JSON.stringify(people.map((row) => row.id))}))`;
  store.db.delete(endUsers).where(inArray(endUsers.id, ids)).run();
  return false;
}
