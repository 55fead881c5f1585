/** Groups of items that are likely the same: the workspace suggests them, moderators decide. */
import * as z from "zod";
import { CURSOR_CHARS_MAX, DUPLICATES_PER_GROUP_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { ModerationState, Status } from "./feedback.ts";
import { feedbackId, feedbackIdParam, instant, slug, workspaceParams } from "./fields.ts";

export const GROUP_STATUSES = ["suggested", "confirmed", "dismissed"] as const;
export const GroupStatus = z.enum(GROUP_STATUSES).meta({ id: "GroupStatus" });
export type GroupStatus = z.infer<typeof GroupStatus>;

export const DuplicateItem = z
  .strictObject({
    id: feedbackId,
    board: slug,
    title: z.string(),
    excerpt: z.string().meta({ description: "How its description begins" }),
    status: Status,
    voteCount: z.int().min(0),
    commentCount: z.int().min(0),
    mergedCount: z.int().min(0),
    mergedInto: feedbackId.nullable(),
    moderationState: ModerationState,
    isHidden: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: "DuplicateItem" });
export type DuplicateItem = z.infer<typeof DuplicateItem>;

export const DuplicateGroup = z
  .strictObject({
    id: z.int().min(1),
    status: GroupStatus,
    score: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: "How alike the two are that are most alike; 1 for a group made by hand" }),
    items: z.array(DuplicateItem).meta({ description: "Most votes first" }),
    createdAt: instant,
    decidedAt: instant.nullable(),
    decidedBy: z.string().nullable().meta({ description: "The account, `key:` and an API key's id, or `operator`" }),
  })
  .meta({ id: "DuplicateGroup" });
export type DuplicateGroup = z.infer<typeof DuplicateGroup>;

export const ListDuplicates = z.strictObject({
  status: GroupStatus.default("suggested"),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional().meta({ description: "`X-Next-Cursor` of the page before" }),
});
export type ListDuplicates = z.infer<typeof ListDuplicates>;

export const CreateDuplicates = z
  .strictObject({
    feedbackIds: z
      .array(feedbackId)
      .min(2)
      .max(DUPLICATES_PER_GROUP_MAX)
      .refine((ids) => new Set(ids).size === ids.length, "must not name one twice"),
  })
  .meta({ id: "CreateDuplicates" });
export type CreateDuplicates = z.infer<typeof CreateDuplicates>;

export const ConfirmDuplicates = z
  .strictObject({ intoId: feedbackId.meta({ description: "The one of the group that the others are merged into" }) })
  .meta({ id: "ConfirmDuplicates" });
export type ConfirmDuplicates = z.infer<typeof ConfirmDuplicates>;

const tag = "Feedback";
const path = "/workspaces/:workspace/duplicates";
const groupParams = workspaceParams.extend({ id: feedbackIdParam });
const seqHeader = { "X-Seq": "The workspace's seq after this call" };

export const listDuplicates = endpoint({
  method: "GET",
  path,
  operationId: "listDuplicates",
  tag,
  summary: "Items that are likely the same",
  description:
    "Newest groups first, of all boards. A post is compared with the others a few minutes after it is shown.",
  who: "feedback.moderate",
  params: workspaceParams,
  query: ListDuplicates,
  answers: {
    200: {
      description: "One page",
      schema: z.array(DuplicateGroup),
      headers: { Link: "RFC 8288, rel=next", "X-Next-Cursor": "The next page's cursor, absent on the last" },
    },
  },
});

export const createDuplicates = endpoint({
  method: "POST",
  path,
  operationId: "createDuplicates",
  tag,
  summary: "Put items side by side",
  description: "A group as if it had been suggested, to be confirmed or dismissed.",
  who: "feedback.moderate",
  params: workspaceParams,
  body: CreateDuplicates,
  answers: { 201: { description: "The group", schema: DuplicateGroup } },
});

export const confirmDuplicates = endpoint({
  method: "POST",
  path: `${path}/:id/confirm`,
  operationId: "confirmDuplicates",
  tag,
  summary: "They are the same: merge the others into one",
  description: "All of them or, if one cannot be merged, none.",
  who: "feedback.moderate",
  params: groupParams,
  body: ConfirmDuplicates,
  answers: { 200: { description: "The group", schema: DuplicateGroup, headers: seqHeader } },
});

export const dismissDuplicates = endpoint({
  method: "POST",
  path: `${path}/:id/dismiss`,
  operationId: "dismissDuplicates",
  tag,
  summary: "They are not the same",
  description: "No two of them are suggested again.",
  who: "feedback.moderate",
  params: groupParams,
  answers: { 200: { description: "The group", schema: DuplicateGroup, headers: seqHeader } },
});
