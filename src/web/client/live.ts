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
const RESYNC_WAIT_MS_MAX = 30_000;

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

export function openLive(options: LiveOptions): Live {
  const { api, externalUserId, store } = options;
  let socket: ReconnectingWebSocket | null = null;
  let refusedUntil = 0;
  let beat: ReturnType<typeof setTimeout> | undefined;
  let rereads = 0;
  let rereading = false;

  const outbox = openOutbox({ api, externalUserId, store, send, drop: reconnect, onRefused: options.onRefused });

  function send(frame: UpFrame): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function reconnect(): void {
    clearTimeout(beat);
    socket?.reconnect();
    options.onStatus(navigator.onLine ? "connecting" : "offline");
  }

  function listen(wait = HEARTBEAT_MS): void {
    clearTimeout(beat);
    beat = setTimeout(() => {
      if (socket?.readyState !== WebSocket.OPEN) return;
      socket.send(HEARTBEAT.request);
      beat = setTimeout(reconnect, PONG_WAIT_MS);
    }, wait);
  }

  /** Says hello when the state asks for it: on a new connection, and when a list turned out older than what was watched. */
  function greet(): void {
    const state = store.get();
    if (state.helloDue && !state.resync && state.seq !== null && send({ type: "hello", since: state.seq })) {
      store.set(greeted(state));
    }
  }

  async function resync(): Promise<void> {
    if (rereading) return;
    rereading = true;
    const delay = rereads === 0 ? 0 : Math.min(RESYNC_WAIT_MS_MAX, 500 * 2 ** rereads);
    rereads += 1;
    await pause(delay);
    try {
      await options.reread();
    } catch {
      // Still marked in the state, so the next turn tries again.
    }
    rereading = false;
    if (store.get().resync && socket !== null) await resync();
    else greet();
  }

  function onMessage(data: unknown): void {
    listen();
    const frame = readFrame(data);
    if (frame === null) return;
    if (frame.type === "ack") return outbox.acknowledged(frame);
    if (frame.type === "error") return outbox.refused(frame);
    const before = store.get();
    store.set(applyFrame(before, frame));
    if (frame.type === "resync" && !before.resync) void resync();
    else if (frame.type !== "welcome") rereads = 0;
    greet();
  }

  async function whenReachable(): Promise<string> {
    const retries = socket?.retryCount ?? 0;
    await pause(Math.max(refusedUntil - Date.now(), retries === 0 ? 0 : Math.random() * RECONNECT_SPREAD_MS));
    if (!navigator.onLine) await online();
    return api.liveUrl(externalUserId);
  }

  function onOpen(): void {
    listen();
    options.onStatus("live");
    store.set(connected(store.get()));
    if (store.get().resync) void resync();
    greet();
    outbox.connected();
  }

  function onClose(code: number): void {
    clearTimeout(beat);
    if (code === 1008 || code === 1009) refusedUntil = Date.now() + REFUSED_WAIT_MS;
    outbox.disconnected();
    if (socket !== null) options.onStatus(navigator.onLine ? "connecting" : "offline");
  }

  const onVisible = (): void => {
    // A machine that slept may hold a dead socket: ask at once.
    if (document.visibilityState === "visible") listen(0);
  };

  return {
    vote: outbox.vote,
    start() {
      if (socket !== null) return;
      options.onStatus(navigator.onLine ? "connecting" : "offline");
      socket = new ReconnectingWebSocket(whenReachable, LIVE_SUBPROTOCOL, {
        minReconnectionDelay: 500,
        maxReconnectionDelay: 8_000,
        reconnectionDelayGrowFactor: 1.6,
        connectionTimeout: 8_000,
        maxEnqueuedMessages: 0,
      });
      socket.onopen = onOpen;
      socket.onmessage = (event) => onMessage(event.data);
      socket.onclose = (event) => onClose(event.code);
      addEventListener("offline", reconnect);
      document.addEventListener("visibilitychange", onVisible);
    },
    stop() {
      const closing = socket;
      socket = null;
      clearTimeout(beat);
      removeEventListener("offline", reconnect);
      document.removeEventListener("visibilitychange", onVisible);
      closing?.close();
    },
  };
}

export function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

function online(): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      removeEventListener("online", done);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, OFFLINE_TRUST_MS);
    addEventListener("online", done);
  });
}
