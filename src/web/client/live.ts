/**
 * Keeps a board's state live: the socket and what comes over it. Its signs of life are `live-heartbeat.ts`'s, what it asks of the
 * server `live-resume.ts`'s, when it may come back `live-reach.ts`'s. Votes go through the outbox (`outbox.ts`), over this socket
 * when it is open and over REST when it is not. Owns no state of the board: it reads and writes it through `store`.
 */
import ReconnectingWebSocket from "partysocket/ws";
import { LIVE_SUBPROTOCOL } from "../../protocol/live/version.ts";
import type { UpFrame } from "../../protocol/live/up.ts";
import type { Api } from "./api.ts";
import { applyFrame, connected } from "./board-state.ts";
import type { Store } from "./board-state.ts";
import { readFrame } from "./live-frame.ts";
import { openHeartbeat } from "./live-heartbeat.ts";
import { untilReachable } from "./live-reach.ts";
import { openResume } from "./live-resume.ts";
import { openOutbox } from "./outbox.ts";
import type { Refusal } from "./outbox.ts";

/** The server closed for a broken rule (1008, 1009), such as too many sockets: come back slowly. */
const REFUSED_WAIT_MS = 30_000;
/** Waits between tries: at once, then from half a second, longer each time. */
const RECONNECTING = {
  minReconnectionDelay: 500,
  maxReconnectionDelay: 8_000,
  reconnectionDelayGrowFactor: 1.6,
  connectionTimeout: 8_000,
  minUptime: 5_000,
};

export type LiveStatus = "connecting" | "live" | "offline";

export type LiveOptions = {
  readonly api: Api;
  readonly externalUserId: string;
  readonly store: Store;
  /** The gap is too wide: read the first page again and hand it to `replaceList`. */
  readonly reread: () => Promise<void>;
  readonly onStatus: (status: LiveStatus) => void;
  /** The server refused a vote, or it was given up; the state is put right already. */
  readonly onRefused: (feedbackId: number, refusal: Refusal) => void;
};

export type Live = {
  /** Shows the vote at once, and sends it until it is answered. */
  readonly vote: (feedbackId: number, voted: boolean) => void;
  /** Opens the socket. The state must hold a first list by then. */
  readonly start: () => void;
  /** Closes the socket; votes under way still arrive, over REST. `start` goes on from the last seq. */
  readonly stop: () => void;
};

export function openLive({ api, externalUserId, store, reread, onStatus, onRefused }: LiveOptions): Live {
  let socket: ReconnectingWebSocket | null = null;
  /** No socket before; epoch ms. 0 until the first one was there. */
  let notBefore = 0;

  const outbox = openOutbox({ api, externalUserId, store, send, drop, onRefused });
  const heartbeat = openHeartbeat(send, drop);
  const resume = openResume({ store, send, reread, wanted: () => socket !== null });

  function send(frame: UpFrame | string): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    return socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
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

  function onClose(code: number): void {
    heartbeat.end();
    notBefore = Date.now() + (code === 1008 || code === 1009 ? REFUSED_WAIT_MS : 0);
    outbox.reach(false);
    onStatus(status());
  }

  async function address(): Promise<string> {
    await untilReachable(notBefore);
    return api.liveUrl(externalUserId);
  }

  return {
    vote: outbox.vote,
    start() {
      if (socket !== null) return;
      onStatus(status());
      socket = new ReconnectingWebSocket(address, LIVE_SUBPROTOCOL, RECONNECTING);
      socket.onopen = onOpen;
      socket.onmessage = (event) => onMessage(String(event.data));
      socket.onclose = (event) => onClose(event.code);
      addEventListener("offline", drop);
    },
    stop() {
      removeEventListener("offline", drop);
      socket?.close();
      socket = null;
    },
  };
}

/** Of a socket that is not open. */
function status(): LiveStatus {
  return navigator.onLine ? "connecting" : "offline";
}
