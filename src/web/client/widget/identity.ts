/**
 * Who the visitor is on this page: a person whom the host's server vouches for (`signed.ts`), the id that the page gave, or a random
 * one of this browser. One for all boards of the page; whoever shows a board listens for changes.
 */
import { EXTERNAL_USER_ID_CHARS_MAX } from "../../../limits.ts";
import { visitorId } from "../visitor.ts";
import type { Who } from "../who.ts";
import { signedPerson } from "./signed.ts";

const listeners = new Set<() => void>();
let current: Who | undefined;
let given: unknown;

export function currentWho(): Who {
  return (current ??= { id: visitorId() });
}

/**
 * Takes what the host page says: a token, which only `origin` will get, or a function that gives one, or a promise of it, whenever
 * a fresh one is needed; or `{ externalUserId }`. Anything else makes the visitor anonymous again.
 */
export function identify(said: unknown, origin: string): void {
  // A function is asked anew: the page may call again because somebody has signed in.
  if (typeof said !== "function" && said === given) return;
  const id = (said as { externalUserId?: unknown } | null | undefined)?.externalUserId;
  const usable = id && typeof id === "string" && id.length <= EXTERNAL_USER_ID_CHARS_MAX;
  const isSigned = said && typeof said !== "object";
  const next: Who = isSigned ? signedPerson(said, origin, changed) : { id: usable ? id : visitorId() };
  if (next.id && next.id === currentWho().id) return;
  given = said;
  current = next;
  changed();
}

function changed(): void {
  for (const listener of listeners) listener();
}

/** For as long as the page lives: a board that is off screen only notes it. */
export function onIdentity(listener: () => void): void {
  listeners.add(listener);
}
