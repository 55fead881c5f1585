/** Numbers, times and statuses in words, the same on the server and in the page's client. Knows nothing of markup. */
import type { Sort, Status } from "../../protocol/rest/feedback.ts";
import { STATUS_LOOK } from "../client/core-tokens.ts";

const NUMBER = new Intl.NumberFormat("en-US");
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const RELATIVE = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
const DATE = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

export function statusLabel(status: Status): string {
  return STATUS_LOOK[status].label;
}

/** In the order of the links above the list. */
export const SORT_LABELS: readonly (readonly [Sort, string])[] = [
  ["vote_count", "Top"],
  ["trending", "Trending"],
  ["created_at", "New"],
  ["updated_at", "Updated"],
];

export function formatCount(count: number): string {
  return NUMBER.format(count);
}

/** A number as wide as five characters at most: `9,812`, `12.4K`. */
export function formatTally(count: number): string {
  return count < 10_000 ? NUMBER.format(count) : COMPACT.format(count);
}

/** `1 vote`, `1,204 votes`. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];
/** Past this age a date says more than a number of days. */
const RELATIVE_DAYS_MAX = 30;

/** `3 hours ago`, and a date for what is older than a month. */
export function formatAge(instant: string, nowMs: number): string {
  const time = Date.parse(instant);
  const age = nowMs - time;
  if (age > RELATIVE_DAYS_MAX * 86_400_000) return DATE.format(time);
  for (const [unit, size] of STEPS) {
    if (age >= size) return RELATIVE.format(-Math.floor(age / size), unit);
  }
  return "just now";
}

/** The text up to a word's end near `chars`, on one line, for excerpts and meta tags. */
export function shorten(text: string, chars: number): string {
  const flat = text.replace(/\s+/gu, " ").trim();
  if (flat.length <= chars) return flat;
  const cut = flat.slice(0, chars);
  const space = cut.lastIndexOf(" ");
  // A cut inside a surrogate pair would leave half a character.
  return `${(space > chars / 2 ? cut.slice(0, space) : cut).replace(/[\uD800-\uDBFF]$/u, "").trimEnd()}…`;
}
