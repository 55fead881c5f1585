/** Feedback items: list, create, read, change, delete. */
import * as z from "zod";
import {
  CURSOR_CHARS_MAX,
  PAGE_SIZE_DEFAULT,
  PAGE_SIZE_MAX,
  SEARCH_CHARS_MAX,
  TURNSTILE_TOKEN_CHARS_MAX,
} from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import {
  boardParams,
  category,
  description,
  externalUserId,
  feedbackId,
  feedbackParams,
  instant,
  slug,
  title,
} from "./fields.ts";

export const STATUSES = ["open", "under_review", "planned", "in_progress", "completed", "closed"] as const;
export const Status = z.enum(STATUSES).meta({ id: "Status" });
export type Status = z.infer<typeof Status>;

export const MODERATION_STATES = ["pending", "approved", "rejected", "spam"] as const;
export const ModerationState = z.enum(MODERATION_STATES).meta({ id: "ModerationState" });
export type ModerationState = z.infer<typeof ModerationState>;

export const SORTS = ["vote_count", "created_at", "updated_at", "trending"] as const;
export const Sort = z.enum(SORTS).meta({ id: "Sort" });
export type Sort = z.infer<typeof Sort>;

/** What everybody sees of an item. */
export const Feedback = z
  .strictObject({
    id: feedbackId,
    board: slug,
    title: z.string(),
    description: z.string(),
    status: Status,
    category: z.string().nullable(),
    voteCount: z.int().min(0).meta({ description: "Sum of the votes' weights" }),
    commentCount: z.int().min(0),
    authorName: z.string().nullable(),
    pinned: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "Feedback" });
export type Feedback = z.infer<typeof Feedback>;

/** What the team sees besides. */
export const ModeratedFeedback = Feedback.extend({
  authorEmail: z.string().nullable(),
  moderationState: ModerationState,
  isHidden: z.boolean(),
  mergedInto: feedbackId.nullable().meta({ description: "The item that this one is part of; it is not shown itself" }),
  mergedCount: z.int().min(0).meta({ description: "How many were merged into it" }),
}).meta({ id: "ModeratedFeedback" });
export type ModeratedFeedback = z.infer<typeof ModeratedFeedback>;

const AnyFeedback = z.union([Feedback, ModeratedFeedback]);

/** A positive integer in a query. */
export const count = (max: number) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}$/u, "must be a positive integer")
    .transform(Number)
    .pipe(z.int().min(1).max(max))
    // A number to whoever reads the description; text only on the wire.
    .meta({ override: { type: "integer", minimum: 1, maximum: max } });

export const ListFeedback = z
  .strictObject({
    sort: Sort.default("vote_count").meta({ description: "Descending" }),
    status: Status.optional(),
    category: category.optional(),
    q: z
      .string()
      .max(SEARCH_CHARS_MAX)
      .optional()
      .meta({ description: "Words, each a prefix, all of which must match" }),
    limit: count(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
    cursor: z.string().max(CURSOR_CHARS_MAX).optional().meta({ description: "`X-Next-Cursor` of the page before" }),
    page: count(999_999).optional().meta({ description: "1-based; past the first 1,000 rows use cursors" }),
  })
  .refine((query) => query.cursor === undefined || query.page === undefined, {
    path: ["page"],
    message: "cannot be combined with cursor",
  });
export type ListFeedback = z.infer<typeof ListFeedback>;

export const CreateFeedback = z
  .strictObject({
    title,
    description: description.optional(),
    category: category.optional(),
    externalUserId: externalUserId.optional(),
    turnstileToken: z.string().min(1).max(TURNSTILE_TOKEN_CHARS_MAX).optional().meta({
      description:
        "Where `turnstileSiteKey` of the widget's configuration is set, and nobody is signed in: what Turnstile answered the visitor, with the action `post`. Used once, never kept",
    }),
  })
  .meta({ id: "CreateFeedback" });
export type CreateFeedback = z.infer<typeof CreateFeedback>;

export const UpdateFeedback = z
  .strictObject({
    title: title.optional(),
    description: description.optional(),
    category: category.nullable().optional(),
    status: Status.optional(),
    pinned: z.boolean().optional(),
    moderationState: ModerationState.optional(),
    isHidden: z.boolean().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "must change at least one field")
  .meta({ id: "UpdateFeedback" });
export type UpdateFeedback = z.infer<typeof UpdateFeedback>;

const tag = "Feedback";
const seqHeader = { "X-Seq": "The workspace's seq that the answer reflects: hand it to the live socket as `since`" };
const moderationHeader = {
  "X-Moderation": "`pending`: it waits for a moderator, and until then only the team and whoever posted it read it",
};

export const listFeedback = endpoint({
  method: "GET",
  path: "/:workspace/:board/feedback",
  operationId: "listFeedback",
  tag,
  summary: "List a board's feedback",
  description:
    "What the public sees, whoever asks. Pinned items are not moved: clients show them where they like. A search (`q`) sorts the 200 newest matches. `trending` weighs every vote by its age, with a half-life of 7 days.",
  who: "board.read",
  params: boardParams,
  query: ListFeedback,
  answers: {
    200: {
      description: "One page",
      schema: z.array(Feedback),
      headers: {
        Link: "RFC 8288, rel=next",
        "X-Next-Cursor": "The next page's cursor, absent on the last",
        ...seqHeader,
      },
    },
  },
});

export const createFeedback = endpoint({
  method: "POST",
  path: "/:workspace/:board/feedback",
  operationId: "createFeedback",
  tag,
  summary: "Post feedback",
  who: "feedback.write",
  limit: "feedback-create",
  params: boardParams,
  body: CreateFeedback,
  answers: {
    201: {
      description: "Created",
      schema: Feedback,
      headers: { Location: "Where it lives", ...seqHeader, ...moderationHeader },
    },
  },
});

export const readFeedback = endpoint({
  method: "GET",
  path: "/:workspace/:board/feedback/:id",
  operationId: "readFeedback",
  tag,
  summary: "Read one item",
  who: "board.read",
  params: feedbackParams,
  answers: {
    200: { description: "The item", schema: AnyFeedback, headers: { ...seqHeader, ...moderationHeader } },
    301: { description: "It was merged: the item that it is part of now", headers: { Location: "Where that lives" } },
  },
});

export const updateFeedback = endpoint({
  method: "PATCH",
  path: "/:workspace/:board/feedback/:id",
  operationId: "updateFeedback",
  tag,
  summary: "Change or moderate an item",
  description:
    "Authors whom we know may change the text and the category of what they posted; moderators everything of everything.",
  who: "own.edit",
  params: feedbackParams,
  body: UpdateFeedback,
  answers: { 200: { description: "The item", schema: AnyFeedback, headers: { ...seqHeader, ...moderationHeader } } },
});

export const deleteFeedback = endpoint({
  method: "DELETE",
  path: "/:workspace/:board/feedback/:id",
  operationId: "deleteFeedback",
  tag,
  summary: "Delete an item and its votes",
  who: "own.edit",
  params: feedbackParams,
  answers: { 204: { description: "Gone" } },
});
