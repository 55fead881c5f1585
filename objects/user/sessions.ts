/** The person's sessions: opened, refreshed, listed, ended. What a refresh token is worth is decided in domain/sessions.ts. */
import { asc, count, desc, eq, ne, sql } from "drizzle-orm";
import { sessions, usedTokens } from "../../schema/user.ts";
import type { CallerProfile } from "../../src/call.ts";
import { type Device, endOf, isAlive, judgeRefresh, sessionEnd, type SignInMethod } from "../../src/domain/sessions.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { SESSIONS_PER_USER_MAX, USED_TOKENS_PER_SESSION_MAX } from "../../src/limits.ts";
import type { Session } from "../../src/protocol/rest/account.ts";
import type { Account } from "../../src/protocol/rest/auth.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { notThere } from "./profile.ts";
import type { Profile, SessionRow, UserStore } from "./store.ts";

/** The alarm's task that forgets what is over. */
export const SESSIONS_TASK = "sessions";

export type OpenSession = {
  /** Chosen by the Worker, which signs the access token meanwhile. */
  readonly sessionId: string;
  readonly tokenHash: string;
  readonly method: SignInMethod;
  readonly device: Device;
  readonly newDevice: boolean;
};

/** Idempotent: the same session is opened once. Errors: OVERLOADED while the identity's message has not come. */
export function openSession(store: UserStore, command: OpenSession): Result<Account, Failure> {
  const profile = store.profile();
  if (profile === null) return err(notReady());
  const account = accountOf(store, profile);
  if (store.session(command.sessionId) !== null) return ok(account);
  const { sessionId: id, tokenHash, method, device, newDevice } = command;
  const now = store.now();
  makeRoom(store);
  const times = { rotatedAt: now, createdAt: now, lastActiveAt: now, expiresAt: sessionEnd(now) };
  const tokens = { tokenHash, previousHash: null, successorSalt: null, rotations: 0 };
  store.db
    .insert(sessions)
    .values({ id, ...tokens, method, ...device, ...times })
    .run();
  store.record("signed-in", now, device);
  if (newDevice) store.record("new-device", now, device);
  store.schedule(SESSIONS_TASK, endOf(times));
  return ok(account);
}

export type RefreshSession = {
  readonly sessionId: string;
  readonly hash: string;
  /** For the successor, should this be the token's first use. */
  readonly salt: string;
  readonly successorHash: string;
  readonly device: Device;
};

/** The salt that makes the successor which is in force. A refusal may have ended the session: it must be committed. Errors: INVALID_TOKEN. */
export function refreshSession(
  store: UserStore,
  command: RefreshSession,
): Result<{ readonly salt: string; readonly account: Account }, Failure> {
  const row = store.session(command.sessionId);
  const profile = store.profile();
  if (row === null || profile === null) return err(refused());
  const now = store.now();
  const account = accountOf(store, profile);
  const verdict = judgeRefresh(row, command.hash, () => wasUsed(store, row.id, command.hash), now);
  if (verdict === "rotate") {
    rotate(store, row, command, now);
    return ok({ salt: command.salt, account });
  }
  if (verdict === "repeat" && row.successorSalt !== null) return ok({ salt: row.successorSalt, account });
  if (verdict === "reused") {
    end(store, row.id);
    store.record("refresh-token-reused", now, command.device);
  }
  return err(refused());
}

function rotate({ db }: UserStore, row: SessionRow, command: RefreshSession, now: number): void {
  if (row.previousHash !== null) {
    db.insert(usedTokens)
      .values({ hash: row.previousHash, sessionId: row.id, usedAt: now })
      .onConflictDoNothing()
      .run();
  }
  // The token before the current one is not among the used ones, so they are one fewer than the rotations.
  if (row.rotations > USED_TOKENS_PER_SESSION_MAX) {
    const oldest = db
      .select({ hash: usedTokens.hash })
      .from(usedTokens)
      .where(eq(usedTokens.sessionId, row.id))
      .orderBy(asc(usedTokens.usedAt))
      .limit(1)
      .get();
    if (oldest !== undefined) db.delete(usedTokens).where(eq(usedTokens.hash, oldest.hash)).run();
  }
  db.update(sessions)
    .set({
      tokenHash: command.successorHash,
      previousHash: row.tokenHash,
      successorSalt: command.salt,
      rotatedAt: now,
      rotations: row.rotations + 1,
      lastActiveAt: now,
    })
    .where(eq(sessions.id, row.id))
    .run();
}

/** Errors: INVALID_TOKEN. */
export function checkSession(store: UserStore, sessionId: string): Result<CallerProfile, Failure> {
  const row = store.session(sessionId);
  const profile = store.profile();
  if (row === null || profile === null || !isAlive(row, store.now())) return err(notThere());
  return ok({ email: profile.email, emailVerified: profile.emailVerifiedAt !== null, name: profile.name });
}

/** Last active first. */
export function listSessions(store: UserStore, currentId: string): Session[] {
  const now = store.now();
  const rows = store.db.select().from(sessions).orderBy(desc(sessions.lastActiveAt)).limit(SESSIONS_PER_USER_MAX).all();
  return rows
    .filter((row) => isAlive(row, now))
    .map((row) => ({
      id: row.id,
      current: row.id === currentId,
      method: row.method,
      device: row.device as Session["device"],
      browser: row.browser,
      os: row.os,
      address: row.address,
      place: row.place,
      createdAt: new Date(row.createdAt).toISOString(),
      lastActiveAt: new Date(row.lastActiveAt).toISOString(),
      expiresAt: new Date(endOf(row)).toISOString(),
    }));
}

/** Errors: SESSION_NOT_FOUND. */
export function revokeSession(store: UserStore, sessionId: string, device: Device): Result<null, Failure> {
  if (!end(store, sessionId)) return err(failure("SESSION_NOT_FOUND", "You have no session of this id."));
  store.record("session-revoked", store.now(), device);
  return ok(null);
}

export function revokeOtherSessions(store: UserStore, currentId: string, device: Device): Result<null, never> {
  endSessions(store, currentId);
  store.record("other-sessions-revoked", store.now(), device);
  return ok(null);
}

/** Ends the session if the token, when there is one, is of its family. That it was over already makes no difference. */
export function signOut(store: UserStore, sessionId: string, hash: string | null, device: Device): Result<null, never> {
  const row = store.session(sessionId);
  if (row === null) return ok(null);
  const ofFamily = hash === null || hash === row.tokenHash || hash === row.previousHash || wasUsed(store, row.id, hash);
  if (ofFamily && end(store, row.id)) store.record("signed-out", store.now(), device);
  return ok(null);
}

export function endSession(store: UserStore, sessionId: string): Result<null, never> {
  end(store, sessionId);
  return ok(null);
}

/** Ends all sessions but one. */
export function endSessions({ db }: UserStore, keptId: string | null): void {
  db.delete(usedTokens)
    .where(keptId === null ? undefined : ne(usedTokens.sessionId, keptId))
    .run();
  db.delete(sessions)
    .where(keptId === null ? undefined : ne(sessions.id, keptId))
    .run();
}

/** Forgets what is over. When to come again (ms), or null. */
export function purgeSessions(store: UserStore): number | null {
  const now = store.now();
  let next: number | null = null;
  for (const row of store.db.select().from(sessions).all()) {
    if (isAlive(row, now)) next = Math.min(next ?? Infinity, endOf(row));
    else end(store, row.id);
  }
  return next;
}

/** The least recently active session goes when there are too many. */
function makeRoom(store: UserStore): void {
  const { n } = store.db.select({ n: count() }).from(sessions).get() ?? { n: 0 };
  if (n < SESSIONS_PER_USER_MAX) return;
  const oldest = store.db.select({ id: sessions.id }).from(sessions).orderBy(asc(sessions.lastActiveAt)).limit(1).get();
  if (oldest !== undefined) end(store, oldest.id);
}

function wasUsed({ db }: UserStore, sessionId: string, hash: string): boolean {
  const used = db.select().from(usedTokens).where(eq(usedTokens.hash, hash)).get();
  return used?.sessionId === sessionId;
}

/** Whether there was one. */
function end({ db }: UserStore, id: string): boolean {
  db.delete(usedTokens).where(eq(usedTokens.sessionId, id)).run();
  return (
    db
      .delete(sessions)
      .where(eq(sessions.id, id))
      .returning({ one: sql`1` })
      .all().length > 0
  );
}

/** The identity's message is on its way. */
export function notReady(): Failure {
  return failure("OVERLOADED", "The account is not ready yet. Try again.");
}

function accountOf(store: UserStore, { email, name }: Profile): Account {
  return { id: store.id, email, name };
}

function refused(): Failure {
  return failure("INVALID_TOKEN", "The refresh token is not valid, or has ended.");
}
