/** `GET /.well-known/jwks.json`, and the operator's `/admin/keys`: see protocol/rest/keys.ts. */
import { publishedKeys, rotateSigningKey } from "../auth/keys.ts";
import type { Handler } from "../edge/context.ts";
import { failureOf } from "../edge/object-call.ts";
import { json } from "../edge/respond.ts";
import { failure } from "../errors.ts";
import { JWKS_FRESH_SECONDS } from "../limits.ts";
import { rotateKeys } from "../protocol/rest/keys.ts";
import { err, ok } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

/**
 * Three copies add up: the isolate's, the edge's, the client's, JWKS_FRESH_SECONDS each. Together they must stay below KEY_LEAD_MS, or a key would sign before everybody has it; that is
 * why this is not the hour in the isolate and the day at the edge that a set which never changes could have. The day is there for when the origin fails: an old set
 * is better than none, and lacks at most a key that was made meanwhile.
 */
const CACHE_CONTROL = `public, max-age=${String(JWKS_FRESH_SECONDS)}, s-maxage=${String(JWKS_FRESH_SECONDS)}, stale-if-error=86400`;

/** RFC 7517, section 5. */
export const jwks: Handler = async ({ env }) =>
  json({ keys: await publishedKeys(env) }, 200, { "cache-control": CACHE_CONTROL, "cache-tag": "jwks" });

export const keyRoutes: readonly Route[] = [
  route(rotateKeys, async ({ env, requestId, idempotency, heard }) => {
    try {
      const next = await rotateSigningKey(env, requestId, idempotency);
      if (next === null) {
        return err(
          failure("INVALID_REQUEST", "This deployment signs with its secret SIGNING_KEY: put another key there."),
        );
      }
      if (next.replayed === true) heard.replayed = true;
      return ok(json({ kid: next.kid, signsFrom: new Date(next.signsFrom).toISOString() }, 202));
    } catch (thrown) {
      return err(failureOf(thrown, requestId, "Keyring"));
    }
  }),
];
