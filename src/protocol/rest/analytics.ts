/** What happened, by day, week or month and by group: posts, votes and comments, how votes trend, and how long items keep a status. */
import * as z from "zod";
import { ANALYTICS_DAYS_DEFAULT, ANALYTICS_DAYS_MAX, ANALYTICS_GROUPS_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { Status } from "./feedback.ts";
import { workspaceParams } from "./fields.ts";

export const INTERVALS = ["day", "week", "month"] as const;
export const Interval = z.enum(INTERVALS).meta({ id: "Interval" });
export type Interval = z.infer<typeof Interval>;

export const GROUPINGS = ["status", "category", "board"] as const;
export const Grouping = z.enum(GROUPINGS).meta({ id: "Grouping" });
export type Grouping = z.infer<typeof Grouping>;

const date = z.iso.date().meta({ description: "A day, UTC", example: "2026-11-21" });

const Totals = z
  .strictObject({
    posts: z.int(),
    votes: z.int().meta({ description: "Weights cast, less those taken back: may be below zero" }),
    comments: z.int(),
  })
  .meta({ id: "AnalyticsTotals" });

export const Trend = z
  .strictObject({
    votesThisWeek: z.int().meta({ description: "Votes of the last seven days up to `to`" }),
    votesLastWeek: z.int().meta({ description: "Votes of the seven days before" }),
    change: z.int().meta({ description: "The one less the other" }),
    acceleration: z.int().meta({ description: "The change, less the change of the week before" }),
  })
  .meta({ id: "Trend" });
export type Trend = z.infer<typeof Trend>;

const series = z.array(z.int()).meta({ description: "One figure per bucket" });

export const AnalyticsGroup = z
  .strictObject({
    kind: z.enum(["group", "none", "other"]).meta({
      description: "`none`: items without a category, or boards that are gone. `other`: all groups beyond the largest",
    }),
    key: z
      .string()
      .nullable()
      .meta({ description: "The status, the category or the board's slug; null but for `group`" }),
    name: z.string(),
    posts: series,
    votes: series,
    comments: series,
    totals: Totals,
    trend: Trend,
  })
  .meta({ id: "AnalyticsGroup" });
export type AnalyticsGroup = z.infer<typeof AnalyticsGroup>;

export const Analytics = z
  .strictObject({
    from: date,
    to: date,
    interval: Interval,
    groupBy: Grouping,
    buckets: z.array(date).meta({ description: "The first day of each; weeks begin on Mondays" }),
    groups: z.array(AnalyticsGroup).meta({ description: `The ${String(ANALYTICS_GROUPS_MAX)} largest first` }),
    totals: Totals,
    trend: Trend,
    timeInStatus: z
      .array(
        z.strictObject({
          status: Status,
          departures: z.int().meta({ description: "Items that left the status in that time" }),
          averageMs: z.int().nullable().meta({ description: "How long they had had it; null: none left it" }),
        }),
      )
      .meta({ description: "Every status, in order" }),
  })
  .meta({ id: "Analytics" });
export type Analytics = z.infer<typeof Analytics>;

export const AnalyticsQuery = z.strictObject({
  from: date.optional(),
  to: date.optional(),
  interval: Interval.default("day"),
  groupBy: Grouping.default("status"),
});
export type AnalyticsQuery = z.infer<typeof AnalyticsQuery>;

export const readAnalytics = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/analytics",
  operationId: "readAnalytics",
  tag: "Analytics",
  summary: "What happened, by time and group",
  description: `Activity by day (UTC), as the item was at the time: nothing is taken back when an item goes later. The last ${String(ANALYTICS_DAYS_DEFAULT)} days unless \`from\` and \`to\` say otherwise; at most ${String(ANALYTICS_DAYS_MAX)} days.`,
  who: "internal.read",
  params: workspaceParams,
  query: AnalyticsQuery,
  answers: { 200: { description: "The figures", schema: Analytics } },
});
