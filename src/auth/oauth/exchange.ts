/**
 * The middle of a sign-in: checks what the provider's callback says, trades the code for tokens and, where the provider speaks OpenID Connect, verifies the ID token. The protocol is
 * oauth4webapi's; here stands what we ask of it, and which `error_code` each failure becomes. Its errors carry codes and tokens as their cause: they go no further than this folder.
 */
import {
  allowInsecureRequests,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  AuthorizationResponseError,
  type Client,
  ClientSecretPost,
  customFetch,
  expectNoNonce,
  getValidatedIdTokenClaims,
  nopkce,
  processAuthorizationCodeResponse,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from "oauth4webapi";
import { decodeJwt } from "jose";
import * as z from "zod";
import { type Outbound, outboundFetch } from "../../edge/outbound.ts";
import type { PendingSignIn } from "../../pending-sign-in.ts";
import type { OAuthErrorCode } from "../../protocol/rest/oauth.ts";
import { err, ok, type Result } from "../../result.ts";
import type { ProviderSettings } from "./providers.ts";

/** What follows a good callback. `subject` is null where the provider has no ID tokens. */
export type Grant = { readonly accessToken: string; readonly subject: string | null };
/** `why` is for the log: the library's or the provider's own word, never a value that was sent. */
export type OAuthRefusal = { readonly code: OAuthErrorCode; readonly why: string };

/** Providers are asked over https, or over http on this machine: OAUTH_ENDPOINTS may name one there. */
export const HTTP = {
  [allowInsecureRequests]: true,
  [customFetch]: (url: string, options: Outbound) => outboundFetch(url, options, { allowLoopback: true }),
} as const;

export function clientOf(settings: ProviderSettings): Client {
  return { client_id: settings.clientId };
}

/** `parameters`: the callback's query, whose state has led to `pending`. */
export async function exchangeCode(
  settings: ProviderSettings,
  pending: PendingSignIn,
  parameters: URLSearchParams,
  redirectUri: string,
): Promise<Result<Grant, OAuthRefusal>> {
  const { server } = settings;
  const checked = checkCallback(server, clientOf(settings), parameters);
  if (!checked.ok) return checked;
  try {
    return ok(await requestTokens(settings, pending, checked.value, redirectUri));
  } catch (thrown) {
    return err({ code: "token_exchange_failed", why: reasonOf(thrown) });
  }
}

function checkCallback(
  server: AuthorizationServer,
  client: Client,
  parameters: URLSearchParams,
): Result<URLSearchParams, OAuthRefusal> {
  try {
    // The state has been checked: it is what the pending sign-in was found by.
    const checked = validateAuthResponse(server, client, parameters, parameters.get("state") ?? "");
    if ((checked.get("code") ?? "") === "") return err({ code: "invalid_parameters", why: "no code" });
    return ok(checked);
  } catch (thrown) {
    const code = thrown instanceof AuthorizationResponseError ? "oauth_error" : "invalid_parameters";
    return err({ code, why: reasonOf(thrown) });
  }
}

/** Throws what the library and outboundFetch throw. */
async function requestTokens(
  settings: ProviderSettings,
  { verifier, nonce }: PendingSignIn,
  callback: URLSearchParams,
  redirectUri: string,
): Promise<Grant> {
  const { server } = settings;
  const client = clientOf(settings);
  const authentication = ClientSecretPost(settings.clientSecret);
  const proof = settings.takesVerifier ? verifier : nopkce;
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    callback,
    redirectUri,
    proof,
    HTTP,
  );
  const openId = settings.jwksUrl !== undefined;
  const expectedNonce = openId && (settings.repeatsNonce || (await hasNonce(response))) ? nonce : expectNoNonce;
  const tokens = await processAuthorizationCodeResponse(server, client, response, {
    expectedNonce,
    requireIdToken: openId,
  });
  if (!openId) return { accessToken: tokens.access_token, subject: null };
  // The library trusts TLS for this; a second proof costs one request in five minutes.
  await validateApplicationLevelSignature(server, response, HTTP);
  const subject = getValidatedIdTokenClaims(tokens)?.sub ?? null;
  return { accessToken: tokens.access_token, subject };
}

/** Whether the ID token has a nonce, before anything is believed of it: it only says whether ours must be the one. */
async function hasNonce(response: Response): Promise<boolean> {
  try {
    const { id_token: token } = IdTokenOnly.parse(await response.clone().json());
    return decodeJwt(token)["nonce"] !== undefined;
  } catch {
    // Not what it should be: the library says so.
    return false;
  }
}
const IdTokenOnly = z.object({ id_token: z.string() });

const REASON_CHARS_MAX = 64;

/** The name and the code of an error, and what an OAuth error body called it. Never its message or cause, which quote what was sent. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  const { code, error } = thrown as Error & { code?: unknown; error?: unknown };
  const words = [thrown.name === "OutboundError" ? thrown.message : thrown.name, code, error];
  return words
    .filter((word) => typeof word === "string" && /^[\w ]+$/u.test(word))
    .join(" ")
    .slice(0, REASON_CHARS_MAX);
}
