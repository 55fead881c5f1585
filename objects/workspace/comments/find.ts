/** The item and the comment that a path names, as far as the caller may see them. */
import { commentNotFound, seesComment } from "../../../src/domain/comments.ts";
import { may } from "../../../src/domain/permissions.ts";
import { selfOf } from "../../../src/domain/person.ts";
import { type Failure, failure, feedbackNotFound } from "../../../src/errors.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { findBoard } from "../find-board.ts";
import { mergedFailure } from "../merge/root.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import type { CommentRow } from "./statements.ts";

/** What waits for a moderator is there for whoever posted it, too. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, also for what is hidden from the caller; FEEDBACK_MERGED for what is to be commented. */
export function findItem(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  toBe: "read" | "commented" = "read",
): Result<FeedbackRow, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const row = store.statements.feedbackById.get({ feedbackId });
  if (row === undefined || row.boardId !== found.value.id) return err(feedbackNotFound(feedbackId));
  if (toBe === "commented" && row.mergedInto !== null) {
    return err(mergedFailure(store, actor, row) ?? feedbackNotFound(feedbackId));
  }
  if (row.visible || may(actor, "internal.read") || may(actor, "feedback.moderate")) return ok(row);
  const waits = row.moderationState === "pending" && !row.isHidden;
  return waits && isSelf(store, actor, row.authorId) ? ok(row) : err(feedbackNotFound(feedbackId));
}

export type Found = { readonly item: FeedbackRow; readonly comment: CommentRow };

/** For whoever wants to change it. Errors: as above; COMMENT_NOT_FOUND, also for what was deleted; FORBIDDEN. */
export function findForEdit(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  id: number,
): Result<Found, Failure> {
  const item = findItem(store, actor, board, feedbackId);
  if (!item.ok) return item;
  const comment = store.statements.commentById.get({ id });
  if (comment === undefined || comment.feedbackId !== feedbackId || comment.deletedAt !== null) {
    return err(commentNotFound(id));
  }
  const waits = comment.moderationState === "pending" && isSelf(store, actor, comment.authorId);
  if (!seesComment(actor, comment) && !waits) return err(commentNotFound(id));
  if (mayEdit(actor, comment, selfRowOf(store, actor))) return ok({ item: item.value, comment });
  return err(failure("FORBIDDEN", "Only whoever wrote a comment, and the team's moderators, may change it."));
}

/** `self`: the caller's row among the end users, if they have one. */
export function mayEdit(actor: Actor, { authorId, deletedAt }: CommentRow, self: number | null): boolean {
  if (deletedAt !== null || !may(actor, "own.edit")) return false;
  return may(actor, "feedback.moderate") || (self !== null && authorId === self);
}

/** Of people whom we know; a bare id anybody can give. */
function isSelf(store: WorkspaceStore, actor: Actor, authorId: number | null): boolean {
  return authorId !== null && selfRowOf(store, actor) === authorId;
}

/** Null: nobody in particular, or somebody who never did anything here. */
export function selfRowOf(store: WorkspaceStore, actor: Actor): number | null {
  const externalId = selfOf(actor);
  return externalId === null ? null : (store.statements.personByExternalId.get({ externalId })?.id ?? null);
}
