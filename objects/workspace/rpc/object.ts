/**
 * What all calls of the Workspace object stand on: its store, what runs a call, its sockets and its alarm. The calls themselves stand beside this file, by what they are about; `objects/workspace.ts`
 * is their sum.
 */
import { type Connection, type ConnectionContext, Server } from "partyserver";
import type { Answered, Call } from "../../../src/call.ts";
import { parseScale } from "../../../src/domain/rate-limits.ts";
import { setLogLevel } from "../../../src/log.ts";
import type { MembershipChange } from "../../../src/membership.ts";
import { HEARTBEAT } from "../../../src/protocol/live/version.ts";
import type { CastVote } from "../../../src/protocol/rest/votes.ts";
import { MeteredStorage } from "../../shared/metered-storage.ts";
import { boardTag, type LiveConnection, socketsPerAddress, type SocketState } from "../admission.ts";
import { runAlarm } from "../alarm.ts";
import { Calls } from "../calls.ts";
import { FanOut } from "../fan-out.ts";
import { LiveSockets } from "../live-sockets.ts";
import { WorkspaceStore } from "../store.ts";
import type { Voted } from "../vote.ts";

/** RFC 6455, section 7.1.5. */
const CLOSED_WITHOUT_CODE = 1005;

export abstract class WorkspaceObject extends Server<Env> {
  static override options = { hibernate: true };

  // Not callable from outside: over RPC only methods are, and these are fields.
  protected readonly store: WorkspaceStore;
  protected readonly calls: Calls;
  readonly #sockets: LiveSockets;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    const clock = () => Date.now();
    const storage = new MeteredStorage(ctx.storage);
    this.store = new WorkspaceStore(storage, ctx.storage, clock, (userId, message, version) =>
      this.#tell(userId, message, version),
    );
    const open = (tag: string) => this.getConnections<SocketState>(tag);
    const { roadmap } = this.store;
    const fanOut = new FanOut((boardId) => greeted(open(boardTag(boardId))), open, clock, {
      load: () => roadmap.load(),
      shows: (boardId, feedbackId) =>
        roadmap.shows(feedbackId) && this.store.boardById(boardId)?.visibility === "public",
    });
    const scale = parseScale(env.RATE_LIMIT_SCALE);
    this.calls = new Calls(this.name, storage, this.store, fanOut, scale);
    this.#sockets = new LiveSockets(ctx, this.calls, this.store, fanOut, {
      open,
      socketsPerAddressMax: socketsPerAddress(scale),
      vote: (call, board, feedbackId, externalUserId, voted) =>
        voted
          ? this.castVote(call, board, feedbackId, { externalUserId })
          : this.removeVote(call, board, feedbackId, externalUserId),
    });
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT.request, HEARTBEAT.response));
  }

  /** Sockets vote as REST does. */
  abstract castVote(call: Call, board: string, feedbackId: number, command: CastVote): Answered<Voted>;
  abstract removeVote(
    call: Call,
    board: string,
    feedbackId: number,
    externalUserId: string | undefined,
  ): Answered<Voted>;

  // partyserver calls these.

  override fetch(request: Request): Promise<Response> {
    return this.#sockets.upgrade(request, () => super.fetch(request));
  }
  override getConnectionTags(_socket: Connection, { request }: ConnectionContext): string[] {
    return this.#sockets.tagsOf(request);
  }
  override onConnect(socket: LiveConnection, { request }: ConnectionContext): void {
    this.#sockets.accepted(socket, request);
  }
  override onMessage(socket: LiveConnection, message: unknown): void {
    this.#sockets.message(socket, message);
  }
  override onClose(socket: LiveConnection, code: number): void {
    this.#sockets.closed(socket);
    // partyserver answers with the peer's own code, which in place of none is one that may not be sent: the peer would wait for ten seconds.
    if (code === CLOSED_WITHOUT_CODE) socket.close();
  }
  override onError(socket: LiveConnection): void {
    this.#sockets.closed(socket);
  }
  override onAlarm(): Promise<void> {
    return runAlarm(this.store, this.calls, this.#sockets);
  }

  async #tell(userId: string, message: string, version: number): Promise<void> {
    // Written by members.ts, in this object's own database.
    const change = JSON.parse(message) as MembershipChange;
    await this.env.USER.getByName(userId).hear({ ...change, version });
  }
}

function* greeted(sockets: Iterable<LiveConnection>): Generator<LiveConnection> {
  for (const socket of sockets) if (socket.state?.greeted === true) yield socket;
}
