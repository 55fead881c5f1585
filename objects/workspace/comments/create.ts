/** Somebody says something about an item, or replies. */
import { draftComment, isPublicComment } from "../../../src/domain/comments.ts";
import { decideWho } from "../../../src/domain/person.ts";
import type { Failure } from "../../../src/errors.ts";
import type { CreateComment, PostedComment } from "../../../src/protocol/rest/comments.ts";
import { ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { countDaily } from "../history/daily.ts";
import { record } from "../history/record.ts";
import { admitText } from "../moderation/admit.ts";
import { enrol, type Person } from "../person.ts";
import type { WorkspaceStore } from "../store.ts";
import { findItem } from "./find.ts";
import { presentPosted, type Shown } from "./present.ts";
import type { CommentRow } from "./statements.ts";
import { commentCame, queueComment, shiftThread } from "./visibility.ts";

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FEEDBACK_MERGED, FORBIDDEN, INVALID_REQUEST, UNAUTHENTICATED. */
export function createComment(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  command: CreateComment,
): Result<Shown<PostedComment>, Failure> {
  const found = findItem(store, actor, board, feedbackId, "commented");
  if (!found.ok) return found;
  const item = found.value;
  const { parentId, body } = command;
  const parent = parentId === undefined ? null : (store.statements.commentById.get({ id: parentId }) ?? null);
  const drafted = draftComment(actor, feedbackId, command, parent);
  if (!drafted.ok) return drafted;
  const author = authorOf(store, actor, command.externalUserId);
  if (!author.ok) return author;
  const draft = drafted.value;
  const admitted = admitText(store, actor, { text: body, author: author.value });
  const { seq, id } = store.nextComment();
  const visible = isPublicComment({ ...draft, ...admitted, deletedAt: null });
  const row: CommentRow = {
    ...draft,
    ...admitted,
    id,
    feedbackId,
    boardId: item.boardId,
    body,
    authorId: author.value?.id ?? null,
    authorName: author.value?.name ?? null,
    visible,
    listed: visible,
    replyCount: 0,
    listedReplies: 0,
    seq,
    createdAt: store.now(),
    editedAt: null,
    deletedAt: null,
  };
  store.statements.insertComment.run(row);
  shiftThread(store, row.parentId, 1, Number(visible));
  commentCame(store, row);
  queueComment(store, null, row);
  // The team's notes are no part of what its users do.
  if (!row.isInternal) countDaily(store, item, { comments: 1 });
  const { isInternal, isOfficial, moderationState } = row;
  const event = { seq, type: "comment.created", boardId: item.boardId, feedbackId, subject: String(id) } as const;
  const after = { body, parentId: row.parentId, isInternal, isOfficial, moderationState };
  record(store, actor, { ...event, after }, command.externalUserId ?? null);
  return ok({ item: presentPosted(row), seq, isHeld: moderationState === "pending" });
}

/** Null: nobody was named. */
function authorOf(
  store: WorkspaceStore,
  actor: Actor,
  externalUserId: string | undefined,
): Result<Person | null, Failure> {
  const who = decideWho(actor, externalUserId ?? null);
  if (!who.ok) return who;
  return who.value === null ? ok(null) : enrol(store, actor, who.value);
}
