/** Comments: what may be said where, who sees what of it, and the cursors of their list. */
import { type Failure, failure, invalidField } from "../errors.ts";
import { COMMENT_DEPTH_MAX } from "../limits.ts";
import type { CreateComment } from "../protocol/rest/comments.ts";
import type { ModerationState } from "../protocol/rest/feedback.ts";
import { err, ok, type Result } from "../result.ts";
import { type Actor, may } from "./permissions.ts";
import { type Asker, selfOf } from "./person.ts";

/** What a comment's place and face depend on. */
export type CommentState = {
  readonly isInternal: boolean;
  readonly moderationState: ModerationState;
  readonly deletedAt: number | null;
};
export type ParentComment = CommentState & {
  readonly id: number;
  readonly depth: number;
  readonly feedbackId: number;
  readonly visible: boolean;
  /** The public sees at least that there was one. */
  readonly listed: boolean;
};

export type CommentDraft = {
  readonly parentId: number | null;
  readonly depth: number;
  readonly isInternal: boolean;
  readonly isOfficial: boolean;
};

/** The public reads it. */
export function isPublicComment({ isInternal, moderationState, deletedAt }: CommentState): boolean {
  return !isInternal && deletedAt === null && moderationState === "approved";
}

/** Internal notes are for who may read them; what is not approved for moderators, too. */
export function seesComment(actor: Actor, comment: CommentState & { readonly visible: boolean }): boolean {
  if (comment.visible || may(actor, "internal.read")) return true;
  return !comment.isInternal && may(actor, "feedback.moderate");
}

/**
 * The place of a new comment. `parent`: what `parentId` names, of whatever item; null: nothing, or nothing is named. Errors: FORBIDDEN for an internal note by whoever may not read any, INVALID_REQUEST for a
 * parent that is not there for this caller, is deleted, or is too deep.
 */
export function draftComment(
  asker: Asker,
  feedbackId: number,
  command: CreateComment,
  parent: ParentComment | null,
): Result<CommentDraft, Failure> {
  const { parentId = null, isInternal = false, externalUserId } = command;
  if (isInternal && !may(asker, "internal.read")) {
    return err(invalidField("isInternal", "only the team writes internal notes", "FORBIDDEN"));
  }
  const isOfficial = isTeam(asker) && [undefined, selfOf(asker)].includes(externalUserId);
  if (parentId === null) return ok({ parentId, depth: 0, isInternal, isOfficial });
  if (parent?.feedbackId !== feedbackId || !(parent.listed || seesComment(asker, parent))) {
    return err(invalidField("parentId", "there is no such comment on this item"));
  }
  if (parent.deletedAt !== null || !seesComment(asker, parent)) {
    return err(invalidField("parentId", "this comment is no longer there"));
  }
  if (parent.depth >= COMMENT_DEPTH_MAX) {
    return err(
      invalidField(
        "parentId",
        `replies go ${String(COMMENT_DEPTH_MAX)} deep: reply to the comment that this one replies to`,
      ),
    );
  }
  return ok({ parentId, depth: parent.depth + 1, isInternal: isInternal || parent.isInternal, isOfficial });
}

/** Members, API keys and the operator. */
function isTeam({ standing }: Actor): boolean {
  return standing !== "end-user" && standing !== "anonymous";
}

export function commentNotFound(id: number): Failure {
  return failure("COMMENT_NOT_FOUND", `There is no comment ${String(id)} on this item.`);
}

const CURSOR_KIND = "comments";

/** The id of a page's last comment. Opaque to clients. */
export function encodeCommentCursor(id: number): string {
  return btoa(JSON.stringify([CURSOR_KIND, id]))
    .replaceAll("=", "")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** Errors: INVALID_CURSOR for anything that `encodeCommentCursor` did not make. */
export function decodeCommentCursor(text: string): Result<number, Failure> {
  const bad = err(invalidField("query.cursor", "is not a cursor of a list of comments", "INVALID_CURSOR"));
  try {
    const parts: unknown = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(parts) || parts.length !== 2 || parts[0] !== CURSOR_KIND) return bad;
    const id: unknown = parts[1];
    return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? ok(id) : bad;
  } catch {
    return bad;
  }
}
