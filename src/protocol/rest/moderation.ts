/** What moderators have to look at, and what they decide. */
import * as z from "zod";
import {
  CURSOR_CHARS_MAX,
  MODERATION_BULK_MAX,
  MODERATION_COUNT_MAX,
  PAGE_SIZE_DEFAULT,
  PAGE_SIZE_MAX,
  SPAM_SCORE_MAX,
} from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { count, ModerationState } from "./feedback.ts";
import { feedbackId, instant, slug, workspaceParams } from "./fields.ts";

export const QUEUE_KINDS = ["feedback", "comment"] as const;
export const QueueKind = z.enum(QUEUE_KINDS).meta({ id: "QueueKind" });
export type QueueKind = z.infer<typeof QueueKind>;

/** `hidden`: approved, and hidden by somebody. */
export const QUEUE_STATES = ["pending", "spam", "rejected", "hidden"] as const;
export const QueueState = z.enum(QUEUE_STATES).meta({ id: "QueueState" });
export type QueueState = z.infer<typeof QueueState>;

/** `hide` and `unhide` are for posts: a comment is rejected, or approved. */
export const MODERATION_ACTIONS = ["approve", "reject", "spam", "hide", "unhide", "delete"] as const;
export const ModerationAction = z.enum(MODERATION_ACTIONS).meta({ id: "ModerationAction" });
export type ModerationAction = z.infer<typeof ModerationAction>;

export const QueueEntry = z
  .strictObject({
    kind: QueueKind,
    id: feedbackId.meta({ description: "The post's id, or the comment's" }),
    feedbackId: feedbackId.meta({ description: "The post itself, or the one that the comment is about" }),
    board: slug,
    title: z.string().meta({ description: "The post's title" }),
    excerpt: z.string().meta({ description: "The beginning of the post's description, or of the comment" }),
    isExcerpted: z.boolean().meta({ description: "Whether there is more of it" }),
    authorName: z.string().nullable(),
    authorEmail: z.string().nullable(),
    isNewcomer: z
      .boolean()
      .meta({ description: "Nothing of theirs was let through yet, or they are nobody in particular" }),
    state: QueueState,
    spamScore: z.int().min(0).max(SPAM_SCORE_MAX),
    createdAt: instant,
    url: z.string().meta({ description: "Where the post stands on the board's pages, for whoever may see it" }),
  })
  .meta({ id: "QueueEntry" });
export type QueueEntry = z.infer<typeof QueueEntry>;

export const ListQueue = z.strictObject({
  state: QueueState.default("pending"),
  kind: QueueKind.optional(),
  board: slug.optional(),
  limit: count(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional().meta({ description: "`X-Next-Cursor` of the page before" }),
});
export type ListQueue = z.infer<typeof ListQueue>;

const bounded = z.int().min(0).max(MODERATION_COUNT_MAX);
export const QueueCounts = z
  .strictObject({ pending: bounded, spam: bounded, rejected: bounded, hidden: bounded })
  .meta({ id: "QueueCounts" });
export type QueueCounts = z.infer<typeof QueueCounts>;

export const ModerationSubject = z.strictObject({ kind: QueueKind, id: feedbackId });
export type ModerationSubject = z.infer<typeof ModerationSubject>;

export const Moderate = z
  .strictObject({
    action: ModerationAction,
    entries: z.array(ModerationSubject).min(1).max(MODERATION_BULK_MAX),
  })
  .meta({ id: "Moderate" });
export type Moderate = z.infer<typeof Moderate>;

export const ModerationResult = z
  .strictObject({
    kind: QueueKind,
    id: feedbackId,
    result: z.enum(["changed", "unchanged", "refused"]),
    code: z.string().nullable().meta({ description: "Why it was refused: the code of the same failure elsewhere" }),
    moderationState: ModerationState.nullable().meta({ description: "As it is now; null: it is gone, or was refused" }),
    isHidden: z.boolean().nullable(),
  })
  .meta({ id: "ModerationResult" });
export type ModerationResult = z.infer<typeof ModerationResult>;

const tag = "Moderation";

export const listModeration = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/moderation",
  operationId: "listModeration",
  tag,
  summary: "List what waits for a moderator, or was refused or hidden",
  description:
    "What came to its state last comes first. An API key needs the scope `read`, too. What is left of a deleted board is left out, so a page may be short and still have a next one.",
  who: "feedback.moderate",
  params: workspaceParams,
  query: ListQueue,
  answers: {
    200: {
      description: "One page",
      schema: z.array(QueueEntry),
      headers: { Link: "RFC 8288, rel=next", "X-Next-Cursor": "The next page's cursor, absent on the last" },
    },
  },
});

export const countModeration = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/moderation/counts",
  operationId: "countModeration",
  tag,
  summary: "Count what is in the queue",
  description: `Counts no further than ${String(MODERATION_COUNT_MAX)}.`,
  who: "feedback.moderate",
  params: workspaceParams,
  answers: { 200: { description: "The numbers", schema: QueueCounts } },
});

export const moderate = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/moderation",
  operationId: "moderate",
  tag,
  summary: "Decide about posts and comments",
  description: `Up to ${String(MODERATION_BULK_MAX)} at once, in one transaction, in the order given; each has its own change number and event. What cannot be done to one does not hold up the others. Approving lets its author's later posts through where only first ones wait; marking as spam takes that back.`,
  who: "feedback.moderate",
  params: workspaceParams,
  body: Moderate,
  answers: { 200: { description: "What became of each, in the order given", schema: z.array(ModerationResult) } },
});
