/** The arithmetic of analytics: ranges, buckets, folding, trends. Ids are those of test/SPEC.md. */
import { expect, test } from "vitest";
import {
  bucketOf,
  bucketsOf,
  dateOf,
  dayOf,
  daysToRead,
  decideRange,
  Tally,
  trendOf,
} from "../../src/domain/analytics.ts";
import { ANALYTICS_DAYS_MAX, ANALYTICS_GROUPS_HELD_MAX, ANALYTICS_GROUPS_MAX } from "../../src/limits.ts";

const day = (date: string) => dayOf(Date.parse(date));
const NOW = Date.parse("2026-11-21T23:59:59Z");
const name = (key: string) => (key === "" ? null : key);
const figures = (date: string, key: string, votes: number, posts = 0) => ({
  day: day(date),
  key,
  posts,
  votes,
  comments: 0,
});

test("[AN1] a range is the last 90 days unless it says otherwise, and no longer than two years", () => {
  const asked = (from?: string, to?: string) => decideRange({ from, to }, NOW);
  expect(asked()).toEqual({ ok: true, value: { from: day("2026-08-24"), to: day("2026-11-21") } });
  expect(asked(undefined, "2026-03-31")).toMatchObject({ value: { from: day("2026-01-01"), to: day("2026-03-31") } });
  expect(asked("2026-11-21", "2026-11-21").ok).toBe(true);
  expect(asked("2026-11-22", "2026-11-21")).toMatchObject({
    error: { code: "INVALID_REQUEST", errors: [{ path: "query.from" }] },
  });
  const longest = dateOf(day("2026-11-21") - ANALYTICS_DAYS_MAX + 1);
  expect(asked(longest).ok).toBe(true);
  expect(asked(dateOf(day(longest) - 1)).ok).toBe(false);
  expect(daysToRead({ from: 100, to: 101 })).toEqual({ from: 81, to: 101 });
  expect(daysToRead({ from: 10, to: 101 })).toEqual({ from: 10, to: 101 });
});

test("[AN2] every day falls into one bucket; weeks begin on Mondays, months on the first", () => {
  expect(dateOf(bucketOf(day("2026-11-21"), "week"))).toBe("2026-11-16");
  expect(dateOf(bucketOf(day("2026-11-16"), "week"))).toBe("2026-11-16");
  expect(dateOf(bucketOf(day("2026-11-15"), "week"))).toBe("2026-11-09");
  expect(dateOf(bucketOf(day("1969-12-30"), "week"))).toBe("1969-12-29");
  expect(dateOf(bucketOf(day("2024-02-29"), "month"))).toBe("2024-02-01");
  const range = { from: day("2024-01-31"), to: day("2024-03-01") };
  expect(bucketsOf(range, "month").map(dateOf)).toEqual(["2024-01-01", "2024-02-01", "2024-03-01"]);
  expect(bucketsOf(range, "week").map(dateOf)).toEqual([
    "2024-01-29",
    "2024-02-05",
    "2024-02-12",
    "2024-02-19",
    "2024-02-26",
  ]);
  expect(bucketsOf(range, "day")).toHaveLength(31);
});

test("[AN3] sums do not depend on the order or the slices in which figures come", () => {
  const days = [
    figures("2026-11-20", "a", 5, 1),
    figures("2026-11-20", "b", -2),
    figures("2026-11-21", "a", 7),
    figures("2026-11-21", "", 1, 1),
    // Outside the range: it counts for the trend alone.
    figures("2026-11-10", "a", 4),
  ];
  const range = { from: day("2026-11-20"), to: day("2026-11-21") };
  const summed = (input: typeof days) => {
    const tally = new Tally(range, "day");
    for (const each of input) tally.add(each);
    return { groups: tally.groups(name), all: tally.all(), starts: tally.starts() };
  };
  const sums = summed(days);
  expect(summed(days.toReversed())).toEqual(sums);
  expect(sums.starts).toEqual(["2026-11-20", "2026-11-21"]);
  expect(sums.groups).toEqual([
    {
      kind: "group",
      key: "a",
      name: "a",
      posts: [1, 0],
      votes: [5, 7],
      comments: [0, 0],
      totals: { posts: 1, votes: 12, comments: 0 },
      trend: trendOf([12, 4, 0]),
    },
    {
      kind: "group",
      key: "b",
      name: "b",
      posts: [0, 0],
      votes: [-2, 0],
      comments: [0, 0],
      totals: { posts: 0, votes: -2, comments: 0 },
      trend: trendOf([-2, 0, 0]),
    },
    {
      kind: "none",
      key: null,
      name: "None",
      posts: [0, 1],
      votes: [0, 1],
      comments: [0, 0],
      totals: { posts: 1, votes: 1, comments: 0 },
      trend: trendOf([1, 0, 0]),
    },
  ]);
  expect(sums.all).toEqual({ totals: { posts: 2, votes: 11, comments: 0 }, trend: trendOf([11, 4, 0]) });
});

test("[AN4] of thousands of groups the largest are named, the others are one; nothing is lost", () => {
  const tally = new Tally({ from: day("2026-11-01"), to: day("2026-11-21") }, "week");
  const count = ANALYTICS_GROUPS_HELD_MAX + 500;
  for (let n = 0; n < count; n += 1) tally.add(figures("2026-11-11", `c${String(n)}`, n % 700));
  const groups = tally.groups(name);
  expect(groups).toHaveLength(ANALYTICS_GROUPS_MAX + 1);
  expect(groups.at(-1)).toMatchObject({ kind: "other", key: null });
  expect(groups[0]).toMatchObject({ kind: "group", key: "c699" });
  const all = Array.from({ length: count }, (_, n) => n % 700).reduce((sum, votes) => sum + votes, 0);
  expect(groups.reduce((sum, group) => sum + group.totals.votes, 0)).toBe(all);
  expect(tally.all().totals.votes).toBe(all);
});

test("[AN5] acceleration is the change of the change", () => {
  expect(trendOf([30, 20, 15])).toEqual({ votesThisWeek: 30, votesLastWeek: 20, change: 10, acceleration: 5 });
  expect(trendOf([5, 20, 15])).toEqual({ votesThisWeek: 5, votesLastWeek: 20, change: -15, acceleration: -20 });
  expect(trendOf([])).toEqual({ votesThisWeek: 0, votesLastWeek: 0, change: 0, acceleration: 0 });
});
