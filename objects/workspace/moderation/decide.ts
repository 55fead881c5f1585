/** What moderators decide about posts and comments, many at once: each as if it were alone, all in the one transaction of the request. */
import { ACTION_SETS } from "../../../src/domain/moderation.ts";
import { commentNotFound, seesComment } from "../../../src/domain/comments.ts";
import { reviseFeedback } from "../../../src/domain/feedback.ts";
import { type Failure, failure, feedbackNotFound } from "../../../src/errors.ts";
import { PURGE_ROWS_PER_SLICE } from "../../../src/limits.ts";
import type { ModerationState } from "../../../src/protocol/rest/feedback.ts";
import type {
  Moderate,
  ModerationAction,
  ModerationResult,
  ModerationSubject,
} from "../../../src/protocol/rest/moderation.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { applyRevision, removeFeedback } from "../change-feedback.ts";
import { removeComment } from "../comments/edit.ts";
import type { CommentRow } from "../comments/statements.ts";
import { setCommentState } from "../comments/visibility.ts";
import { mayRead } from "../find-board.ts";
import { record } from "../history/record.ts";
import type { FeedbackRow, LiveBoard } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import { distrust, trust } from "./admit.ts";

/** How it stands with one of them now; null: it is gone. */
type Decided = {
  readonly changed: boolean;
  readonly standing: { readonly moderationState: ModerationState; readonly isHidden: boolean } | null;
};

/** Never fails as a whole: what cannot be done to one is said of that one. */
export function moderate(
  store: WorkspaceStore,
  actor: Actor,
  { action, entries }: Moderate,
): Result<readonly ModerationResult[], Failure> {
  // Of all that are deleted together, as many votes go at once as of one; the rest goes by alarm.
  const rows = Math.ceil(PURGE_ROWS_PER_SLICE / entries.length);
  return ok(entries.map((entry) => resultOf(entry, decide(store, actor, action, entry, rows))));
}

function resultOf({ kind, id }: ModerationSubject, decided: Result<Decided, Failure>): ModerationResult {
  if (!decided.ok) {
    return { kind, id, result: "refused", code: decided.error.code, moderationState: null, isHidden: null };
  }
  const { changed, standing } = decided.value;
  const { moderationState = null, isHidden = null } = standing ?? {};
  return { kind, id, result: changed ? "changed" : "unchanged", code: null, moderationState, isHidden };
}

/** Errors: FEEDBACK_NOT_FOUND, COMMENT_NOT_FOUND, INVALID_REQUEST for what is not done to comments. */
function decide(
  store: WorkspaceStore,
  actor: Actor,
  action: ModerationAction,
  { kind, id }: ModerationSubject,
  rows: number,
): Result<Decided, Failure> {
  if (kind === "feedback") {
    const row = store.statements.feedbackById.get({ feedbackId: id });
    const board = row === undefined ? null : boardFor(store, actor, row.boardId);
    if (row === undefined || board === null) return err(feedbackNotFound(id));
    return ok(decideFeedback(store, actor, action, row, board, rows));
  }
  const comment = store.statements.commentById.get({ id });
  if (comment === undefined || comment.deletedAt !== null || !seesComment(actor, comment)) {
    return err(commentNotFound(id));
  }
  if (boardFor(store, actor, comment.boardId) === null) return err(commentNotFound(id));
  return decideComment(store, actor, action, comment);
}

/** Null also for a private one that the caller may not read. */
function boardFor(store: WorkspaceStore, actor: Actor, boardId: number): LiveBoard | null {
  const board = store.boardById(boardId);
  return board !== null && mayRead(store, actor, board) ? board : null;
}

function decideFeedback(
  store: WorkspaceStore,
  actor: Actor,
  action: ModerationAction,
  row: FeedbackRow,
  { slug }: LiveBoard,
  rows: number,
): Decided {
  if (action === "delete") {
    removeFeedback(store, actor, row, rows);
    return { changed: true, standing: null };
  }
  const revision = reviseFeedback(row, ACTION_SETS[action]);
  const standing = revision.changed ? applyRevision(store, actor, row, revision, slug) : row;
  return { changed: revision.changed, standing };
}

/** Errors: INVALID_REQUEST. */
function decideComment(
  store: WorkspaceStore,
  actor: Actor,
  action: ModerationAction,
  comment: CommentRow,
): Result<Decided, Failure> {
  if (action === "delete") {
    removeComment(store, actor, comment);
    return ok({ changed: true, standing: null });
  }
  if (comment.isInternal) return err(failure("INVALID_REQUEST", "The team's notes wait for nobody."));
  const { moderationState } = ACTION_SETS[action];
  if (moderationState === undefined) {
    return err(failure("INVALID_REQUEST", "A comment is not hidden, but rejected or approved."));
  }
  const changed = comment.moderationState !== moderationState;
  if (changed) judgeComment(store, actor, comment, moderationState);
  return ok({ changed, standing: { moderationState, isHidden: false } });
}

/** Takes the next seq. */
function judgeComment(
  store: WorkspaceStore,
  actor: Actor,
  comment: CommentRow,
  moderationState: ModerationState,
): void {
  const { id, feedbackId, boardId, authorId } = comment;
  const seq = store.nextSeq();
  setCommentState(store, comment, moderationState, seq);
  if (authorId !== null && moderationState === "approved") trust(store, authorId);
  if (authorId !== null && moderationState === "spam") distrust(store, authorId);
  const event = { seq, type: "comment.updated", boardId, feedbackId, subject: String(id) } as const;
  const before = { moderationState: comment.moderationState };
  record(store, actor, { ...event, before, after: { moderationState } });
}
