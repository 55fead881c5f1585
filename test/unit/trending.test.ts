/** The trending score against what it stands for: a sum of votes that each lose half their weight in a week. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialTrending, shiftTrending } from "../../src/domain/trending.ts";
import { DAY_MS, TRENDING_HALF_LIFE_MS, VOTE_WEIGHT_MAX } from "../../src/limits.ts";

const START_MS = Date.UTC(2026, 0, 1);
/** Short enough for doubles to hold every vote: see the precision note in domain/trending.ts. */
const SPAN_MS = 12 * 7 * DAY_MS;
const TOLERANCE = 1e-6;

const moment = fc.integer({ min: START_MS, max: START_MS + SPAN_MS });
const vote = fc.record({ at: moment, weight: fc.integer({ min: 1, max: VOTE_WEIGHT_MAX }) });
const item = fc.record({ createdAt: moment, votes: fc.array(vote, { maxLength: 12 }) });
type Item = { readonly createdAt: number; readonly votes: readonly { readonly at: number; readonly weight: number }[] };

function scoreOf({ createdAt, votes }: Item): number {
  return votes.reduce(
    (score, { at, weight }) => shiftTrending(score, weight, at, createdAt),
    initialTrending(createdAt),
  );
}

/** What the item weighs at `now`, counted anew: one for the post, and each vote, all halved weekly. */
function recount({ createdAt, votes }: Item, now: number): number {
  const decay = (at: number) => 2 ** ((at - now) / TRENDING_HALF_LIFE_MS);
  return votes.reduce((sum, { at, weight }) => sum + weight * decay(at), decay(createdAt));
}

describe("trending", () => {
  it("[U1] orders items as a recount does, at any later time", () => {
    fc.assert(
      fc.property(item, item, fc.integer({ min: 0, max: 8 * 7 * DAY_MS }), (one, other, later) => {
        const now = START_MS + SPAN_MS + later;
        const difference = Math.log2(recount(one, now)) - Math.log2(recount(other, now));
        const scores = scoreOf(one) - scoreOf(other);
        expect(Math.abs(scores - difference)).toBeLessThan(TOLERANCE);
        if (Math.abs(difference) > TOLERANCE) expect(Math.sign(scores)).toBe(Math.sign(difference));
      }),
    );
  });

  it("[U2] does not depend on the order in which votes are counted", () => {
    fc.assert(
      fc.property(item, (some) => {
        const reversed = { ...some, votes: some.votes.toReversed() };
        expect(scoreOf(some)).toBeCloseTo(scoreOf(reversed), 6);
      }),
    );
  });

  it("[U3] taking votes back, in any order, leaves the score of the rest", () => {
    fc.assert(
      fc.property(item, vote, (some, extra) => {
        const before = scoreOf(some);
        const raised = shiftTrending(before, extra.weight, extra.at, some.createdAt);
        expect(raised).toBeGreaterThan(before - TOLERANCE);
        const lowered = shiftTrending(raised, -extra.weight, extra.at, some.createdAt);
        expect(Math.abs(lowered - before)).toBeLessThan(1e-3);
      }),
    );
  });

  it("[U4] never falls below that of the bare item, nor becomes anything but a number", () => {
    fc.assert(
      fc.property(item, vote, (some, extra) => {
        const low = shiftTrending(initialTrending(some.createdAt), -extra.weight, extra.at, some.createdAt);
        expect(Number.isFinite(low)).toBe(true);
        expect(low).toBeGreaterThanOrEqual(initialTrending(some.createdAt));
      }),
    );
  });

  it("[U5] a vote of today outweighs one of last week by two", () => {
    const now = START_MS + SPAN_MS;
    const base = initialTrending(now - 52 * TRENDING_HALF_LIFE_MS);
    const today = shiftTrending(base, 1, now, now - 52 * TRENDING_HALF_LIFE_MS);
    const lastWeek = shiftTrending(base, 2, now - TRENDING_HALF_LIFE_MS, now - 52 * TRENDING_HALF_LIFE_MS);
    expect(today).toBeCloseTo(lastWeek, 9);
  });
});
