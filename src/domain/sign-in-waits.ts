/**
 * Rising waits after wrong passwords. A try is counted when it begins and forgiven when it succeeds, so that tries made all at once are no more than tries made one after the
 * other. Addresses that nobody has registered are counted alike. Browsers that signed in before have a count of their own: nobody can lock a person out of those.
 */
import { DAY_MS } from "../limits.ts";

/** The wait that follows so many failures in a row, and how it grows: 30 s, 1, 2, 4 … minutes, up to an hour. */
export const FAILURES_FREE = 5;
const WAIT_FIRST_MS = 30_000;
const WAIT_MAX_MS = 60 * 60_000;
/** After so long without a try the count starts anew. */
export const FAILURES_FORGOTTEN_MS = DAY_MS;

/** Times in ms since 1970. */
export type Tries = { readonly failures: number; readonly waitUntil: number; readonly lastFailureAt: number };

export const NO_TRIES: Tries = { failures: 0, waitUntil: 0, lastFailureAt: 0 };

export type Verdict =
  /** `next`: what is to be remembered unless the try succeeds. */
  { readonly admitted: true; readonly next: Tries } | { readonly admitted: false; readonly retryAfterMs: number };

export function beginTry(tries: Tries, now: number): Verdict {
  if (now < tries.waitUntil) return { admitted: false, retryAfterMs: tries.waitUntil - now };
  const before = now - tries.lastFailureAt >= FAILURES_FORGOTTEN_MS ? 0 : tries.failures;
  const failures = before + 1;
  return { admitted: true, next: { failures, waitUntil: now + waitAfter(failures), lastFailureAt: now } };
}

/** 0: the next may follow at once. */
function waitAfter(failures: number): number {
  if (failures < FAILURES_FREE) return 0;
  return Math.min(WAIT_FIRST_MS * 2 ** Math.min(failures - FAILURES_FREE, 32), WAIT_MAX_MS);
}
