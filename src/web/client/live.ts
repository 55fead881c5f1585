/**
 * Keeps a board's state live: the socket, its heartbeat and its resume by seq. Votes go through the outbox (`outbox.ts`), over
 * this socket when it is open and over REST when it is not. Owns no state of the board: it reads and writes it through `store`.
 */
import ReconnectingWebSocket from "partysocket/ws";
import { HEARTBEAT, LIVE_SUBPROTOCOL } from "../../protocol/live/version.ts";
import type { UpFrame } from "../../protocol/live/up.ts";
import type { Api } from "./api.ts";
import { applyFrame, connected, greeted } from "./board-state.ts";
import type { BoardState } from "./board-state.ts";
import { readFrame } from "./live-frame.ts";
import { openOutbox } from "./outbox.ts";
import type { Refusal } from "./outbox.ts";

const HEARTBEAT_MS = 25_000;
const PONG_WAIT_MS = 5_000;
/** A network that says it is offline is believed this long; some systems report it wrongly. */
const OFFLINE_TRUST_MS = 30_000;
/** After a server's restart everybody comes back: spread over this. */
const RECONNECT_SPREAD_MS = 600;
/** The server closed for a broken rule (1008, 1009), such as too many sockets: come back slowly. */
const REFUSED_WAIT_MS = 30_000;
const REREAD_WAIT_MS = 2_000;

export type LiveStatus = "connecting" | "live" | "offline";
export type Store = { readonly get: () => BoardState; readonly set: (state: BoardState) => void };

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

// oxlint-disable-next-line max-lines-per-function -- one socket's closures; a class costs the widget's budget more
export function openLive({ api, externalUserId, store, reread, onStatus, onRefused }: LiveOptions): Live {
  let socket: ReconnectingWebSocket | null = null;
  let waitUntil = 0;
  let beat: ReturnType<typeof setTimeout> | undefined;
  let rereading = false;

  const outbox = openOutbox({ api, externalUserId, store, send, drop, onRefused });

  function send(frame: UpFrame | typeof HEARTBEAT.request): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    return socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The connection is dead, or the network says so: the next one waits until it is back. */
  function drop(): void {
    socket?.reconnect();
  }

  /** Asks for a sign of life after a silence. */
  function listen(): void {
    clearTimeout(beat);
    beat = setTimeout(() => {
      if (send(HEARTBEAT.request)) beat = setTimeout(drop, PONG_WAIT_MS);
    }, HEARTBEAT_MS);
  }

  /** Does what the state asks for: read the list anew, or say (again) from where on changes are wanted. */
  async function follow(): Promise<void> {
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
    if (socket !== null) await follow();
  }

  async function whenReachable(): Promise<string> {
    const spread = waitUntil === 0 ? 0 : Math.random() * RECONNECT_SPREAD_MS;
    await pause(Math.max(waitUntil - Date.now(), spread));
    if (!navigator.onLine) {
      await new Promise((resolve) => {
        addEventListener("online", resolve, { once: true });
        setTimeout(resolve, OFFLINE_TRUST_MS);
      });
    }
    return api.liveUrl(externalUserId);
  }

  function onMessage(data: string): void {
    listen();
    try {
      const frame = readFrame(data);
      if (frame === null) return;
      if (frame.type === "ack") outbox.acknowledged(frame);
      else if (frame.type === "error") outbox.refused(frame);
      else store.set(applyFrame(store.get(), frame));
      void follow();
    } catch {
      // Not a frame of this protocol.
    }
  }

  function onOpen(): void {
    listen();
    onStatus("live");
    store.set(connected(store.get()));
    void follow();
    outbox.reach(true);
  }

  function onClose(code: number): void {
    clearTimeout(beat);
    waitUntil = Date.now() + (code === 1008 || code === 1009 ? REFUSED_WAIT_MS : 0);
    outbox.reach(false);
    onStatus(navigator.onLine ? "connecting" : "offline");
  }

  return {
    vote: outbox.vote,
    start() {
      if (socket !== null) return;
      onStatus(navigator.onLine ? "connecting" : "offline");
      socket = new ReconnectingWebSocket(whenReachable, LIVE_SUBPROTOCOL, {
        minReconnectionDelay: 500,
        maxReconnectionDelay: 8_000,
        reconnectionDelayGrowFactor: 1.6,
        connectionTimeout: 8_000,
        maxEnqueuedMessages: 0,
      });
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
