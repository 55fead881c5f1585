/**
 * The providers: their addresses, what each understands of the standards, and the deployment's client at each. Addresses can be overridden by the variable OAUTH_ENDPOINTS, for GitHub Enterprise and for
 * tests. How they are asked is left to exchange.ts and profile.ts.
 */
import type { AuthorizationServer } from "oauth4webapi";
import * as z from "zod";
import { Provider } from "../../protocol/rest/oauth.ts";
import { isLoopback } from "../loopback.ts";

/** Over https; a server on one's own machine may do without. */
const address = z.url().refine(isSafeAddress, "must be an https URL (http only for this machine)");

const Endpoints = z.strictObject({
  issuer: z.string().min(1),
  authorizeUrl: address,
  tokenUrl: address,
  /** Who has signed in: GitHub's `GET /user`, else OpenID Connect's userinfo. */
  userUrl: address,
  /** GitHub's `GET /user/emails`. */
  emailsUrl: address.optional(),
  /** Its keys; with them the provider is one that speaks OpenID Connect. */
  jwksUrl: address.optional(),
  scope: z.string(),
  /** The callback always carries `iss` (RFC 9207). Where it does not, one that is sent is checked nevertheless. */
  announcesIssuer: z.boolean(),
  /** The token endpoint takes PKCE's `code_verifier`. The challenge is sent in any case. */
  takesVerifier: z.boolean(),
  /** ID tokens repeat the nonce. Where they do not, one that does is checked nevertheless. */
  repeatsNonce: z.boolean(),
});
type Endpoints = z.infer<typeof Endpoints>;

const DEFAULTS: Readonly<Record<Provider, Endpoints>> = {
  github: {
    issuer: "https://github.com/login/oauth",
    authorizeUrl: "https://github.com/login/oauth/authorize",
    tokenUrl: "https://github.com/login/oauth/access_token",
    userUrl: "https://api.github.com/user",
    emailsUrl: "https://api.github.com/user/emails",
    scope: "read:user user:email",
    announcesIssuer: false,
    takesVerifier: true,
    repeatsNonce: false,
  },
  linkedin: {
    issuer: "https://www.linkedin.com/oauth",
    authorizeUrl: "https://www.linkedin.com/oauth/v2/authorization",
    tokenUrl: "https://www.linkedin.com/oauth/v2/accessToken",
    userUrl: "https://api.linkedin.com/v2/userinfo",
    jwksUrl: "https://www.linkedin.com/oauth/openid/jwks",
    scope: "openid profile email",
    announcesIssuer: false,
    // A code_verifier makes LinkedIn take a web server's client for a native app's and refuse it: 401, `invalid_client`.
    takesVerifier: false,
    // Its ID tokens have no nonce, whatever was sent.
    repeatsNonce: false,
  },
};

const Overrides = z.strictObject({ github: Endpoints.partial().optional(), linkedin: Endpoints.partial().optional() });

export type ProviderSettings = Endpoints & {
  readonly provider: Provider;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The same as oauth4webapi wants it. One object per configuration, for the library keeps a provider's keys by it. */
  readonly server: AuthorizationServer;
};

/** A deployment that offers no sign-in with a provider has not set these, whatever the generated `Env` says. */
type OAuthEnv = {
  readonly OAUTH_ENDPOINTS?: string;
  readonly GITHUB_CLIENT_ID?: string;
  readonly GITHUB_CLIENT_SECRET?: string;
  readonly LINKEDIN_CLIENT_ID?: string;
  readonly LINKEDIN_CLIENT_SECRET?: string;
};

const known = new Map<string, ProviderSettings>();

/** Null when there is no such provider, or no client at it. Throws when OAUTH_ENDPOINTS is not valid: the operator's mistake. */
export function providerSettings(env: OAuthEnv, name: string): ProviderSettings | null {
  const provider = Provider.safeParse(name);
  if (!provider.success) return null;
  const [clientId = "", clientSecret = ""] = clientOf(env, provider.data);
  if (clientId === "" || clientSecret === "") return null;
  const overrides = env.OAUTH_ENDPOINTS ?? "";
  const key = JSON.stringify([provider.data, clientId, clientSecret, overrides]);
  const settings = known.get(key) ?? read(provider.data, clientId, clientSecret, overrides);
  known.set(key, settings);
  return settings;
}

/** The providers that the sign-in page can offer. */
export function offeredProviders(env: OAuthEnv): Provider[] {
  return Provider.options.filter((provider) => clientOf(env, provider).every((part) => (part ?? "") !== ""));
}

function clientOf(env: OAuthEnv, provider: Provider): [string | undefined, string | undefined] {
  return provider === "github"
    ? [env.GITHUB_CLIENT_ID, env.GITHUB_CLIENT_SECRET]
    : [env.LINKEDIN_CLIENT_ID, env.LINKEDIN_CLIENT_SECRET];
}

function read(provider: Provider, clientId: string, clientSecret: string, overrides: string): ProviderSettings {
  const given = overrides === "" ? {} : Overrides.parse(JSON.parse(overrides));
  const endpoints = Endpoints.parse({ ...DEFAULTS[provider], ...given[provider] });
  const server: AuthorizationServer = {
    issuer: endpoints.issuer,
    authorization_endpoint: endpoints.authorizeUrl,
    token_endpoint: endpoints.tokenUrl,
    userinfo_endpoint: endpoints.userUrl,
    authorization_response_iss_parameter_supported: endpoints.announcesIssuer,
    ...(endpoints.jwksUrl === undefined ? {} : { jwks_uri: endpoints.jwksUrl }),
  };
  return { ...endpoints, provider, clientId, clientSecret, server };
}

function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url?.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}
