/**
 * A signing key that the operator brings along as the secret SIGNING_KEY, a private Ed25519 JWK: it signs and is published, and the Keyring is not asked. Its rotation is the operator's
 * business, who then ends every access token at once; sessions go on, for their refresh tokens are not signed.
 */
import { calculateJwkThumbprint, importJWK } from "jose";
import type { PublicJwk } from "../domain/keyring.ts";
import type { Held } from "./keys.ts";

const PROBE = /* @__PURE__ */ new TextEncoder().encode("groundswell");

/** Throws what is wrong with the secret, without a word of what is in it. */
export async function importSigningKey(secret: string): Promise<Held> {
  const { x, d } = membersOf(secret);
  const kid = await calculateJwkThumbprint({ kty: "OKP", crv: "Ed25519", x });
  const jwk: PublicJwk = { kty: "OKP", crv: "Ed25519", x, kid, alg: "EdDSA", use: "sig" };
  let key: CryptoKey;
  let verifier: CryptoKey;
  try {
    key = await importEd25519({ kty: "OKP", crv: "Ed25519", x, d });
    verifier = await importEd25519(jwk);
  } catch {
    throw new TypeError("its x or d is no Ed25519 key");
  }
  // A d of another key than x would sign tokens that nobody can verify.
  const signature = await crypto.subtle.sign("Ed25519", key, PROBE);
  if (!(await crypto.subtle.verify("Ed25519", verifier, signature, PROBE)))
    throw new TypeError("its x and d do not belong together");
  return {
    signing: { kid, key, until: Infinity },
    verifiers: new Map([[kid, verifier]]),
    published: [jwk],
    askedAt: Infinity,
  };
}

function membersOf(secret: string): { x: string; d: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(secret);
  } catch {
    // The parser's own message quotes the text.
    throw new TypeError("it is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null) throw new TypeError("it is not a JWK");
  const { kty, crv, x, d } = parsed as Readonly<Record<string, unknown>>;
  if (kty !== "OKP" || crv !== "Ed25519") throw new TypeError("it is not of kty OKP and crv Ed25519");
  if (typeof x !== "string" || typeof d !== "string") throw new TypeError("x or d is missing: it is not a private key");
  return { x, d };
}

/** For signing or verifying only: no code can get a private key out of the isolate again. */
export async function importEd25519(jwk: Readonly<Record<string, string>>): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, "EdDSA", { extractable: false });
  if (key instanceof Uint8Array) throw new TypeError("not an asymmetric key");
  return key;
}
