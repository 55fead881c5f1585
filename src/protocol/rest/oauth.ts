/** Signing in with a provider (OAuth 2.0, RFC 6749 and RFC 9700; OpenID Connect where the provider speaks it). */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { instant } from "./fields.ts";

export const PROVIDERS = ["github", "linkedin"] as const;
export const Provider = z.enum(PROVIDERS);
export type Provider = z.infer<typeof Provider>;

/** The callback's `error_code`, where it sends a browser that could not be signed in. */
export const OAUTH_ERROR_CODES = [
  "oauth_error",
  "invalid_parameters",
  "invalid_state",
  "expired_state",
  "token_exchange_failed",
  "profile_fetch_failed",
  "internal_error",
] as const;
export type OAuthErrorCode = (typeof OAUTH_ERROR_CODES)[number];

export const StartedSignIn = z
  .strictObject({ authUrl: z.url(), state: z.string(), expiresAt: instant })
  .meta({ id: "StartedSignIn" });
export type StartedSignIn = z.infer<typeof StartedSignIn>;

const tag = "Sign-in";
/** What is not one of the providers is 404, like any address that is nothing. */
const params = z.strictObject({ provider: z.string().max(32) });

export const initiateOAuth = endpoint({
  method: "GET",
  path: "/auth/:provider/initiate",
  operationId: "initiateOAuth",
  tag,
  summary: "Start signing in with GitHub or LinkedIn",
  description:
    "A browser is redirected (303); a client that asks for JSON gets the address, and must keep the cookie that binds the sign-in to it.",
  who: "anyone",
  limit: "oauth-start",
  params,
  query: z.strictObject({
    returnTo: z.string().max(2_000).optional().meta({ description: "A path of this site, or an allowed origin's URL" }),
  }),
  answers: {
    200: { description: "Where to send the browser", schema: StartedSignIn },
    303: { description: "To the provider", headers: { Location: "The provider's page" } },
  },
});

export const finishOAuth = endpoint({
  method: "GET",
  path: "/auth/:provider/callback",
  operationId: "finishOAuth",
  tag,
  summary: "Where the provider sends the browser back",
  description: "Always a redirect: to where the sign-in was to lead, or to the sign-in page with `error_code`.",
  who: "anyone",
  limit: "mailed-link",
  params,
  // Providers add parameters of their own; only these are read.
  query: z.looseObject({
    code: z.string().max(4_096).optional(),
    state: z.string().max(512).optional(),
    iss: z.string().max(512).optional(),
    error: z.string().max(512).optional(),
  }),
  answers: { 303: { description: "Signed in, or not", headers: { Location: "Where to go on" } } },
});
