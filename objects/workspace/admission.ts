/**
 * Who may have a live socket, and for how long. A socket that must not be is opened and closed with the reason, for a browser is told nothing of a refused upgrade. Sockets are found
 * again by their tags, which outlive a hibernation. What ends with time (a signed identity, an account's session, a key) closes sockets of private boards by alarm.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Connection } from "partyserver";
import type { Call, Caller } from "../../src/call.ts";
import { selfOf } from "../../src/domain/person.ts";
import type { Failure } from "../../src/errors.ts";
import { base64url } from "../../src/ids.ts";
import {
  ACCESS_TOKEN_SECONDS,
  SOCKETS_PER_ADDRESS_MAX,
  SOCKETS_PER_PERSON_MAX,
  SOCKETS_PER_WORKSPACE_MAX,
} from "../../src/limits.ts";
import { LIVE_HEADERS, ROADMAP_NAME } from "../../src/protocol/live/version.ts";
import { ok, type Result } from "../../src/result.ts";
import { type Actor, mayWriteFrom, recognise } from "./authorize.ts";
import { findBoard, mayRead } from "./find-board.ts";
import { ROADMAP_CHANNEL } from "./roadmap/channel.ts";
import type { LiveBoard } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

/**
 * What a socket remembers. `caller`: who opened it; asked again at every vote, for a role may end while a socket is open. `person`: the bare id that was given. `site`: whose page
 * opened it. `openedAt`: in ms; a session may end, too, and only the Worker hears of it.
 */
export type SocketState = {
  readonly boardId: number;
  readonly caller: Exclude<Caller, { readonly kind: "identity" }>;
  readonly person: string | null;
  readonly site: string | null;
  /** As `Call` has it: votes count against its limits. */
  readonly visitor: string | null;
  readonly openedAt: number;
  readonly greeted: boolean;
};
export type LiveConnection = Connection<SocketState>;

/** `refusal`: why it is closed at once; null: it stays. */
export type Admission =
  | { readonly refusal: string }
  | { readonly refusal: null; readonly state: SocketState; readonly tags: readonly string[] };

/** Policy, too big (RFC 6455, section 7.4.1), and come back at once (IANA's registry of close codes). */
export const CLOSE = { policy: 1008, tooBig: 1009, restart: 1012 } as const;
/** Clients know the beginning of the first: they come back with a fresh identity. */
export const REASONS = { identity: "identity ended", refused: "identity refused", gone: "board removed" } as const;

/** Looks for sockets of private boards whose time has come. */
export const ENDINGS_TASK = "end-sockets";
/** Every look goes through all sockets of private boards: thousands that end one after the other are not looked at for each. */
const ENDINGS_STEP_MS = 500;

export function boardTag(boardId: number): string {
  return `b:${String(boardId)}`;
}

/** All sockets of one account. */
export function accountTag(userId: string): string {
  return `u:${userId}`;
}

/** All sockets opened with one API key, or with identities signed with one secret. */
export function credentialTag(id: string): string {
  return `c:${id}`;
}

/** All sockets of a person on a board. Those whom we know are counted apart: nobody takes their places with their bare id. By the hash: a tag has at most 256 bytes, an id more. */
export function personTag(boardId: number, person: string, isKnown: boolean): string {
  return `${isKnown ? "s" : "p"}:${String(boardId)}:${base64url(sha256(new TextEncoder().encode(person)))}`;
}

/** All sockets opened from one address, by its hash. */
function visitorTag(visitor: string): string {
  return `v:${visitor}`;
}

/** `scale`: as of the rate limits; 0: any number. */
export function socketsPerAddress(scale: number): number {
  return scale === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.round(SOCKETS_PER_ADDRESS_MAX * scale));
}

/** What the Worker says of whoever opens a socket: see routes/live.ts. */
export function callOfSocket(request: Request): Call {
  return JSON.parse(decodeURIComponent(request.headers.get(LIVE_HEADERS.call) ?? "")) as Call;
}

/** `perAddressMax`: sockets of one address on the workspace. Errors: BOARD_NOT_FOUND. */
export function admit(
  store: WorkspaceStore,
  ctx: DurableObjectState,
  perAddressMax: number,
  actor: Actor,
  call: Call,
  request: Request,
): Result<Admission, Failure> {
  const { site } = call;
  if (!mayWriteFrom(store.credentials.policy(), site)) return ok({ refusal: "origin not allowed" });
  const found = findChannel(store, actor, decodeURIComponent(request.headers.get(LIVE_HEADERS.board) ?? ""));
  if (!found.ok) return found;
  const { id: boardId, visibility } = found.value;
  const bare = request.headers.get(LIVE_HEADERS.person);
  const person = bare === null ? null : decodeURIComponent(bare);
  const caller = keptCaller(actor, call);
  const self = selfOf(actor);
  const who = self ?? person;
  const quotaTag = who === null ? null : personTag(boardId, who, self !== null);
  const addressTag = call.visitor === null ? null : visitorTag(call.visitor);
  const refusal = refusalOf(ctx, quotaTag, addressTag, perAddressMax);
  if (refusal !== null) return ok({ refusal });
  const tags = [boardTag(boardId), ...credentialTags(actor, call)];
  if (quotaTag !== null) tags.push(quotaTag);
  if (addressTag !== null) tags.push(addressTag);
  if (actor.userId !== null) tags.push(accountTag(actor.userId));
  const state = { boardId, caller, person, site, visitor: call.visitor, openedAt: store.now(), greeted: false };
  const endsAt = endOf(store, state);
  if (visibility === "private" && endsAt !== null) scheduleEndings(store, endsAt);
  return ok({ refusal: null, state, tags });
}

/** The roadmap is there for whoever may read boards: what it tells is what everybody sees. Errors: BOARD_NOT_FOUND. */
function findChannel(
  store: WorkspaceStore,
  actor: Actor,
  name: string,
): Result<Pick<LiveBoard, "id" | "visibility">, Failure> {
  return name === ROADMAP_NAME ? ok({ id: ROADMAP_CHANNEL, visibility: "public" }) : findBoard(store, actor, name);
}

/** A browser whose identity is not taken must hear of it, to ask for another one; null: the failure is HTTP's to tell. */
export function refusedSocket({ caller }: Call, { code }: Failure): Admission | null {
  return caller.kind === "identity" && code === "INVALID_TOKEN" ? { refusal: REASONS.refused } : null;
}

/** Why a socket may not stay where it is; null: it may. */
export function reasonToClose(store: WorkspaceStore, socket: LiveConnection): string | null {
  const { state } = socket;
  if (state === null) return null;
  if (needsFreshIdentity(store, socket)) return REASONS.identity;
  const actor = recognise(store, state.caller);
  if (!actor.ok) return state.caller.kind === "signed" ? REASONS.identity : "credentials ended";
  if (state.boardId === ROADMAP_CHANNEL) return null;
  const board = store.boardById(state.boardId);
  return board === null || !mayRead(store, actor.value, board) ? REASONS.gone : null;
}

/** Whether its client must open another one to act on, or to stay on a private board: it shows then that the session still stands. */
export function needsFreshIdentity(store: WorkspaceStore, socket: LiveConnection): boolean {
  return socket.state?.caller.kind === "account" && isDue(store, socket);
}

/** Has the alarm look at private boards' sockets at `dueAt` (ms). */
export function scheduleEndings(store: WorkspaceStore, dueAt: number): void {
  store.schedule(ENDINGS_TASK, dueAt);
}

/** Those of all sockets that are on a private board. */
export function privateBoardTags(store: WorkspaceStore): string[] {
  return store.boards().flatMap(({ id, visibility }) => (visibility === "private" ? [boardTag(id)] : []));
}

/** Whether the time that the socket was given is over. */
export function isDue(store: WorkspaceStore, { state }: LiveConnection): boolean {
  const endsAt = state === null ? null : endOf(store, state);
  return endsAt !== null && endsAt <= store.now();
}

/** When to look at these sockets again, in ms; null: none ends. */
export function nextEnding(store: WorkspaceStore, sockets: Iterable<LiveConnection>): number | null {
  const now = store.now();
  let next: number | null = null;
  for (const { state } of sockets) {
    const endsAt = state === null ? null : endOf(store, state);
    if (endsAt !== null && endsAt > now && (next === null || endsAt < next)) next = endsAt;
  }
  return next === null ? null : Math.max(next, now + ENDINGS_STEP_MS);
}

/** A signed identity's token is not kept with the socket: what it said is. */
function keptCaller(actor: Actor, { caller }: Call): SocketState["caller"] {
  if (caller.kind !== "identity") return caller;
  const { person, secretId } = actor;
  if (person === null || secretId === null) throw new Error("an identity that names nobody was let in");
  return { kind: "signed", person, secretId };
}

function credentialTags({ secretId }: Actor, { caller }: Call): string[] {
  if (secretId !== null) return [credentialTag(secretId)];
  return caller.kind === "key" ? [credentialTag(caller.hash)] : [];
}

function endOf(store: WorkspaceStore, { caller, openedAt }: Pick<SocketState, "caller" | "openedAt">): number | null {
  if (caller.kind === "signed") return caller.person.expiresAt;
  // A socket is no better than the access token that opened it.
  if (caller.kind === "account") return openedAt + ACCESS_TOKEN_SECONDS * 1_000;
  return caller.kind === "key" ? (store.credentials.keyOf(caller.hash)?.expiresAt ?? null) : null;
}

function refusalOf(
  ctx: DurableObjectState,
  quotaTag: string | null,
  addressTag: string | null,
  perAddressMax: number,
): string | null {
  const open = (tag?: string) => ctx.getWebSockets(tag).length;
  if (open() >= SOCKETS_PER_WORKSPACE_MAX) return "this workspace has as many sockets as it can hold";
  if (quotaTag !== null && open(quotaTag) >= SOCKETS_PER_PERSON_MAX)
    return `more than ${String(SOCKETS_PER_PERSON_MAX)} sockets of one person`;
  if (addressTag !== null && open(addressTag) >= perAddressMax)
    return `more than ${String(perAddressMax)} sockets of one address`;
  return null;
}
