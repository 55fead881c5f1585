/**
 * Frames the server sends. `seq` of `welcome`, `votes`, `feedback` and `comments` means: you now have every change up to and including it. `resync` says the
 * opposite: read the list again, and go on from its seq.
 * Counts are absolute, so applying a frame twice is harmless.
 */
import * as z from "zod";
import { FAILURES, type FailureCode } from "../../errors.ts";
import { Feedback } from "../rest/feedback.ts";
import { feedbackId } from "../rest/fields.ts";

const seq = z.int().min(0);
const voteCount = z.int().min(0);
const failureCodes = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];

export const Welcome = z.strictObject({ type: z.literal("welcome"), seq, online: z.int().min(1) });
export const Resync = z.strictObject({ type: z.literal("resync"), seq });
export const Votes = z.strictObject({
  type: z.literal("votes"),
  seq,
  changes: z.array(z.strictObject({ id: feedbackId, voteCount })),
});
export const FeedbackChanged = z.strictObject({
  type: z.literal("feedback"),
  seq,
  op: z.enum(["created", "updated"]),
  item: Feedback,
});
export const FeedbackRemoved = z.strictObject({
  type: z.literal("feedback"),
  seq,
  op: z.literal("removed"),
  item: z.strictObject({ id: feedbackId }),
});
/** What the public sees of an item's comments has changed: one came, went, or has another text. */
export const CommentsChanged = z.strictObject({
  type: z.literal("comments"),
  seq,
  id: feedbackId,
  commentCount: z.int().min(0),
});
export const Ack = z.strictObject({
  type: z.literal("ack"),
  requestId: z.string(),
  seq,
  voteCount,
  voted: z.boolean(),
});
export const Failed = z.strictObject({
  type: z.literal("error"),
  requestId: z.string().optional(),
  code: z.enum(failureCodes),
  message: z.string(),
  /** Of what passes with time: when to try again. */
  retryAfterSeconds: z.int().min(1).optional(),
});

export const DownFrame = z.union([
  Welcome,
  Resync,
  Votes,
  FeedbackChanged,
  FeedbackRemoved,
  CommentsChanged,
  Ack,
  Failed,
]);
export type DownFrame = z.infer<typeof DownFrame>;

/** Read the roadmap again, and go on from the seq that it comes with. */
export const RoadmapChanged = z.strictObject({ type: z.literal("roadmap"), seq });
/** Frames on the roadmap's sockets. Counts are of feedback that is on it. */
export const RoadmapFrame = z.union([Welcome, Resync, Votes, CommentsChanged, RoadmapChanged, Failed]);
export type RoadmapFrame = z.infer<typeof RoadmapFrame>;
