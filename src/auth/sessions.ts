/**
 * Sessions as the Worker sees them: it makes the tokens, the person's object keeps their hashes and decides. A session is on disk before its tokens leave; signing the
 * access token meanwhile costs no time.
 */
import type { CallerProfile } from "../call.ts";
import type { SignInMethod } from "../domain/sessions.ts";
import { clientOf } from "../edge/client.ts";
import { callOf, isSecure, type RequestContext } from "../edge/context.ts";
import { callUser } from "../edge/object-call.ts";
import { fromOwnOrigin } from "../edge/own-origin.ts";
import { type Failure, failure } from "../errors.ts";
import { randomId } from "../ids.ts";
import { ACCESS_TOKEN_SECONDS } from "../limits.ts";
import type { Account, SignedIn } from "../protocol/rest/auth.ts";
import { err, ok, type Result } from "../result.ts";
import { signAccessToken } from "./access-token.ts";
import { signingKey } from "./keys.ts";
import { formatRefreshToken, newSalt, parseRefreshToken, successorOf } from "./refresh-token.ts";
import { hashOf, newSecret } from "./secret.ts";
import { readCookie, sessionCookies } from "./session-cookies.ts";

/** Opens a session for a person who has just proved who they are; their profile must be there. `newDevice`: worth an event of its own. */
export async function openSession(
  context: RequestContext,
  userId: string,
  method: SignInMethod,
  newDevice = false,
): Promise<Result<SignedIn, Failure>> {
  const sessionId = randomId();
  const secret = newSecret();
  const command = { sessionId, tokenHash: await hashOf(secret), method, device: clientOf(context), newDevice };
  const [accessToken, account] = await Promise.all([
    signAccessToken(context.env, context.origin, { userId, sessionId }),
    callUser(context, userId, true, (stub) => stub.openSession(callOf(context), command)),
  ]);
  if (!account.ok) return account;
  context.execution.waitUntil(noteLogin(context, userId));
  const refreshToken = formatRefreshToken({ userId, sessionId, secret });
  // Other origins and other clients keep their tokens themselves; a cookie of ours would only be a danger to them.
  return ok(signedIn(context, accessToken, refreshToken, account.value, fromOwnOrigin(context)));
}

/** Trades a refresh token for the next pair. Errors: INVALID_TOKEN, alike for whatever is wrong with it; RATE_LIMITED, which uses nothing up. Throws when there is no key to sign with. */
export async function refreshSession(
  context: RequestContext,
  refreshToken: string,
): Promise<Result<SignedIn, Failure>> {
  const token = parseRefreshToken(refreshToken);
  if (token === null) return err(invalidRefreshToken());
  const { userId, sessionId, secret } = token;
  // Before the token is used up: who had to come again because there is no key to sign with would come with a used one, and lose the session.
  await signingKey(context.env);
  const offered = newSalt();
  const [hash, successorHash] = await Promise.all([hashOf(secret), successorOf(secret, offered).then(hashOf)]);
  const command = { sessionId, hash, salt: offered, successorHash, device: clientOf(context) };
  // Whatever was asked for with a cookie that is renewed on the way, it counts as renewing.
  const renewing: RequestContext = { ...context, limit: "refresh", person: sessionId };
  const refreshed = await callUser(renewing, userId, true, (stub) => stub.refreshSession(callOf(renewing), command));
  if (!refreshed.ok) return refreshed;
  // Not the offered salt for a tab that came second: the first one's is in force.
  const { salt, account } = refreshed.value;
  const [accessToken, successor] = await Promise.all([
    signAccessToken(context.env, context.origin, { userId, sessionId }),
    successorOf(secret, salt),
  ]);
  const next = formatRefreshToken({ userId, sessionId, secret: successor });
  // A cookie that was used up must be replaced whoever caused the request: the browser would come again with it, and its session would end.
  const fromCookie = readCookie(context.request, "gs_refresh", isSecure(context)) === refreshToken;
  return ok(signedIn(context, accessToken, next, account, fromCookie));
}

/** Asks the person's object whether a session still stands. Errors: INVALID_TOKEN. */
export function checkSession(
  context: RequestContext,
  userId: string,
  sessionId: string,
): Promise<Result<CallerProfile, Failure>> {
  return callUser(context, userId, true, (stub) => stub.checkSession(callOf(context), sessionId));
}

export function invalidRefreshToken(): Failure {
  return failure("INVALID_TOKEN", "The refresh token is not valid, or has ended.");
}

function signedIn(
  context: RequestContext,
  accessToken: string,
  refreshToken: string,
  user: Account,
  inCookies: boolean,
): SignedIn {
  if (inCookies) context.cookies.push(...sessionCookies({ accessToken, refreshToken }, isSecure(context)));
  return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_SECONDS, user };
}

/** May be lost, so nobody waits for it. */
async function noteLogin(context: RequestContext, userId: string): Promise<void> {
  await callUser(context, userId, true, (stub) => stub.noteLogin(callOf(context)));
}
