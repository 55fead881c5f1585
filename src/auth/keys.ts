/**
 * The keys that an isolate holds: the one it signs with and those it verifies with. They come from the Keyring with one call and stay in memory, so that a request neither waits for another
 * object nor imports a key. Misses at the same time make one call, a name that nobody knows makes a call every few seconds at most, and what is held stays good when the Keyring
 * fails. Making and rotating keys is left to the Keyring; what a token must say, to access-token.ts.
 */
import { waitUntil } from "cloudflare:workers";
import type { RotatedKey } from "../../objects/keyring.ts";
import type { Idempotency } from "../call.ts";
import type { Keys, PublicJwk } from "../domain/keyring.ts";
import { JWKS_FRESH_SECONDS, KEY_GRACE_MS } from "../limits.ts";
import { fault, log } from "../log.ts";
import { importEd25519, importSigningKey } from "./imported-key.ts";

/** Known keys verify this long without a look at the Keyring. */
const VERIFY_FRESH_MS = 60 * 60 * 1000;
/** An unknown `kid` has the Keyring asked, but not again within this time: else anybody could, with tokens of random kids. Far below KEY_LEAD_MS, so no key that signs is missed. */
const UNKNOWN_KID_PAUSE_MS = 5_000;
/** After a failure the Keyring is left alone for this long. */
const FAILURE_PAUSE_MS = 1_000;
/** Nobody waits longer for the Keyring when keys are held; and when none are, so that there is nothing but to wait. */
const ASK_MS_MAX = 2_000;
const FIRST_ASK_MS_MAX = 10_000;

const RING = "default";

export type Signer = { readonly kid: string; readonly key: CryptoKey };
export type KeyEnv = { readonly KEYRING: Env["KEYRING"]; readonly SIGNING_KEY?: string };

/** The Keyring cannot be reached and the isolate does not hold what is asked for. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
  /** As the platform marks its own errors: the caller is told to try again. */
  readonly retryable = true;
}

/** Throws KeysUnavailable. */
export function signingKey(env: KeyEnv): Promise<Signer> {
  return holderOf(env).signingKey();
}

/** Null: there is no such key. Throws KeysUnavailable when that cannot be told. */
export function verificationKey(env: KeyEnv, kid: string): Promise<CryptoKey | null> {
  return holderOf(env).verificationKey(kid);
}

/** What the world may see, at most JWKS_FRESH_SECONDS old unless the Keyring fails. Throws KeysUnavailable. */
export function publishedKeys(env: KeyEnv): Promise<readonly PublicJwk[]> {
  return holderOf(env).publishedKeys();
}

/** Asks the Keyring whatever is held, which makes it rotate when that is due. False when it failed. */
export function warmKeys(env: KeyEnv): Promise<boolean> {
  return holderOf(env).warm();
}

/** Makes the next key, or tells the one that waits; null when a secret's key signs. Throws what the Keyring threw. */
export function rotateSigningKey(
  env: KeyEnv,
  requestId: string,
  idempotency: Idempotency | null = null,
): Promise<RotatedKey | null> {
  return holderOf(env).rotate(requestId, idempotency);
}

/** `askedAt`: ms since 1970, Infinity for what never changes. */
export type Held = {
  readonly signing: Signer & { readonly until: number };
  readonly verifiers: ReadonlyMap<string, CryptoKey>;
  readonly published: readonly PublicJwk[];
  readonly askedAt: number;
};

/** By binding, for an isolate may serve several environments, as it does in tests. */
const holders = new WeakMap<object, KeyHolder>();

function holderOf(env: KeyEnv): KeyHolder {
  const known = holders.get(env.KEYRING);
  if (known !== undefined && known.secret === env.SIGNING_KEY) return known;
  const holder = new KeyHolder(env);
  holders.set(env.KEYRING, holder);
  return holder;
}

class KeyHolder {
  readonly secret: string | undefined;
  readonly #keyring: Env["KEYRING"];
  #held: Held | null = null;
  #asking: { readonly since: number; readonly answer: Promise<Held | null> } | null = null;
  #failedAt = -Infinity;
  /** Until the secret's key is held, or turned out to be none. */
  #importing: Promise<void> | null = null;

  constructor({ KEYRING, SIGNING_KEY }: KeyEnv) {
    this.#keyring = KEYRING;
    this.secret = SIGNING_KEY;
    if (SIGNING_KEY === undefined || SIGNING_KEY === "") return;
    this.#importing = this.#import(SIGNING_KEY);
    waitUntil(this.#importing);
  }

  async signingKey(): Promise<Signer> {
    if (this.#importing !== null) await this.#importing;
    const now = Date.now();
    if (this.#held !== null && now < this.#held.signing.until) return this.#held.signing;
    const fresh = await this.#ask(now);
    if (fresh !== null) return fresh.signing;
    // The next key may sign elsewhere by now; this one stays published for long enough.
    if (this.#held !== null && now < this.#held.signing.until + KEY_GRACE_MS) return this.#held.signing;
    throw new KeysUnavailable("no key to sign with");
  }

  async verificationKey(kid: string): Promise<CryptoKey | null> {
    if (this.#importing !== null) await this.#importing;
    const now = Date.now();
    const key = this.#held?.verifiers.get(kid) ?? null;
    const age = now - (this.#held?.askedAt ?? -Infinity);
    if (age < (key === null ? UNKNOWN_KID_PAUSE_MS : VERIFY_FRESH_MS)) return key;
    const fresh = await this.#ask(now);
    if (fresh !== null) return fresh.verifiers.get(kid) ?? null;
    if (key === null) throw new KeysUnavailable("no key to verify with");
    return key;
  }

  async publishedKeys(): Promise<readonly PublicJwk[]> {
    if (this.#importing !== null) await this.#importing;
    const now = Date.now();
    if (this.#held !== null && now - this.#held.askedAt < JWKS_FRESH_SECONDS * 1000) return this.#held.published;
    const known = (await this.#ask(now)) ?? this.#held;
    if (known === null) throw new KeysUnavailable("no keys to publish");
    return known.published;
  }

  async warm(): Promise<boolean> {
    if (this.#importing !== null) await this.#importing;
    return this.#held?.askedAt === Infinity || (await this.#ask(Date.now())) !== null;
  }

  async rotate(requestId: string, idempotency: Idempotency | null): Promise<RotatedKey | null> {
    if (this.#importing !== null) await this.#importing;
    if (this.#held?.askedAt === Infinity) return null;
    const next = await this.#keyring.getByName(RING).rotate(requestId, idempotency);
    // What this isolate publishes has the key at once; others follow when their copy is no longer fresh.
    await this.#ask(Date.now());
    return next;
  }

  /** Null when the Keyring fails or takes too long. */
  #ask(now: number): Promise<Held | null> {
    if (now - this.#failedAt < FAILURE_PAUSE_MS) return Promise.resolve(null);
    const patienceMs = this.#held === null ? FIRST_ASK_MS_MAX : ASK_MS_MAX;
    if (this.#asking === null || now - this.#asking.since >= patienceMs) {
      const asking = { since: now, answer: this.#load(now) };
      this.#asking = asking;
      // What a request began ends with it, and its client may hang up; the others wait for the answer, too.
      waitUntil(asking.answer);
    }
    return this.#within(patienceMs, this.#asking.answer);
  }

  /** Each request has a timer of its own: one that belongs to another request would go with that one. */
  async #within(patienceMs: number, answer: Promise<Held | null>): Promise<Held | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        this.#failed(new Error(`no answer within ${String(patienceMs)} ms`));
        resolve(null);
      }, patienceMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer ?? null);
    }
  }

  async #load(askedAt: number): Promise<Held | null> {
    try {
      const held = await heldOf(await askTwice(this.#keyring), askedAt, this.#held);
      if (this.#held === null || this.#held.askedAt <= askedAt) this.#held = held;
      this.#failedAt = -Infinity;
      return held;
    } catch (thrown) {
      this.#failed(thrown);
      return null;
    } finally {
      if (this.#asking?.since === askedAt) this.#asking = null;
    }
  }

  #failed(thrown: unknown): void {
    const now = Date.now();
    // All who waited hear of it; the log does once.
    if (now - this.#failedAt < FAILURE_PAUSE_MS) return;
    this.#failedAt = now;
    log("error", fault("-", "Keyring", thrown));
  }

  async #import(secret: string): Promise<void> {
    try {
      this.#held = await importSigningKey(secret);
    } catch (thrown) {
      log("error", fault("-", "SIGNING_KEY: cannot be used, so the Keyring's keys sign", thrown));
    }
    this.#importing = null;
  }
}

/** Once more when the platform says that this is safe, with a fresh stub: one that threw stays broken. */
async function askTwice(keyring: Env["KEYRING"]): Promise<Keys> {
  try {
    return await keyring.getByName(RING).keys("-");
  } catch (thrown) {
    const { retryable, overloaded } = thrown as { readonly retryable?: boolean; readonly overloaded?: boolean };
    if (retryable !== true || overloaded === true) throw thrown;
    return keyring.getByName(RING).keys("-");
  }
}

/** Imports what is new. */
async function heldOf({ signing, published }: Keys, askedAt: number, before: Held | null): Promise<Held> {
  const verifiers = new Map<string, CryptoKey>();
  for (const jwk of published) verifiers.set(jwk.kid, before?.verifiers.get(jwk.kid) ?? (await importEd25519(jwk)));
  const { kid, until } = signing;
  const key = before?.signing.kid === kid ? before.signing.key : await importEd25519(signing.jwk);
  return { signing: { kid, key, until }, verifiers, published, askedAt };
}
