/**
 * Refresh tokens: `gsr_<user id>.<session id>.<secret>`. Only hashes of secrets are stored. A successor follows from its predecessor's secret and a salt, so that
 * whoever holds the predecessor can be given the same successor once more, though nobody has kept it.
 */
import { base64url, randomId } from "../ids.ts";

export type RefreshToken = { readonly userId: string; readonly sessionId: string; readonly secret: string };

const PATTERN = /^gsr_([\w-]{22})\.([\w-]{22})\.([\w-]{43})$/u;

export function newSalt(): string {
  return randomId();
}

export function formatRefreshToken({ userId, sessionId, secret }: RefreshToken): string {
  return `gsr_${userId}.${sessionId}.${secret}`;
}

/** Null for what was never one of ours: no object is woken for it. */
export function parseRefreshToken(token: string): RefreshToken | null {
  const [, userId, sessionId, secret] = PATTERN.exec(token) ?? [];
  return userId === undefined || sessionId === undefined || secret === undefined ? null : { userId, sessionId, secret };
}

/** HMAC-SHA-256 of the salt under the predecessor's secret: without that secret the salt says nothing. */
export async function successorOf(secret: string, salt: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(salt))));
}
