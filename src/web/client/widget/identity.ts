/**
 * Who the visitor is on this page: the id the host page gave, or a random one of this browser. One for all boards of the page;
 * whoever shows a board listens for changes.
 */
import { EXTERNAL_USER_ID_CHARS_MAX } from "../../../limits.ts";
import { visitorId } from "../visitor.ts";
import { contained } from "./element.ts";

const changes = new EventTarget();
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
  changes.dispatchEvent(new Event("change"));
}

/** Returns how to stop listening. */
export function onIdentity(listener: () => void): () => void {
  const heard = contained(listener);
  changes.addEventListener("change", heard);
  return () => changes.removeEventListener("change", heard);
}
