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
import { beginVote, endVote, settleVote } from "./board-state.ts";
import type { SettledVote, Store } from "./board-state.ts";
import type { Who } from "./who.ts";

const ITEMS_MAX = 50;
/** The server allows 20 messages/s and socket; the hello and the heartbeat need room too. */
const SEND_INTERVAL_MS = 70;
/** Wait this long for the socket before a vote goes by REST. */
const SOCKET_WAIT_MS = 1_000;
/** An open socket that does not answer a vote in this time is taken for dead. */
const ACK_WAIT_MS = 5_000;
/** Times the number of tries so far, and not less than the server asked for. */
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
  readonly who: Who;
  readonly store: Store;
  /** False when the socket is not open. */
  readonly send: (frame: UpFrame) => boolean;
  /** The socket is open but dead. */
  readonly drop: () => void;
  readonly onRefused: (feedbackId: number, refusal: Refusal) => void;
};

type Queue = OutboxOptions & {
  readonly kept: Map<number, Entry>;
  timer?: ReturnType<typeof setTimeout>;
  /** The socket is; since when it is not, and when it was last sent a vote; epoch ms. */
  isOpen: boolean;
  closedAt: number;
  sentAt: number;
  /** The server asked to wait: nothing is sent until then; epoch ms. */
  pausedUntil: number;
};

export function openOutbox(options: OutboxOptions) {
  const queue: Queue = {
    ...options,
    kept: new Map(),
    isOpen: false,
    closedAt: Date.now(),
    sentAt: 0,
    pausedUntil: 0,
  };

  return {
    vote: (id: number, voted: boolean) => vote(queue, id, voted),
    /** The socket opened or closed. What went over a lost one may or may not have arrived: it goes again. */
    reach(open: boolean): void {
      if (queue.isOpen !== open) queue.closedAt = Date.now();
      queue.isOpen = open;
      if (!open) for (const entry of queue.kept.values()) if (entry.way === "socket") take(entry);
      pump(queue);
    },
    acknowledged(ack: Extract<DownFrame, { type: "ack" }>): void {
      under(queue, ack.requestId, (id, entry) => settle(queue, id, entry, ack));
    },
    refused({ requestId, code, message, retryAfterSeconds }: Extract<DownFrame, { type: "error" }>): void {
      const status = retryAfterSeconds || code === "OVERLOADED" || code === "INTERNAL" ? 503 : 409;
      under(queue, requestId, (id, entry) => {
        // Open without a good token. A call asks for one, and knows what to say if there is none.
        if (code === "UNAUTHENTICATED") void byRest(queue, id, entry);
        else refuse(queue, id, entry, new ApiError(code, message, status, [], retryAfterSeconds));
      });
    },
  };
}

function vote(queue: Queue, id: number, voted: boolean): void {
  const { kept, store } = queue;
  const press = { requestId: randomId(), voted };
  const entry = kept.get(id);
  if (entry === undefined && kept.size >= ITEMS_MAX) {
    return queue.onRefused(id, { code: "NETWORK", message: "Too many votes are waiting." });
  }
  store.set(beginVote(store.get(), id, press.requestId, voted));
  if (entry === undefined) kept.set(id, { ...press, due: 0, tries: 0 });
  else if (entry.way === undefined) Object.assign(entry, press);
  else entry.next = press;
  pump(queue);
}

/** Sends what can be sent, and looks again while something is left. */
function pump(queue: Queue): void {
  clearTimeout(queue.timer);
  const now = Date.now();
  for (const [id, entry] of queue.kept) {
    const { requestId, voted, way } = entry;
    if (entry.due > now || queue.pausedUntil > now || way === "rest") continue;
    if (way === "socket") return queue.drop();
    if (!queue.isOpen) {
      if (now - queue.closedAt >= SOCKET_WAIT_MS) void byRest(queue, id, entry);
    } else if (
      now - queue.sentAt >= SEND_INTERVAL_MS &&
      queue.send({
        type: voted ? "vote" : "unvote",
        requestId,
        feedbackId: id,
        externalUserId: queue.who.id,
      })
    ) {
      queue.sentAt = now;
      Object.assign(entry, { way: "socket", due: now + ACK_WAIT_MS });
    }
  }
  if (queue.kept.size > 0) queue.timer = setTimeout(() => pump(queue), SEND_INTERVAL_MS);
}

async function byRest(queue: Queue, id: number, entry: Entry): Promise<void> {
  entry.way = "rest";
  try {
    settle(queue, id, entry, await queue.api.vote(id, queue.who, entry.voted));
  } catch (error) {
    refuse(queue, id, entry, error as ApiError);
  }
}

function settle(queue: Queue, id: number, entry: Entry, answer: SettledVote): void {
  const { store } = queue;
  store.set(settleVote(store.get(), id, entry.requestId, answer));
  finish(queue, id, entry);
}

/** No answer, or one that says "later": it waits as long as it takes. */
function refuse(queue: Queue, id: number, entry: Entry, error: ApiError): void {
  if (error.passing) {
    const wait = Math.max(RETRY_WAIT_MS * (entry.tries += 1), error.waitSeconds * 1_000);
    // What else waits is counted with it, and would be refused, too.
    if (error.waitSeconds) queue.pausedUntil = Date.now() + wait;
    return take(entry, wait);
  }
  const { store } = queue;
  store.set(endVote(store.get(), id, entry.requestId));
  if (entry.next === undefined) queue.onRefused(id, error);
  finish(queue, id, entry);
}

function finish(queue: Queue, id: number, entry: Entry): void {
  if (entry.next === undefined) queue.kept.delete(id);
  else take(entry);
  pump(queue);
}

/** Not under way any more: whatever was pressed last is what to send. */
function take(entry: Entry, wait = 0): void {
  Object.assign(entry, entry.next, { way: undefined, next: undefined, due: Date.now() + wait });
}

/** The entry whose request is under way by this id, if it still is. */
function under(queue: Queue, requestId: string | undefined, answer: (id: number, entry: Entry) => void): void {
  for (const [id, entry] of queue.kept) if (entry.requestId === requestId) answer(id, entry);
}
