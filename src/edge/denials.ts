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
const held = new Map<string, { readonly until: number; readonly limits: readonly LimitState[] }>();

/** What the object would answer; null: ask it. */
export function deniedBefore(quotas: readonly QuotaName[], subjects: Subjects, now: number): Denial | null {
  for (const name of quotas) {
    const key = keyOf(name, subjects);
    const denial = key === null ? undefined : held.get(key);
    if (key === null || denial === undefined) continue;
    if (denial.until > now) return denied(denial.limits, denial.until - now);
    held.delete(key);
  }
  return null;
}

/** Notes what an object refused. */
export function noteDenial(limits: readonly LimitState[], subjects: Subjects, now: number): void {
  for (const { name, retryAfterMs } of limits) {
    const key = retryAfterMs > 0 ? keyOf(name, subjects) : null;
    if (key === null) continue;
    if (held.size >= HELD_MAX) held.clear();
    held.set(key, { until: now + retryAfterMs, limits });
  }
}

/** The limits as they stand now, not as they stood at the refusal. */
function denied(limits: readonly LimitState[], retryAfterMs: number): Denial {
  const failure = retryLater("RATE_LIMITED", "Too many requests.", retryAfterMs / 1_000);
  const passed = Math.max(...limits.map((state) => state.retryAfterMs)) - retryAfterMs;
  const left = (ms: number) => Math.max(0, ms - passed);
  const now = limits.map((state) => ({
    ...state,
    resetMs: left(state.resetMs),
    retryAfterMs: left(state.retryAfterMs),
  }));
  return { failure, limits: now };
}

function keyOf(name: QuotaName, { place, route, address, person }: Subjects): string | null {
  const { by, perRoute } = QUOTAS[name];
  const subject = by === "address" ? address : person;
  return subject === null ? null : `${place}|${name}|${perRoute ? route : ""}|${subject}`;
}
