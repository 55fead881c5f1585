/**
 * What follows when the public begins to see a comment, sees it change, or sees it no more: the item's count and seq, the search index, the frame for open pages, and the places of those above it in
 * the thread. Everything that makes a comment visible or takes it away comes here, in its transaction.
 */
import { eq, sql } from "drizzle-orm";
import { feedbackComments } from "../../../schema/workspace-discussion.ts";
import { isPublicComment } from "../../../src/domain/comments.ts";
import { partTokens, scopeTokens } from "../../../src/domain/search.ts";
import type { ModerationState } from "../../../src/protocol/rest/feedback.ts";
import { putInQueue } from "../moderation/queue.ts";
import type { WorkspaceStore } from "../store.ts";
import type { CommentRow } from "./statements.ts";

type Face = Pick<CommentRow, "visible" | "listed">;
const UNSEEN: Face = { visible: false, listed: false };

/** A moderator's word on a comment that is not deleted, or the author's new text being held: writes it, puts it in its place in the queue, and does what follows. Answers the row as it is now. */
export function setCommentState(
  store: WorkspaceStore,
  comment: CommentRow,
  moderationState: ModerationState,
  seq: number,
): CommentRow {
  const visible = isPublicComment({ ...comment, moderationState });
  const changes = { moderationState, visible, listed: visible || comment.listedReplies > 0, seq };
  store.db.update(feedbackComments).set(changes).where(eq(feedbackComments.id, comment.id)).run();
  const after = { ...comment, ...changes };
  queueComment(store, comment, after);
  commentTurned(store, comment, after);
  shiftThread(store, comment.parentId, 0, Number(after.listed) - Number(comment.listed));
  return after;
}

/** `before` null: it is new. */
export function queueComment(store: WorkspaceStore, before: CommentRow | null, after: CommentRow): void {
  const { id, feedbackId, boardId, spamScore } = after;
  const subject = { kind: "comment", subjectId: id, feedbackId, boardId, spamScore } as const;
  const standing = ({ moderationState }: CommentRow) => ({ moderationState, isHidden: false });
  putInQueue(store, subject, before === null ? null : standing(before), standing(after));
}

/** The row is written; whether those above it are listed is the caller's matter. */
export function commentCame(store: WorkspaceStore, comment: CommentRow): void {
  commentTurned(store, UNSEEN, comment);
}

/** The row is deleted, or has lost its text. `seq`: of the deletion. */
export function commentWent(store: WorkspaceStore, comment: CommentRow, seq: number): void {
  commentTurned(store, comment, { ...comment, ...UNSEEN, seq });
}

/** Its text is another now. */
export function commentEdited(store: WorkspaceStore, comment: CommentRow): void {
  if (!comment.visible) return;
  unindexComments(store, [comment.id]);
  indexComment(store, comment);
  shiftCount(store, comment, 0);
}

function commentTurned(store: WorkspaceStore, before: Face, after: CommentRow): void {
  if (before.visible === after.visible) return;
  if (after.visible) indexComment(store, after);
  else unindexComments(store, [after.id]);
  shiftCount(store, after, after.visible ? 1 : -1);
}

/** The item takes the seq, so that a client which was away learns of it as of any other change. */
function shiftCount(store: WorkspaceStore, { feedbackId, seq }: CommentRow, by: number): void {
  // Undefined while the comments of an item that is gone are still there.
  const item = store.statements.shiftCommentCount.get({ feedbackId, seq, by }) as
    | { readonly boardId: number; readonly commentCount: number; readonly visible: boolean }
    | undefined;
  if (item?.visible !== true) return;
  const { boardId, commentCount } = item;
  store.changed({ kind: "comments", boardId, seq, id: feedbackId, commentCount });
}

/**
 * A reply came or went below `parentId`, or is listed or not any more: counts it there. What is not visible itself is listed while it holds listed replies; a deleted comment goes for good with its last
 * reply; both may go on upwards, as far as a thread is deep.
 */
export function shiftThread(store: WorkspaceStore, parentId: number | null, replies: number, listed: number): void {
  let id = parentId;
  let [repliesBy, listedBy] = [replies, listed];
  while (id !== null && (repliesBy !== 0 || listedBy !== 0)) {
    const parent = store.statements.commentById.get({ id });
    if (parent === undefined) return;
    const replyCount = parent.replyCount + repliesBy;
    const listedReplies = parent.listedReplies + listedBy;
    const isListed = parent.visible || listedReplies > 0;
    if (parent.deletedAt !== null && replyCount === 0) {
      store.statements.deleteComment.run({ id });
      [repliesBy, listedBy] = [-1, -Number(parent.listed)];
    } else {
      store.statements.setThread.run({ id, replyCount, listedReplies, listed: Number(isListed) });
      [repliesBy, listedBy] = [0, Number(isListed) - Number(parent.listed)];
    }
    id = parent.parentId;
  }
}

/** By board only: the item's status and category change without its comments, and whoever searches looks at the item anyway; also at whether it is visible. */
function indexComment(store: WorkspaceStore, { id, boardId, body }: CommentRow): void {
  const scope = [...scopeTokens({ boardId }), ...partTokens(body)].join(" ");
  store.db.run(sql`insert into comment_search (rowid, body, scope) values (${id}, ${body}, ${scope})`);
}

/** Of comments that were visible. */
export function unindexComments(store: WorkspaceStore, ids: readonly number[]): void {
  store.db.run(sql`delete from comment_search where rowid in (select value from json_each(${JSON.stringify(ids)}))`);
}
