/**
 * Votes on their way. Each is kept until the server answers: sent over the socket, sent again after a reconnect, or by REST when
 * the socket stays away. Casting is idempotent, so sending twice cannot count twice. One request per item is under way at a time,
 * so that a vote and its taking back cannot overtake each other.
 */
import { randomId } from "../../ids.ts";
import type { DownFrame } from "../../protocol/live/down.ts";
import type { UpFrame } from "../../protocol/live/up.ts";
import { ApiError } from "./api.ts";
import type { Api, ApiErrorCode } from "./api.ts";
import { beginVote, failVote, settleVote } from "./board-state.ts";
import type { SettledVote } from "./board-state.ts";
import type { Store } from "./live.ts";

const ITEMS_MAX = 50;
/** The server allows 20 messages/s and socket; the hello and the heartbeat need room too. */
const SEND_INTERVAL_MS = 70;
/** Wait this long for the socket before a vote goes by REST. */
const SOCKET_WAIT_MS = 1_000;
/** An open socket that does not answer a vote in this time is taken for dead. */
const ACK_WAIT_MS = 5_000;
const RETRY_WAIT_MS = 2_000;
const TRIES_MAX = 8;

export type Refusal = { readonly code: ApiErrorCode; readonly message: string };

type Press = { requestId: string; voted: boolean };
type Entry = Press & {
  way: "none" | "socket" | "rest";
  /** When to send it by REST, or to give the socket up; epoch ms. */
  due: number;
  /** The server asked for patience: not over the socket before this, epoch ms. */
  after: number;
  tries: number;
  next: Press | null;
};

export type OutboxOptions = {
  readonly api: Api;
  readonly externalUserId: string;
  readonly store: Store;
  /** False when the socket is not open. */
  readonly send: (frame: UpFrame) => boolean;
  /** The socket is open but dead. */
  readonly drop: () => void;
  readonly onRefused: (feedbackId: number, refusal: Refusal) => void;
};

// oxlint-disable-next-line max-lines-per-function -- one queue's closures; a class costs the widget's budget more
export function openOutbox({ api, externalUserId, store, send, drop, onRefused }: OutboxOptions) {
  const entries = new Map<number, Entry>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open = false;
  let sentAt = 0;

  function vote(id: number, voted: boolean): void {
    const press = { requestId: randomId(), voted };
    const entry = entries.get(id);
    if (entry === undefined && entries.size >= ITEMS_MAX) {
      return onRefused(id, { code: "NETWORK", message: "Too many votes are waiting for the connection." });
    }
    store.set(beginVote(store.get(), id, press.requestId, voted));
    if (entry === undefined) {
      entries.set(id, { ...press, way: "none", due: Date.now() + SOCKET_WAIT_MS, after: 0, tries: 0, next: null });
    } else if (entry.way === "none") Object.assign(entry, press);
    else entry.next = press;
    pump();
  }

  /** Sends what can be sent, and sets the clock for what cannot. */
  function pump(): void {
    clearTimeout(timer);
    const now = Date.now();
    let wakeAt = Infinity;
    for (const [id, entry] of entries) {
      const { requestId, voted, way } = entry;
      if (way === "rest") continue;
      let next = entry.due;
      if (way === "none" && open) {
        next = Math.max(entry.after, sentAt + SEND_INTERVAL_MS);
        const frame = { type: voted ? "vote" : "unvote", requestId, feedbackId: id, externalUserId } as const;
        if (next <= now && send(frame)) {
          sentAt = now;
          next = now + ACK_WAIT_MS;
          Object.assign(entry, { way: "socket", due: next });
        }
      } else if (next <= now) {
        if (way === "socket") return drop();
        void byRest(id, entry);
        continue;
      }
      wakeAt = Math.min(wakeAt, Math.max(next, now + 10));
    }
    if (wakeAt < Infinity) timer = setTimeout(pump, wakeAt - now);
  }

  async function byRest(id: number, entry: Entry): Promise<void> {
    entry.way = "rest";
    try {
      settle(id, entry, await api[entry.voted ? "vote" : "unvote"](id, externalUserId));
    } catch (error) {
      refused(id, entry, error instanceof ApiError ? error : new ApiError("UNKNOWN", String(error)));
    }
  }

  /** Not under way any more: whatever was pressed last is what to send now. */
  function take(entry: Entry, wait = SOCKET_WAIT_MS): void {
    Object.assign(entry, entry.next, { way: "none", due: Date.now() + wait, next: null });
  }

  function settle(id: number, entry: Entry, answer: SettledVote): void {
    store.set(settleVote(store.get(), id, entry.requestId, answer));
    done(id, entry);
  }

  /** While nobody answers a vote waits as long as it takes; a server that says "later" is asked a few more times. */
  function refused(id: number, entry: Entry, error: ApiError): void {
    if (error.passing && entry.tries < TRIES_MAX) {
      take(entry, RETRY_WAIT_MS);
      if (error.status > 0) {
        entry.tries += 1;
        entry.after = entry.due;
      }
      return pump();
    }
    store.set(failVote(store.get(), id, entry.requestId));
    if (entry.next === null) onRefused(id, error);
    done(id, entry);
  }

  function done(id: number, entry: Entry): void {
    if (entry.next === null) entries.delete(id);
    else take(entry);
    pump();
  }

  function under(requestId: string | undefined, answer: (id: number, entry: Entry) => void): void {
    for (const [id, entry] of entries) if (entry.requestId === requestId) answer(id, entry);
  }

  return {
    vote,
    /** The socket opened or closed. What went over a lost one may or may not have arrived: it goes again. */
    reach(now: boolean): void {
      open = now;
      if (!open) for (const entry of entries.values()) if (entry.way === "socket") take(entry);
      pump();
    },
    acknowledged(ack: Extract<DownFrame, { type: "ack" }>): void {
      under(ack.requestId, (id, entry) => settle(id, entry, ack));
    },
    refused({ requestId, code, message }: Extract<DownFrame, { type: "error" }>): void {
      const status = code === "OVERLOADED" || code === "INTERNAL" ? 503 : 409;
      under(requestId, (id, entry) => refused(id, entry, new ApiError(code, message, status)));
    },
  };
}
