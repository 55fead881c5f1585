/**
 * What a change of an item, and its end, bring with them, whoever made it and however it came: by itself (feedback.ts) or with others (moderation). Who may is asked before. Each takes the
 * workspace's next seq and leaves one event.
 */
import { eq } from "drizzle-orm";
import { feedbackItems, feedbackTombstones } from "../../schema/workspace.ts";
import type { Content, Revision } from "../../src/domain/feedback.ts";
import { PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import { altered, appeared, disappeared } from "./appearance.ts";
import type { Actor } from "./authorize.ts";
import { dropDiscussion } from "./comments/purge.ts";
import { forgetInGroups } from "./duplicates/groups.ts";
import { countDaily } from "./history/daily.ts";
import { difference, record } from "./history/record.ts";
import { distrust, trust } from "./moderation/admit.ts";
import { purgeQueue, putInQueue, type Subject } from "./moderation/queue.ts";
import { detach } from "./merge/detach.ts";
import { purgeQueueTask, purgeVotes, purgeVotesTask, TRIM_DELAY_MS, trimTombstonesTask } from "./purge.ts";
import { followDeletion } from "./roadmap/follow.ts";
import type { FeedbackRow } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

/** `board`: its slug. `spamScore`: of its new text, where it was looked at anew. */
export function applyRevision(
  store: WorkspaceStore,
  actor: Actor,
  row: FeedbackRow,
  { content, appearance }: Revision,
  board: string,
  spamScore = row.spamScore,
): FeedbackRow {
  const { boardId, id } = row;
  const seq = store.nextSeq();
  const visibleSeq = appearance === "appeared" ? seq : row.visibleSeq;
  const now = store.now();
  const statusSince = content.status === row.status ? row.statusSince : now;
  const changes = { ...content, spamScore, seq, contentSeq: seq, visibleSeq, statusSince, updatedAt: now };
  store.db.update(feedbackItems).set(changes).where(eq(feedbackItems.id, id)).run();
  const revised = { ...row, ...changes };
  if (appearance === "appeared") appeared(store, revised, board);
  else if (appearance === "disappeared") disappeared(store, row, seq);
  else if (appearance === "changed") altered(store, revised, board);
  if (content.status !== row.status) {
    countDaily(store, row, { departures: 1, departedMs: now - (row.statusSince ?? row.createdAt) });
  }
  judged(store, row, revised);
  const changed = difference(contentOf(row), contentOf(revised));
  record(store, actor, { seq, type: "feedback.updated", boardId, feedbackId: id, ...changed });
  return revised;
}

/**
 * Deletes an item, its votes, its comments and what the queue has of it: up to `rows` of each, the rest by alarm. Leaves a tombstone for clients that were away.
 */
export function removeFeedback(
  store: WorkspaceStore,
  actor: Actor,
  row: FeedbackRow,
  rows = PURGE_ROWS_PER_SLICE,
): void {
  const { id, boardId } = row;
  detach(store, actor, row);
  forgetInGroups(store, id);
  const seq = store.nextSeq();
  if (purgeVotes(store, id, rows) === rows) store.schedule(purgeVotesTask(id), store.now());
  if (purgeQueue(store, id, rows) === rows) store.schedule(purgeQueueTask(id), store.now());
  dropDiscussion(store, id, rows);
  store.db.delete(feedbackItems).where(eq(feedbackItems.id, id)).run();
  store.db.insert(feedbackTombstones).values({ feedbackId: id, boardId, seq }).run();
  store.schedule(trimTombstonesTask(boardId), store.now() + TRIM_DELAY_MS);
  if (row.visible) disappeared(store, row, seq);
  const { title, status, category, voteCount } = row;
  const event = { seq, type: "feedback.deleted", boardId, feedbackId: id } as const;
  record(store, actor, { ...event, before: { title, status, category, voteCount } });
  followDeletion(store, actor, id, row.visible);
}

/** The queue, and whether its author is trusted from now on. */
function judged(store: WorkspaceStore, before: FeedbackRow, after: FeedbackRow): void {
  putInQueue(store, subjectOf(after), before, after);
  const { authorId, moderationState } = after;
  if (authorId === null || moderationState === before.moderationState) return;
  if (moderationState === "approved") trust(store, authorId);
  else if (moderationState === "spam") distrust(store, authorId);
}

/** What the queue knows of an item. */
export function subjectOf({ id, boardId, spamScore }: FeedbackRow): Subject {
  return { kind: "feedback", subjectId: id, feedbackId: id, boardId, spamScore };
}

/** What the event log says of a change: all but what follows from the rest. */
function contentOf(row: Content): Omit<Content, "visible"> {
  const { title, description, category, status, pinned, moderationState, isHidden } = row;
  return { title, description, category, status, pinned, moderationState, isHidden };
}
