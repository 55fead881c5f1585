/**
 * Signs a person in with a password. Whether the address is known makes no difference to anybody who asks: the same look-ups, the same hash, the same counting, the same words. What
 * can run at the same time does.
 */
import { passwordIdentityName } from "../domain/email.ts";
import { clientOf } from "../edge/client.ts";
import { callOf, type RequestContext } from "../edge/context.ts";
import { callIdentity, callUser } from "../edge/object-call.ts";
import { type Failure, wrongPassword } from "../errors.ts";
import type { LogIn, SignedIn } from "../protocol/rest/auth.ts";
import { err, ok, type Result } from "../result.ts";
import { afterAnswer, padAsking } from "./after-answer.ts";
import { type Browser, browserOf } from "./browser.ts";
import { signingKey } from "./keys.ts";
import { HashTurn } from "./password-hash.ts";
import { parseRefreshToken } from "./refresh-token.ts";
import { openSession } from "./sessions.ts";

/** Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, OVERLOADED. */
export async function logIn(context: RequestContext, { email, password }: LogIn): Promise<Result<SignedIn, Failure>> {
  const turn = HashTurn.take(context.execution);
  if (!turn.ok) return turn;
  try {
    const browser = await browserOf(context);
    const proved = await provePassword(context, turn.value, email, password, browser);
    if (!proved.ok) return proved;
    const { userId, passwordHash, outdated, knownDevice } = proved.value;
    const rehashed = outdated ? await turn.value.hash(password) : null;
    turn.value.leave();
    const cookies = context.cookies.length;
    const settle = { passwordHash, rehashed, browser: browser.hash };
    const name = passwordIdentityName(email);
    const [settled, session] = await Promise.all([
      callIdentity(context, name, true, (stub) => stub.settleSignIn(callOf(context), settle)),
      openSession(context, userId, "password", browser.hash !== null && !knownDevice),
    ]);
    if (!session.ok) return session;
    if (settled.ok && settled.value) {
      browser.remember();
      return session;
    }
    await takeBack(context, session.value);
    context.cookies.length = cookies;
    return settled.ok ? err(wrongPassword()) : settled;
  } finally {
    turn.value.leave();
  }
}

export type Proved = {
  readonly userId: string;
  /** As it is stored. */
  readonly passwordHash: string;
  readonly outdated: boolean;
  readonly knownDevice: boolean;
};

/** Counts the try, and a wrong one stays counted. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS. */
export async function provePassword(
  context: RequestContext,
  turn: HashTurn,
  email: string,
  password: string,
  browser: Browser,
): Promise<Result<Proved, Failure>> {
  const startedAt = performance.now();
  const device = browser.cameBack ? browser.hash : null;
  const [begun] = await Promise.all([
    callIdentity(context, passwordIdentityName(email), false, (stub) => stub.beginSignIn(callOf(context), device)),
    // Only so that it is there when the session is opened, which says so if it is not.
    signingKey(context.env).catch(() => null),
  ]);
  if (!begun.ok) return begun;
  const { userId, passwordHash, knownDevice } = begun.value;
  const askedMs = performance.now() - startedAt;
  const { matches, outdated } = await turn.verify(password, passwordHash);
  if (matches && userId !== null && passwordHash !== null) return ok({ userId, passwordHash, outdated, knownDevice });
  await padAsking(askedMs);
  if (userId !== null) afterAnswer(context, () => noteFailure(context, userId));
  return err(wrongPassword());
}

/** The password was changed while it was being checked: the session's tokens have not left, and never will. */
async function takeBack(context: RequestContext, { refreshToken }: SignedIn): Promise<void> {
  const token = parseRefreshToken(refreshToken);
  if (token === null) return;
  await callUser(context, token.userId, true, (stub) => stub.endSession(callOf(context), token.sessionId));
}

async function noteFailure(context: RequestContext, userId: string): Promise<void> {
  await callUser(context, userId, false, (stub) => stub.noteFailedSignIn(callOf(context), clientOf(context)));
}
