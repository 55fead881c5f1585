/**
 * Decides about sessions: how long one lives, and what a refresh token is worth that somebody presents. A session is at the same time the family of its refresh tokens (RFC 9700,
 * section 4.14.2): each is good once, and one that comes again was stolen.
 */
import { REFRESH_GRACE_MS, SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from "../limits.ts";

/** What a request tells of the device it comes from, as the session and the security events keep it. */
export type Device = {
  readonly browser: string;
  readonly os: string;
  readonly device: "desktop" | "mobile" | "tablet" | "other";
  readonly address: string;
  readonly place: string;
};

export type SignInMethod = "password" | "github" | "linkedin";

/** Hashes of tokens, times in ms since 1970. */
export type TokenFamily = {
  readonly tokenHash: string;
  readonly previousHash: string | null;
  readonly rotatedAt: number;
  readonly lastActiveAt: number;
  readonly expiresAt: number;
};

/** When a session that is opened now ends, however much it is used. */
export function sessionEnd(now: number): number {
  return now + SESSION_ABSOLUTE_MS;
}

/** The moment a session is over if nothing more happens. */
export function endOf(session: Pick<TokenFamily, "lastActiveAt" | "expiresAt">): number {
  return Math.min(session.expiresAt, session.lastActiveAt + SESSION_IDLE_MS);
}

export function isAlive(session: Pick<TokenFamily, "lastActiveAt" | "expiresAt">, now: number): boolean {
  return now < endOf(session);
}

/**
 * `rotate`: the current token, which is used up by this. `repeat`: the one before it, moments ago: tabs that refresh at once all get the same successor. `reused`: a token that was used
 * up; either its thief or its owner is late, so the session ends. `unknown`: nothing of this family, or the session is over.
 */
export type Refresh = "rotate" | "repeat" | "reused" | "unknown";

/** `wasUsed` looks the hash up among the older tokens of the family. */
export function judgeRefresh(session: TokenFamily, hash: string, wasUsed: () => boolean, now: number): Refresh {
  if (!isAlive(session, now)) return "unknown";
  if (hash === session.tokenHash) return "rotate";
  if (hash === session.previousHash) return now - session.rotatedAt <= REFRESH_GRACE_MS ? "repeat" : "reused";
  return wasUsed() ? "reused" : "unknown";
}
