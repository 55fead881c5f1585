/**
 * The Workspace object: one per workspace, the owner of its boards, people, feedback and votes, and of the sockets that watch them. Here are the entry points only; each verb stands
 * in a file of its own under `workspace/`. Commands run in one synchronous transaction; what they changed is told to the sockets after the commit.
 *
 * Reached through `env.WORKSPACE.getByName(slug)`: partyserver's own look-up makes a second round trip. Everything is set up in the constructor, for plain RPC does not
 * run `onStart`. A slug that was never used has no tables, so asking for it writes nothing.
 */
import { type Connection, type ConnectionContext, Server } from "partyserver";
import { isMigrated, migrate } from "../schema/migrate.ts";
import { MIGRATIONS } from "../schema/workspace/manifest.ts";
import type { Call } from "../src/call.ts";
import { nameFromSlug } from "../src/domain/boards.ts";
import { type Failure, failure, workspaceNotFound } from "../src/errors.ts";
import { fault, log, setLogLevel } from "../src/log.ts";
import { type MembershipNews, OPERATOR_USER_ID } from "../src/membership.ts";
import { HEARTBEAT, LIVE_SUBPROTOCOL } from "../src/protocol/live/version.ts";
import type { CreateBoard, UpdateBoard } from "../src/protocol/rest/boards.ts";
import type { CreateFeedback, ListFeedback, UpdateFeedback } from "../src/protocol/rest/feedback.ts";
import type { CreateWorkspace, UpdateWorkspace } from "../src/protocol/rest/workspaces.ts";
import { err, map, ok, type Result } from "../src/result.ts";
import { CallLog } from "./shared/call-log.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";
import { OUTBOX_RETRY_MS, OUTBOX_TASK } from "./shared/outbox.ts";
import { boardPage, itemPage } from "./workspace/board-page.ts";
import { createBoard, deleteBoard, listBoards, readBoard, updateBoard } from "./workspace/boards.ts";
import { FanOut } from "./workspace/fan-out.ts";
import { createFeedback, deleteFeedback, readFeedback, updateFeedback } from "./workspace/feedback.ts";
import { listFeedback } from "./workspace/list-feedback.ts";
import { runPurge } from "./workspace/purge.ts";
import { resumeFrames } from "./workspace/resume.ts";
import { admit, boardTag, type Caller, type LiveConnection, receive, type SocketState } from "./workspace/sockets.ts";
import type { LiveBoard } from "./workspace/rows.ts";
import { readSettings, WorkspaceStore } from "./workspace/store.ts";
import { type CastVote, castVote, lookUpVotes, removeVote } from "./workspace/vote.ts";
import { createWorkspace, deleteWorkspace, openBoard, readWorkspace, updateWorkspace } from "./workspace/workspace.ts";

export class Workspace extends Server<Env> {
  static override options = { hibernate: true };

  readonly #storage: MeteredStorage;
  readonly #store: WorkspaceStore;
  readonly #fanOut: FanOut;
  readonly #log: CallLog;
  readonly #admitted = new WeakMap<Request, Caller>();
  /** Null: not looked up since the last change to it. */
  #active: boolean | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    const clock = () => Date.now();
    this.#storage = new MeteredStorage(ctx.storage);
    if (isMigrated(this.#storage)) migrate(this.#storage, MIGRATIONS);
    else this.#active = false;
    this.#store = new WorkspaceStore(this.#storage, ctx.storage, clock, (userId, message) =>
      this.#tell(userId, message),
    );
    const seq = () => (this.#active === true ? this.#store.seq() : null);
    this.#log = new CallLog({ object: "Workspace", workspace: this.name }, this.#storage.sql, seq);
    const open = (boardId: number) => this.getConnections<SocketState>(boardTag(boardId));
    this.#fanOut = new FanOut((boardId) => this.#greeted(boardId), open, clock);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT.request, HEARTBEAT.response));
  }

  // Workspaces

  async createWorkspace(call: Call, command: CreateWorkspace) {
    if (!isMigrated(this.#storage)) migrate(this.#storage, MIGRATIONS);
    this.#active = null;
    const owner = call.operator ? OPERATOR_USER_ID : null;
    const result = this.#commit("workspace.create", call, () =>
      createWorkspace(this.#store, this.name, command.name, owner),
    );
    await this.#deliver(call.requestId);
    return result;
  }
  readWorkspace(call: Call) {
    return this.#read("workspace.read", call, () => readWorkspace(this.#store, this.name));
  }
  async updateWorkspace(call: Call, command: UpdateWorkspace) {
    const result = this.#write("workspace.update", call, () => updateWorkspace(this.#store, this.name, command));
    await this.#deliver(call.requestId);
    return result;
  }
  async deleteWorkspace(call: Call) {
    const result = this.#write("workspace.delete", call, () => deleteWorkspace(this.#store, this.name));
    this.#active = null;
    await this.#deliver(call.requestId);
    return result;
  }

  // Boards

  listBoards(call: Call) {
    return this.#read("board.list", call, () => listBoards(this.#store));
  }
  createBoard(call: Call, command: CreateBoard) {
    return this.#write("board.create", call, () => createBoard(this.#store, command));
  }
  readBoard(call: Call, board: string) {
    return this.#read("board.read", call, () => readBoard(this.#store, board));
  }
  updateBoard(call: Call, board: string, command: UpdateBoard) {
    return this.#write("board.update", call, () => updateBoard(this.#store, board, command));
  }
  deleteBoard(call: Call, board: string) {
    return this.#write("board.delete", call, () => deleteBoard(this.#store, board));
  }
  /** All that the server-rendered board page shows, in one hop. */
  boardPage(call: Call, board: string, query: ListFeedback, externalUserId: string | null) {
    return this.#read("board.page", call, () => boardPage(this.#store, this.name, board, query, externalUserId));
  }
  itemPage(call: Call, board: string, id: number, externalUserId: string | null) {
    return this.#read("feedback.page", call, () => itemPage(this.#store, call, this.name, board, id, externalUserId));
  }

  // Feedback

  /** `items` is JSON text: written here once, it need not be cloned row by row on its way through the Worker. */
  listFeedback(call: Call, board: string, query: ListFeedback) {
    return this.#read("feedback.list", call, () =>
      map(listFeedback(this.#store, board, query), (page) => ({ ...page, items: JSON.stringify(page.items) })),
    );
  }
  createFeedback(call: Call, board: string, command: CreateFeedback) {
    const create = () => createFeedback(this.#store, board, command);
    if (!call.openWorkspaces || !this.#mayOpen(board)) return this.#write("feedback.create", call, create);
    if (!isMigrated(this.#storage)) migrate(this.#storage, MIGRATIONS);
    this.#active = null;
    const made = { stands: false };
    try {
      return this.#commit("feedback.create", call, () => {
        const opened = openBoard(this.#store, this.name, board);
        if (!opened.ok) return opened;
        this.#active = true; // so that the log line has the seq
        const created = create();
        made.stands = created.ok;
        return created;
      });
    } finally {
      if (!made.stands) this.#active = null;
    }
  }
  readFeedback(call: Call, board: string, id: number) {
    return this.#read("feedback.read", call, () => readFeedback(this.#store, call, board, id));
  }
  updateFeedback(call: Call, board: string, id: number, command: UpdateFeedback) {
    return this.#write("feedback.update", call, () => updateFeedback(this.#store, board, id, command));
  }
  deleteFeedback(call: Call, board: string, id: number) {
    return this.#write("feedback.delete", call, () => deleteFeedback(this.#store, board, id));
  }

  // Votes

  castVote(call: Call, board: string, feedbackId: number, command: CastVote) {
    return this.#write("vote.cast", call, () => castVote(this.#store, call, board, feedbackId, command));
  }
  removeVote(call: Call, board: string, feedbackId: number, externalUserId: string) {
    return this.#write("vote.remove", call, () => removeVote(this.#store, board, feedbackId, externalUserId));
  }
  lookUpVotes(call: Call, board: string, ids: readonly number[], externalUserId: string) {
    return this.#read("vote.look-up", call, () => lookUpVotes(this.#store, board, ids, externalUserId));
  }

  // Sockets

  /** A socket's upgrade. A refusal is a `Failure` as JSON, which the Worker words; partyserver would answer a throw with its stack. */
  override async fetch(request: Request): Promise<Response> {
    const requestId = request.headers.get("x-request-id") ?? "-";
    const caller = this.#read("live.open", { ...ANONYMOUS, requestId }, () => admit(this.#store, this.ctx, request));
    if (!caller.ok) return Response.json(caller.error, { status: 400 });
    this.#admitted.set(request, caller.value);
    const response = await super.fetch(request);
    // Still admitted: partyserver threw before `onConnect`, and its answer would carry the stack.
    if (response.webSocket === null || this.#admitted.has(request)) {
      return Response.json(failure("INTERNAL", "The socket could not be opened."), { status: 500 });
    }
    const headers = { "sec-websocket-protocol": LIVE_SUBPROTOCOL, "x-request-id": requestId };
    return new Response(null, { status: 101, webSocket: response.webSocket, headers });
  }

  override getConnectionTags(_socket: Connection, { request }: ConnectionContext): string[] {
    const caller = this.#admitted.get(request);
    return caller === undefined || caller.refusal !== null ? [] : [...caller.tags];
  }

  override onConnect(socket: Connection<SocketState>, { request }: ConnectionContext): void {
    const caller = this.#admitted.get(request);
    this.#admitted.delete(request);
    if (caller === undefined) socket.close(1011, "not admitted");
    else if (caller.refusal !== null) socket.close(1008, caller.refusal);
    else socket.setState({ boardId: caller.boardId, person: caller.person, greeted: false });
  }

  override onMessage(socket: LiveConnection, message: unknown): void {
    const { requestId } = ANONYMOUS;
    try {
      receive({ store: this.#store, fanOut: this.#fanOut, vote: this.#vote, resume: this.#resume }, socket, message);
    } catch (thrown) {
      log("error", fault(requestId, "Workspace.onMessage", thrown, this.name));
      socket.close(1011, "internal error");
    }
  }

  override onClose(socket: LiveConnection): void {
    const boardId = socket.state?.boardId;
    if (boardId !== undefined) this.#fanOut.remove(boardId, socket);
  }

  override onError(socket: LiveConnection): void {
    this.onClose(socket);
  }

  override async onAlarm(): Promise<void> {
    this.#store.runDue(
      (task) => this.#runTask(task),
      (task, thrown) => log("error", fault("alarm", `Workspace.onAlarm ${task}`, thrown, this.name)),
    );
    await this.#deliver("alarm");
  }

  /** One bounded piece of a task, and when to go on (ms); null when it is done. The outbox's stays until nothing waits any more. */
  #runTask(task: string): number | null {
    const next = this.#logged(`alarm.${task.replace(/:.*/u, "")}`, ANONYMOUS, () => {
      if (task !== OUTBOX_TASK) return ok(runPurge(this.#store, task));
      return ok(this.#store.outbox.isEmpty() ? null : this.#store.now() + OUTBOX_RETRY_MS);
    });
    return next.ok ? next.value : null;
  }

  /** Tells members what was committed. What cannot be told now, the alarm tells. */
  async #deliver(requestId: string): Promise<void> {
    try {
      if (!isMigrated(this.#storage) || this.#store.outbox.isEmpty()) return;
      await this.#log.runAsync("outbox.deliver", requestId, () => this.#store.outbox.deliver());
    } catch (thrown) {
      log("error", fault(requestId, "Workspace.outbox", thrown, this.name));
    }
  }

  async #tell(userId: string, message: string): Promise<void> {
    // Written by members.ts, in this object's own database.
    await this.env.USER.getByName(userId).hear(JSON.parse(message) as MembershipNews);
  }

  readonly #vote = (call: Call, board: string, feedbackId: number, person: string, voted: boolean) =>
    voted
      ? this.castVote(call, board, feedbackId, { externalUserId: person })
      : this.removeVote(call, board, feedbackId, person);

  readonly #resume = (board: LiveBoard, since: number) =>
    this.#read("live.resume", ANONYMOUS, () => ok(resumeFrames(this.#store, board, since)));

  *#greeted(boardId: number): Generator<Connection<SocketState>> {
    for (const socket of this.getConnections<SocketState>(boardTag(boardId))) {
      if (socket.state?.greeted === true) yield socket;
    }
  }

  /** Whether a post makes the board, and perhaps the workspace, that it names: they are not there, and have names that may be used. */
  #mayOpen(board: string): boolean {
    if (nameFromSlug(this.name) === null || nameFromSlug(board) === null) return false;
    return !this.#isActive() || this.#store.board(board) === null;
  }

  // Every call: one log line, with what it cost.

  #read<T>(verb: string, call: Call, query: () => Result<T, Failure>): Result<T, Failure> {
    return this.#logged(verb, call, () => (this.#isActive() ? query() : err(workspaceNotFound())));
  }

  #write<T>(verb: string, call: Call, command: () => Result<T, Failure>): Result<T, Failure> {
    if (!this.#isActive()) return this.#logged(verb, call, () => err(workspaceNotFound()));
    return this.#commit(verb, call, command);
  }

  #commit<T>(verb: string, call: Call, command: () => Result<T, Failure>): Result<T, Failure> {
    return this.#logged(verb, call, () => {
      const { result, changes } = this.#store.commit(command);
      this.#fanOut.publish(changes);
      return result;
    });
  }

  #isActive(): boolean {
    this.#active ??= isMigrated(this.#storage) && readSettings(this.#store) !== null;
    return this.#active;
  }

  #logged<T>(verb: string, call: Call, run: () => Result<T, Failure>): Result<T, Failure> {
    return this.#log.run(verb, call.requestId, run, (result) => (result.ok ? "ok" : result.error.code));
  }
}

const ANONYMOUS: Call = { requestId: "-", operator: false, openWorkspaces: false };
