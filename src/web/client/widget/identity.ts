/**
 * Who the visitor is on this page: the id the host page gave, or a random one of this browser. One for all boards of the page;
 * whoever shows a board listens for changes.
 */
import { EXTERNAL_USER_ID_CHARS_MAX } from "../../../limits.ts";
import { visitorId } from "../visitor.ts";

const listeners = new Set<() => void>();
let given: string | undefined;

export function currentId(): string {
  return given ?? visitorId();
}

/** Takes what the host page says; anything that is no usable id makes the visitor anonymous again. */
export function identify(externalUserId: unknown): void {
  const usable =
    typeof externalUserId === "string" && externalUserId !== "" && externalUserId.length <= EXTERNAL_USER_ID_CHARS_MAX;
  const next = usable ? externalUserId : undefined;
  if (next === given) return;
  given = next;
  for (const listener of listeners) listener();
}

/** For as long as the page lives: a board that is off screen only notes it. */
export function onIdentity(listener: () => void): void {
  listeners.add(listener);
}
