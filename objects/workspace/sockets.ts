/**
 * The live protocol's server side for one workspace: who may open a socket, what each frame does, and when a peer is cut off. What a socket must remember over a hibernation stands in
 * its attachment; the Worker has moved the person's id from the URL to a header, for the platform stores a socket's URL.
 */
import type { Connection } from "partyserver";
import type { Call } from "../../src/call.ts";
import type { Failure } from "../../src/errors.ts";
import {
  FRAME_BYTES_MAX,
  MESSAGES_PER_SECOND_MAX,
  SOCKETS_PER_PERSON_MAX,
  SOCKETS_PER_WORKSPACE_MAX,
} from "../../src/limits.ts";
import type { DownFrame } from "../../src/protocol/live/down.ts";
import { LIVE_HEADERS } from "../../src/protocol/live/version.ts";
import { UpFrame } from "../../src/protocol/live/up.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { FanOut } from "./fan-out.ts";
import { findBoard } from "./find-board.ts";
import type { BoardRow, WorkspaceStore } from "./store.ts";
import type { Voted } from "./vote.ts";

export type SocketState = { readonly boardId: number; readonly person: string | null; readonly greeted: boolean };
export type LiveConnection = Connection<SocketState>;

/** Who asks for a socket. One socket too many is opened and closed with the reason, for a browser is told nothing of a refused upgrade. */
export type Caller = { readonly boardId: number; readonly person: string | null; readonly refusal: string | null };

const CLOSE = { policy: 1008, tooBig: 1009, internal: 1011 } as const;
/** The platform takes at most 123 bytes. */
const REASON_CHARS_MAX = 100;

export function boardTag(boardId: number): string {
  return `b:${String(boardId)}`;
}

function personTag(caller: { boardId: number; person: string }): string {
  return `p:${String(caller.boardId)}:${caller.person}`;
}

export function tagsOf(caller: Caller): string[] {
  const { boardId, person } = caller;
  return person === null ? [boardTag(boardId)] : [boardTag(boardId), personTag({ boardId, person })];
}

/** Errors: BOARD_NOT_FOUND. */
export function admit(store: WorkspaceStore, ctx: DurableObjectState, request: Request): Result<Caller, Failure> {
  const found = findBoard(store, decodeURIComponent(request.headers.get(LIVE_HEADERS.board) ?? ""));
  if (!found.ok) return found;
  const boardId = found.value.id;
  const header = request.headers.get(LIVE_HEADERS.person);
  const person = header === null ? null : decodeURIComponent(header);
  return ok({ boardId, person, refusal: refusalOf(ctx, boardId, person) });
}

function refusalOf(ctx: DurableObjectState, boardId: number, person: string | null): string | null {
  if (ctx.getWebSockets().length >= SOCKETS_PER_WORKSPACE_MAX)
    return "this workspace has as many sockets as it can hold";
  if (person === null) return null;
  const open = ctx.getWebSockets(personTag({ boardId, person })).length;
  return open < SOCKETS_PER_PERSON_MAX ? null : `more than ${String(SOCKETS_PER_PERSON_MAX)} sockets of one person`;
}

/** What the sockets need of their object: votes go through the same commands as over REST. */
export type SocketHost = {
  readonly store: WorkspaceStore;
  readonly fanOut: FanOut;
  resume(board: BoardRow, since: number): Result<DownFrame[], Failure>;
  vote(call: Call, board: string, feedbackId: number, person: string, voted: boolean): Result<Voted, Failure>;
};

type Window = { startedAt: number; messages: number };
/** Messages in the current second. Forgotten by hibernation, which takes a silence longer than that. */
const windows = new WeakMap<LiveConnection, Window>();

/** Handles one message. A peer that breaks the protocol or its limits is closed with a reason; its votes so far stand. */
export function receive(host: SocketHost, socket: LiveConnection, message: unknown): void {
  // Frames that were on their way when the socket was closed from here: they do nothing any more.
  if (socket.readyState !== WebSocket.OPEN) return;
  if (tooFast(socket, host.store.now())) {
    return socket.close(CLOSE.policy, `more than ${String(MESSAGES_PER_SECOND_MAX)} messages in a second`);
  }
  if (typeof message !== "string") return socket.close(CLOSE.policy, "frames are text");
  // A character is at least a byte: what is far too long is not encoded first.
  if (message.length > FRAME_BYTES_MAX || new TextEncoder().encode(message).byteLength > FRAME_BYTES_MAX) {
    return socket.close(CLOSE.tooBig, `frame over ${String(FRAME_BYTES_MAX)} bytes`);
  }
  const frame = parseFrame(message);
  if (!frame.ok) return socket.close(CLOSE.policy, frame.error.slice(0, REASON_CHARS_MAX));
  const state = socket.state;
  const board = state === null ? undefined : host.store.boards().find((row) => row.id === state.boardId);
  if (state === null || board === undefined) return socket.close(CLOSE.policy, "board removed");
  if (frame.value.type === "hello") greet(host, socket, state, frame.value.since);
  else answerVote(host, socket, state, board.slug, frame.value);
}

function greet(host: SocketHost, socket: LiveConnection, state: SocketState, since: number | null): void {
  const { store, fanOut } = host;
  const board = store.boards().find((row) => row.id === state.boardId);
  if (board === undefined) return;
  // What waits to be sent is older than what the resume reads; sending it first keeps the others' order.
  fanOut.flush(board.id);
  if (!state.greeted) socket.setState({ ...state, greeted: true });
  fanOut.add(board.id, socket);
  // What was missed follows, so the seq is not the server's yet: a client cut off before it all came must ask for it again.
  const seq = Math.min(since ?? Number.POSITIVE_INFINITY, store.seq());
  send(socket, { type: "welcome", seq, online: fanOut.online(board.id) });
  if (since === null) return;
  const frames = host.resume(board, since);
  if (frames.ok) for (const frame of frames.value) send(socket, frame);
}

function answerVote(
  host: SocketHost,
  socket: LiveConnection,
  state: SocketState,
  board: string,
  frame: Exclude<UpFrame, { type: "hello" }>,
): void {
  const { requestId, feedbackId } = frame;
  const person = frame.externalUserId ?? state.person;
  if (person === null) {
    const message = "externalUserId: say who votes, here or when connecting";
    return send(socket, { type: "error", requestId, code: "UNAUTHENTICATED", message });
  }
  const call = { requestId: `socket:${requestId}`, operator: false, openWorkspaces: false };
  const result = host.vote(call, board, feedbackId, person, frame.type === "vote");
  if (!result.ok) {
    return send(socket, { type: "error", requestId, code: result.error.code, message: result.error.detail });
  }
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
  return err(`${issue?.path.join(".") ?? "frame"}: ${issue?.message ?? "not a frame"}`);
}

function tooFast(socket: LiveConnection, now: number): boolean {
  const window = windows.get(socket);
  if (window === undefined || now - window.startedAt >= 1_000) {
    windows.set(socket, { startedAt: now, messages: 1 });
    return false;
  }
  window.messages += 1;
  return window.messages > MESSAGES_PER_SECOND_MAX;
}

function send(socket: LiveConnection, frame: DownFrame): void {
  socket.send(JSON.stringify(frame));
}
