/**
 * Tells a board's open sockets what was committed. Votes are conflated: the first after a quiet moment goes out at once, the rest of a burst in one frame per interval,
 * each item with its newest count only. Frames leave in order of seq, so a change to an item first flushes the votes before it: a client's last seq then
 * covers all that is older, which is what makes resuming safe. Everything here is memory; after a crash or a hibernation clients resume from the rows.
 *
 * Sockets are kept in a set per board, for `broadcast` and `getWebSockets` cost a look at every socket's attachment or tags on each frame.
 */
import type { Connection } from "partyserver";
import type { DownFrame, RoadmapFrame } from "../../src/protocol/live/down.ts";
import { VOTES_FRAME_INTERVAL_MS, VOTES_SENDS_PER_SECOND_MAX } from "../../src/limits.ts";
import { boardTag, CLOSE, type LiveConnection, REASONS } from "./admission.ts";
import { ROADMAP_CHANNEL, RoadmapChannel } from "./roadmap/channel.ts";
import type { Change } from "./store.ts";

type Channel = {
  readonly sockets: Set<Connection>;
  /** Newest count by item, not sent yet. */
  readonly votes: Map<number, number>;
  seq: number;
  lastFrameAt: number;
  timer: ReturnType<typeof setTimeout> | null;
};

type Disconnect = Extract<Change, { kind: "disconnect" }>;

export class FanOut {
  readonly #channels = new Map<number, Channel>();
  readonly #roadmap: RoadmapChannel;
  readonly #loadRoadmap: () => void;
  /** Those of a board's open sockets that said hello; asked once per board after waking. */
  readonly #greeted: (boardId: number) => Iterable<Connection>;
  /** All open sockets with a tag. */
  readonly #open: (tag: string) => Iterable<LiveConnection>;
  readonly #clock: () => number;

  /** `roadmap`: what is on it, as far as `load` has read. */
  constructor(
    greeted: (boardId: number) => Iterable<Connection>,
    open: (tag: string) => Iterable<LiveConnection>,
    clock: () => number,
    roadmap: { readonly load: () => void; readonly shows: (boardId: number, feedbackId: number) => boolean },
  ) {
    const { shows } = roadmap;
    this.#roadmap = new RoadmapChannel({ greeted: () => greeted(ROADMAP_CHANNEL), shows, send: sendTo, clock });
    this.#loadRoadmap = roadmap.load;
    this.#greeted = greeted;
    this.#open = open;
    this.#clock = clock;
  }

  /** From now on the socket gets the board's frames; it is being told everything up to `seq`. */
  add(boardId: number, socket: Connection, seq: number): void {
    if (boardId === ROADMAP_CHANNEL) return this.#roadmap.add(socket, seq);
    const channel = this.#channel(boardId);
    // The waiting votes are all that the board has had since its last frame, so theirs may say "everything up to now".
    if (channel.votes.size > 0) channel.seq = seq;
    channel.sockets.add(socket);
  }

  remove(boardId: number, socket: Connection): void {
    if (boardId === ROADMAP_CHANNEL) this.#roadmap.sockets.delete(socket);
    else this.#channels.get(boardId)?.sockets.delete(socket);
  }

  /** Pages with the board open: a person with three tabs counts three times. */
  online(boardId: number): number {
    return boardId === ROADMAP_CHANNEL ? this.#roadmap.sockets.size : this.#channel(boardId).sockets.size;
  }

  /** Before a command: reads what telling its changes will need, for no statement may fail after the commit. Costs one only when the roadmap is watched and was changed, or the object woke. */
  prepare(): void {
    if (this.#roadmap.sockets.size > 0) this.#loadRoadmap();
  }

  /** Committed changes, in order of seq. */
  publish(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === "disconnect") {
        this.#disconnect(change);
        continue;
      }
      this.#roadmap.hear(change);
      if (change.kind === "roadmap") continue;
      if (change.kind === "board-removed" && change.boardId === ROADMAP_CHANNEL) {
        this.#close(ROADMAP_CHANNEL);
        continue;
      }
      const channel = this.#channel(change.boardId);
      if (change.kind === "votes") {
        channel.votes.set(change.id, change.voteCount);
        channel.seq = change.seq;
        this.#due(channel);
        continue;
      }
      this.#flush(channel);
      if (change.kind === "board-removed") this.#close(change.boardId);
      else send(channel, itemFrame(change));
    }
  }

  #due(channel: Channel): void {
    if (channel.timer !== null) return;
    const wait = channel.lastFrameAt + intervalMs(channel.sockets.size) - this.#clock();
    if (wait <= 0) this.#flush(channel);
    else channel.timer = setTimeout(() => this.#flush(channel), wait);
  }

  #flush(channel: Channel): void {
    if (channel.timer !== null) clearTimeout(channel.timer);
    channel.timer = null;
    if (channel.votes.size === 0) return;
    const changes = Array.from(channel.votes, ([id, voteCount]) => ({ id, voteCount }));
    channel.votes.clear();
    channel.lastFrameAt = this.#clock();
    send(channel, { type: "votes", seq: channel.seq, changes });
  }

  #close(boardId: number): void {
    for (const socket of this.#open(boardTag(boardId))) socket.close(CLOSE.policy, REASONS.gone);
    if (boardId === ROADMAP_CHANNEL) this.#roadmap.clear();
    else this.#channels.delete(boardId);
  }

  /** They get nothing more, whether or not their peers answer the close. */
  #disconnect({ tag, code, reason }: Disconnect): void {
    for (const socket of this.#open(tag)) {
      const why = typeof reason === "string" ? reason : reason(socket);
      if (why === null) continue;
      if (socket.state !== null) this.remove(socket.state.boardId, socket);
      socket.close(code, why);
    }
  }

  #channel(boardId: number): Channel {
    let channel = this.#channels.get(boardId);
    if (channel === undefined) {
      const sockets = new Set(this.#greeted(boardId));
      channel = { sockets, votes: new Map(), seq: 0, lastFrameAt: 0, timer: null };
      this.#channels.set(boardId, channel);
    }
    return channel;
  }
}

/** Time between two votes frames of a board that this many watch. */
function intervalMs(sockets: number): number {
  return Math.max(VOTES_FRAME_INTERVAL_MS, (sockets * 1_000) / VOTES_SENDS_PER_SECOND_MAX);
}

function itemFrame(change: Exclude<Change, { kind: "votes" | "board-removed" | "roadmap" | "disconnect" }>): DownFrame {
  if (change.kind === "comments") {
    const { seq, id, commentCount } = change;
    return { type: "comments", seq, id, commentCount };
  }
  if (change.kind === "removed") return { type: "feedback", seq: change.seq, op: "removed", item: { id: change.id } };
  return { type: "feedback", seq: change.seq, op: change.kind, item: change.item };
}

/** One serialisation for all. A socket that cannot take the frame is closed: its client resumes. */
function send(channel: Channel, frame: DownFrame): void {
  sendTo(channel.sockets, frame);
}

function sendTo(sockets: Set<Connection>, frame: DownFrame | RoadmapFrame): void {
  const text = JSON.stringify(frame);
  for (const socket of sockets) {
    try {
      socket.send(text);
    } catch {
      sockets.delete(socket);
      closeQuietly(socket);
    }
  }
}

function closeQuietly(socket: Connection): void {
  try {
    socket.close(1011, "send failed");
  } catch {
    // It was closed already, which is why the send failed.
  }
}
