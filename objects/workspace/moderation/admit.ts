/**
 * Whether a text of somebody outside the team is let through at once or waits for a moderator: for posts and comments, when they are made and when their author changes the words. Call it in the
 * transaction of the write, after `enrol`. It remembers the text, so that a repeat is known for one, and that somebody can be trusted from now on.
 */
import { admission, isModerated } from "../../../src/domain/moderation.ts";
import { normalizeText, spamScore } from "../../../src/domain/spam.ts";
import type { Actor } from "../authorize.ts";
import type { Person } from "../person.ts";
import type { WorkspaceStore } from "../store.ts";
import { countText } from "./texts.ts";

export type Text = {
  /** All that they wrote: title and description, or the comment. */
  readonly text: string;
  /** From `enrol`; null: nobody in particular. */
  readonly author: Person | null;
  /** What it was before, of a change: the same words in other clothes are no repeat. */
  readonly before?: string;
};

export type Admitted = {
  readonly moderationState: "approved" | "pending";
  /** 0 to 100; 0 for the team, which is not looked at. */
  readonly spamScore: number;
};

/** The team, its API keys and the operator never wait. */
export function admitText(store: WorkspaceStore, actor: Actor, { text, author, before }: Text): Admitted {
  if (!isModerated(actor.standing)) return { moderationState: "approved", spamScore: 0 };
  const normal = normalizeText(text);
  const isSame = before !== undefined && normalizeText(before) === normal;
  const repeats = isSame ? 0 : countText(store, normal) - 1;
  const isTrusted = author?.isTrusted ?? false;
  const score = spamScore({ text, repeats, isStranger: !isTrusted });
  const moderationState = admission(store.credentials.policy().moderation, { isTrusted, spamScore: score });
  if (moderationState === "approved" && author !== null && !isTrusted) trust(store, author.id);
  return { moderationState, spamScore: score };
}

/** Something of theirs was let through: where only first posts wait, theirs do not any more. */
export function trust(store: WorkspaceStore, personId: number): void {
  store.statements.trust.run({ personId, now: store.now() });
}

/** They sent spam: from now on they are as new as anybody. */
export function distrust(store: WorkspaceStore, personId: number): void {
  store.statements.distrust.run({ personId });
}
