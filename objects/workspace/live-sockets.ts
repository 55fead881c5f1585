/**
 * The live sockets' way through the object: upgrade, messages, end. Who may have one is decided in admission.ts, what a frame does in sockets.ts, who is told of what in fan-out.ts; partyserver
 * accepts them and finds them again after a hibernation.
 */
import type { Answered } from "../../src/call.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { LIVE_SUBPROTOCOL } from "../../src/protocol/live/version.ts";
import { type Err, ok } from "../../src/result.ts";
import {
  admit,
  type Admission,
  callOfSocket,
  CLOSE,
  isDue,
  type LiveConnection,
  nextEnding,
  privateBoardTags,
  reasonToClose,
  refusedSocket,
  type SocketState,
} from "./admission.ts";
import { type Calls, UNASKED } from "./calls.ts";
import type { FanOut } from "./fan-out.ts";
import { resumeFrames } from "./resume.ts";
import type { LiveBoard } from "./rows.ts";
import { receive, type SocketHost } from "./sockets.ts";
import type { WorkspaceStore } from "./store.ts";

export type Surroundings = Pick<SocketHost, "vote"> & {
  /** All open sockets with a tag. */
  readonly open: (tag: string) => Iterable<LiveConnection>;
  /** Of one address, at once. */
  readonly socketsPerAddressMax: number;
};

export class LiveSockets {
  readonly #ctx: DurableObjectState;
  readonly #calls: Calls;
  readonly #store: WorkspaceStore;
  readonly #fanOut: FanOut;
  readonly #around: Surroundings;
  /** Between the decision and partyserver's `onConnect`. */
  readonly #admitted = new WeakMap<Request, Admission>();

  constructor(ctx: DurableObjectState, calls: Calls, store: WorkspaceStore, fanOut: FanOut, around: Surroundings) {
    this.#ctx = ctx;
    this.#calls = calls;
    this.#store = store;
    this.#fanOut = fanOut;
    this.#around = around;
  }

  /** A refusal is a `Failure` as JSON, with how the limits stand, which the Worker words; partyserver, `accept`, would answer a throw with its stack. */
  async upgrade(request: Request, accept: () => Promise<Response>): Promise<Response> {
    const call = callOfSocket(request);
    const admitted = this.#calls.read("live.open", call, (actor) =>
      admit(this.#store, this.#ctx, this.#around.socketsPerAddressMax, actor, call, request),
    );
    const admission = admitted.ok ? admitted.value : refusedSocket(call, admitted.error);
    if (admission === null) return Response.json(admitted.ok ? null : refusalOf(admitted), { status: 400 });
    this.#admitted.set(request, admission);
    const response = await accept();
    // Still admitted: partyserver threw on the way, and its answer would carry the stack.
    if (response.webSocket === null || this.#admitted.has(request)) {
      return Response.json(failure("INTERNAL", "The socket could not be opened."), { status: 500 });
    }
    const headers = { "sec-websocket-protocol": LIVE_SUBPROTOCOL, "x-request-id": call.requestId };
    return new Response(null, { status: 101, webSocket: response.webSocket, headers });
  }

  tagsOf(request: Request): string[] {
    const admission = this.#admitted.get(request);
    return admission === undefined || admission.refusal !== null ? [] : [...admission.tags];
  }

  accepted(socket: LiveConnection, request: Request): void {
    const admission = this.#admitted.get(request);
    if (admission === undefined) socket.close(1011, "not admitted");
    else if (admission.refusal !== null) socket.close(CLOSE.policy, admission.refusal);
    else socket.setState(admission.state);
    this.#admitted.delete(request);
  }

  message(socket: LiveConnection, message: unknown): void {
    try {
      const { vote } = this.#around;
      receive({ store: this.#store, fanOut: this.#fanOut, vote, resume: this.#resume }, socket, message);
    } catch (thrown) {
      this.#calls.fault(UNASKED.requestId, "onMessage", thrown);
      socket.close(1011, "internal error");
    }
  }

  closed(socket: LiveConnection): void {
    const boardId = socket.state?.boardId;
    if (boardId !== undefined) this.#fanOut.remove(boardId, socket);
  }

  /** By alarm: closes the sockets of private boards whose identity, session or key has ended; answers when the next one does (ms). */
  endDue(): number | null {
    const tags = privateBoardTags(this.#store);
    // Whose time has not come is not asked about: what else ends a right closes its sockets itself.
    const reason = (socket: LiveConnection) => (isDue(this.#store, socket) ? reasonToClose(this.#store, socket) : null);
    this.#fanOut.publish(tags.map((tag) => ({ kind: "disconnect", tag, code: CLOSE.policy, reason })));
    return nextEnding(
      this.#store,
      tags.flatMap((tag) => [...this.#around.open(tag)]),
    );
  }

  /** The first one was counted when the socket was opened. */
  readonly #resume = (state: SocketState, board: LiveBoard, since: number) => {
    const { caller, greeted } = state;
    const { visitor = null } = state as Partial<SocketState>;
    const resume = () => ok(resumeFrames(this.#store, board, since));
    if (!greeted) return this.#calls.logged("live.resume", UNASKED, resume);
    return this.#calls.read(
      "live.resume",
      { ...UNASKED, caller, action: "board.read", visitor, limit: "read" },
      resume,
    );
  };
}

function refusalOf({
  error,
  limits,
}: Err<Failure> & Pick<Answered<never>, "limits">): Failure & Pick<Answered<never>, "limits"> {
  return limits === undefined ? error : { ...error, limits };
}
