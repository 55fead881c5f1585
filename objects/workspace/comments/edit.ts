/** Changes and deletes a comment. A comment with replies leaves its place when it goes, so that the thread stays readable. */
import { eq } from "drizzle-orm";
import { feedbackComments } from "../../../schema/workspace-discussion.ts";
import { may } from "../../../src/domain/permissions.ts";
import type { Failure } from "../../../src/errors.ts";
import type { ModeratedComment, PostedComment, UpdateComment } from "../../../src/protocol/rest/comments.ts";
import { ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { record } from "../history/record.ts";
import { type Admitted, admitText } from "../moderation/admit.ts";
import { leaveQueue } from "../moderation/queue.ts";
import type { WorkspaceStore } from "../store.ts";
import { findForEdit } from "./find.ts";
import { presentModeratedComment, presentPosted, type Shown } from "./present.ts";
import type { CommentRow } from "./statements.ts";
import { commentEdited, commentWent, setCommentState, shiftThread } from "./visibility.ts";

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, COMMENT_NOT_FOUND, FORBIDDEN. */
export function updateComment(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  id: number,
  { body }: UpdateComment,
): Result<Shown<PostedComment | ModeratedComment>, Failure> {
  const found = findForEdit(store, actor, board, feedbackId, id);
  if (!found.ok) return found;
  const { comment } = found.value;
  if (body === comment.body) return ok(shown(store, actor, comment));
  const seq = store.nextSeq();
  const admitted = admitAgain(store, actor, comment, body);
  const changes = { body, seq, editedAt: store.now(), spamScore: admitted.spamScore };
  store.db.update(feedbackComments).set(changes).where(eq(feedbackComments.id, id)).run();
  const rewritten = { ...comment, ...changes };
  const isHeld = comment.moderationState === "approved" && admitted.moderationState === "pending";
  const edited = isHeld ? setCommentState(store, rewritten, "pending", seq) : rewritten;
  if (!isHeld) commentEdited(store, edited);
  const { isInternal } = comment;
  const event = { seq, type: "comment.updated", boardId: comment.boardId, feedbackId, subject: String(id) } as const;
  record(store, actor, { ...event, before: { body: comment.body, isInternal }, after: { body, isInternal } });
  return ok(shown(store, actor, edited));
}

/** What its author writes now is looked at like what they wrote first; what moderators change is theirs. What waits or was refused stays where it is. */
function admitAgain(store: WorkspaceStore, actor: Actor, comment: CommentRow, body: string): Admitted {
  const { authorId, authorName, spamScore } = comment;
  if (may(actor, "feedback.moderate")) return { moderationState: "approved", spamScore };
  const row = authorId === null ? undefined : store.statements.personById.get({ id: authorId });
  const isTrusted = (row?.trustedAt ?? null) !== null;
  const author = authorId === null ? null : { id: authorId, name: authorName, isTrusted };
  return admitText(store, actor, { text: body, before: comment.body, author });
}

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, COMMENT_NOT_FOUND, FORBIDDEN. */
export function deleteComment(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  id: number,
): Result<null, Failure> {
  const found = findForEdit(store, actor, board, feedbackId, id);
  if (!found.ok) return found;
  removeComment(store, actor, found.value.comment);
  return ok(null);
}

/** One that is not deleted yet. Who may is asked before. */
export function removeComment(store: WorkspaceStore, actor: Actor, comment: CommentRow): void {
  const { id, feedbackId } = comment;
  const seq = store.nextSeq();
  if (comment.replyCount === 0) {
    store.statements.deleteComment.run({ id });
    shiftThread(store, comment.parentId, -1, -Number(comment.listed));
  } else {
    const listed = leavePlace(store, comment, seq);
    shiftThread(store, comment.parentId, 0, Number(listed) - Number(comment.listed));
  }
  leaveQueue(store, { kind: "comment", subjectId: id, feedbackId });
  commentWent(store, comment, seq);
  const { body, parentId, isInternal, moderationState } = comment;
  const event = { seq, type: "comment.deleted", boardId: comment.boardId, feedbackId, subject: String(id) } as const;
  record(store, actor, { ...event, before: { body, parentId, isInternal, moderationState } });
}

/** Without text and author. Answers whether the public still lists it. */
function leavePlace(store: WorkspaceStore, { id, listedReplies }: CommentRow, seq: number): boolean {
  const listed = listedReplies > 0;
  const emptied = { body: "", authorId: null, authorName: null, isOfficial: false, visible: false, listed };
  store.db
    .update(feedbackComments)
    .set({ ...emptied, seq, deletedAt: store.now() })
    .where(eq(feedbackComments.id, id))
    .run();
  return listed;
}

function shown(store: WorkspaceStore, actor: Actor, row: CommentRow): Shown<PostedComment | ModeratedComment> {
  return { item: presentTo(store, actor, row), seq: store.seq(), isHeld: row.moderationState === "pending" };
}

/** Who changed what waits is its author, and sees it. */
function presentTo(store: WorkspaceStore, actor: Actor, row: CommentRow): PostedComment | ModeratedComment {
  if (!may(actor, "internal.read")) return presentPosted(row);
  const author = row.authorId === null ? undefined : store.statements.personById.get({ id: row.authorId });
  return presentModeratedComment(row, author?.email ?? null);
}
