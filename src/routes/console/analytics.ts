/** A workspace's analytics: what was asked for stands in the page's address. */
import { ANALYTICS_DAYS_DEFAULT, DAY_MS } from "../../limits.ts";
import { Analytics, GROUPINGS, INTERVALS } from "../../protocol/rest/analytics.ts";
import { AnalyticsPage, type AnalyticsAsked, MEASURES } from "../../web/console/analytics.tsx";
import { BLANK, refused } from "../../web/console/fill.ts";
import { assetUrl } from "../assets.ts";
import { ask } from "./ask.ts";
import { page, show } from "./page.ts";
import { apiOf, openTeam } from "./team.ts";

export const analyticsPage = page(async (context, params) => {
  const visit = await openTeam(context, params);
  if (!visit.ok) return visit;
  const { shell, team } = visit.value;
  const asked = askedIn(context.url.searchParams, Date.now());
  const { measure: _shown, ...query } = asked;
  const path = `${apiOf(params)}/analytics?${new URLSearchParams(query).toString()}`;
  const analytics = await ask(context, Analytics, "GET", path);
  const view = { shell, team, asked, script: assetUrl("charts.js") };
  if (analytics.ok) return show(context, AnalyticsPage({ ...view, analytics: analytics.value, fill: BLANK }));
  // Dates are typed; whatever else was asked is one of a few words.
  if (analytics.error.code !== "INVALID_REQUEST") return analytics;
  const errors = (analytics.error.errors ?? []).map(({ path: field, message }) => ({
    path: field.replace(/^query\./u, ""),
    message,
  }));
  const attempt = refused("ask", { ...analytics.error, errors }, query, ["from", "to"]);
  return show(context, AnalyticsPage({ ...view, analytics: null, fill: attempt.fill }), { attempt });
});

/** What is none of the words is the first of them. */
function askedIn(search: URLSearchParams, nowMs: number): AnalyticsAsked {
  const oneOf = <const W extends string>(name: string, words: readonly W[], otherwise: W): W =>
    words.find((word) => word === search.get(name)) ?? otherwise;
  const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return {
    from: search.get("from") || dayAt(nowMs - (ANALYTICS_DAYS_DEFAULT - 1) * DAY_MS),
    to: search.get("to") || dayAt(nowMs),
    interval: oneOf("interval", INTERVALS, "week"),
    groupBy: oneOf("groupBy", GROUPINGS, "status"),
    measure: oneOf("measure", MEASURES, "votes"),
  };
}
