/** Does what the board's state asks for: say (again) from where on changes are wanted, or read the list anew. */
import type { UpFrame } from "../../protocol/live/up.ts";
import { greeted } from "./board-state.ts";
import type { Store } from "./board-state.ts";
import { pause } from "./pause.ts";

const REREAD_WAIT_MS = 2_000;

export type ResumeOptions = {
  readonly store: Store;
  /** False when the socket is not open. */
  readonly send: (frame: UpFrame) => boolean;
  readonly reread: () => Promise<void>;
  /** False once nobody wants to be live any more. */
  readonly wanted: () => boolean;
};

/** What to call after every change that came over the socket. */
export function openResume({ store, send, reread, wanted }: ResumeOptions): () => Promise<void> {
  let rereading = false;

  return async function resume(): Promise<void> {
    const { resync, helloDue, seq } = store.get();
    if (!resync) {
      if (helloDue && seq !== null && send({ type: "hello", since: seq })) store.set(greeted(store.get()));
      return;
    }
    if (rereading) return;
    rereading = true;
    await reread().catch(() => undefined);
    // A list that is still too old, or none at all: not again at once.
    if (store.get().resync) await pause(REREAD_WAIT_MS);
    rereading = false;
    if (wanted()) await resume();
  };
}
