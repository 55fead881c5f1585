/**
 * Keeps a board's state live: what comes over its socket, and as whom it is open. Coming back is `live-socket.ts`'s, signs of life are
 * `live-heartbeat.ts`'s, what is asked of the server `live-resume.ts`'s. Votes go through the outbox (`outbox.ts`), over this socket
 * when it is open and over REST when it is not. Owns no state of the board: it reads and writes it through `store`.
 */
import { IDENTITY_PROTOCOL_PREFIX, LIVE_SUBPROTOCOL } from "../../protocol/live/version.ts";
import type { UpFrame } from "../../protocol/live/up.ts";
import type { Api } from "./api.ts";
import { applyFrame, connected } from "./board-state.ts";
import type { Store } from "./board-state.ts";
import { readFrame } from "./live-frame.ts";
import { openHeartbeat } from "./live-heartbeat.ts";
import { openResume } from "./live-resume.ts";
import { openSocket } from "./live-socket.ts";
import type { LiveSocket } from "./live-socket.ts";
import { openOutbox } from "./outbox.ts";
import type { Refusal } from "./outbox.ts";
import type { Who } from "./who.ts";

/** How the server's reason begins when it closes a socket (1008) whose identity it does not take, or no longer. */
const IDENTITY_REFUSED = "identity";
/** How its reason begins when there is no such board any more, or none for this visitor, or who was a member sees what others see. */
const BOARD_GONE = /^(board|no longer)/u;

export type LiveStatus = "connecting" | "live" | "offline";

export type LiveOptions = {
  readonly api: Api;
  readonly who: Who;
  readonly store: Store;
  /** The gap is too wide: read the first page again and hand it to `replaceList`. */
  readonly reread: () => Promise<void>;
  readonly onStatus: (status: LiveStatus) => void;
  /** The server refused a vote, or it was given up; the state is put right already. */
  readonly onRefused: (feedbackId: number, refusal: Refusal) => void;
  /** The board is gone, or closed to this visitor: what is shown of it should not stay. */
  readonly onGone: () => void;
};

export type Live = {
  /** Shows the vote at once, and sends it until it is answered. */
  readonly vote: (feedbackId: number, voted: boolean) => void;
  /** Opens the socket. The state must hold a first list by then. */
  readonly start: () => void;
  /** Closes the socket; votes under way still arrive, over REST. `start` goes on from the last seq. */
  readonly stop: () => void;
};

export function openLive({ api, who, store, reread, onStatus, onRefused, onGone }: LiveOptions): Live {
  let socket: LiveSocket | null = null;
  /** What the socket was opened with. */
  let token: string | undefined;

  const outbox = openOutbox({ api, who, store, send, drop, onRefused });
  const heartbeat = openHeartbeat(send, drop);
  const resume = openResume({ store, send, reread, wanted: () => socket !== null });

  function send(frame: UpFrame | string): boolean {
    void renew();
    return socket?.send(typeof frame === "string" ? frame : JSON.stringify(frame)) ?? false;
  }

  /** The connection is dead, or the network says so: the next one waits until it is back. */
  function drop(): void {
    socket?.reconnect();
  }

  function onMessage(data: string): void {
    heartbeat.heard();
    try {
      const frame = readFrame(data);
      if (frame === null) return;
      if (frame.type === "ack") outbox.acknowledged(frame);
      else if (frame.type === "error") outbox.refused(frame);
      else store.set(applyFrame(store.get(), frame));
      void resume();
    } catch {
      // Not a frame of this protocol.
    }
  }

  function onOpen(): void {
    heartbeat.heard();
    onStatus("live");
    store.set(connected(store.get()));
    void resume();
    outbox.reach(true);
  }

  function onClose(_code = 0, reason = ""): boolean {
    const ended = reason.startsWith(IDENTITY_REFUSED);
    if (ended) void api.liveUrl(who, token);
    heartbeat.end();
    outbox.reach(false);
    onStatus(status());
    if (BOARD_GONE.test(reason)) onGone();
    return ended;
  }

  async function address(): Promise<readonly [string, string[]]> {
    const [url, good] = await api.liveUrl(who);
    token = good;
    return [url, [LIVE_SUBPROTOCOL, ...(token ? [IDENTITY_PROTOCOL_PREFIX + token] : [])]];
  }

  /** The server takes a socket's token until it ends: one that has a successor is exchanged for it. */
  async function renew(): Promise<void> {
    if (token && (await api.liveUrl(who))[1] !== token) drop();
  }

  return {
    vote: outbox.vote,
    start() {
      if (socket !== null) return;
      onStatus(status());
      socket = openSocket({ address, onOpen, onMessage, onClose });
      addEventListener("offline", drop);
    },
    stop() {
      removeEventListener("offline", drop);
      socket?.close();
      socket = null;
      onClose();
    },
  };
}

/** Of a socket that is not open. */
function status(): LiveStatus {
  return navigator.onLine ? "connecting" : "offline";
}
