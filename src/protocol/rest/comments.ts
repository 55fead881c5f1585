/** Comments on an item: list, write, change, delete. Threads are told by `parentId`; the list itself is flat. */
import * as z from "zod";
import {
  COMMENT_CHARS_MAX,
  COMMENT_DEPTH_MAX,
  CURSOR_CHARS_MAX,
  PAGE_SIZE_DEFAULT,
  PAGE_SIZE_MAX,
} from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { count, ModerationState } from "./feedback.ts";
import { externalUserId, feedbackId, feedbackIdParam, feedbackParams, instant, prose } from "./fields.ts";

const commentId = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What everybody sees of a comment. */
export const Comment = z
  .strictObject({
    id: commentId,
    feedbackId,
    parentId: commentId.nullable().meta({ description: "The comment that this one replies to" }),
    depth: z.int().min(0).max(COMMENT_DEPTH_MAX),
    body: z.string().meta({ description: "Markdown; empty when `isDeleted`" }),
    authorName: z.string().nullable(),
    isOfficial: z.boolean().meta({ description: "Said by the team, for itself" }),
    isDeleted: z.boolean().meta({ description: "Not there any more; stands for the replies to it" }),
    createdAt: instant,
    editedAt: instant.nullable(),
  })
  .meta({ id: "Comment" });
export type Comment = z.infer<typeof Comment>;

/** What the team sees besides. */
export const ModeratedComment = Comment.extend({
  authorEmail: z.string().nullable(),
  isInternal: z.boolean().meta({ description: "A note that only the team sees" }),
  moderationState: ModerationState,
}).meta({ id: "ModeratedComment" });
export type ModeratedComment = z.infer<typeof ModeratedComment>;

/** Whoever wrote it is told where it stands. */
export const PostedComment = Comment.extend({
  isInternal: z.boolean(),
  moderationState: ModerationState.meta({ description: "`approved`: everybody sees it" }),
}).meta({ id: "PostedComment" });
export type PostedComment = z.infer<typeof PostedComment>;

const AnyComment = z.union([Comment, ModeratedComment]);
const OwnComment = z.union([PostedComment, ModeratedComment]);

const body = prose(COMMENT_CHARS_MAX).min(1).meta({ description: "Markdown" });

export const ListComments = z
  .strictObject({
    limit: count(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
    cursor: z.string().max(CURSOR_CHARS_MAX).optional().meta({ description: "`X-Next-Cursor` of the page before" }),
    page: count(999_999).optional().meta({ description: "1-based; past the first 1,000 rows use cursors" }),
  })
  .refine((query) => query.cursor === undefined || query.page === undefined, {
    path: ["page"],
    message: "cannot be combined with cursor",
  });
export type ListComments = z.infer<typeof ListComments>;

export const CreateComment = z
  .strictObject({
    body,
    parentId: commentId.optional().meta({ description: "The comment that this one replies to" }),
    isInternal: z
      .boolean()
      .optional()
      .meta({ description: "A note for the team; a reply to one always is, whatever stands here" }),
    externalUserId: externalUserId.optional(),
  })
  .meta({ id: "CreateComment" });
export type CreateComment = z.infer<typeof CreateComment>;

export const UpdateComment = z.strictObject({ body }).meta({ id: "UpdateComment" });
export type UpdateComment = z.infer<typeof UpdateComment>;

const commentParams = feedbackParams.extend({ commentId: feedbackIdParam });
const path = "/:workspace/:board/feedback/:id/comments";
const tag = "Comments";
const seqHeader = { "X-Seq": "The workspace's seq that the answer reflects" };
const heldHeader = { "X-Moderation": "`pending`: it waits for a moderator" };

export const listComments = endpoint({
  method: "GET",
  path,
  operationId: "listComments",
  tag,
  summary: "List an item's comments",
  description:
    "Oldest first, flat: clients make threads of it by `parentId`, which always stands before its replies. A deleted comment stays, without its text and its author, as long as it has replies. The team sees internal notes and what waits for a moderator, too.",
  who: "board.read",
  params: feedbackParams,
  query: ListComments,
  answers: {
    200: {
      description: "One page",
      schema: z.array(AnyComment),
      headers: {
        Link: "RFC 8288, rel=next",
        "X-Next-Cursor": "The next page's cursor, absent on the last",
        ...seqHeader,
      },
    },
  },
});

export const createComment = endpoint({
  method: "POST",
  path,
  operationId: "createComment",
  tag,
  summary: "Comment on an item, or reply",
  description: `Replies go ${String(COMMENT_DEPTH_MAX)} deep. Only the team may write internal notes. A comment that waits for a moderator is answered with another \`moderationState\` than \`approved\`.`,
  who: "feedback.write",
  limit: "comment",
  params: feedbackParams,
  body: CreateComment,
  answers: {
    201: {
      description: "Written",
      schema: PostedComment,
      headers: { Location: "Where it lives", ...seqHeader, ...heldHeader },
    },
  },
});

export const updateComment = endpoint({
  method: "PATCH",
  path: `${path}/:commentId`,
  operationId: "updateComment",
  tag,
  summary: "Change a comment's text",
  description: "By whoever wrote it, as far as we know them, and by moderators.",
  who: "own.edit",
  limit: "comment",
  params: commentParams,
  body: UpdateComment,
  answers: { 200: { description: "The comment", schema: OwnComment, headers: { ...seqHeader, ...heldHeader } } },
});

export const deleteComment = endpoint({
  method: "DELETE",
  path: `${path}/:commentId`,
  operationId: "deleteComment",
  tag,
  summary: "Delete a comment",
  description: "One that has replies leaves its place, without text and author; one that has none is gone for good.",
  who: "own.edit",
  limit: "comment",
  params: commentParams,
  answers: { 204: { description: "Gone" } },
});
