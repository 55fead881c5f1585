/**
 * The queue's rows: one for each post and comment that waits, was refused, or is hidden. Whatever changes the state of one puts it where it belongs, in its own transaction. What is deleted leaves
 * with `leaveQueue`, and a whole item with `purgeQueue`.
 */
import { inArray, sql } from "drizzle-orm";
import { moderationQueue } from "../../../schema/workspace-discussion.ts";
import { queueStateOf } from "../../../src/domain/moderation.ts";
import type { ModerationState } from "../../../src/protocol/rest/feedback.ts";
import type { QueueKind, QueueState } from "../../../src/protocol/rest/moderation.ts";
import type { WorkspaceStore } from "../store.ts";

/** What the queue knows of a post (`subjectId` is its own id) or comment. */
export type Subject = {
  readonly kind: QueueKind;
  readonly subjectId: number;
  readonly feedbackId: number;
  readonly boardId: number;
  readonly spamScore: number;
};
export type Standing = { readonly moderationState: ModerationState; readonly isHidden: boolean };

/** `before` null: it is new. Costs nothing where both are approved and in sight, as most are. */
export function putInQueue(store: WorkspaceStore, subject: Subject, before: Standing | null, after: Standing): void {
  const from = before === null ? null : queueStateOf(before.moderationState, before.isHidden);
  const to = queueStateOf(after.moderationState, after.isHidden);
  if (from === to) return;
  if (from !== null) leaveQueue(store, subject);
  if (to !== null) enqueue(store, subject, to);
}

export function leaveQueue(
  store: WorkspaceStore,
  { kind, subjectId, feedbackId }: Omit<Subject, "spamScore" | "boardId">,
): void {
  store.statements.dequeue.run({ kind, subjectId, feedbackId });
}

/** It comes as the newest of its state: whoever looks there sees first what came there last. */
function enqueue(store: WorkspaceStore, subject: Subject, state: QueueState): void {
  const { kind, subjectId, feedbackId, boardId, spamScore } = subject;
  store.statements.enqueue.run({ kind, subjectId, feedbackId, boardId, spamScore, state, now: store.now() });
}

/** Deletes up to `rows` entries of an item and its comments, which are gone or going; answers how many. */
export function purgeQueue(store: WorkspaceStore, feedbackId: number, rows: number): number {
  const some = sql`(select id from moderation_queue where feedback_id = ${feedbackId} limit ${rows})`;
  return store.db
    .delete(moderationQueue)
    .where(inArray(moderationQueue.id, some))
    .returning({ id: moderationQueue.id })
    .all().length;
}
