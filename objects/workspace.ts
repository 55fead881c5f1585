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
import { ANONYMOUS, type Call } from "../src/call.ts";
import { nameFromSlug } from "../src/domain/boards.ts";
import { invalidInvitation } from "../src/domain/team.ts";
import { type Failure, failure } from "../src/errors.ts";
import { fault, log, setLogLevel } from "../src/log.ts";
import { type MemberProfile, type MembershipChange, OPERATOR_USER_ID } from "../src/membership.ts";
import { HEARTBEAT, LIVE_SUBPROTOCOL } from "../src/protocol/live/version.ts";
import type { CreateApiKey } from "../src/protocol/rest/api-keys.ts";
import type { CreateBoard, UpdateBoard } from "../src/protocol/rest/boards.ts";
import type { CreateFeedback, ListFeedback, UpdateFeedback } from "../src/protocol/rest/feedback.ts";
import type { UpdateBranding, UpdateSettings } from "../src/protocol/rest/settings.ts";
import type { CastVote } from "../src/protocol/rest/votes.ts";
import type { CreateInvitation, UpdateMember } from "../src/protocol/rest/members.ts";
import type { CreateWorkspace, UpdateWorkspace } from "../src/protocol/rest/workspaces.ts";
import { err, map, ok, type Result } from "../src/result.ts";
import { CallLog } from "./shared/call-log.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";
import { OUTBOX_RETRY_MS, OUTBOX_TASK } from "./shared/outbox.ts";
import {
  admit,
  type Admission,
  boardTag,
  callOfSocket,
  CLOSE,
  ENDINGS_TASK,
  type LiveConnection,
  nextEnding,
  reasonToClose,
  refusedSocket,
  type SocketState,
} from "./workspace/admission.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./workspace/api-keys.ts";
import { absent, type Actor, authorize } from "./workspace/authorize.ts";
import { boardPage, itemPage } from "./workspace/board-page.ts";
import { createBoard, deleteBoard, listBoards, readBoard, updateBoard } from "./workspace/boards.ts";
import { FanOut } from "./workspace/fan-out.ts";
import { createFeedback, deleteFeedback, readFeedback, updateFeedback } from "./workspace/feedback.ts";
import {
  acceptInvitation,
  createInvitation,
  type JoiningAccount,
  listInvitations,
  revokeInvitation,
} from "./workspace/invitations.ts";
import { inviteGuest, listGuests, removeGuest } from "./workspace/guests.ts";
import { listFeedback } from "./workspace/list-feedback.ts";
import { runPurge } from "./workspace/purge.ts";
import { hearProfile, listMembers, type Owner, removeMember, updateMember } from "./workspace/members.ts";
import { resumeFrames } from "./workspace/resume.ts";
import { receive } from "./workspace/sockets.ts";
import type { LiveBoard } from "./workspace/rows.ts";
import { readBranding, readSettings, readWidgetConfig, updateBranding, updateSettings } from "./workspace/settings.ts";
import { createSigningSecret, listSigningSecrets, revokeSigningSecret } from "./workspace/signing-secrets.ts";
import { readSettings as readSettingsRow, WorkspaceStore } from "./workspace/store.ts";
import { castVote, lookUpVotes, removeVote } from "./workspace/vote.ts";
import { createWorkspace, deleteWorkspace, openBoard, readWorkspace, updateWorkspace } from "./workspace/workspace.ts";

export class Workspace extends Server<Env> {
  static override options = { hibernate: true };

  readonly #storage: MeteredStorage;
  readonly #store: WorkspaceStore;
  readonly #fanOut: FanOut;
  readonly #log: CallLog;
  readonly #admitted = new WeakMap<Request, Admission>();
  /** Whether there are tables; asked once, for it costs as many rows as there are tables. */
  #migrated: boolean;
  /** Null: not looked up since the last change to it. */
  #active: boolean | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    const clock = () => Date.now();
    this.#storage = new MeteredStorage(ctx.storage);
    this.#migrated = isMigrated(this.#storage);
    if (this.#migrated) migrate(this.#storage, MIGRATIONS);
    else this.#active = false;
    this.#store = new WorkspaceStore(this.#storage, ctx.storage, clock, (userId, message, version) =>
      this.#tell(userId, message, version),
    );
    const seq = () => (this.#active === true ? this.#store.seq() : null);
    this.#log = new CallLog({ object: "Workspace", workspace: this.name }, this.#storage.sql, seq);
    const open = (tag: string) => this.getConnections<SocketState>(tag);
    this.#fanOut = new FanOut((boardId) => this.#greeted(boardId), open, clock);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT.request, HEARTBEAT.response));
  }

  // Workspaces

  async createWorkspace(call: Call, command: CreateWorkspace) {
    this.#makeTables();
    const result = this.#commit("workspace.create", call, () =>
      createWorkspace(this.#store, this.name, command.name, ownerOf(call)),
    );
    await this.#deliver(call.requestId);
    return result;
  }
  readWorkspace(call: Call) {
    return this.#read("workspace.read", call, (actor) => readWorkspace(this.#store, actor, this.name));
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

  // Team

  listMembers(call: Call) {
    return this.#read("member.list", call, () => listMembers(this.#store));
  }
  async updateMember(call: Call, userId: string, command: UpdateMember) {
    const result = this.#write("member.update", call, (actor) =>
      updateMember(this.#store, actor, this.name, userId, command.role),
    );
    await this.#deliver(call.requestId);
    return result;
  }
  async removeMember(call: Call, userId: string) {
    const result = this.#write("member.remove", call, (actor) => removeMember(this.#store, actor, this.name, userId));
    await this.#deliver(call.requestId);
    return result;
  }
  listInvitations(call: Call) {
    return this.#read("invitation.list", call, () => listInvitations(this.#store));
  }
  createInvitation(call: Call, command: CreateInvitation, tokenHash: string) {
    return this.#write("invitation.create", call, (actor) => createInvitation(this.#store, actor, command, tokenHash));
  }
  revokeInvitation(call: Call, id: string) {
    return this.#write("invitation.revoke", call, () => revokeInvitation(this.#store, id));
  }
  /** Not authorised: whoever was invited is nobody here yet. A workspace that is not there answers as for a wrong token. */
  async acceptInvitation(call: Call, tokenHash: string, account: JoiningAccount) {
    const join = () => acceptInvitation(this.#store, this.name, tokenHash, account);
    if (!this.#isActive()) return this.#logged("invitation.accept", call, () => err(invalidInvitation()));
    const result = this.#commit("invitation.accept", call, join);
    await this.#deliver(call.requestId);
    return result;
  }
  /** A person's own object says what they are called now. Sets, so that a message which comes twice does no harm. */
  hearProfile(userId: string, profile: MemberProfile): void {
    if (this.#isActive()) this.#commit("member.hear", UNASKED, () => hearProfile(this.#store, userId, profile));
  }

  // Boards

  listBoards(call: Call) {
    return this.#read("board.list", call, (actor) => listBoards(this.#store, actor));
  }
  createBoard(call: Call, command: CreateBoard) {
    return this.#write("board.create", call, () => createBoard(this.#store, command));
  }
  readBoard(call: Call, board: string) {
    return this.#read("board.read", call, (actor) => readBoard(this.#store, actor, board));
  }
  updateBoard(call: Call, board: string, command: UpdateBoard) {
    return this.#write("board.update", call, (actor) => updateBoard(this.#store, actor, board, command));
  }
  deleteBoard(call: Call, board: string) {
    return this.#write("board.delete", call, (actor) => deleteBoard(this.#store, actor, board));
  }
  /** All that the server-rendered board page shows, in one hop. */
  boardPage(call: Call, board: string, query: ListFeedback, externalUserId: string | null) {
    return this.#read("board.page", call, (actor) =>
      boardPage(this.#store, actor, this.name, board, query, externalUserId),
    );
  }
  itemPage(call: Call, board: string, id: number, externalUserId: string | null) {
    return this.#read("feedback.page", call, (actor) =>
      itemPage(this.#store, actor, this.name, board, id, externalUserId),
    );
  }

  // Feedback

  /** `items` is JSON text: written here once, it need not be cloned row by row on its way through the Worker. */
  listFeedback(call: Call, board: string, query: ListFeedback) {
    return this.#read("feedback.list", call, (actor) =>
      map(listFeedback(this.#store, actor, board, query), (page) => ({ ...page, items: JSON.stringify(page.items) })),
    );
  }
  createFeedback(call: Call, board: string, command: CreateFeedback) {
    const create = (actor: Actor) => createFeedback(this.#store, actor, board, command);
    if (!call.openWorkspaces || !this.#mayOpen(call, board)) return this.#write("feedback.create", call, create);
    this.#makeTables();
    const made = { stands: false };
    try {
      return this.#commit("feedback.create", call, () => {
        const actor = authorize(this.#store, this.name, call);
        if (!actor.ok) return actor;
        const opened = openBoard(this.#store, this.name, board);
        if (!opened.ok) return opened;
        this.#active = true; // so that the log line has the seq
        const created = create(actor.value);
        made.stands = created.ok;
        return created;
      });
    } finally {
      if (!made.stands) this.#active = null;
    }
  }
  readFeedback(call: Call, board: string, id: number) {
    return this.#read("feedback.read", call, (actor) => readFeedback(this.#store, actor, board, id));
  }
  updateFeedback(call: Call, board: string, id: number, command: UpdateFeedback) {
    return this.#write("feedback.update", call, (actor) => updateFeedback(this.#store, actor, board, id, command));
  }
  deleteFeedback(call: Call, board: string, id: number) {
    return this.#write("feedback.delete", call, (actor) => deleteFeedback(this.#store, actor, board, id));
  }

  // Votes

  castVote(call: Call, board: string, feedbackId: number, command: CastVote) {
    return this.#write("vote.cast", call, (actor) => castVote(this.#store, actor, board, feedbackId, command));
  }
  removeVote(call: Call, board: string, feedbackId: number, externalUserId: string | undefined) {
    return this.#write("vote.remove", call, (actor) =>
      removeVote(this.#store, actor, board, feedbackId, externalUserId),
    );
  }
  lookUpVotes(call: Call, board: string, ids: readonly number[], externalUserId: string | undefined) {
    return this.#read("vote.look-up", call, (actor) => lookUpVotes(this.#store, actor, board, ids, externalUserId));
  }

  // Keys and settings

  listApiKeys(call: Call) {
    return this.#read("key.list", call, () => listApiKeys(this.#store));
  }
  createApiKey(call: Call, command: CreateApiKey) {
    return this.#write("key.create", call, (actor) => createApiKey(this.#store, actor, command));
  }
  revokeApiKey(call: Call, id: string) {
    return this.#write("key.revoke", call, () => revokeApiKey(this.#store, id));
  }
  listSigningSecrets(call: Call) {
    return this.#read("secret.list", call, () => listSigningSecrets(this.#store));
  }
  createSigningSecret(call: Call) {
    return this.#write("secret.create", call, (actor) => createSigningSecret(this.#store, actor));
  }
  revokeSigningSecret(call: Call, id: string) {
    return this.#write("secret.revoke", call, () => revokeSigningSecret(this.#store, id));
  }
  readSettings(call: Call) {
    return this.#read("settings.read", call, () => readSettings(this.#store));
  }
  updateSettings(call: Call, command: UpdateSettings) {
    return this.#write("settings.update", call, () => updateSettings(this.#store, command));
  }
  readBranding(call: Call) {
    return this.#read("branding.read", call, () => readBranding(this.#store));
  }
  updateBranding(call: Call, command: UpdateBranding) {
    return this.#write("branding.update", call, () => updateBranding(this.#store, command));
  }
  readWidgetConfig(call: Call) {
    return this.#read("widget-config.read", call, () => readWidgetConfig(this.#store));
  }
  listGuests(call: Call, board: string) {
    return this.#read("guest.list", call, (actor) => listGuests(this.#store, actor, board));
  }
  inviteGuest(call: Call, board: string, externalUserId: string) {
    return this.#write("guest.invite", call, (actor) => inviteGuest(this.#store, actor, board, externalUserId));
  }
  removeGuest(call: Call, board: string, externalUserId: string) {
    return this.#write("guest.remove", call, (actor) => removeGuest(this.#store, actor, board, externalUserId));
  }

  // Sockets

  /** A socket's upgrade. A refusal is a `Failure` as JSON, which the Worker words; partyserver would answer a throw with its stack. */
  override async fetch(request: Request): Promise<Response> {
    const requestId = request.headers.get("x-request-id") ?? "-";
    const call = callOfSocket(request);
    const admitted = this.#read("live.open", call, (actor) => admit(this.#store, this.ctx, actor, call, request));
    const admission = admitted.ok ? admitted.value : refusedSocket(call, admitted.error);
    if (admission === null) return Response.json(admitted.ok ? null : admitted.error, { status: 400 });
    this.#admitted.set(request, admission);
    const response = await super.fetch(request);
    // Still admitted: partyserver threw before `onConnect`, and its answer would carry the stack.
    if (response.webSocket === null || this.#admitted.has(request)) {
      return Response.json(failure("INTERNAL", "The socket could not be opened."), { status: 500 });
    }
    const headers = { "sec-websocket-protocol": LIVE_SUBPROTOCOL, "x-request-id": requestId };
    return new Response(null, { status: 101, webSocket: response.webSocket, headers });
  }

  override getConnectionTags(_socket: Connection, { request }: ConnectionContext): string[] {
    const admission = this.#admitted.get(request);
    return admission === undefined || admission.refusal !== null ? [] : [...admission.tags];
  }

  override onConnect(socket: Connection<SocketState>, { request }: ConnectionContext): void {
    const admission = this.#admitted.get(request);
    this.#admitted.delete(request);
    if (admission === undefined) socket.close(1011, "not admitted");
    else if (admission.refusal !== null) socket.close(CLOSE.policy, admission.refusal);
    else socket.setState(admission.state);
  }

  override onMessage(socket: LiveConnection, message: unknown): void {
    const { requestId } = UNASKED;
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
    const next = this.#logged(`alarm.${task.replace(/:.*/u, "")}`, UNASKED, () => {
      if (task === OUTBOX_TASK) return ok(this.#store.outbox.isEmpty() ? null : this.#store.now() + OUTBOX_RETRY_MS);
      return ok(task === ENDINGS_TASK ? this.#endSockets() : runPurge(this.#store, task));
    });
    return next.ok ? next.value : null;
  }

  /** Closes the sockets of private boards whose identity or key has ended; answers when the next one does. */
  #endSockets(): number | null {
    const tags = this.#store.boards().flatMap(({ id, visibility }) => (visibility === "private" ? [boardTag(id)] : []));
    const reason = (socket: LiveConnection) => reasonToClose(this.#store, socket);
    this.#fanOut.publish(tags.map((tag) => ({ kind: "disconnect", tag, code: CLOSE.policy, reason })));
    return nextEnding(
      this.#store,
      tags.flatMap((tag) => [...this.getConnections<SocketState>(tag)]),
    );
  }

  /** Tells members what was committed. What cannot be told now, the alarm tells. */
  async #deliver(requestId: string): Promise<void> {
    try {
      if (!this.#migrated || this.#store.outbox.isEmpty()) return;
      await this.#log.runAsync("outbox.deliver", requestId, () => this.#store.outbox.deliver());
    } catch (thrown) {
      log("error", fault(requestId, "Workspace.outbox", thrown, this.name));
    }
  }

  async #tell(userId: string, message: string, version: number): Promise<void> {
    // Written by members.ts, in this object's own database.
    const change = JSON.parse(message) as MembershipChange;
    await this.env.USER.getByName(userId).hear({ ...change, version });
  }

  readonly #vote = (call: Call, board: string, feedbackId: number, person: string | undefined, voted: boolean) =>
    voted
      ? this.castVote(call, board, feedbackId, { externalUserId: person })
      : this.removeVote(call, board, feedbackId, person);

  readonly #resume = (board: LiveBoard, since: number) =>
    this.#logged("live.resume", UNASKED, () => ok(resumeFrames(this.#store, board, since)));

  *#greeted(boardId: number): Generator<Connection<SocketState>> {
    for (const socket of this.getConnections<SocketState>(boardTag(boardId))) {
      if (socket.state?.greeted === true) yield socket;
    }
  }

  /** Whether a post makes the board, and perhaps the workspace, that it names: they are not there, and have names that may be used. */
  #mayOpen({ caller }: Call, board: string): boolean {
    // Of a workspace that is not there nobody has a key, nor a signed identity.
    if (!this.#isActive() && (caller.kind === "key" || caller.kind === "identity")) return false;
    if (nameFromSlug(this.name) === null || nameFromSlug(board) === null) return false;
    return !this.#isActive() || this.#store.board(board) === null;
  }

  // Every call: one log line, with what it cost.

  #read<T>(verb: string, call: Call, query: (actor: Actor) => Result<T, Failure>): Result<T, Failure> {
    return this.#logged(verb, call, () => this.#authorized(call, query));
  }

  #write<T>(verb: string, call: Call, command: (actor: Actor) => Result<T, Failure>): Result<T, Failure> {
    return this.#logged(verb, call, () => this.#authorized(call, (actor) => this.#transact(() => command(actor))));
  }

  #authorized<T>(call: Call, verb: (actor: Actor) => Result<T, Failure>): Result<T, Failure> {
    if (!this.#isActive()) return err(absent(call));
    const actor = authorize(this.#store, this.name, call);
    return actor.ok ? verb(actor.value) : actor;
  }

  #commit<T>(verb: string, call: Call, command: () => Result<T, Failure>): Result<T, Failure> {
    return this.#logged(verb, call, () => this.#transact(command));
  }

  #transact<T>(command: () => Result<T, Failure>): Result<T, Failure> {
    const { result, changes } = this.#store.commit(command);
    this.#fanOut.publish(changes);
    return result;
  }

  /** For whoever makes the workspace. */
  #makeTables(): void {
    if (!this.#migrated) migrate(this.#storage, MIGRATIONS);
    this.#migrated = true;
    this.#active = null;
  }

  #isActive(): boolean {
    this.#active ??= this.#migrated && readSettingsRow(this.#store) !== null;
    return this.#active;
  }

  #logged<T>(verb: string, call: Call, run: () => Result<T, Failure>): Result<T, Failure> {
    return this.#log.run(verb, call.requestId, run, (result) => (result.ok ? "ok" : result.error.code));
  }
}

/** Of the object's own work. */
const UNASKED: Call = { requestId: "-", caller: ANONYMOUS, action: null, openWorkspaces: false, site: null };

function ownerOf({ caller }: Call): Owner | null {
  if (caller.kind === "operator") return { userId: OPERATOR_USER_ID, email: null, name: null };
  if (caller.kind !== "account") return null;
  return { userId: caller.userId, email: caller.profile?.email ?? null, name: caller.profile?.name ?? null };
}
