/** The start of a sign-in with a provider: makes its secrets, keeps them in an OAuthFlow object and answers where to send the browser. */
import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomNonce } from "oauth4webapi";
import { callOf, isSecure, type RequestContext } from "../../edge/context.ts";
import { base64url } from "../../ids.ts";
import { OAUTH_FLOW_MS } from "../../limits.ts";
import type { StartedSignIn } from "../../protocol/rest/oauth.ts";
import { hashOf } from "../secret.ts";
import { readCookie, setCookie } from "../session-cookies.ts";
import type { ProviderSettings } from "./providers.ts";

const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/u;

/** The cookie that binds the sign-in to this browser goes with the answer. Throws when the object fails. */
export async function beginSignIn(
  context: RequestContext,
  settings: ProviderSettings,
  returnTo: string,
): Promise<StartedSignIn> {
  const expiresAt = Date.now() + OAUTH_FLOW_MS;
  const state = newState(expiresAt);
  const verifier = generateRandomCodeVerifier();
  const nonce = generateRandomNonce();
  const browser = browserSecret(context) ?? newSecret();
  const [address, browserHash, challenge] = await Promise.all([
    hashOf(state),
    hashOf(browser),
    calculatePKCECodeChallenge(verifier),
  ]);
  const { provider } = settings;
  const pending = { provider, verifier, nonce, browserHash, returnTo, expiresAt };
  await context.env.OAUTH_FLOW.getByName(address).start(callOf(context), pending);
  context.cookies.push(setCookie("gs_oauth", browser, OAUTH_FLOW_MS / 1_000, isSecure(context)));
  const authUrl = new URL(settings.authorizeUrl);
  const parameters = {
    response_type: "code",
    client_id: settings.clientId,
    redirect_uri: callbackUrl(context, settings),
    scope: settings.scope,
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...(settings.jwksUrl === undefined ? {} : { nonce }),
  };
  for (const [name, value] of Object.entries(parameters)) authUrl.searchParams.set(name, value);
  return { authUrl: authUrl.href, state, expiresAt: new Date(expiresAt).toISOString() };
}

/** Where the provider sends the browser back; registered there, so it never depends on anything but the deployment. */
export function callbackUrl({ origin }: Pick<RequestContext, "origin">, { provider }: ProviderSettings): string {
  return `${origin}/api/v1/auth/${provider}/callback`;
}

/** The browser's own, when it has one: several tabs can each have a sign-in under way. */
export function browserSecret(context: RequestContext): string | null {
  const secret = readCookie(context.request, "gs_oauth", isSecure(context));
  return secret !== null && SECRET.test(secret) ? secret : null;
}

/**
 * 256 random bits, and when they end. The object is gone by then, so this is how a late callback can be told "expired" rather than "unknown". It decides nothing: a state that was changed
 * leads to no object.
 */
function newState(expiresAt: number): string {
  return `${newSecret()}.${expiresAt.toString(36)}`;
}

/** Whether a state that leads to nothing was one of ours in its time, by its own word. */
export function claimsToBeOld(state: string, now: number): boolean {
  const [secret = "", end = "", ...rest] = state.split(".");
  return rest.length === 0 && SECRET.test(secret) && /^[\da-z]{8,9}$/u.test(end) && Number.parseInt(end, 36) <= now;
}

function newSecret(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}
