/**
 * A board as one visitor follows it, without its looks: the list is read, then kept live while it is on screen, and begun anew when
 * the page says that somebody else is there.
 */
import type { Api } from "../api.ts";
import { emptyBoard } from "../board-state.ts";
import { openLive } from "../live.ts";
import type { Live, LiveStatus } from "../live.ts";
import type { BoardStore } from "./board-store.ts";
import { currentWho, onIdentity } from "./identity.ts";
import { openReading } from "./reading.ts";

export type SessionOptions = {
  readonly api: Api;
  readonly store: BoardStore;
  readonly query: () => string;
  readonly say: (text: string) => void;
  readonly onStatus: (status: LiveStatus) => void;
};

export function openSession({ api, store, query, say, onStatus }: SessionOptions) {
  const reading = openReading({ api, store, query, say, onRead: goOn });
  let live = goLive();
  let awake = false;

  function goLive(): Live {
    return openLive({
      api,
      who: currentWho(),
      store: { get: store.get, set: store.setLive },
      reread: () => reading.read(),
      onStatus,
      onRefused: (_id, { message }) => say(message),
      // A board that is not there is an empty one; should it come back, it is read anew.
      onGone: () => store.set({ ...emptyBoard(), resync: true }),
    });
  }

  function goOn(): void {
    if (awake) live.start();
  }

  onIdentity(() => {
    live.stop();
    store.set({ ...store.get(), mine: new Map(), underway: new Map(), touched: new Map() });
    live = goLive();
    say("");
    void reading.load();
  });

  return {
    reading,
    vote: (id: number, voted: boolean) => live.vote(id, voted),
    /** On screen: read the list if it was never read, and go live. */
    wake: (): void => {
      awake = true;
      if (store.get().seq === null || reading.progress().failure) void reading.load();
      else live.start();
    },
    /** Off screen: no socket. */
    sleep: (): void => {
      awake = false;
      live.stop();
    },
  };
}
