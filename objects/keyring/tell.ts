/** What the ring tells: the key that signs with the public ones, or the key that signs next. */
import {
  type Keys,
  newestOf,
  type NextKey,
  type PrivateJwk,
  type PublicJwk,
  signingKey,
} from "../../src/domain/keyring.ts";
import type { KeyRow } from "./tend.ts";

export function tellKeys(ring: readonly KeyRow[], now: number): Keys {
  const { key, until } = signingKey(ring, now);
  return {
    // Both columns hold what make-key.ts made.
    signing: { kid: key.kid, jwk: JSON.parse(key.privateJwk) as PrivateJwk, until },
    published: ring.map(({ publicJwk }) => JSON.parse(publicJwk) as PublicJwk),
  };
}

export function tellNext(ring: readonly KeyRow[]): NextKey {
  const newest = newestOf(ring);
  if (newest === null) throw new RangeError("an empty ring has no next key");
  return { kid: newest.kid, signsFrom: newest.signsFrom };
}
