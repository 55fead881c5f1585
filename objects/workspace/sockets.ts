/**
 * The live protocol's server side for one workspace: what each frame does, and when a peer is cut off. Who may open a socket is admission.ts's business. What a socket must
 * remember over a hibernation stands in its attachment.
 */
import type { Call } from "../../src/call.ts";
import type { Failure } from "../../src/errors.ts";
import { FRAME_BYTES_MAX, MESSAGES_PER_SECOND_MAX } from "../../src/limits.ts";
import type { DownFrame } from "../../src/protocol/live/down.ts";
import { UpFrame } from "../../src/protocol/live/up.ts";
import { err, ok, type Result } from "../../src/result.ts";
import {
  CLOSE,
  type LiveConnection,
  needsFreshIdentity,
  REASONS,
  reasonToClose,
  type SocketState,
} from "./admission.ts";
import type { FanOut } from "./fan-out.ts";
import { ROADMAP_CHANNEL } from "./roadmap/channel.ts";
import type { LiveBoard } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";
import type { Voted } from "./vote.ts";

/** The platform takes at most 123; a peer's own keys, in any script, may stand in a reason. */
const REASON_BYTES_MAX = 120;

/** What the sockets need of their object: votes go through the same commands as over REST. */
export type SocketHost = {
  readonly store: WorkspaceStore;
  readonly fanOut: FanOut;
  /** A hello after the first one counts as reading. Errors: RATE_LIMITED. */
  resume(state: SocketState, board: LiveBoard, since: number): Result<DownFrame[], Failure>;
  vote(
    call: Call,
    board: string,
    feedbackId: number,
    person: string | undefined,
    voted: boolean,
  ): Result<Voted, Failure>;
};

/** When a socket's allowance is full again (GCRA's theoretical arrival time). Forgotten by hibernation, which takes a longer silence. */
const fullAt = new WeakMap<LiveConnection, number>();
/** How many votes a socket sent although it had been told to wait. */
const refused = new WeakMap<LiveConnection, number>();
/** Clients of ours send none; whoever goes on costs the object as much as whoever is let through. */
const REFUSED_VOTES_MAX = 20;
/** What a hello after the first one counts for: it may ask for hundreds of items. */
const REPEATED_HELLO_PRICE = 5;

/** Handles one message. A peer that breaks the protocol or its limits is closed with a reason; its votes so far stand. */
export function receive(host: SocketHost, socket: LiveConnection, message: unknown): void {
  // Frames that were on their way when the socket was closed from here: they do nothing any more.
  if (socket.readyState !== WebSocket.OPEN) return;
  if (tooFast(socket, host.store.now(), 1)) return closeTooFast(socket);
  if (typeof message !== "string") return socket.close(CLOSE.policy, "frames are text");
  // A character is at least a byte: what is far too long is not encoded first.
  if (message.length > FRAME_BYTES_MAX || new TextEncoder().encode(message).byteLength > FRAME_BYTES_MAX) {
    return socket.close(CLOSE.tooBig, `frame over ${String(FRAME_BYTES_MAX)} bytes`);
  }
  const frame = parseFrame(message);
  if (!frame.ok) return socket.close(CLOSE.policy, clip(frame.error));
  const state = socket.state;
  if (state?.boardId === ROADMAP_CHANNEL) return receiveOnRoadmap(host, socket, state, frame.value);
  const board = state === null ? null : host.store.boardById(state.boardId);
  if (state === null || board === null) return socket.close(CLOSE.policy, REASONS.gone);
  if (frame.value.type === "hello") greet(host, socket, state, board, frame.value.since);
  else answerVote(host, socket, state, board.slug, frame.value);
}

/** There is nothing to catch up with but the roadmap itself: whoever is behind reads it again. */
function receiveOnRoadmap(host: SocketHost, socket: LiveConnection, state: SocketState, frame: UpFrame): void {
  const { store, fanOut } = host;
  if (frame.type !== "hello") {
    const { requestId } = frame;
    const message = "the roadmap takes no votes: cast them on a board's socket";
    return send(socket, { type: "error", requestId, code: "INVALID_REQUEST", message });
  }
  if (state.greeted && tooFast(socket, store.now(), REPEATED_HELLO_PRICE - 1)) return closeTooFast(socket);
  if (!state.greeted) socket.setState({ ...state, greeted: true });
  const { since } = frame;
  const seq = store.seq();
  fanOut.add(ROADMAP_CHANNEL, socket, seq);
  send(socket, { type: "welcome", seq: Math.min(since ?? seq, seq), online: fanOut.online(ROADMAP_CHANNEL) });
  if (since !== null && since !== seq) send(socket, { type: "resync", seq });
}

function greet(
  host: SocketHost,
  socket: LiveConnection,
  state: SocketState,
  board: LiveBoard,
  since: number | null,
): void {
  const { store, fanOut } = host;
  if (state.greeted && tooFast(socket, store.now(), REPEATED_HELLO_PRICE - 1)) return closeTooFast(socket);
  const reason = board.visibility === "private" ? reasonToClose(store, socket) : null;
  if (reason !== null) return socket.close(CLOSE.policy, reason);
  if (!state.greeted) socket.setState({ ...state, greeted: true });
  fanOut.add(board.id, socket, store.seq());
  // What was missed follows, so the seq is not the server's yet: a client cut off before it all came must ask for it again.
  const seq = Math.min(since ?? Number.POSITIVE_INFINITY, store.seq());
  send(socket, { type: "welcome", seq, online: fanOut.online(board.id) });
  if (since === null) return;
  const frames = host.resume(state, board, since);
  if (!frames.ok) return socket.close(CLOSE.policy, "hellos go on although the limit on reading is reached");
  for (const frame of frames.value) send(socket, frame);
}

function answerVote(
  host: SocketHost,
  socket: LiveConnection,
  state: SocketState,
  board: string,
  frame: Exclude<UpFrame, { type: "hello" }>,
): void {
  if (needsFreshIdentity(host.store, socket)) return socket.close(CLOSE.policy, REASONS.identity);
  const { requestId, feedbackId } = frame;
  const { caller, site } = state;
  // A socket that was opened before sockets knew.
  const { visitor = null } = state as Partial<SocketState>;
  const person = frame.externalUserId ?? state.person ?? undefined;
  if (person === undefined && caller.kind === "anonymous") {
    const message = "externalUserId: say who votes, here or when connecting";
    return send(socket, { type: "error", requestId, code: "UNAUTHENTICATED", message });
  }
  const call: Call = {
    requestId: `socket:${requestId}`,
    caller,
    action: "feedback.write",
    openWorkspaces: false,
    site,
    visitor,
    limit: "vote",
    route: "live",
    idempotency: null,
  };
  const result = host.vote(call, board, feedbackId, person, frame.type === "vote");
  if (!result.ok) {
    const { code, detail, retryAfterSeconds } = result.error;
    // The client comes back with a fresh identity, and the vote with it.
    if (code === "INVALID_TOKEN" && caller.kind === "signed") return socket.close(CLOSE.policy, REASONS.identity);
    const times = code === "RATE_LIMITED" ? (refused.get(socket) ?? 0) + 1 : 0;
    refused.set(socket, times);
    if (times > REFUSED_VOTES_MAX) return socket.close(CLOSE.policy, "votes go on although the limit is reached");
    const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return send(socket, { type: "error", requestId, code, message: detail, ...later });
  }
  refused.delete(socket);
  const { seq, voteCount, voted } = result.value;
  // The platform holds every message back until the writes before it are on disk: an ack means that the vote is.
  send(socket, { type: "ack", requestId, seq, voteCount, voted });
}

function parseFrame(message: string): Result<UpFrame, string> {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return err("frame is not JSON");
  }
  const parsed = UpFrame.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err(`${issue?.path.join(".") || "frame"}: ${issue?.message ?? "not a frame"}`);
}

function clip(reason: string): string {
  const bytes = new TextEncoder().encode(reason).subarray(0, REASON_BYTES_MAX);
  // What is cut in the middle of a character decodes to U+FFFD.
  return new TextDecoder().decode(bytes).replace(/\uFFFD+$/u, "");
}

/** Takes `price` messages off the socket's allowance: a burst of a second's worth, then an even rate. */
function tooFast(socket: LiveConnection, now: number, price: number): boolean {
  const next = Math.max(fullAt.get(socket) ?? 0, now) + (price * 1_000) / MESSAGES_PER_SECOND_MAX;
  fullAt.set(socket, next);
  return next - now > 1_000;
}

function closeTooFast(socket: LiveConnection): void {
  socket.close(CLOSE.policy, `more than ${String(MESSAGES_PER_SECOND_MAX)} messages in a second`);
}

function send(socket: LiveConnection, frame: DownFrame): void {
  socket.send(JSON.stringify(frame));
}
