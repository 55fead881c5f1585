/** Merging: one item becomes part of another, and can be taken out again. */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { feedbackId, feedbackParams, slug } from "./fields.ts";
import { ModerationState } from "./feedback.ts";

export const MergeFeedback = z
  .strictObject({ intoId: feedbackId.meta({ description: "May be on another board of the workspace" }) })
  .meta({ id: "MergeFeedback" });
export type MergeFeedback = z.infer<typeof MergeFeedback>;

export const Merge = z
  .strictObject({
    feedbackId,
    mergedInto: feedbackId.nullable().meta({ description: "Null: it stands by itself again" }),
    target: z
      .strictObject({ id: feedbackId, board: z.string(), voteCount: z.int().min(0), mergedCount: z.int().min(0) })
      .meta({ description: "What it was merged into, or taken out of, as it is now" }),
  })
  .meta({ id: "Merge" });
export type Merge = z.infer<typeof Merge>;

export const MergedItem = z
  .strictObject({
    id: feedbackId,
    board: slug,
    title: z.string(),
    voteCount: z.int().min(0).meta({ description: "Its own; the target's count has each person once" }),
    moderationState: ModerationState.optional().meta({ description: "For the team" }),
    isHidden: z.boolean().optional().meta({ description: "For the team" }),
  })
  .meta({ id: "MergedItem" });
export type MergedItem = z.infer<typeof MergedItem>;

const tag = "Feedback";
const seqHeader = { "X-Seq": "The workspace's seq after this call" };

export const mergeFeedback = endpoint({
  method: "POST",
  path: "/:workspace/:board/feedback/:id/merge",
  operationId: "mergeFeedback",
  tag,
  summary: "Merge an item into another",
  description:
    "The item is no longer shown; whoever asks for it is sent on. Its votes count for the other: one per person, the higher weight. It keeps what it has, so that taking it out restores it.",
  who: "feedback.moderate",
  params: feedbackParams,
  body: MergeFeedback,
  answers: { 200: { description: "Merged", schema: Merge, headers: seqHeader } },
});

export const unmergeFeedback = endpoint({
  method: "POST",
  path: "/:workspace/:board/feedback/:id/unmerge",
  operationId: "unmergeFeedback",
  tag,
  summary: "Take an item out of the one it was merged into",
  description: "It is what it was. The other keeps the votes that were cast on it, also those cast since.",
  who: "feedback.moderate",
  params: feedbackParams,
  answers: { 200: { description: "Taken out", schema: Merge, headers: seqHeader } },
});

export const listMerged = endpoint({
  method: "GET",
  path: "/:workspace/:board/feedback/:id/merged",
  operationId: "listMerged",
  tag,
  summary: "What was merged into an item",
  description: "The lowest id first; the team sees hidden ones too.",
  who: "board.read",
  params: feedbackParams,
  answers: { 200: { description: "The items", schema: z.array(MergedItem) } },
});
