/**
 * The life of a signing key, as pure decisions: which one signs, which are published, when one is made or dropped. A key is published when it is made, signs from
 * `signsFrom` until the next one does, and stays published long enough for the last token it signed to be verified. Making the keys is left to the object.
 */
import { KEY_KEPT_MS, KEY_LEAD_MS, KEY_ROTATION_MS } from "../limits.ts";

/** Times are milliseconds since 1970. */
export type RingKey = {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  /** Published from here on. */
  readonly createdAt: number;
  readonly signsFrom: number;
  /** No longer published from here on; null as long as no other key is to follow. */
  readonly expiresAt: number | null;
};

/** Of a key to be made. Its predecessor, the one key without an end, then ends at `predecessorExpiresAt`. */
export type Rotation = { readonly signsFrom: number; readonly predecessorExpiresAt: number };

/**
 * The key to make now, or null. By hand it is made early, but never while one waits for its turn: two calls at once, or a nervous operator, make one key.
 *
 * The first key of a ring signs at once. Waiting would protect nobody: without a key there was no set that anyone could have copied, and no token that it had to verify.
 */
export function rotationDue(keys: readonly RingKey[], now: number, byHand: boolean): Rotation | null {
  const newest = newestOf(keys);
  if (newest === null) return { signsFrom: now, predecessorExpiresAt: now };
  const waits = newest.signsFrom > now;
  if (waits || (!byHand && now < newest.signsFrom + KEY_ROTATION_MS - KEY_LEAD_MS)) return null;
  const signsFrom = now + KEY_LEAD_MS;
  return { signsFrom, predecessorExpiresAt: signsFrom + KEY_KEPT_MS };
}

/** The ring with the key that was made for `rotation`: the one before it gets its end. */
export function withKey<K extends RingKey>(keys: readonly K[], made: K, rotation: Rotation): K[] {
  const ended = keys.map((key) =>
    key.expiresAt === null ? { ...key, expiresAt: rotation.predecessorExpiresAt } : key,
  );
  return [...ended, made];
}

/**
 * The key that signs, and until when that is certain: the next key takes over then or, where none is made yet, none can before. Throws on an empty ring.
 * `until` is in the future whatever the ring, so nobody asks in a circle.
 */
export function signingKey<K extends RingKey>(keys: readonly K[], now: number): { key: K; until: number } {
  const oldestFirst = keys.toSorted((one, other) => one.signsFrom - other.signsFrom);
  // A clock that was put back finds none that may sign already: then the oldest does.
  const key = oldestFirst.findLast(({ signsFrom }) => signsFrom <= now) ?? oldestFirst[0];
  if (key === undefined) throw new RangeError("an empty ring has no key to sign with");
  const next = oldestFirst.find(({ signsFrom }) => signsFrom > now && signsFrom > key.signsFrom);
  return { key, until: Math.min(now + KEY_LEAD_MS, next?.signsFrom ?? Infinity) };
}

export function isPublished(key: RingKey, now: number): boolean {
  return key.expiresAt === null || now < key.expiresAt;
}

/** The key that signs last of all. */
export function newestOf<K extends RingKey>(keys: readonly K[]): K | null {
  return keys.toSorted((one, other) => other.signsFrom - one.signsFrom)[0] ?? null;
}

/** RFC 8037 and RFC 7517; a key's public face, with nothing else in it. */
export type PublicJwk = {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
  readonly kid: string;
  readonly alg: "EdDSA";
  readonly use: "sig";
};
export type PrivateJwk = { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string; readonly d: string };

/** What the Keyring tells an isolate. */
export type Keys = {
  /** `until`: the key to sign with is certain until then (ms since 1970). */
  readonly signing: { readonly kid: string; readonly jwk: PrivateJwk; readonly until: number };
  readonly published: readonly PublicJwk[];
};
/** A key that was made by hand, or that waited already: when it signs, ms since 1970. */
export type NextKey = { readonly kid: string; readonly signsFrom: number };
