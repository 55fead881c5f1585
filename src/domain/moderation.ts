/** Who waits for a moderator, and where in the queue something stands. */
import { type Failure, invalidField } from "../errors.ts";
import { SPAM_HELD_SCORE } from "../limits.ts";
import type { ModerationState, UpdateFeedback } from "../protocol/rest/feedback.ts";
import type { ModerationAction, QueueState } from "../protocol/rest/moderation.ts";
import type { ModerationMode } from "../protocol/rest/settings.ts";
import { err, ok, type Result } from "../result.ts";
import type { Standing } from "./permissions.ts";

/** The team, its API keys and the operator never wait. */
export function isModerated(standing: Standing): boolean {
  return standing === "end-user" || standing === "anonymous";
}

/** `isTrusted`: something of theirs was let through before; nobody in particular never is. */
export type Newcomer = { readonly isTrusted: boolean; readonly spamScore: number };

export function admission(mode: ModerationMode, { isTrusted, spamScore }: Newcomer): "approved" | "pending" {
  if (spamScore >= SPAM_HELD_SCORE) return "pending";
  switch (mode) {
    case "open":
      return "approved";
    case "first-post":
      return isTrusted ? "approved" : "pending";
    case "all":
      return "pending";
  }
}

/** Null: it is not in the queue. What is hidden and not approved either waits for the approval. */
export function queueStateOf(moderationState: ModerationState, isHidden: boolean): QueueState | null {
  if (moderationState !== "approved") return moderationState;
  return isHidden ? "hidden" : null;
}

/** What an action sets of a post; of a comment, what it sets of `moderationState`. */
export const ACTION_SETS: Readonly<Record<Exclude<ModerationAction, "delete">, UpdateFeedback>> = {
  approve: { moderationState: "approved" },
  reject: { moderationState: "rejected" },
  spam: { moderationState: "spam" },
  hide: { isHidden: true },
  unhide: { isHidden: false },
};

const CURSOR_KIND = "moderation";

/** A page's last entry. Opaque to clients. */
export function encodeQueueCursor(id: number): string {
  return btoa(`${CURSOR_KIND} ${String(id)}`).replaceAll("=", "");
}

/** Errors: INVALID_CURSOR for anything that `encodeQueueCursor` did not make. */
export function decodeQueueCursor(text: string): Result<number, Failure> {
  const bad = err(invalidField("query.cursor", "is not a cursor of the moderation queue", "INVALID_CURSOR"));
  try {
    const id = Number(/^moderation ([1-9][0-9]{0,14})$/u.exec(atob(text))?.[1]);
    return Number.isSafeInteger(id) ? ok(id) : bad;
  } catch {
    return bad;
  }
}
