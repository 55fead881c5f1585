/** Decides about reading the event log: where a page goes on, which of its two orders on disk serves a question, and whether a reader has missed something. */
import { type Failure, invalidField } from "../errors.ts";
import type { EventType } from "../protocol/rest/events.ts";
import { err, ok, type Result } from "../result.ts";

export type EventOrder = "asc" | "desc";

/** `seq`: the last that was looked at. */
export function encodeEventCursor(order: EventOrder, seq: number): string {
  return btoa(JSON.stringify(["events", order, seq]))
    .replaceAll("=", "")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** Errors: INVALID_CURSOR for anything that `encodeEventCursor` did not make for this order. */
export function decodeEventCursor(order: EventOrder, text: string): Result<number, Failure> {
  const bad = err(invalidField("query.cursor", `is not a cursor of order=${order}`, "INVALID_CURSOR"));
  try {
    const parts: unknown = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(parts) || parts.length !== 3) return bad;
    const [what, its, seq] = parts as unknown[];
    if (what !== "events" || its !== order || !Number.isSafeInteger(seq)) return bad;
    return ok(seq as number);
  } catch {
    return bad;
  }
}

/** What goes on all day, as against what somebody did to the workspace: `events_audit`, an index of the latter, leaves these out. */
const EVERYDAY: ReadonlySet<EventType> = new Set(["vote.cast", "vote.removed", "feedback.created", "comment.created"]);

/** Whether only what is rare was asked for: it has an index of its own. */
export function areRare(types: readonly EventType[]): boolean {
  return types.every((type) => !EVERYDAY.has(type));
}

/** What a configure-only key manages itself: of all else it learns that it happened, and no more. */
const CONFIGURED: ReadonlySet<EventType> = new Set([
  "settings.updated",
  "branding.updated",
  "rate-limits.updated",
  "workspace.created",
  "workspace.updated",
]);

/** Whether somebody who may not see the inside may see what this event says. */
export function isOpen(type: EventType): boolean {
  return CONFIGURED.has(type);
}

/** Whether changes after `since` are gone from the log. A workspace's log begins with its making: before that there was nothing to miss. `seq`: the workspace's. */
export function hasMissed(
  since: number,
  oldest: { readonly seq: number; readonly type: EventType } | null,
  seq: number,
): boolean {
  if (oldest === null) return since < seq;
  return oldest.type !== "workspace.created" && since + 1 < oldest.seq;
}
