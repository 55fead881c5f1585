/**
 * `/workspaces/:workspace/analytics`: see protocol/rest/analytics.ts. A long range of a busy workspace takes more than one call: the object adds up a bounded part in each and goes on serving
 * votes in between.
 */
import type { Departures, FiguresSlice, Place, SliceOfDays } from "../../objects/workspace/analytics/read.ts";
import { dateOf, type DayRange, daysToRead, decideRange, Tally } from "../domain/analytics.ts";
import { callOf, type RequestContext } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json } from "../edge/respond.ts";
import { type Failure, invalidField } from "../errors.ts";
import { ANALYTICS_SLICES_MAX } from "../limits.ts";
import { type Analytics, type AnalyticsQuery, type Grouping, readAnalytics } from "../protocol/rest/analytics.ts";
import { STATUSES } from "../protocol/rest/feedback.ts";
import { err, map, ok, type Result } from "../result.ts";
import { statusLabel } from "../web/page/format.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const analyticsRoutes: readonly Route[] = [
  route(readAnalytics, async (context, { params, query }) => {
    const range = decideRange(query, Date.now());
    if (!range.ok) return range;
    return map(await analyticsOf(context, params.workspace, range.value, query), (analytics) => json(analytics));
  }),
];

async function analyticsOf(
  context: RequestContext,
  workspace: string,
  range: DayRange,
  { interval, groupBy }: AnalyticsQuery,
): Promise<Result<Analytics, Failure>> {
  const tally = new Tally(range, interval);
  const left = new Map<string, Departures>();
  const read = daysToRead(range);
  let place: Place | null = { day: read.from, boardId: 0, status: "", category: "" };
  let boards: FiguresSlice["boards"] = [];
  for (let slice = 0; place !== null; slice += 1) {
    if (slice === ANALYTICS_SLICES_MAX) {
      return err(invalidField("query.from", "the range holds too many figures: ask for a shorter one"));
    }
    const asked: SliceOfDays = { from: place, to: read.to, departuresFrom: range.from, groupBy };
    // One question counts once against its limit, however many calls it takes.
    const call = slice === 0 ? callOf(context) : { ...callOf(context), limit: null };
    const part: Result<FiguresSlice, Failure> = await callWorkspace(context, workspace, true, (stub) =>
      stub.readFigures(call, asked),
    );
    if (!part.ok) return part;
    for (const figures of part.value.figures) tally.add(figures);
    for (const each of part.value.departures) left.set(each.status, sumOf(left.get(each.status), each));
    ({ boards, next: place } = part.value);
  }
  const timeInStatus = STATUSES.map((status) => {
    const { departures, departedMs } = left.get(status) ?? { departures: 0, departedMs: 0 };
    return { status, departures, averageMs: departures === 0 ? null : Math.round(departedMs / departures) };
  });
  const groups = tally.groups(namer(groupBy, boards));
  const span = { from: dateOf(range.from), to: dateOf(range.to), interval, groupBy };
  return ok({ ...span, buckets: tally.starts(), groups, ...tally.all(), timeInStatus });
}

function sumOf(before: Departures | undefined, more: Departures): Departures {
  if (before === undefined) return more;
  return {
    status: more.status,
    departures: before.departures + more.departures,
    departedMs: before.departedMs + more.departedMs,
  };
}

/** What a group's key is called; null: it is nothing, or nothing any more. */
function namer(groupBy: Grouping, boards: FiguresSlice["boards"]): (key: string) => string | null {
  if (groupBy === "category") return (key) => (key === "" ? null : key);
  const names: ReadonlyMap<string, string> =
    groupBy === "status"
      ? new Map(STATUSES.map((status) => [status, statusLabel(status)]))
      : new Map(boards.map(({ slug, name }) => [slug, name]));
  return (key) => names.get(key) ?? null;
}
