/**
 * Verifies a signed identity: a JWT that the customer's server made with one of the workspace's secrets (HS256, RFC 7515 and 7519). Synchronous, so that nothing can happen between
 * the check and the act. Only tokens whose signature is right are told what else is wrong with them.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { SignedPerson } from "../../src/call.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { base64url, base64urlBytes } from "../../src/ids.ts";
import { IDENTITY_CLOCK_SKEW_SECONDS, IDENTITY_TOKEN_SECONDS_MAX } from "../../src/limits.ts";
import { IDENTITY_AUDIENCE, IdentityClaims, IdentityHeader } from "../../src/protocol/rest/identity-token.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { KnownSecret } from "./credentials.ts";

export type SignedIdentity = { readonly person: SignedPerson; readonly secretId: string };

/** `now`: milliseconds since 1970. Errors: INVALID_TOKEN. */
export function verifyIdentityToken(
  token: string,
  workspace: string,
  secrets: readonly KnownSecret[],
  now: number,
): Result<SignedIdentity, Failure> {
  const [header = "", payload = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0 || !IdentityHeader.safeParse(jsonOf(header)).success) return refused();
  const signed = bytesOf(signature);
  const text = encoder.encode(`${header}.${payload}`);
  const key = secrets.find(({ secret }) => equal(signed, hmac(sha256, encoder.encode(secret), text)));
  if (key === undefined) return refused();
  const claims = IdentityClaims.safeParse(jsonOf(payload));
  if (!claims.success) return refused(String(claims.error.issues[0]?.path[0] ?? "payload"));
  const wrong = wrongClaim(claims.data, workspace, now / 1_000);
  if (wrong !== null) return refused(wrong);
  return ok({ person: personOf(claims.data), secretId: key.id });
}

/** The first claim that does not hold; null when all do. Times in seconds. */
function wrongClaim({ iss, iat, exp, nbf }: IdentityClaims, workspace: string, now: number): string | null {
  if (iss !== workspace) return "iss";
  if (iat > now + IDENTITY_CLOCK_SKEW_SECONDS) return "iat";
  if (exp <= iat || exp > iat + IDENTITY_TOKEN_SECONDS_MAX || exp <= now) return "exp";
  return nbf !== undefined && nbf > now + IDENTITY_CLOCK_SKEW_SECONDS ? "nbf" : null;
}

function personOf({ sub, name, email, avatar, plan, weight, exp }: IdentityClaims): SignedPerson {
  return {
    externalId: sub,
    name: name ?? null,
    email: email ?? null,
    avatarUrl: avatar ?? null,
    plan: plan ?? null,
    weight: weight ?? null,
    expiresAt: Math.floor(exp * 1_000),
  };
}

const encoder = new TextEncoder();

/** Undefined for what is not JSON, which no schema takes. */
function jsonOf(part: string): unknown {
  const bytes = bytesOf(part);
  if (bytes === null) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Canonical base64url only: one token has one spelling. */
function bytesOf(part: string): Uint8Array | null {
  if (!/^[\w-]+$/u.test(part)) return null;
  try {
    const bytes = base64urlBytes(part);
    return base64url(bytes) === part ? bytes : null;
  } catch {
    return null;
  }
}

/** In the same time wherever the difference is. */
function equal(given: Uint8Array | null, wanted: Uint8Array): boolean {
  if (given?.length !== wanted.length) return false;
  let difference = 0;
  for (const [index, byte] of wanted.entries()) difference |= byte ^ (given[index] ?? 0);
  return difference === 0;
}

function refused(claim?: string): Result<never, Failure> {
  const what = claim === undefined ? "or API key is not valid here, or has ended" : `is refused for its "${claim}"`;
  const rule =
    claim === "iss" || claim === "aud" ? `: it must name this workspace, and the audience "${IDENTITY_AUDIENCE}"` : "";
  return err(failure("INVALID_TOKEN", `This signed identity ${what}${rule}.`));
}
