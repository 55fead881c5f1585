/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/**
 * What happened in a workspace: figures, how groups trend, how long items keep a status. Everything stands in tables, which the page's script draws a chart from; without script the tables are all there is, and
 * say the same.
 */
import { ANALYTICS_DAYS_MAX } from "../../limits.ts";
import type { Analytics, AnalyticsGroup, Grouping, Interval } from "../../protocol/rest/analytics.ts";
import { formatCount, statusLabel } from "../page/format.ts";
import { teamPath } from "./address.ts";
import type { Fill } from "./fill.ts";
import { SelectField, Summary, TextField } from "./fields.tsx";
import { type Shell, type Team, TeamPage } from "./frame.tsx";
import { Empty, Section } from "./parts.tsx";
import { Bar, Spark } from "./pictures.tsx";

export const MEASURES = ["votes", "posts", "comments"] as const;
export type Measure = (typeof MEASURES)[number];

/** What was asked for, as it was sent: a refused question comes again with it. */
export type AnalyticsAsked = {
  readonly from: string;
  readonly to: string;
  readonly interval: Interval;
  readonly groupBy: Grouping;
  readonly measure: Measure;
};

const MEASURE_WORDS: Readonly<Record<Measure, string>> = { votes: "Votes", posts: "Ideas", comments: "Comments" };
const INTERVAL_WORDS: Readonly<Record<Interval, string>> = { day: "Day", week: "Week", month: "Month" };
const GROUPING_WORDS: Readonly<Record<Grouping, string>> = { status: "Status", category: "Category", board: "Board" };
/** Lines that an eye can follow; their looks stand in charts.css. */
const LINES_MAX = 5;

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const SIGNED = new Intl.NumberFormat("en-US", { signDisplay: "exceptZero" });

export function AnalyticsPage({
  shell,
  team,
  asked,
  analytics,
  fill,
  script,
}: {
  readonly shell: Shell;
  readonly team: Team;
  readonly asked: AnalyticsAsked;
  /** Null: what was asked for was refused, as `fill` says. */
  readonly analytics: Analytics | null;
  readonly fill: Fill;
  readonly script: string;
}) {
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="analytics"
      title="Analytics"
      lead="What people did, day by day (UTC), and where votes are going."
      scripts={[script]}
    >
      <Question team={team} asked={asked} fill={fill} />
      {analytics === null ? null : <Answer analytics={analytics} measure={asked.measure} />}
    </TeamPage>
  );
}

function Question({ team, asked, fill }: { readonly team: Team; readonly asked: AnalyticsAsked; readonly fill: Fill }) {
  const select = (name: string, label: string, value: string, words: Readonly<Record<string, string>>) => (
    <SelectField
      form="ask"
      name={name}
      label={label}
      value={value}
      fill={fill}
      options={Object.entries(words).map(([key, word]) => ({ value: key, label: word }))}
    />
  );
  return (
    <form method="get" action={teamPath(team.slug, "analytics")} class="ask-figures" aria-label="What to show">
      <Summary form="ask" fill={fill} labels={{ from: "From", to: "To" }} />
      <div class="ask-fields">
        {select("measure", "Show", asked.measure, MEASURE_WORDS)}
        {select("groupBy", "By", asked.groupBy, GROUPING_WORDS)}
        {select("interval", "Per", asked.interval, INTERVAL_WORDS)}
        <TextField form="ask" name="from" label="From" type="date" value={asked.from} fill={fill} />
        <TextField form="ask" name="to" label="To" type="date" value={asked.to} fill={fill} />
        <button class="secondary">Show</button>
      </div>
    </form>
  );
}

function Answer({ analytics, measure }: { readonly analytics: Analytics; readonly measure: Measure }) {
  const { totals, trend, groups, groupBy } = analytics;
  if (groups.length === 0) {
    return (
      <Empty heading="Nothing happened yet">
        {`In this time nobody posted, voted or commented. A range may be up to ${String(ANALYTICS_DAYS_MAX)} days long.`}
      </Empty>
    );
  }
  return (
    <>
      <dl class="figures">
        <Figure name="Ideas" value={formatCount(totals.posts)} />
        <Figure name="Votes" value={formatCount(totals.votes)} />
        <Figure name="Comments" value={formatCount(totals.comments)} />
        <Figure name={`Votes in 7 days, ${SIGNED.format(trend.change)}`} value={formatCount(trend.votesThisWeek)} />
      </dl>
      <OverTime analytics={analytics} measure={measure} />
      <Trends groups={groups} grouping={GROUPING_WORDS[groupBy]} />
      <TimeInStatus analytics={analytics} />
    </>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

type Line = { readonly name: string; readonly values: readonly number[]; readonly total: number };

/** The largest groups by what is shown, and the rest as one line. */
function linesOf({ groups, buckets }: Analytics, measure: Measure): readonly Line[] {
  const lines = groups.map((group) => ({ name: group.name, values: group[measure], total: group.totals[measure] }));
  const sorted = lines
    .toSorted((a, b) => b.total - a.total)
    .filter(({ values }) => values.some((value) => value !== 0));
  if (sorted.length <= LINES_MAX + 1) return sorted;
  const rest = sorted.slice(LINES_MAX);
  const values = buckets.map((_, index) => rest.reduce((sum, line) => sum + (line.values[index] ?? 0), 0));
  const total = rest.reduce((sum, line) => sum + line.total, 0);
  return [...sorted.slice(0, LINES_MAX), { name: `${formatCount(rest.length)} others`, values, total }];
}

function OverTime({ analytics, measure }: { readonly analytics: Analytics; readonly measure: Measure }) {
  const { buckets, interval, groupBy } = analytics;
  const lines = linesOf(analytics, measure);
  const what = `${MEASURE_WORDS[measure]} by ${groupBy}, per ${interval}`;
  const dateOf = interval === "month" ? MONTH : DAY;
  return (
    <Section id="over-time" heading={what}>
      {lines.length === 0 ? <p class="hint">None in this time.</p> : null}
      {lines.length === 0 ? null : (
        <>
          <ul class="legend">
            {lines.map(({ name, total }, index) => (
              <li class={`line-${String(index)}`}>
                <svg viewBox="0 0 30 10" width="30" height="10" aria-hidden="true" focusable="false">
                  <line x1="1" y1="5" x2="29" y2="5" />
                </svg>
                <span class="legend-name">{name}</span>
                <span class="legend-value" data-value="">
                  {formatCount(total)}
                </span>
              </li>
            ))}
          </ul>
          <div class="chart scripted" data-chart="figures-table" data-interval={interval} aria-hidden="true"></div>
          <details class="older" open data-drawn="">
            <summary>The figures as a table</summary>
            <div class="scrolls" tabindex={0} role="region" aria-label={what}>
              <table class="numbers" id="figures-table">
                <thead>
                  <tr>
                    <th scope="col">{interval === "week" ? "Week of" : INTERVAL_WORDS[interval]}</th>
                    {lines.map(({ name }) => (
                      <th scope="col">{name}</th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {buckets.map((bucket, row) => (
                    <tr>
                      <th scope="row">
                        <time datetime={bucket}>{dateOf.format(Date.parse(bucket))}</time>
                      </th>
                      {lines.map(({ values }) => (
                        <td>{formatCount(values[row] ?? 0)}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </Section>
  );
}

function Trends({ groups, grouping }: { readonly groups: readonly AnalyticsGroup[]; readonly grouping: string }) {
  return (
    <Section
      id="trends"
      heading="Where votes are going"
      lead="Votes of the last seven days against the seven before. Gaining: the change grew since the week before; easing: it shrank."
    >
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">{grouping}</th>
            <th scope="col">Votes over time</th>
            <th scope="col">7 days</th>
            <th scope="col">7 before</th>
            <th scope="col">Change</th>
            <th scope="col">Pace</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, votes, trend }) => (
            <tr>
              <td data-label={grouping}>{name}</td>
              <td data-label="Votes over time">
                <Spark values={votes} />
              </td>
              <td data-label="7 days">{formatCount(trend.votesThisWeek)}</td>
              <td data-label="7 before">{formatCount(trend.votesLastWeek)}</td>
              <td data-label="Change">{SIGNED.format(trend.change)}</td>
              <td data-label="Pace">{paceOf(trend.acceleration)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function paceOf(acceleration: number): string {
  if (acceleration === 0) return "steady";
  return `${acceleration > 0 ? "▲ gaining" : "▼ easing"} ${SIGNED.format(acceleration)}`;
}

function TimeInStatus({ analytics }: { readonly analytics: Analytics }) {
  const longest = Math.max(1, ...analytics.timeInStatus.map(({ averageMs }) => averageMs ?? 0));
  return (
    <Section
      id="time-in-status"
      heading="How long ideas keep a status"
      lead="On average, of those that left it in this time."
    >
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">
              <span class="vh">As a bar</span>
            </th>
            <th scope="col">Average</th>
            <th scope="col">Left it</th>
          </tr>
        </thead>
        <tbody>
          {analytics.timeInStatus.map(({ status, departures, averageMs }) => (
            <tr>
              <td data-label="Status">{statusLabel(status)}</td>
              <td class="bar-cell">
                <Bar share={(averageMs ?? 0) / longest} />
              </td>
              <td data-label="Average">{averageMs === null ? "–" : durationOf(averageMs)}</td>
              <td data-label="Left it">{formatCount(departures)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** `3.5 days`, `20 minutes`, `under a minute`. */
export function durationOf(ms: number): string {
  for (const [unit, size] of UNITS) {
    if (ms < size) continue;
    const count = ms / size;
    const shown = count < 10 ? Math.round(count * 10) / 10 : Math.round(count);
    return `${formatCount(shown)} ${unit}${shown === 1 ? "" : "s"}`;
  }
  return "under a minute";
}
