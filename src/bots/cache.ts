/**
 * Proofs that an isolate holds for 300 s, with KV behind its memory for the others. Whoever misses while somebody else looks waits for that look-up. KV is only a cache: a fault of it, or an answer that takes long,
 * is logged and passed by, and what is written is written after the answer. Only what is confirmed is written: KV would hold a row for every address that a stranger makes a claim from. The rest is held in memory.
 */
import { waitUntil } from "cloudflare:workers";
import * as z from "zod";
import { base64url } from "../ids.ts";
import { type CacheLine, log } from "../log.ts";
import { LookUps } from "./look-ups.ts";
import type { Proof } from "./verdict.ts";

export const PREFIX = "bot";
/** As SECURITY 25 wants it, counted from the look-up, wherever the proof is held. */
export const HELD_MS = 300_000;
const KV_PATIENCE_MS = 250;
/** A look-up that takes longer will not come any more: the request that began it was cut off. */
const LOOK_UP_PATIENCE_MS = 6_000;
const HELD_MAX = 10_000;
/** Look-ups at a time in an isolate, which may have but so many connections: who comes on top of them is not looked up. */
const LOOK_UPS_MAX = 32;
const KEY_CHARS = 22;
const LATE = Symbol("late");

type Outcome = CacheLine["outcome"];

export type Wanted = {
  /** What the proof is about, such as an address and whose it is said to be. Stands in KV as a hash only. */
  readonly subject: string;
  /** Who has it looked up: whose look-ups are counted. */
  readonly visitor: string;
  readonly requestId: string;
  readonly lookUp: () => Promise<Proof>;
};

const Kept = z.strictObject({ proof: z.literal("confirmed"), until: z.int() });

type Held = { readonly proof: Proof; readonly until: number };
type Under = { readonly since: number; readonly proof: Promise<Proof> };

/** By binding, for an isolate may serve several environments, as it does in tests. */
const caches = new WeakMap<KVNamespace, ProofCache>();

export function proofCache(kv: KVNamespace): ProofCache {
  const known = caches.get(kv);
  if (known !== undefined) return known;
  const cache = new ProofCache(kv);
  caches.set(kv, cache);
  return cache;
}

export class ProofCache {
  /** Since the isolate began. */
  readonly counts: Record<Outcome, number> = { hit: 0, miss: 0, joined: 0, error: 0 };
  readonly #kv: KVNamespace;
  readonly #held = new Map<string, Held>();
  readonly #under = new Map<string, Under>();
  readonly #lookUps = new LookUps();

  constructor(kv: KVNamespace) {
    this.#kv = kv;
  }

  /** Never throws. */
  async find(wanted: Wanted): Promise<Proof> {
    const now = Date.now();
    const held = this.#held.get(wanted.subject);
    if (held !== undefined && now < held.until) {
      this.#count("hit", wanted, now);
      return held.proof;
    }
    const under = this.#under.get(wanted.subject);
    if (under !== undefined && now - under.since < LOOK_UP_PATIENCE_MS) {
      const proof = await within(LOOK_UP_PATIENCE_MS, under.proof, "unknown");
      this.#count("joined", wanted, now);
      return proof;
    }
    if (this.#isBusy(now) || !this.#lookUps.admits(wanted.visitor, now)) return "unknown";
    const proof = this.#load(wanted, now);
    this.#under.set(wanted.subject, { since: now, proof });
    // What a request began ends with it, and its client may hang up; the others wait for it, too.
    waitUntil(proof);
    return within(LOOK_UP_PATIENCE_MS, proof, "unknown");
  }

  #isBusy(now: number): boolean {
    for (const [subject, { since }] of this.#under) if (now - since >= LOOK_UP_PATIENCE_MS) this.#under.delete(subject);
    return this.#under.size >= LOOK_UPS_MAX;
  }

  async #load(wanted: Wanted, since: number): Promise<Proof> {
    try {
      const key = await keyOf(wanted.subject);
      const kept = await this.#read(key, wanted);
      if (kept !== null) {
        this.#hold(wanted.subject, kept);
        this.#count("hit", wanted, since);
        return kept.proof;
      }
      const proof = await wanted.lookUp();
      const until = Date.now() + HELD_MS;
      this.#hold(wanted.subject, { proof, until });
      if (proof === "confirmed") waitUntil(this.#write(key, { proof, until }, wanted));
      this.#count("miss", wanted, since);
      return proof;
    } catch {
      return "unknown";
    } finally {
      if (this.#under.get(wanted.subject)?.since === since) this.#under.delete(wanted.subject);
    }
  }

  /** Null: KV has nothing, or nothing that can be used. */
  async #read(key: string, wanted: Wanted): Promise<Held | null> {
    const startedAt = Date.now();
    try {
      const text = await within<string | null | typeof LATE>(KV_PATIENCE_MS, this.#kv.get(key), LATE);
      if (text === LATE) throw new Error("KV took too long");
      const kept = text === null ? null : Kept.parse(JSON.parse(text));
      return kept === null || kept.until <= Date.now() || kept.until > Date.now() + HELD_MS ? null : kept;
    } catch {
      this.#count("error", wanted, startedAt);
      return null;
    }
  }

  async #write(key: string, kept: z.infer<typeof Kept>, wanted: Wanted): Promise<void> {
    const startedAt = Date.now();
    try {
      await this.#kv.put(key, JSON.stringify(kept), { expirationTtl: HELD_MS / 1000 });
    } catch {
      this.#count("error", wanted, startedAt);
    }
  }

  #hold(subject: string, held: Held): void {
    // The oldest goes: a map keeps the order of insertion.
    const oldest = this.#held.size >= HELD_MAX ? this.#held.keys().next().value : undefined;
    if (oldest !== undefined) this.#held.delete(oldest);
    this.#held.delete(subject);
    this.#held.set(subject, held);
  }

  #count(outcome: Outcome, { requestId }: Wanted, startedAt: number): void {
    this.counts[outcome] += 1;
    const ms = Date.now() - startedAt;
    log(outcome === "error" ? "warn" : "info", { kind: "cache", requestId, prefix: PREFIX, outcome, ms });
  }
}

/** Each request has a timer of its own: one that belongs to another request would go with that one. */
async function within<T>(ms: number, answer: Promise<T>, late: T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<T>((resolve) => {
    timer = setTimeout(() => {
      resolve(late);
    }, ms);
  });
  try {
    return await Promise.race([answer, patience]);
  } finally {
    clearTimeout(timer ?? null);
  }
}

/** Half of the hash is plenty, and of an address nothing else is kept. */
async function keyOf(subject: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subject));
  return `${PREFIX}:${base64url(new Uint8Array(hash)).slice(0, KEY_CHARS)}`;
}
