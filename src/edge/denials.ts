/**
 * Requests that were refused for their number, remembered in this isolate until it is worth asking again: who goes on asking costs no object anything. Keyed by what the refusal was
 * about, so that nobody else is refused with them.
 */
import type { LimitState, QuotaName } from "../domain/rate-limits.ts";
import { QUOTAS } from "../domain/rate-limits.ts";
import { type Failure, retryLater } from "../errors.ts";

/** Whose request it is, by each way in which limits count; and where. */
export type Subjects = {
  /** The object that counts: a workspace's slug, or the account side. */
  readonly place: string;
  readonly route: string;
  readonly address: string | null;
  /** The account, the key, the signature of an identity, or a bare id. */
  readonly person: string | null;
};

export type Denial = { readonly failure: Failure; readonly limits: readonly LimitState[] };

const HELD_MAX = 10_000;
type Held = {
  readonly at: number;
  readonly until: number;
  /** With what each is about: others are told only of their own. */
  readonly limits: readonly { readonly about: string | null; readonly state: LimitState }[];
};
const held = new Map<string, Held>();

/** Mostly nobody is, and then it need not be found out who asks. */
export function isAnybodyDenied(): boolean {
  return held.size > 0;
}

/** What the object would answer, by the refusal that lasts longest; null: ask it. */
export function deniedBefore(quotas: readonly QuotaName[], subjects: Subjects, now: number): Denial | null {
  let longest: Held | null = null;
  for (const name of quotas) {
    const key = keyOf(name, subjects);
    const denial = key === null ? undefined : held.get(key);
    if (key === null || denial === undefined) continue;
    // A refusal of the future: the clock was set back.
    if (denial.until <= now || denial.at > now) held.delete(key);
    else if (longest === null || denial.until > longest.until) longest = denial;
  }
  return longest === null ? null : denied(longest, subjects, now);
}

/** The quotas of a place have changed: who was refused there may be let through now. */
export function forgetDenials(place: string): void {
  for (const key of held.keys()) if (key.startsWith(`${place}|`)) held.delete(key);
}

/** Notes what an object refused. */
export function noteDenial(limits: readonly LimitState[], subjects: Subjects, now: number): void {
  const about = limits.map((state) => ({ about: keyOf(state.name, subjects), state }));
  for (const { name, retryAfterMs } of limits) {
    const key = retryAfterMs > 0 ? keyOf(name, subjects) : null;
    if (key === null) continue;
    if (held.size >= HELD_MAX) held.clear();
    held.set(key, { at: now, until: now + retryAfterMs, limits: about });
  }
}

/** The limits as they stand now, not as they stood at the refusal. */
function denied({ at, until, limits }: Held, subjects: Subjects, now: number): Denial {
  const failure = retryLater("RATE_LIMITED", "Too many requests.", (until - now) / 1_000);
  const left = (ms: number) => Math.max(0, ms - (now - at));
  const own = limits.filter(({ about, state }) => about === keyOf(state.name, subjects));
  const states = own.map(({ state }) => ({
    ...state,
    resetMs: left(state.resetMs),
    retryAfterMs: left(state.retryAfterMs),
  }));
  return { failure, limits: states };
}

function keyOf(name: QuotaName, { place, route, address, person }: Subjects): string | null {
  const { by, perRoute } = QUOTAS[name];
  const subject = by === "address" ? address : person;
  return subject === null ? null : `${place}|${name}|${perRoute ? route : ""}|${subject}`;
}
