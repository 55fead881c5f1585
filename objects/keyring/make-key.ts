/** Makes an Ed25519 key (RFC 8037). Asynchronous, so it is done before anything is decided. */
import { calculateJwkThumbprint } from "jose";
import type { PrivateJwk, PublicJwk } from "../../src/domain/keyring.ts";

export type MadeKey = { readonly kid: string; readonly privateJwk: PrivateJwk; readonly publicJwk: PublicJwk };

export async function makeKey(): Promise<MadeKey> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new TypeError("Ed25519 gave no pair of keys");
  const exported = await crypto.subtle.exportKey("jwk", pair.privateKey);
  if (exported instanceof ArrayBuffer) throw new TypeError("the exported key is no JWK");
  const { x, d } = exported;
  if (x === undefined || d === undefined) throw new TypeError("the exported key lacks a member");
  const privateJwk = { kty: "OKP", crv: "Ed25519", x, d } as const;
  const kid = await calculateJwkThumbprint(privateJwk);
  return { kid, privateJwk, publicJwk: { kty: "OKP", crv: "Ed25519", x, kid, alg: "EdDSA", use: "sig" } };
}
