/** Comments to the shapes of the contract: what the public does not see of one has no way out through `presentComment`. */
import type { Comment, ModeratedComment, PostedComment } from "../../../src/protocol/rest/comments.ts";
import { instant } from "../present.ts";
import type { CommentRow } from "./statements.ts";

/** What a write answers. `isHeld`: it waits for a moderator. */
export type Shown<T> = { readonly item: T; readonly seq: number; readonly isHeld: boolean };

/** For the public: what is listed and not visible only holds its place. */
export function presentComment(row: CommentRow): Comment {
  return row.visible ? whole(row) : bare(row);
}

export function presentModeratedComment(row: CommentRow, authorEmail: string | null): ModeratedComment {
  const { isInternal, moderationState, deletedAt } = row;
  const comment = deletedAt === null ? whole(row) : bare(row);
  return { ...comment, authorEmail, isInternal, moderationState };
}

/** For whoever has just written it. */
export function presentPosted(row: CommentRow): PostedComment {
  const { isInternal, moderationState } = row;
  return { ...whole(row), isInternal, moderationState };
}

function whole(row: CommentRow): Comment {
  const { id, feedbackId, parentId, depth, body, authorName, isOfficial, createdAt, editedAt } = row;
  return {
    id,
    feedbackId,
    parentId,
    depth,
    body,
    authorName,
    isOfficial,
    isDeleted: false,
    createdAt: instant(createdAt),
    editedAt: editedAt === null ? null : instant(editedAt),
  };
}

function bare({ id, feedbackId, parentId, depth, createdAt }: CommentRow): Comment {
  return {
    id,
    feedbackId,
    parentId,
    depth,
    body: "",
    authorName: null,
    isOfficial: false,
    isDeleted: true,
    createdAt: instant(createdAt),
    editedAt: null,
  };
}
