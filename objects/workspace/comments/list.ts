/** An item's comments, oldest first: the public's from an index that holds nothing else, the team's with all there is. Reads no more rows than it answers, but one. */
import { decodeCommentCursor, encodeCommentCursor } from "../../../src/domain/comments.ts";
import { may } from "../../../src/domain/permissions.ts";
import { type Failure, invalidField } from "../../../src/errors.ts";
import { PAGE_ROWS_SKIPPED_MAX } from "../../../src/limits.ts";
import type { Comment, ListComments, ModeratedComment } from "../../../src/protocol/rest/comments.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import type { WorkspaceStore } from "../store.ts";
import { findItem, mayEdit, selfRowOf } from "./find.ts";
import { presentComment, presentModeratedComment } from "./present.ts";
import type { ListedComment } from "./statements.ts";

export type CommentPage = {
  readonly items: readonly (Comment | ModeratedComment)[];
  readonly nextCursor: string | null;
  readonly seq: number;
};

/** The same, with which of them the caller may change. */
export type EditableComments = CommentPage & { readonly editable: readonly number[] };

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, INVALID_CURSOR, INVALID_REQUEST (a page too deep). */
export function listComments(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  query: ListComments,
): Result<CommentPage, Failure> {
  const item = findItem(store, actor, board, feedbackId);
  if (!item.ok) return item;
  const read = readRows(store, actor, feedbackId, query);
  if (!read.ok) return read;
  const { rows, nextCursor } = read.value;
  return ok({ items: rows.map((row) => presentTo(actor, row)), nextCursor, seq: store.seq() });
}

/** For the item's page, which has found the item. Errors: INVALID_CURSOR. */
export function editableComments(
  store: WorkspaceStore,
  actor: Actor,
  feedbackId: number,
  query: ListComments,
): Result<EditableComments, Failure> {
  const read = readRows(store, actor, feedbackId, query);
  if (!read.ok) return read;
  const { rows, nextCursor } = read.value;
  const self = rows.length === 0 ? null : selfRowOf(store, actor);
  const editable = rows.filter((row) => mayEdit(actor, row, self)).map(({ id }) => id);
  return ok({ items: rows.map((row) => presentTo(actor, row)), nextCursor, seq: store.seq(), editable });
}

type Read = { readonly rows: readonly ListedComment[]; readonly nextCursor: string | null };

function readRows(
  store: WorkspaceStore,
  actor: Actor,
  feedbackId: number,
  { cursor, limit, page = 1 }: ListComments,
): Result<Read, Failure> {
  const after = cursor === undefined ? ok(0) : decodeCommentCursor(cursor);
  if (!after.ok) return after;
  const offset = (page - 1) * limit;
  if (offset > PAGE_ROWS_SKIPPED_MAX) {
    return err(invalidField("query.page", `skips more than ${String(PAGE_ROWS_SKIPPED_MAX)} rows; go on by cursor`));
  }
  const range = { feedbackId, after: after.value, limit: limit + 1, offset };
  const { statements } = store;
  const found = may(actor, "internal.read")
    ? statements.allComments.all(range).map(({ comment, authorEmail }) => ({ ...comment, authorEmail }))
    : statements.listedComments.all(range).map((comment) => ({ ...comment, authorEmail: null }));
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? encodeCommentCursor(last.id) : null;
  return ok({ rows, nextCursor });
}

function presentTo(actor: Actor, row: ListedComment): Comment | ModeratedComment {
  return may(actor, "internal.read") ? presentModeratedComment(row, row.authorEmail) : presentComment(row);
}
