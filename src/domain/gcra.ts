/**
 * The generic cell rate algorithm (ITU-T I.371, annex A): exact over any window, with one number per counted thing, the time at which it will have used nothing any more (its theoretical
 * arrival time, TAT). A window's quota may come all at once; after that one more passes per `window / limit`.
 */

/** `limit` requests in `windowMs`. */
export type Rate = { readonly limit: number; readonly windowMs: number };

/** What is left after a request was counted or refused. Times in ms from now. */
export type Take = {
  readonly admitted: boolean;
  /** To be remembered, ms since 1970; of a refused request what it was before. */
  readonly tat: number;
  readonly remaining: number;
  /** Until all of the quota is there again. */
  readonly resetMs: number;
  /** Until one more passes; 0 when one does now. */
  readonly retryAfterMs: number;
};

/** Intervals are whole multiples of this fraction of a millisecond, so that adding them up loses nothing: 1.8e12 ms with 10 binary places fit a double. */
const STEPS_PER_MS = 1_024;

/** `known`: the TAT that is remembered; null or a time past for what is idle. `count` 0 only looks. */
export function take({ limit, windowMs }: Rate, known: number | null, now: number, count: 0 | 1 = 1): Take {
  const interval = Math.max(1, Math.floor((windowMs / limit) * STEPS_PER_MS)) / STEPS_PER_MS;
  const burst = interval * limit;
  // Never later than a full bucket: a clock that was set back, or a quota that was lowered, locks nobody out for longer.
  const before = Math.min(Math.max(known ?? now, now), now + burst);
  const after = before + count * interval;
  const admitted = after - now <= burst;
  const tat = admitted ? after : before;
  const free = burst - (tat - now);
  const remaining = Math.floor(free / interval);
  return { admitted, tat, remaining, resetMs: tat - now, retryAfterMs: remaining > 0 ? 0 : interval - free };
}
