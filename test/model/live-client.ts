/**
 * Clients of the live protocol for the resume tests: one driver that reads the list, says hello, follows and is cut off at will, and two states for it to keep. `TextReader` is written from
 * the protocol's text and nothing else; `BoardReader` is the pure state that the widget and the board page use.
 */
import { expect } from "vitest";
import { DownFrame } from "../../src/protocol/live/down.ts";
import type { Feedback } from "../../src/protocol/rest/feedback.ts";
import {
  applyFrame,
  type BoardState,
  connected,
  emptyBoard,
  greeted,
  replaceList,
  row,
} from "../../src/web/client/board-state.ts";
import { call, upgrade } from "../support/workerd.ts";

export type View = ReadonlyMap<number, Feedback>;

export interface Reader {
  /** The list has to be read (again). */
  readonly needsList: boolean;
  /** What to say hello with, when a hello is due; null when none is. */
  readonly helloSince: number | null;
  list(items: readonly Feedback[], seq: number): void;
  connected(): void;
  greeted(): void;
  frame(frame: DownFrame): void;
  view(): View;
}

export class TextReader implements Reader {
  #items = new Map<number, Feedback>();
  #seq: number | null = null;
  #greeted = false;

  get needsList(): boolean {
    return this.#seq === null;
  }
  get helloSince(): number | null {
    return this.#greeted ? null : this.#seq;
  }
  list(items: readonly Feedback[], seq: number): void {
    this.#items = new Map(items.map((item) => [item.id, item]));
    this.#seq = seq;
    this.#greeted = false;
  }
  connected(): void {
    this.#greeted = false;
  }
  greeted(): void {
    this.#greeted = true;
  }
  frame(frame: DownFrame): void {
    // Between a resync and the list that answers it, nothing can be applied to anything.
    if (this.#seq === null || frame.type === "ack" || frame.type === "error") return;
    if (frame.type === "resync") {
      this.#seq = null;
      return;
    }
    if (frame.type === "votes") for (const change of frame.changes) this.#count(change);
    else if (frame.type === "comments") this.#discussed(frame);
    else if (frame.type === "feedback" && frame.op === "removed") this.#items.delete(frame.item.id);
    else if (frame.type === "feedback") this.#items.set(frame.item.id, frame.item);
    this.#seq = frame.seq;
  }
  view(): View {
    return this.#items;
  }

  #discussed({ id, commentCount }: { readonly id: number; readonly commentCount: number }): void {
    const item = this.#items.get(id);
    expect(item, `comments on ${String(id)}, of which the client was not told`).toBeDefined();
    if (item !== undefined) this.#items.set(id, { ...item, commentCount });
  }

  #count({ id, voteCount }: { readonly id: number; readonly voteCount: number }): void {
    const item = this.#items.get(id);
    // Whoever has everything up to the frame before knows every item that it can count.
    expect(item, `votes for ${String(id)}, of which the client was not told`).toBeDefined();
    if (item !== undefined) this.#items.set(id, { ...item, voteCount });
  }
}

export class BoardReader implements Reader {
  #state: BoardState = emptyBoard();

  get needsList(): boolean {
    return this.#state.seq === null || this.#state.resync;
  }
  get helloSince(): number | null {
    return this.#state.helloDue ? this.#state.seq : null;
  }
  list(items: readonly Feedback[], seq: number): void {
    this.#state = replaceList(this.#state, { items, seq, nextCursor: null });
  }
  connected(): void {
    this.#state = connected(this.#state);
  }
  greeted(): void {
    this.#state = greeted(this.#state);
  }
  frame(frame: DownFrame): void {
    if (frame.type !== "ack" && frame.type !== "error") this.#state = applyFrame(this.#state, frame);
  }
  view(): View {
    const items = this.#state.order.flatMap((id) => row(this.#state, id) ?? []);
    return new Map(items.map((item) => [item.id, item]));
  }
}

/** The board as the server has it, and the seq that it reflects. The tests keep it within one page. */
export async function readBoard(path: string): Promise<{ view: View; seq: number }> {
  const { status, headers, body } = await call("GET", `${path}/feedback?limit=100`);
  expect(status).toBe(200);
  expect(headers.has("x-next-cursor")).toBe(false);
  return { view: new Map((body as Feedback[]).map((item) => [item.id, item])), seq: Number(headers.get("x-seq")) };
}

export class LiveClient {
  readonly reader: Reader;
  /** What went wrong while a frame was applied. */
  failed: unknown = null;
  readonly #path: string;
  #socket: WebSocket | null = null;
  #reading = false;
  #votes = 0;

  constructor(path: string, reader: Reader) {
    this.#path = path;
    this.reader = reader;
  }

  get online(): boolean {
    return this.#socket !== null;
  }

  /** Opens a socket and goes on from the last seq; `framesMax`: the network cuts it off after so many frames. */
  async connect(framesMax = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.online) return;
    while (this.reader.needsList) await this.#read();
    const { webSocket: socket } = await upgrade(this.#path);
    if (socket === null) throw new Error("upgrade refused");
    this.#socket = socket;
    this.reader.connected();
    let frames = 0;
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket !== socket) return;
      try {
        this.reader.frame(DownFrame.parse(JSON.parse(String(data))));
        frames += 1;
        if (frames >= framesMax) this.drop();
        else if (this.reader.needsList) this.#resync().catch((thrown: unknown) => (this.failed ??= thrown));
        else this.#greet();
      } catch (thrown) {
        this.failed ??= thrown;
      }
    });
    socket.addEventListener("close", () => {
      if (this.#socket === socket) this.#socket = null;
    });
    socket.accept();
    this.#greet();
  }

  /** The network goes: what is under way arrives no more. */
  drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** A vote over this client's socket; nobody waits for the ack. */
  vote(type: "vote" | "unvote", feedbackId: number, externalUserId: string): void {
    this.#votes += 1;
    this.#send({ type, requestId: String(this.#votes), feedbackId, externalUserId });
  }

  async #resync(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    while (this.reader.needsList) await this.#read();
    this.#reading = false;
    this.#greet();
  }

  async #read(): Promise<void> {
    const { view, seq } = await readBoard(this.#path);
    this.reader.list([...view.values()], seq);
  }

  #greet(): void {
    const since = this.reader.helloSince;
    if (since === null || this.#reading || this.#socket === null) return;
    this.reader.greeted();
    this.#send({ type: "hello", since });
  }

  #send(frame: unknown): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}
