/**
 * Votes on their way. Each is kept until the server answers: sent over the socket, sent again after a reconnect, or by REST when
 * the socket stays away. Casting is idempotent, so sending twice cannot count twice. One request per item is under way at a time,
 * so that a vote and its taking back cannot overtake each other.
 */
import { randomId } from "../../ids.ts";
import type { FailureCode } from "../../errors.ts";
import type { DownFrame } from "../../protocol/live/down.ts";
import type { UpFrame } from "../../protocol/live/up.ts";
import { ApiError } from "./api.ts";
import type { Api } from "./api.ts";
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

export type Refusal = { readonly code: FailureCode | ApiError["code"] | "TOO_MANY_UNSENT"; readonly message: string };

type Press = { requestId: string; voted: boolean };
type Entry = Press & {
  way: "none" | "socket" | "rest";
  /** When to look at it again, epoch ms: to send by REST, to give the socket up. */
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

export function openOutbox({ api, externalUserId, store, send, drop, onRefused }: OutboxOptions) {
  const entries = new Map<number, Entry>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open = false;
  let sentAt = 0;

  function vote(id: number, voted: boolean): void {
    const press = { requestId: randomId(), voted };
    const entry = entries.get(id);
    if (entry === undefined && entries.size >= ITEMS_MAX) {
      onRefused(id, { code: "TOO_MANY_UNSENT", message: "Too many votes are waiting for the connection." });
      return;
    }
    store.set(beginVote(store.get(), id, press.requestId, voted));
    if (entry === undefined)
      entries.set(id, { ...press, way: "none", due: Date.now() + SOCKET_WAIT_MS, after: 0, tries: 0, next: null });
    else if (entry.way === "none") Object.assign(entry, press);
    else entry.next = press;
    pump();
  }

  /** Sends what can be sent, and sets the clock for what cannot. */
  function pump(): void {
    clearTimeout(timer);
    const now = Date.now();
    let wakeAt = Infinity;
    for (const [id, entry] of entries) {
      if (entry.way === "rest") continue;
      if (entry.way === "none" && open) {
        const sendAt = Math.max(entry.after, sentAt + SEND_INTERVAL_MS);
        if (now < sendAt) {
          wakeAt = Math.min(wakeAt, sendAt);
          continue;
        }
        if (bySocket(id, entry)) sentAt = now;
      } else if (entry.due <= now) {
        if (entry.way === "socket") return drop();
        void byRest(id, entry);
        continue;
      }
      wakeAt = Math.min(wakeAt, Math.max(entry.due, now + 10));
    }
    if (wakeAt < Infinity) timer = setTimeout(pump, Math.max(0, wakeAt - now));
  }

  function bySocket(id: number, entry: Entry): boolean {
    const { requestId, voted } = entry;
    const sent = send({ type: voted ? "vote" : "unvote", requestId, feedbackId: id, externalUserId });
    if (sent) Object.assign(entry, { way: "socket", due: Date.now() + ACK_WAIT_MS });
    return sent;
  }

  async function byRest(id: number, entry: Entry): Promise<void> {
    entry.way = "rest";
    try {
      settle(id, entry, entry.voted ? await api.vote(id, externalUserId) : await api.unvote(id, externalUserId));
    } catch (error) {
      const failure = error instanceof ApiError ? error : new ApiError("UNKNOWN", "The vote could not be sent.");
      // Nobody answered: it waits for as long as it takes. An answer that says "later" is asked for a few more times.
      if (failure.passing && (failure.status === 0 || entry.tries < TRIES_MAX)) retry(entry, failure.status === 0);
      else refuse(id, entry, failure);
    }
    pump();
  }

  function retry(entry: Entry, free: boolean): void {
    take(entry);
    entry.due = Date.now() + RETRY_WAIT_MS;
    if (free) return;
    entry.tries += 1;
    entry.after = entry.due;
  }

  /** Not under way any more: whatever was pressed last is what to send now. */
  function take(entry: Entry): void {
    Object.assign(entry, { way: "none", due: Date.now() + SOCKET_WAIT_MS, next: null }, entry.next ?? {});
  }

  function settle(id: number, entry: Entry, answer: SettledVote): void {
    store.set(settleVote(store.get(), id, entry.requestId, answer));
    done(id, entry);
  }

  function refuse(id: number, entry: Entry, refusal: Refusal): void {
    store.set(failVote(store.get(), id, entry.requestId));
    const last = entry.next === null;
    done(id, entry);
    if (last) onRefused(id, refusal);
  }

  function done(id: number, entry: Entry): void {
    if (entry.next === null) entries.delete(id);
    else take(entry);
    pump();
  }

  function find(requestId: string | undefined): [number, Entry] | undefined {
    return [...entries].find(([, entry]) => entry.requestId === requestId);
  }

  return {
    vote,
    connected(): void {
      open = true;
      pump();
    },
    /** What went over the lost socket may or may not have arrived: it goes again. */
    disconnected(): void {
      open = false;
      for (const entry of entries.values()) if (entry.way === "socket") take(entry);
      pump();
    },
    acknowledged(ack: Extract<DownFrame, { type: "ack" }>): void {
      const found = find(ack.requestId);
      if (found !== undefined) settle(...found, ack);
    },
    refused(error: Extract<DownFrame, { type: "error" }>): void {
      const found = find(error.requestId);
      if (found === undefined) return;
      const [id, entry] = found;
      const later = error.code === "OVERLOADED" || error.code === "INTERNAL";
      if (!later || entry.tries >= TRIES_MAX) refuse(id, entry, error);
      else retry(entry, false);
      pump();
    },
  };
}
