/**
 * Access tokens: JWTs by RFC 9068, signed and verified in the isolate (EdDSA, 10 minutes). What a token says was true when it was signed; endpoints that need to know whether the
 * session still lives ask for it (`online`). Which keys there are is left to keys.ts. Follows RFC 8725: one algorithm, an explicit type, and of the header nothing but the
 * `kid` is believed, as a name to look up.
 */
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import { randomId } from "../ids.ts";
import { ACCESS_TOKEN_SECONDS } from "../limits.ts";
import { signingKey, verificationKey } from "./keys.ts";

export type AccessClaims = { readonly userId: string; readonly sessionId: string };

const ALGORITHM = "EdDSA";
const TYPE = "at+jwt";
/** Ours have some 600 characters. What is longer is not even decoded. */
const TOKEN_CHARS_MAX = 2_048;
/**
 * Three parts of unpadded base64url, the last one a signature of 64 bytes whose unused bits are zero. Decoders are more generous; without this one token could be written in many ways.
 */
const TOKEN_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]$/u;
/** SHA-256 in base64url. */
const THUMBPRINT = /^[\w-]{43}$/u;
/** Tokens are good from a little before they were signed, for the clocks of two machines differ. Their end is exact. */
const CLOCK_SKEW_SECONDS = 5;

/** RFC 9068 wants to know which client was given the token: there is one, ourselves. */
const CLIENT_ID = "groundswell";

/** Who signs: the deployment's public origin. One's own machine has several names, and a token got under one is good under the others. */
function issuerOf(origin: string): string {
  return origin.replace(/^http:\/\/(?:127\.0\.0\.1|\[::1\])(?=:|$)/u, "http://localhost");
}

/** The API that tokens of this deployment are for. */
function audienceOf(issuer: string): string {
  return `${issuer}/api/v1`;
}

/** Throws only when there is no key to sign with, in the isolate or at the Keyring. */
export async function signAccessToken(env: Env, origin: string, claims: AccessClaims): Promise<string> {
  const { kid, key } = await signingKey(env);
  const now = Math.floor(Date.now() / 1000);
  const issuer = issuerOf(origin);
  return new SignJWT({ sid: claims.sessionId, client_id: CLIENT_ID })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
    .setIssuer(issuer)
    .setAudience(audienceOf(issuer))
    .setSubject(claims.userId)
    .setIssuedAt(now)
    .setNotBefore(now - CLOCK_SKEW_SECONDS)
    .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
    .setJti(randomId())
    .sign(key);
}

/** Null: not one of ours, or not any more. Throws only when the Keyring fails and the isolate does not know the token's key. */
export async function verifyAccessToken(env: Env, origin: string, token: string): Promise<AccessClaims | null> {
  if (token.length > TOKEN_CHARS_MAX || !TOKEN_SHAPE.test(token)) return null;
  const kid = kidOf(token);
  const key = kid === null ? null : await verificationKey(env, kid);
  if (key === null) return null;
  const issuer = issuerOf(origin);
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer,
      audience: audienceOf(issuer),
      requiredClaims: ["sub", "sid", "iat", "nbf", "exp", "jti"],
      currentDate: new Date(Date.now()),
    });
    return claimsOf(payload);
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError) return null;
    throw thrown;
  }
}

/** Null for a header that is not one of ours: its key is not even looked up. */
function kidOf(token: string): string | null {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return alg === ALGORITHM && typeof kid === "string" && THUMBPRINT.test(kid) ? kid : null;
  } catch {
    return null;
  }
}

function claimsOf(payload: Readonly<Record<string, unknown>>): AccessClaims | null {
  const { sub, sid, iat, exp } = payload;
  if (typeof sub !== "string" || typeof sid !== "string" || sub === "" || sid === "") return null;
  if (typeof iat !== "number" || typeof exp !== "number" || exp - iat > ACCESS_TOKEN_SECONDS) return null;
  return { userId: sub, sessionId: sid };
}
