/** The decisions about votes against a plain model: a map from person to weight. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialTrending } from "../../src/domain/trending.ts";
import { decideUnvote, decideVote, type ExistingVote, type VotedItem } from "../../src/domain/voting.ts";
import { VOTE_WEIGHT_MAX } from "../../src/limits.ts";

const CREATED_AT = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;

const bare: VotedItem = { voteCount: 0, trending: initialTrending(CREATED_AT), createdAt: CREATED_AT };
const weight = fc.integer({ min: 1, max: VOTE_WEIGHT_MAX });
const command = fc.record({
  person: fc.integer({ min: 0, max: 4 }),
  voted: fc.boolean(),
  weight: fc.option(weight, { nil: undefined }),
});

describe("voting", () => {
  it("[U6] counts equal a recount after any sequence of commands by any people", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const votes = new Map<number, ExistingVote>();
        const item = { ...bare };
        for (const [step, { person, voted, weight: wanted }] of commands.entries()) {
          const existing = votes.get(person) ?? null;
          const now = CREATED_AT + step * HOUR_MS;
          if (!voted) {
            const tally = decideUnvote(item, existing);
            expect(tally.changed).toBe(existing !== null);
            votes.delete(person);
            Object.assign(item, { voteCount: tally.voteCount, trending: tally.trending });
          } else {
            const decision = decideVote(item, existing, { weight: wanted, mayWeigh: true, vouched: null }, now);
            if (!decision.ok) throw new Error("an operator may always vote");
            const tally = decision.value;
            expect(tally.first).toBe(existing === null);
            expect(tally.changed).toBe(tally.weight !== existing?.weight);
            votes.set(person, { weight: tally.weight, createdAt: tally.votedAt });
            Object.assign(item, { voteCount: tally.voteCount, trending: tally.trending });
          }
          const recounted = [...votes.values()].reduce((sum, vote) => sum + vote.weight, 0);
          expect(item.voteCount).toBe(recounted);
        }
      }),
    );
  });

  it("[U7] taking back is the inverse of casting", () => {
    fc.assert(
      fc.property(fc.nat(100_000), weight, fc.nat(1_000), (voteCount, given, hours) => {
        const item = { ...bare, voteCount, trending: bare.trending + 1 };
        const now = CREATED_AT + hours * HOUR_MS;
        const cast = decideVote(item, null, { weight: given, mayWeigh: true, vouched: null }, now);
        if (!cast.ok) throw new Error("an operator may always vote");
        const after = { ...item, voteCount: cast.value.voteCount, trending: cast.value.trending };
        const back = decideUnvote(after, { weight: cast.value.weight, createdAt: cast.value.votedAt });
        expect(back.voteCount).toBe(voteCount);
        expect(Math.abs(back.trending - item.trending)).toBeLessThan(1e-6);
      }),
    );
  });

  it("[U8] casting again changes nothing, keeps its weight and its time", () => {
    fc.assert(
      fc.property(weight, fc.nat(1_000), (given, hours) => {
        const existing = { weight: given, createdAt: CREATED_AT };
        const item = { ...bare, voteCount: given };
        const again = decideVote(
          item,
          existing,
          { weight: undefined, mayWeigh: false, vouched: null },
          CREATED_AT + hours * HOUR_MS,
        );
        expect(again).toEqual({
          ok: true,
          value: { ...item, createdAt: undefined, changed: false, first: false, weight: given, votedAt: CREATED_AT },
        });
      }),
    );
  });

  it("[U9] a weight from anybody but an operator is refused, whoever has voted before", () => {
    for (const existing of [null, { weight: 1, createdAt: CREATED_AT }]) {
      const refused = decideVote(bare, existing, { weight: 2, mayWeigh: false, vouched: null }, CREATED_AT);
      expect(refused).toMatchObject({ ok: false, error: { code: "FORBIDDEN" } });
      // 1 is what everybody has, so to say it is no claim; it does not take a heavier vote's weight away either.
      const said = decideVote(bare, existing, { weight: 1, mayWeigh: false, vouched: null }, CREATED_AT);
      expect(said).toMatchObject({ ok: true, value: { weight: 1 } });
    }
    expect(decideVote(bare, null, { weight: undefined, mayWeigh: false, vouched: null }, CREATED_AT)).toMatchObject({
      ok: true,
      value: { weight: 1, voteCount: 1, first: true },
    });
  });
});
