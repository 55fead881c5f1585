/** Frames a client sends. One JSON object in a text frame, at most 16 KiB. */
import * as z from "zod";
import { REQUEST_ID_CHARS_MAX } from "../../limits.ts";
import { externalUserId, feedbackId } from "../rest/fields.ts";

const requestId = z.string().min(1).max(REQUEST_ID_CHARS_MAX);

export const Hello = z.strictObject({
  type: z.literal("hello"),
  /** The last seq the client has seen, or null when it has no state. */
  since: z.int().min(0).nullable(),
});
export const CastVote = z.strictObject({
  type: z.literal("vote"),
  requestId,
  feedbackId,
  externalUserId: externalUserId.optional(),
});
export const RemoveVote = z.strictObject({
  type: z.literal("unvote"),
  requestId,
  feedbackId,
  externalUserId: externalUserId.optional(),
});

export const UpFrame = z.discriminatedUnion("type", [Hello, CastVote, RemoveVote]);
export type UpFrame = z.infer<typeof UpFrame>;
