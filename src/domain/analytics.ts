/**
 * The arithmetic of analytics: which days are asked for, and from the figures of each day and group the series, totals and trends. Pure, and in numbers of bounded memory; reading the
 * figures is the object's.
 */
import type { Failure } from "../errors.ts";
import { invalidField } from "../errors.ts";
import {
  ANALYTICS_DAYS_DEFAULT,
  ANALYTICS_DAYS_MAX,
  ANALYTICS_GROUPS_HELD_MAX,
  ANALYTICS_GROUPS_MAX,
  DAY_MS,
} from "../limits.ts";
import type { AnalyticsGroup, Interval, Trend } from "../protocol/rest/analytics.ts";
import { err, ok, type Result } from "../result.ts";

const WEEK_DAYS = 7;
/** Day 0 was a Thursday; weeks begin on Mondays (ISO 8601). */
const THURSDAY = 3;
/** Three weeks make an acceleration. */
const TREND_WEEKS = 3;

/** Days since 1970, both inclusive. */
export type DayRange = { readonly from: number; readonly to: number };

export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** `yyyy-mm-dd`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Both dates are there and valid or left out. Errors: INVALID_REQUEST. */
export function decideRange(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): Result<DayRange, Failure> {
  const last = to === undefined ? dayOf(nowMs) : dayOf(Date.parse(to));
  const first = from === undefined ? last - ANALYTICS_DAYS_DEFAULT + 1 : dayOf(Date.parse(from));
  if (first > last) return err(invalidField("query.from", "must not be after `to`"));
  if (last - first + 1 > ANALYTICS_DAYS_MAX) {
    return err(invalidField("query.from", `must be at most ${String(ANALYTICS_DAYS_MAX)} days before \`to\``));
  }
  return ok({ from: first, to: last });
}

/** What has to be read: trends look three weeks back, however short the range is. */
export function daysToRead({ from, to }: DayRange): DayRange {
  return { from: Math.min(from, to - TREND_WEEKS * WEEK_DAYS + 1), to };
}

/** The first day of the bucket that a day falls into; that of a range's first bucket may lie before the range. */
export function bucketOf(day: number, interval: Interval): number {
  if (interval === "day") return day;
  if (interval === "week") return day - ((((day + THURSDAY) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS);
  const date = new Date(day * DAY_MS);
  return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
}

/** The first days of all buckets of a range, also of those in which nothing happened. */
export function bucketsOf({ from, to }: DayRange, interval: Interval): readonly number[] {
  const buckets: number[] = [];
  for (let day = from; day <= to; day += 1) {
    const bucket = bucketOf(day, interval);
    if (buckets.at(-1) !== bucket) buckets.push(bucket);
  }
  return buckets;
}

/** Sums of one day and group. The group's key: a status, a board's slug, a category; empty: none. */
export type DayFigures = {
  readonly day: number;
  readonly key: string;
  readonly posts: number;
  readonly votes: number;
  readonly comments: number;
};

const MEASURES = ["posts", "votes", "comments"] as const;

type Held = {
  readonly posts: number[];
  readonly votes: number[];
  readonly comments: number[];
  /** Votes of the last week, the one before, and the one before that. */
  readonly weeks: number[];
};

/** Adds up days as they are read, in any order. */
export class Tally {
  readonly #range: DayRange;
  readonly #interval: Interval;
  readonly #buckets: readonly number[];
  readonly #indexes: ReadonlyMap<number, number>;
  readonly #groups = new Map<string, Held>();
  #beyond: Held | null = null;

  constructor(range: DayRange, interval: Interval) {
    this.#range = range;
    this.#interval = interval;
    this.#buckets = bucketsOf(range, interval);
    this.#indexes = new Map(this.#buckets.map((bucket, index) => [bucket, index]));
  }

  add(figures: DayFigures): void {
    const { day, key } = figures;
    const held = this.#heldOf(key);
    const week = Math.floor((this.#range.to - day) / WEEK_DAYS);
    if (week >= 0 && week < TREND_WEEKS) held.weeks[week] = (held.weeks[week] ?? 0) + figures.votes;
    if (day < this.#range.from || day > this.#range.to) return;
    const index = this.#indexes.get(bucketOf(day, this.#interval)) ?? 0;
    for (const measure of MEASURES) held[measure][index] = (held[measure][index] ?? 0) + figures[measure];
  }

  /** The first days of the buckets, as dates. */
  starts(): string[] {
    return this.#buckets.map(dateOf);
  }

  /** The groups with most in them, the largest first, and what is left of all others in one. `nameOf` says what a key is called, null when it is nothing any more. */
  groups(nameOf: (key: string) => string | null): AnalyticsGroup[] {
    const other = this.#empty();
    if (this.#beyond !== null) addTo(other, this.#beyond);
    const none = this.#empty();
    const named: { readonly key: string; readonly name: string; readonly held: Held }[] = [];
    for (const [key, held] of this.#groups) {
      const name = nameOf(key);
      if (name === null) addTo(none, held);
      else named.push({ key, name, held });
    }
    named.sort((a, b) => weightOf(b.held) - weightOf(a.held) || (a.key < b.key ? -1 : 1));
    for (const { held } of named.slice(ANALYTICS_GROUPS_MAX)) addTo(other, held);
    return [
      ...named.slice(0, ANALYTICS_GROUPS_MAX).map(({ key, name, held }) => present("group", key, name, held)),
      ...(weightOf(none) > 0 ? [present("none", null, "None", none)] : []),
      ...(weightOf(other) > 0 ? [present("other", null, "All others", other)] : []),
    ];
  }

  all(): Pick<AnalyticsGroup, "totals" | "trend"> {
    const sum = this.#empty();
    for (const held of this.#groups.values()) addTo(sum, held);
    if (this.#beyond !== null) addTo(sum, this.#beyond);
    const { totals, trend } = present("other", null, "", sum);
    return { totals, trend };
  }

  /** So many groups are told apart, those met first: a workspace may have thousands of categories. */
  #heldOf(key: string): Held {
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#groups.size >= ANALYTICS_GROUPS_HELD_MAX) return (this.#beyond ??= this.#empty());
    const held = this.#empty();
    this.#groups.set(key, held);
    return held;
  }

  #empty(): Held {
    const zeros = () => Array.from<number>({ length: this.#buckets.length }).fill(0);
    return { posts: zeros(), votes: zeros(), comments: zeros(), weeks: [0, 0, 0] };
  }
}

function addTo(into: Held, from: Held): void {
  for (const part of [...MEASURES, "weeks"] as const) {
    for (const [index, value] of from[part].entries()) into[part][index] = (into[part][index] ?? 0) + value;
  }
}

/** How much there is of a group, for the order; votes taken back count as something that happened, too. */
function weightOf(held: Held): number {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + Math.abs(value), 0);
  return sum(held.posts) + sum(held.votes) + sum(held.comments) + sum(held.weeks);
}

function present(kind: AnalyticsGroup["kind"], key: string | null, name: string, held: Held): AnalyticsGroup {
  const { posts, votes, comments, weeks } = held;
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const totals = { posts: sum(posts), votes: sum(votes), comments: sum(comments) };
  return { kind, key, name, posts, votes, comments, totals, trend: trendOf(weeks) };
}

/** `weeks`: votes of the last seven days, of the seven before, and of the seven before those. */
export function trendOf([thisWeek = 0, lastWeek = 0, weekBefore = 0]: readonly number[]): Trend {
  const change = thisWeek - lastWeek;
  return { votesThisWeek: thisWeek, votesLastWeek: lastWeek, change, acceleration: change - (lastWeek - weekBefore) };
}
