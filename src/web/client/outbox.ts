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
/** Times the number of tries so far. */
const RETRY_WAIT_MS = 2_000;

export type Refusal = { readonly code: ApiErrorCode; readonly message: string };

type Press = { requestId: string; voted: boolean };
type Entry = Press & {
  /** Under way, and how; or waiting. */
  way?: "socket" | "rest" | undefined;
  /** When it may go, or when its answer is late; epoch ms. */
  due: number;
  tries: number;
  /** Pressed again meanwhile. */
  next?: Press | undefined;
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
  let closedAt = Date.now();
  let sentAt = 0;

  function vote(id: number, voted: boolean): void {
    const press = { requestId: randomId(), voted };
    const entry = entries.get(id);
    if (entry === undefined && entries.size >= ITEMS_MAX) {
      return onRefused(id, { code: "NETWORK", message: "Too many votes are waiting." });
    }
    store.set(beginVote(store.get(), id, press.requestId, voted));
    if (entry === undefined) entries.set(id, { ...press, due: 0, tries: 0 });
    else if (entry.way === undefined) Object.assign(entry, press);
    else entry.next = press;
    pump();
  }

  /** Sends what can be sent, and looks again while something is left. */
  function pump(): void {
    clearTimeout(timer);
    const now = Date.now();
    for (const [id, entry] of entries) {
      const { requestId, voted, way } = entry;
      if (entry.due > now || way === "rest") continue;
      if (way === "socket") return drop();
      if (!open) {
        if (now - closedAt >= SOCKET_WAIT_MS) void byRest(id, entry);
      } else if (
        now - sentAt >= SEND_INTERVAL_MS &&
        send({ type: voted ? "vote" : "unvote", requestId, feedbackId: id, externalUserId })
      ) {
        sentAt = now;
        Object.assign(entry, { way: "socket", due: now + ACK_WAIT_MS });
      }
    }
    if (entries.size > 0) timer = setTimeout(pump, SEND_INTERVAL_MS);
  }

  async function byRest(id: number, entry: Entry): Promise<void> {
    entry.way = "rest";
    try {
      settle(id, entry, await api.vote(id, externalUserId, entry.voted));
    } catch (error) {
      refused(id, entry, error as ApiError);
    }
  }

  /** Not under way any more: whatever was pressed last is what to send. */
  function take(entry: Entry, wait = 0): void {
    Object.assign(entry, entry.next, { way: undefined, next: undefined, due: Date.now() + wait });
  }

  function settle(id: number, entry: Entry, answer: SettledVote): void {
    store.set(settleVote(store.get(), id, entry.requestId, answer));
    done(id, entry);
  }

  /** No answer, or one that says "later": it waits as long as it takes. */
  function refused(id: number, entry: Entry, error: ApiError): void {
    if (error.passing) return take(entry, RETRY_WAIT_MS * (entry.tries += 1));
    store.set(failVote(store.get(), id, entry.requestId));
    if (entry.next === undefined) onRefused(id, error);
    done(id, entry);
  }

  function done(id: number, entry: Entry): void {
    if (entry.next === undefined) entries.delete(id);
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
      if (open !== now) closedAt = Date.now();
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
