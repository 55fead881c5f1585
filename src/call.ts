/** Who calls an object, and for what. The objects trust it, for only the Worker can call them. */
import type { LimitState } from "./domain/rate-limits.ts";
import type { Failure } from "./errors.ts";
import type { Policy } from "./protocol/rest/rate-limits.ts";
import type { Action } from "./protocol/rest/roles.ts";
import type { Result } from "./result.ts";

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
  /** The client's address, hashed (edge/visitor.ts); null when nobody knows it. */
  readonly visitor: string | null;
  /** Which limit the request counts against; null: none. */
  readonly limit: Policy | null;
  /** Method and path of the row in the router's table: limits may count each route by itself. */
  readonly route: string;
  /** The request must have its effect once, however often it comes; null: the client did not ask for that. */
  readonly idempotency: Idempotency | null;
};

/** Hashes, base64url: the client's key with whose it is and for which route; and what it asked for, keyed with the client's key. */
export type Idempotency = { readonly key: string; readonly fingerprint: string };

/** What an object answers: the result, how the limits stand that the call was counted against, and whether this is what the first call was answered. */
export type Answered<T> = Result<T, Failure> & {
  readonly limits?: readonly LimitState[];
  readonly replayed?: true;
};

export const ANONYMOUS: Caller = { kind: "anonymous" };
