/** Who calls an object, and for what. The objects trust it, for only the Worker can call them. */
import type { Action } from "./protocol/rest/roles.ts";

/**
 * The caller as far as the Worker knows. An API key and a signed identity are checked by the workspace's object, which has what they are checked
 * against; so is an account's role in the workspace.
 */
export type Caller =
  | { readonly kind: "anonymous" }
  /** Holds the deployment's operator token. */
  | { readonly kind: "operator" }
  /** Signed in. `email` and `name` are there only when the session was looked up (an endpoint with `online`). */
  | {
      readonly kind: "account";
      readonly userId: string;
      readonly sessionId: string;
      readonly profile: CallerProfile | null;
    }
  /** `hash`: base64url of the SHA-256 of the whole key. */
  | { readonly kind: "key"; readonly hash: string }
  /** A JWT that a customer's server signed; not verified yet. */
  | { readonly kind: "identity"; readonly token: string }
  /** The same, verified by the workspace's object when its socket opened. */
  | { readonly kind: "signed"; readonly person: SignedPerson; readonly secretId: string };

/** Whom a customer's server vouches for. */
export type SignedPerson = {
  readonly externalId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly avatarUrl: string | null;
  readonly plan: string | null;
  readonly weight: number | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

export type CallerProfile = { readonly email: string; readonly emailVerified: boolean; readonly name: string | null };

export type Call = {
  readonly requestId: string;
  readonly caller: Caller;
  /** What the endpoint's rule asks for; null for what is not about a workspace. */
  readonly action: Action | null;
  /** The first post to an unknown workspace or board creates it. */
  readonly openWorkspaces: boolean;
  /** The site whose page asks, when a browser says so and it is not one of our own; the workspace says which may write. */
  readonly site: string | null;
};

export const ANONYMOUS: Caller = { kind: "anonymous" };
