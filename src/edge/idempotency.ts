/**
 * Reads the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) of unsafe requests. What travels on are hashes: objects keep neither the key nor what was asked for, which
 * may be a password.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Caller, Idempotency } from "../call.ts";
import { type Failure, invalidField } from "../errors.ts";
import { base64url } from "../ids.ts";
import { IDEMPOTENCY_KEY_CHARS_MAX, IDEMPOTENCY_KEY_CHARS_MIN } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import type { RequestContext } from "./context.ts";

/** The draft wants a quoted string; bare ones are as common. Visible ASCII but the quote and the backslash. */
const FORMAT = /^"?([\u0021\u0023-\u005B\u005D-\u007E]+)"?$/u;

/** The client's key; null where there is none, or nothing to be done once. Errors: INVALID_REQUEST. */
export function readIdempotencyKey({ request }: Pick<RequestContext, "request">): Result<string | null, Failure> {
  const header = request.method === "GET" || request.method === "HEAD" ? null : request.headers.get("idempotency-key");
  if (header === null) return ok(null);
  const key = FORMAT.exec(header.trim())?.[1] ?? "";
  if (key.length >= IDEMPOTENCY_KEY_CHARS_MIN && key.length <= IDEMPOTENCY_KEY_CHARS_MAX) return ok(key);
  const [min, max] = [String(IDEMPOTENCY_KEY_CHARS_MIN), String(IDEMPOTENCY_KEY_CHARS_MAX)];
  return err(invalidField("headers.idempotency-key", `must have ${min} to ${max} characters, such as a random UUID`));
}

/** `asked`: the request's parts as they were parsed, so that the order of a body's fields makes no difference. */
export function idempotencyOf({ caller, route }: RequestContext, key: string, asked: unknown): Idempotency {
  const encoder = new TextEncoder();
  const scope = JSON.stringify([callerOf(caller), route, key]);
  return {
    key: base64url(sha256(encoder.encode(scope))),
    fingerprint: base64url(hmac(sha256, encoder.encode(key), encoder.encode(JSON.stringify(asked, canonical)))),
  };
}

/** In one order, for a record keeps its own; what shows that a person asks is another with each try of the same request. */
function canonical(name: string, value: unknown): unknown {
  if (name === "turnstileToken") return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whose key it is. Of a signed identity only the object knows who it names, and adds that. */
function callerOf(caller: Caller): string {
  if (caller.kind === "account") return `account:${caller.userId}`;
  return caller.kind === "key" ? `key:${caller.hash}` : caller.kind;
}
