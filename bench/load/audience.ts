/**
 * Many open sockets of one board in one process, each keeping what it was told and when. Frames that are the same text, which is what a fan-out sends, are parsed
 * once. Judging what was seen is the bench's.
 */
import { WebSocket } from "ws";
import { DownFrame } from "../../src/protocol/live/down.ts";
import { LIVE_SUBPROTOCOL } from "../../src/protocol/live/version.ts";
import { BOARD_API, type Counts } from "./board.ts";

const OPENING_AT_ONCE = 50;

export type Seen = { readonly atMs: number; readonly frame: DownFrame };
export type Member = { readonly socket: WebSocket; readonly seen: Seen[]; closed: string | null };

export class Audience {
  readonly members: Member[] = [];
  readonly #origin: string;
  #lastText = "";
  #lastFrame: DownFrame | null = null;

  constructor(origin: string) {
    this.#origin = origin.replace(/^http/u, "ws");
  }

  /** Opens sockets and waits until the server has welcomed each, with everything since `seq`. */
  async open(count: number, seq: number): Promise<void> {
    while (this.members.length < count) {
      const batch = Math.min(OPENING_AT_ONCE, count - this.members.length);
      await Promise.all(Array.from({ length: batch }, (_, n) => this.#join(this.members.length + n, seq)));
    }
  }

  close(): void {
    for (const { socket } of this.members) socket.terminate();
  }

  /** What a member's screen shows: the newest count of each item, over what it read from the list. */
  static screen(member: Member, start: Counts): Counts {
    const counts = new Map(start);
    for (const { frame } of member.seen) {
      if (frame.type === "votes") for (const { id, voteCount } of frame.changes) counts.set(id, voteCount);
    }
    return counts;
  }

  async #join(index: number, seq: number): Promise<void> {
    const url = `${this.#origin}${BOARD_API}/live?externalUserId=watcher-${String(index)}`;
    const socket = new WebSocket(url, LIVE_SUBPROTOCOL, { perMessageDeflate: false });
    const member: Member = { socket, seen: [], closed: null };
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => socket.send(JSON.stringify({ type: "hello", since: seq })));
      socket.once("error", reject);
      socket.on("close", (code, reason) => (member.closed = `${String(code)} ${reason.toString()}`));
      // oxlint-disable-next-line typescript/no-base-to-string -- ws hands out text frames as a Buffer
      socket.on("message", (data) => {
        const frame = this.#parse(data.toString());
        member.seen.push({ atMs: performance.now(), frame });
        if (frame.type === "welcome") resolve();
      });
    });
    this.members.push(member);
  }

  #parse(text: string): DownFrame {
    if (this.#lastFrame === null || text !== this.#lastText) {
      this.#lastText = text;
      this.#lastFrame = DownFrame.parse(JSON.parse(text));
    }
    return this.#lastFrame;
  }
}
