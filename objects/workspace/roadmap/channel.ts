/**
 * The sockets that watch the roadmap. They are told that it changed (then they read it again), and the newest counts of votes and comments on what is on it; at most once in 250 ms, the first after a quiet
 * moment at once. Told is only what everybody may see: nothing of private boards, whoever opened the socket. Everything here is memory: whoever was away reads the roadmap again.
 */
import type { Connection } from "partyserver";
import { ROADMAP_FRAME_INTERVAL_MS } from "../../../src/limits.ts";
import type { RoadmapFrame } from "../../../src/protocol/live/down.ts";
import type { Change } from "../store.ts";

/** The roadmap's place among boards, whose ids begin at 1: in a socket's attachment and its tags. */
export const ROADMAP_CHANNEL = 0;

export type RoadmapSurroundings = {
  /** Those that said hello; asked once after waking. */
  readonly greeted: () => Iterable<Connection>;
  /** Whether everybody may see that feedback on the roadmap, if it is visible itself. */
  readonly shows: (boardId: number, feedbackId: number) => boolean;
  readonly send: (sockets: Set<Connection>, frame: RoadmapFrame) => void;
  readonly clock: () => number;
};

export class RoadmapChannel {
  readonly #around: RoadmapSurroundings;
  #sockets: Set<Connection> | null = null;
  /** Newest counts by item, not sent yet. */
  readonly #votes = new Map<number, number>();
  readonly #comments = new Map<number, number>();
  #isStale = false;
  #seq = 0;
  #lastFrameAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(around: RoadmapSurroundings) {
    this.#around = around;
  }

  get sockets(): Set<Connection> {
    this.#sockets ??= new Set(this.#around.greeted());
    return this.#sockets;
  }

  /** From now on the socket gets frames; it is being told that it has everything up to `seq`, or has to read again. */
  add(socket: Connection, seq: number): void {
    if (this.#timer !== null) this.#seq = seq;
    this.sockets.add(socket);
  }

  hear(change: Change): void {
    if (change.kind === "disconnect" || change.kind === "board-removed" || this.sockets.size === 0) return;
    if (change.kind === "roadmap") this.#isStale = true;
    else {
      const id = "item" in change ? change.item.id : change.id;
      if (!this.#around.shows(change.boardId, id)) return;
      if (change.kind === "votes") this.#votes.set(id, change.voteCount);
      else if (change.kind === "comments") this.#comments.set(id, change.commentCount);
      else this.#isStale = true;
    }
    this.#seq = change.seq;
    this.#due();
  }

  /** Its sockets are gone. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#votes.clear();
    this.#comments.clear();
    this.#isStale = false;
    this.#sockets = null;
  }

  #due(): void {
    if (this.#timer !== null) return;
    const wait = this.#lastFrameAt + ROADMAP_FRAME_INTERVAL_MS - this.#around.clock();
    if (wait <= 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), wait);
  }

  /** Who reads the roadmap again reads the counts, too. */
  #flush(): void {
    this.#timer = null;
    this.#lastFrameAt = this.#around.clock();
    for (const frame of this.#frames()) this.#around.send(this.sockets, frame);
    this.#votes.clear();
    this.#comments.clear();
    this.#isStale = false;
  }

  #frames(): RoadmapFrame[] {
    const seq = this.#seq;
    if (this.#isStale) return [{ type: "roadmap", seq }];
    const changes = Array.from(this.#votes, ([id, voteCount]) => ({ id, voteCount }));
    const comments = Array.from(this.#comments, ([id, commentCount]): RoadmapFrame => ({
      type: "comments",
      seq,
      id,
      commentCount,
    }));
    return changes.length === 0 ? comments : [...comments, { type: "votes", seq, changes }];
  }
}
