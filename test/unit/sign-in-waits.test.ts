/** The waits that follow wrong passwords. Ids are those of test/SPEC.md. */
import { describe, expect, it } from "vitest";
import { beginTry, FAILURES_FORGOTTEN_MS, NO_TRIES, type Tries } from "../../src/domain/sign-in-waits.ts";

const START = 1_800_000_000_000;

describe("waits", () => {
  it("[S4] after 5 failures: 30 s, then twice as long each time, up to an hour", () => {
    let tries: Tries = NO_TRIES;
    let now = START;
    const waits: number[] = [];
    for (let failure = 1; failure <= 16; failure++) {
      const verdict = beginTry(tries, now);
      if (!verdict.admitted) throw new Error("held");
      tries = verdict.next;
      const wait = Math.max(0, tries.waitUntil - now);
      waits.push(wait / 1_000);
      if (wait > 0) {
        expect(beginTry(tries, now + wait - 1)).toEqual({ admitted: false, retryAfterMs: 1 });
      }
      now += wait;
    }
    expect(waits).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600, 3_600]);
  });

  it("[S4] a try that is held changes nothing, and after a quiet day the count starts anew", () => {
    const tries: Tries = { failures: 9, waitUntil: START + 100, lastFailureAt: START };
    expect(beginTry(tries, START + 99).admitted).toBe(false);
    const later = beginTry(tries, START + FAILURES_FORGOTTEN_MS);
    expect(later).toMatchObject({ admitted: true, next: { failures: 1 } });
    expect(beginTry(tries, START + FAILURES_FORGOTTEN_MS - 1)).toMatchObject({ next: { failures: 10 } });
  });
});
