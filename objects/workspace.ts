/**
 * The Workspace object: one per workspace, the owner of its boards, people, feedback and votes, and of the sockets that watch them. Here are the entry points only: each verb stands
 * in a file of its own under `workspace/`; `calls.ts` runs them, `live-sockets.ts` has the sockets, `alarm.ts` what is due later.
 *
 * Reached through `env.WORKSPACE.getByName(slug)`: partyserver's own look-up makes a second round trip. Everything is set up in the constructor, for plain RPC does not
 * run `onStart`.
 */
import { type Connection, type ConnectionContext, Server } from "partyserver";
import type { Call } from "../src/call.ts";
import { invalidInvitation } from "../src/domain/team.ts";
import { parseScale } from "../src/domain/rate-limits.ts";
import { setLogLevel } from "../src/log.ts";
import { type MemberProfile, type MembershipChange, OPERATOR_USER_ID } from "../src/membership.ts";
import { HEARTBEAT } from "../src/protocol/live/version.ts";
import type { CreateApiKey } from "../src/protocol/rest/api-keys.ts";
import type { CreateBoard, UpdateBoard } from "../src/protocol/rest/boards.ts";
import type { CreateFeedback, ListFeedback, UpdateFeedback } from "../src/protocol/rest/feedback.ts";
import type { UpdateRateLimits } from "../src/protocol/rest/rate-limits.ts";
import type { UpdateBranding, UpdateSettings } from "../src/protocol/rest/settings.ts";
import type { CastVote } from "../src/protocol/rest/votes.ts";
import type { CreateInvitation, UpdateMember } from "../src/protocol/rest/members.ts";
import type { CreateWorkspace, UpdateWorkspace } from "../src/protocol/rest/workspaces.ts";
import { err, map } from "../src/result.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";
import { boardTag, type LiveConnection, socketsPerAddress, type SocketState } from "./workspace/admission.ts";
import { runAlarm } from "./workspace/alarm.ts";
import { createApiKey, listApiKeys, type MadeKey, revokeApiKey } from "./workspace/api-keys.ts";
import { type Actor, authorize } from "./workspace/authorize.ts";
import { boardPage, itemPage } from "./workspace/board-page.ts";
import { Calls, UNASKED } from "./workspace/calls.ts";
import { createBoard, deleteBoard, listBoards, readBoard, updateBoard } from "./workspace/boards.ts";
import { FanOut } from "./workspace/fan-out.ts";
import { LiveSockets } from "./workspace/live-sockets.ts";
import { openBoard, openingOf } from "./workspace/open-board.ts";
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
import { hearProfile, listMembers, type Owner, removeMember, updateMember } from "./workspace/members.ts";
import { listRateLimits, updateRateLimits } from "./workspace/rate-limits.ts";
import { readBranding, readSettings, readWidgetConfig, updateBranding, updateSettings } from "./workspace/settings.ts";
import {
  createSigningSecret,
  listSigningSecrets,
  type MadeSecret,
  revokeSigningSecret,
} from "./workspace/signing-secrets.ts";
import { WorkspaceStore } from "./workspace/store.ts";
import { castVote, lookUpVotes, removeVote } from "./workspace/vote.ts";
import { createWorkspace, deleteWorkspace, readWorkspace, updateWorkspace } from "./workspace/workspace.ts";

/** RFC 6455, section 7.1.5. */
const CLOSED_WITHOUT_CODE = 1005;

export class Workspace extends Server<Env> {
  static override options = { hibernate: true };

  readonly #store: WorkspaceStore;
  readonly #calls: Calls;
  readonly #sockets: LiveSockets;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    const clock = () => Date.now();
    const storage = new MeteredStorage(ctx.storage);
    this.#store = new WorkspaceStore(storage, ctx.storage, clock, (userId, message, version) =>
      this.#tell(userId, message, version),
    );
    const open = (tag: string) => this.getConnections<SocketState>(tag);
    const fanOut = new FanOut((boardId) => greeted(open(boardTag(boardId))), open, clock);
    const scale = parseScale(env.RATE_LIMIT_SCALE);
    this.#calls = new Calls(this.name, storage, this.#store, fanOut, scale);
    this.#sockets = new LiveSockets(ctx, this.#calls, this.#store, fanOut, {
      open,
      socketsPerAddressMax: socketsPerAddress(scale),
      vote: (call, board, feedbackId, externalUserId, voted) =>
        voted
          ? this.castVote(call, board, feedbackId, { externalUserId })
          : this.removeVote(call, board, feedbackId, externalUserId),
    });
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT.request, HEARTBEAT.response));
  }

  // Workspaces

  createWorkspace(call: Call, command: CreateWorkspace) {
    const make = () => createWorkspace(this.#store, this.name, command.name, ownerOf(call));
    const create = () => this.#calls.once(call, "", make);
    return this.#calls.told(call, this.#calls.found("workspace.create", call, create));
  }
  readWorkspace(call: Call) {
    return this.#calls.read("workspace.read", call, (actor) => readWorkspace(this.#store, actor, this.name));
  }
  updateWorkspace(call: Call, command: UpdateWorkspace) {
    const update = () => updateWorkspace(this.#store, this.name, command);
    return this.#calls.told(call, this.#calls.write("workspace.update", call, update));
  }
  deleteWorkspace(call: Call) {
    const remove = () => deleteWorkspace(this.#store, this.name);
    return this.#calls.told(call, this.#calls.end("workspace.delete", call, remove));
  }

  // Team

  listMembers(call: Call) {
    return this.#calls.read("member.list", call, () => listMembers(this.#store));
  }
  updateMember(call: Call, userId: string, command: UpdateMember) {
    const update = (actor: Actor) => updateMember(this.#store, actor, this.name, userId, command.role);
    return this.#calls.told(call, this.#calls.write("member.update", call, update));
  }
  removeMember(call: Call, userId: string) {
    const remove = (actor: Actor) => removeMember(this.#store, actor, this.name, userId);
    return this.#calls.told(call, this.#calls.write("member.remove", call, remove));
  }
  listInvitations(call: Call) {
    return this.#calls.read("invitation.list", call, () => listInvitations(this.#store));
  }
  createInvitation(call: Call, command: CreateInvitation, tokenHash: string, sealed: string | null = null) {
    return this.#calls.write("invitation.create", call, (actor) =>
      createInvitation(this.#store, actor, command, tokenHash, sealed),
    );
  }
  revokeInvitation(call: Call, id: string) {
    return this.#calls.write("invitation.revoke", call, (actor) => revokeInvitation(this.#store, actor, id));
  }
  /** Not authorised: whoever was invited is nobody here yet. A workspace that is not there answers as for a wrong token. */
  async acceptInvitation(call: Call, tokenHash: string, account: JoiningAccount) {
    const accept = () => acceptInvitation(this.#store, this.name, tokenHash, account);
    const join = () => this.#calls.once(call, "", accept);
    if (!this.#calls.isActive()) return this.#calls.logged("invitation.accept", call, () => err(invalidInvitation()));
    return this.#calls.told(call, this.#calls.commit("invitation.accept", call, join));
  }
  /** A person's own object says what they are called now. Sets, so that a message which comes twice does no harm. */
  hearProfile(userId: string, profile: MemberProfile): void {
    const hear = () => hearProfile(this.#store, userId, profile);
    if (this.#calls.isActive()) this.#calls.commit("member.hear", UNASKED, hear);
  }

  // Boards

  listBoards(call: Call) {
    return this.#calls.read("board.list", call, (actor) => listBoards(this.#store, actor));
  }
  createBoard(call: Call, command: CreateBoard) {
    return this.#calls.write("board.create", call, () => createBoard(this.#store, command));
  }
  readBoard(call: Call, board: string) {
    return this.#calls.read("board.read", call, (actor) => readBoard(this.#store, actor, board));
  }
  updateBoard(call: Call, board: string, command: UpdateBoard) {
    return this.#calls.write("board.update", call, (actor) => updateBoard(this.#store, actor, board, command));
  }
  deleteBoard(call: Call, board: string) {
    return this.#calls.write("board.delete", call, (actor) => deleteBoard(this.#store, actor, board));
  }
  /** All that the server-rendered board page shows, in one hop. */
  boardPage(call: Call, board: string, query: ListFeedback, externalUserId: string | null) {
    return this.#calls.read("board.page", call, (actor) =>
      boardPage(this.#store, actor, this.name, board, query, externalUserId),
    );
  }
  itemPage(call: Call, board: string, id: number, externalUserId: string | null) {
    return this.#calls.read("feedback.page", call, (actor) =>
      itemPage(this.#store, actor, this.name, board, id, externalUserId),
    );
  }

  // Feedback

  /** `items` is JSON text: written here once, it need not be cloned row by row on its way through the Worker. */
  listFeedback(call: Call, board: string, query: ListFeedback) {
    return this.#calls.read("feedback.list", call, (actor) =>
      map(listFeedback(this.#store, actor, board, query), (page) => ({ ...page, items: JSON.stringify(page.items) })),
    );
  }
  createFeedback(call: Call, board: string, command: CreateFeedback) {
    const create = (actor: Actor) => createFeedback(this.#store, actor, board, command);
    const opening = openingOf(this.#store, this.#calls.isActive(), call, this.name, board);
    const person = command.externalUserId ?? null;
    if (opening === null) return this.#calls.write("feedback.create", call, create, person, board);
    return this.#calls.found("feedback.create", call, () => {
      const actor = authorize(this.#store, this.name, call);
      if (!actor.ok) return actor;
      const opened = openBoard(this.#store, opening);
      return opened.ok ? this.#calls.guarded(call, actor.value, person, () => create(actor.value)) : opened;
    });
  }
  readFeedback(call: Call, board: string, id: number) {
    return this.#calls.read("feedback.read", call, (actor) => readFeedback(this.#store, actor, board, id));
  }
  updateFeedback(call: Call, board: string, id: number, command: UpdateFeedback) {
    const update = (actor: Actor) => updateFeedback(this.#store, actor, board, id, command);
    return this.#calls.write("feedback.update", call, update, null, board);
  }
  deleteFeedback(call: Call, board: string, id: number) {
    const remove = (actor: Actor) => deleteFeedback(this.#store, actor, board, id);
    return this.#calls.write("feedback.delete", call, remove, null, board);
  }

  // Votes

  castVote(call: Call, board: string, feedbackId: number, command: CastVote) {
    const cast = (actor: Actor) => castVote(this.#store, actor, board, feedbackId, command);
    return this.#calls.write("vote.cast", call, cast, command.externalUserId ?? null, board);
  }
  removeVote(call: Call, board: string, feedbackId: number, externalUserId: string | undefined) {
    const remove = (actor: Actor) => removeVote(this.#store, actor, board, feedbackId, externalUserId);
    return this.#calls.write("vote.remove", call, remove, externalUserId ?? null, board);
  }
  lookUpVotes(call: Call, board: string, ids: readonly number[], externalUserId: string | undefined) {
    return this.#calls.read("vote.look-up", call, (actor) =>
      lookUpVotes(this.#store, actor, board, ids, externalUserId),
    );
  }

  // Keys and settings

  listApiKeys(call: Call) {
    return this.#calls.read("key.list", call, () => listApiKeys(this.#store));
  }
  createApiKey(call: Call, command: CreateApiKey, made: MadeKey) {
    return this.#calls.write("key.create", call, (actor) => createApiKey(this.#store, actor, command, made));
  }
  revokeApiKey(call: Call, id: string) {
    return this.#calls.write("key.revoke", call, () => revokeApiKey(this.#store, id));
  }
  listSigningSecrets(call: Call) {
    return this.#calls.read("secret.list", call, () => listSigningSecrets(this.#store));
  }
  createSigningSecret(call: Call, made: MadeSecret) {
    return this.#calls.write("secret.create", call, (actor) => createSigningSecret(this.#store, actor, made));
  }
  revokeSigningSecret(call: Call, id: string) {
    return this.#calls.write("secret.revoke", call, () => revokeSigningSecret(this.#store, id));
  }
  readSettings(call: Call) {
    return this.#calls.read("settings.read", call, () => readSettings(this.#store));
  }
  updateSettings(call: Call, command: UpdateSettings) {
    return this.#calls.write("settings.update", call, () => updateSettings(this.#store, command));
  }
  listRateLimits(call: Call) {
    return this.#calls.read("rate-limit.list", call, () => listRateLimits(this.#store));
  }
  updateRateLimits(call: Call, command: UpdateRateLimits) {
    return this.#calls.write("rate-limit.update", call, () => updateRateLimits(this.#store, command));
  }
  readBranding(call: Call) {
    return this.#calls.read("branding.read", call, () => readBranding(this.#store));
  }
  updateBranding(call: Call, command: UpdateBranding) {
    return this.#calls.write("branding.update", call, () => updateBranding(this.#store, command));
  }
  readWidgetConfig(call: Call) {
    return this.#calls.read("widget-config.read", call, () => readWidgetConfig(this.#store));
  }
  listGuests(call: Call, board: string) {
    return this.#calls.read("guest.list", call, (actor) => listGuests(this.#store, actor, board));
  }
  inviteGuest(call: Call, board: string, externalUserId: string) {
    return this.#calls.write("guest.invite", call, (actor) => inviteGuest(this.#store, actor, board, externalUserId));
  }
  removeGuest(call: Call, board: string, externalUserId: string) {
    return this.#calls.write("guest.remove", call, (actor) => removeGuest(this.#store, actor, board, externalUserId));
  }

  // Sockets and the alarm: partyserver calls these.

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
    return runAlarm(this.#store, this.#calls, this.#sockets);
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

function ownerOf({ caller }: Call): Owner | null {
  if (caller.kind === "operator") return { userId: OPERATOR_USER_ID, email: null, name: null };
  if (caller.kind !== "account") return null;
  return { userId: caller.userId, email: caller.profile?.email ?? null, name: caller.profile?.name ?? null };
}
