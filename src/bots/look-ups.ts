/**
 * How many look-ups an isolate begins, each a question to the DNS and a read of KV: anybody can say that it is a search engine, from as many addresses as it has, and is not yet counted when it is asked about.
 * Counted by visitor (src/edge/visitor.ts) and in all.
 */
import { type Rate, take } from "../domain/gcra.ts";

const WINDOW_MS = 60_000;
/** A crawler comes from a few addresses of a network, and each is looked up once in 300 s. */
const PER_VISITOR: Rate = { limit: 10, windowMs: WINDOW_MS };
const IN_ALL: Rate = { limit: 120, windowMs: WINDOW_MS };
/** More than have looked up within a window, which are at most twice IN_ALL: who is forgotten has used nothing any more. */
const VISITORS_MAX = 256;

export class LookUps {
  #inAll: number | null = null;
  /** By visitor, the one that looked up last at the end. */
  readonly #tats = new Map<string, number>();

  /** Whether one more may begin; it is counted then. A refusal counts against nobody. */
  admits(visitor: string, now: number): boolean {
    const own = take(PER_VISITOR, this.#tats.get(visitor) ?? null, now);
    if (!own.admitted) return false;
    const all = take(IN_ALL, this.#inAll, now);
    if (!all.admitted) return false;
    this.#inAll = all.tat;
    this.#tats.delete(visitor);
    const oldest = this.#tats.size >= VISITORS_MAX ? this.#tats.keys().next().value : undefined;
    if (oldest !== undefined) this.#tats.delete(oldest);
    this.#tats.set(visitor, own.tat);
    return true;
  }
}
