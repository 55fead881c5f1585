/** What moderators have to look at. */
import * as z from "zod";

export const QUEUE_KINDS = ["feedback", "comment"] as const;
export const QueueKind = z.enum(QUEUE_KINDS).meta({ id: "QueueKind" });
export type QueueKind = z.infer<typeof QueueKind>;

/** `hidden`: approved, and hidden by somebody. */
export const QUEUE_STATES = ["pending", "spam", "rejected", "hidden"] as const;
export const QueueState = z.enum(QUEUE_STATES).meta({ id: "QueueState" });
export type QueueState = z.infer<typeof QueueState>;
