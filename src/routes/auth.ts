/** `/auth`: see protocol/rest/auth.ts. What is behind it stands in src/auth. */
import {
  changeMyPassword,
  confirmAccount,
  mailReset,
  mailVerification,
  openAccount,
  setPasswordByLink,
  verifyByLink,
} from "../auth/registration.ts";
import { parseRefreshToken } from "../auth/refresh-token.ts";
import { hashOf } from "../auth/secret.ts";
import { clearedCookies, readCookie } from "../auth/session-cookies.ts";
import { invalidRefreshToken, refreshSession } from "../auth/sessions.ts";
import { logIn } from "../auth/sign-in.ts";
import { clientOf } from "../edge/client.ts";
import { callOf, isSecure, type RequestContext } from "../edge/context.ts";
import { callUser } from "../edge/object-call.ts";
import { fromOwnOrigin } from "../edge/own-origin.ts";
import { json, noContent } from "../edge/respond.ts";
import type { Failure } from "../errors.ts";
import {
  changePassword,
  confirmRegistration,
  confirmReset,
  logIn as logInEndpoint,
  logOut,
  type Refresh,
  refresh,
  register,
  requestReset,
  sendVerification,
  verifyEmail,
} from "../protocol/rest/auth.ts";
import { err, map, ok, type Result } from "../result.ts";
import { accountOf } from "./account.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const authRoutes: readonly Route[] = [
  route(register, async (context, { body }) => {
    const opened = await openAccount(context, body);
    return map(opened, (signedIn) => (signedIn === null ? lookIntoYourMail() : json(signedIn, 201)));
  }),
  route(confirmRegistration, async (context, { body }) =>
    map(await confirmAccount(context, body), (signedIn) => json(signedIn, 201)),
  ),
  route(logInEndpoint, async (context, { body }) => map(await logIn(context, body), (signedIn) => json(signedIn))),
  route(refresh, async (context, { body }) => {
    const token = offeredToken(context, body);
    const refreshed = token === null ? err(invalidRefreshToken()) : await refreshSession(context, token);
    if (!refreshed.ok && refreshed.error.code === "INVALID_TOKEN" && fromOwnOrigin(context)) clearCookies(context);
    return map(refreshed, (signedIn) => json(signedIn));
  }),
  route(logOut, async (context, { body }) => {
    const ended = await endThisSession(context, offeredToken(context, body));
    if (!ended.ok) return ended;
    if (fromOwnOrigin(context)) clearCookies(context);
    return ok(noContent());
  }),
  route(changePassword, async (context, { body }) => {
    const { userId, sessionId, profile } = accountOf(context);
    const email = profile?.email ?? "";
    return map(await changeMyPassword(context, { userId, sessionId, email }, body), noContent);
  }),
  route(requestReset, (context, { body }) => {
    mailReset(context, body.email);
    return Promise.resolve(ok(lookIntoYourMail()));
  }),
  route(confirmReset, async (context, { body }) => map(await setPasswordByLink(context, body), noContent)),
  route(sendVerification, (context) => {
    mailVerification(context, accountOf(context).userId);
    return Promise.resolve(ok(lookIntoYourMail()));
  }),
  route(verifyEmail, async (context, { body }) => map(await verifyByLink(context, body.token), noContent)),
];

/** The refresh token of the body or, from our own pages, of the cookie. */
function offeredToken(context: RequestContext, { refreshToken }: Refresh): string | null {
  if (refreshToken !== undefined) return refreshToken;
  return fromOwnOrigin(context) ? readCookie(context.request, "gs_refresh", isSecure(context)) : null;
}

/** Of the refresh token, else of the access token. Neither is no error: whoever signs out is signed out then. */
async function endThisSession(context: RequestContext, refreshToken: string | null): Promise<Result<null, Failure>> {
  const { caller } = context;
  const token = refreshToken === null ? null : parseRefreshToken(refreshToken);
  if (token !== null) {
    const hash = await hashOf(token.secret);
    return endSession(context, token.userId, token.sessionId, hash);
  }
  if (refreshToken !== null || caller.kind !== "account") return ok(null);
  return endSession(context, caller.userId, caller.sessionId, null);
}

async function endSession(
  context: RequestContext,
  userId: string,
  sessionId: string,
  hash: string | null,
): Promise<Result<null, Failure>> {
  const device = clientOf(context);
  const ended = await callUser(context, userId, true, (stub) => stub.signOut(callOf(context), sessionId, hash, device));
  // A person who was never there has no session.
  return !ended.ok && ended.error.code === "INVALID_TOKEN" ? ok(null) : ended;
}

function clearCookies(context: RequestContext): void {
  context.cookies.push(...clearedCookies(isSecure(context)));
}

function lookIntoYourMail(): Response {
  return new Response(null, { status: 202, headers: { "cache-control": "no-store" } });
}
