/** A sign-in with a provider between its start and the callback, as the Worker and the OAuthFlow object agree on it. */
import type { OAuthErrorCode, Provider } from "./protocol/rest/oauth.ts";

export type PendingSignIn = {
  readonly provider: Provider;
  /** PKCE's code verifier (RFC 7636), and the nonce of OpenID Connect. */
  readonly verifier: string;
  readonly nonce: string;
  /** Base64url of the SHA-256 of the cookie that binds the flow to one browser. */
  readonly browserHash: string;
  readonly returnTo: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

export type TakeCommand = {
  /** Whose callback it is that brought the state. */
  readonly provider: Provider;
  /** Null: the browser has no such cookie. */
  readonly browserHash: string | null;
};

export type TakeRefusal = Extract<OAuthErrorCode, "invalid_state" | "expired_state">;
