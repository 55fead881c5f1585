/**
 * Hashes passwords: argon2id (RFC 9106) as PHC strings, in the Worker and never in an object, where it would hold up everybody. A hash takes the processor for some 170 ms and 12 MiB, so
 * there is a gate: one at a time and a short queue per isolate; the rest is told to come again.
 */
import { type Failure, retryLater } from "../errors.ts";
import { HASHES_ADMITTED_MAX } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";

/** An OWASP-approved setting for little memory. Changing it re-hashes each password at its owner's next sign-in. */
const SETTING: Setting = { m: 12_288, t: 3, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Stored settings beyond these are none of ours: they are not run. */
const SETTING_MAX: Setting = { m: 65_536, t: 10, p: 4 };
/**
 * After so long the hash lets other requests have the isolate. On Cloudflare the clock stands still while code runs, so there it goes through in one piece, which is shorter than a
 * request may wait; between two hashes others always get a turn.
 */
const TICK_MS = 8;
const RETRY_AFTER_SECONDS = 2;
/** How often one who waits looks whether it is its turn. */
const LOOK_MS = 5;
/** Who waits and has not looked for so long, hashes for so long, or takes so long for all of a sign-in, is not there any more. */
const UNSEEN_MS_MAX = 5_000;
const HASH_MS_MAX = 10_000;
const TURN_MS_MAX = 60_000;

type Setting = { readonly m: number; readonly t: number; readonly p: number };
type Parsed = { readonly setting: Setting; readonly salt: Uint8Array; readonly hash: Uint8Array };

/**
 * A place in the queue; `leave` it whatever happens. Ask for one before anything else is done for a sign-in. Requests share no promise here: the runtime may end one of them at any
 * moment, with all it was about to do, so each looks for itself whether it is its turn, and who has not looked for long is gone.
 */
export class HashTurn {
  static readonly #admitted = new Set<HashTurn>();
  /** Those who want to hash now; the first one does. */
  static #queue: HashTurn[] = [];
  /** Unless it shows by then that it is still there, it is taken for lost. */
  #lostAt = Date.now() + TURN_MS_MAX;
  readonly #leave: () => void;

  /** Without `waitUntil` a client that goes away would stop the hash where it is. */
  constructor(execution: Pick<ExecutionContext, "waitUntil">) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#leave = () => resolve(undefined);
    execution.waitUntil(promise);
  }

  /** Errors: OVERLOADED. */
  static take(execution: Pick<ExecutionContext, "waitUntil">): Result<HashTurn, Failure> {
    const now = Date.now();
    for (const turn of HashTurn.#admitted) if (turn.#lostAt <= now) HashTurn.#admitted.delete(turn);
    if (HashTurn.#admitted.size >= HASHES_ADMITTED_MAX) {
      return err(retryLater("OVERLOADED", "Too many sign-ins at this moment. Try again.", RETRY_AFTER_SECONDS));
    }
    const turn = new HashTurn(execution);
    HashTurn.#admitted.add(turn);
    return ok(turn);
  }

  leave(): void {
    HashTurn.#admitted.delete(this);
    this.#leave();
  }

  async hash(password: string): Promise<string> {
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    return format({ setting: SETTING, salt, hash: await this.#inTurn(password, salt, SETTING, HASH_BYTES) });
  }

  /** `stored` null, for an account that is not there, takes just as long and is never right. `outdated`: to be hashed anew. */
  async verify(
    password: string,
    stored: string | null,
  ): Promise<{ readonly matches: boolean; readonly outdated: boolean }> {
    const parsed = stored === null ? null : parse(stored);
    const { setting, salt, hash } = parsed ?? NOBODY;
    const computed = await this.#inTurn(password, salt, setting, hash.length);
    const matches = crypto.subtle.timingSafeEqual(computed, hash) && parsed !== null;
    return { matches, outdated: format({ setting, salt, hash }) !== format({ setting: SETTING, salt, hash }) };
  }

  /** One hash at a time. */
  async #inTurn(password: string, salt: Uint8Array, setting: Setting, dkLen: number): Promise<Uint8Array> {
    HashTurn.#queue.push(this);
    try {
      // At least once: between two hashes whatever else came has its turn.
      do await this.#look();
      while (HashTurn.#queue[0] !== this);
      this.#lostAt = Date.now() + HASH_MS_MAX;
      return await argon2id(password, salt, setting, dkLen);
    } finally {
      HashTurn.#queue = HashTurn.#queue.filter((turn) => turn !== this);
      this.#lostAt = Date.now() + TURN_MS_MAX;
    }
  }

  async #look(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, HashTurn.#queue[0] === this ? 0 : LOOK_MS));
    const now = Date.now();
    this.#lostAt = now + UNSEEN_MS_MAX;
    HashTurn.#queue = HashTurn.#queue.filter((turn) => turn.#lostAt > now);
    if (!HashTurn.#queue.includes(this)) HashTurn.#queue.push(this);
  }
}

const NOBODY: Parsed = { setting: SETTING, salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(HASH_BYTES) };

/** Loaded with the first sign-in: most isolates never see one. */
async function argon2id(password: string, salt: Uint8Array, setting: Setting, dkLen: number): Promise<Uint8Array> {
  const { argon2idAsync } = await import("@noble/hashes/argon2.js");
  return argon2idAsync(new TextEncoder().encode(password), salt, { ...setting, dkLen, asyncTick: TICK_MS });
}

/** The PHC string format: base64 without padding. */
function format({ setting: { m, t, p }, salt, hash }: Parsed): string {
  return `$argon2id$v=19$m=${String(m)},t=${String(t)},p=${String(p)}$${base64(salt)}$${base64(hash)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{22,88})$/u;

/** Null for what is no PHC string of argon2id, or asks for more than we would ever have stored. */
function parse(stored: string): Parsed | null {
  const [, m, t, p, salt, hash] = PHC.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) return null;
  const setting = { m: Number(m), t: Number(t), p: Number(p) };
  if (setting.m > SETTING_MAX.m || setting.t > SETTING_MAX.t || setting.p > SETTING_MAX.p) return null;
  return { setting, salt: bytes(salt), hash: bytes(hash) };
}

function base64(data: Uint8Array): string {
  return btoa(String.fromCharCode(...data)).replaceAll("=", "");
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
