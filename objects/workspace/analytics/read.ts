/**
 * Adds up the daily figures of a range of days by day and group: a bounded number of them in one call, along the primary key, and where to go on from. What is made of the sums is
 * domain/analytics.ts's.
 */
import { sql } from "drizzle-orm";
import type { DayFigures } from "../../../src/domain/analytics.ts";
import type { Failure } from "../../../src/errors.ts";
import { ANALYTICS_ROWS_PER_SLICE } from "../../../src/limits.ts";
import type { Grouping } from "../../../src/protocol/rest/analytics.ts";
import type { Status } from "../../../src/protocol/rest/feedback.ts";
import { ok, type Result } from "../../../src/result.ts";
import type { WorkspaceStore } from "../store.ts";

/** Where in daily_stats: its primary key. */
export type Place = {
  readonly day: number;
  readonly boardId: number;
  readonly status: string;
  readonly category: string;
};

/** Of the days from `from` to `to`, both inclusive; departures only from `departuresFrom` on. */
export type SliceOfDays = {
  readonly from: Place;
  readonly to: number;
  readonly departuresFrom: number;
  readonly groupBy: Grouping;
};

export type Departures = { readonly status: Status; readonly departures: number; readonly departedMs: number };

export type FiguresSlice = {
  readonly figures: readonly DayFigures[];
  readonly departures: readonly Departures[];
  /** Null: that was the last. */
  readonly next: Place | null;
  /** What the groups are called, where they are boards. */
  readonly boards: readonly { readonly slug: string; readonly name: string }[];
};

const GROUPS = { status: sql.raw("status"), category: sql.raw("category"), board: sql.raw("board_id") } as const;

export function readFigures(
  store: WorkspaceStore,
  { from, to, departuresFrom, groupBy }: SliceOfDays,
): Result<FiguresSlice, Failure> {
  const after = sql`(day, board_id, status, category) >= (${from.day}, ${from.boardId}, ${from.status}, ${from.category})`;
  const next =
    store.db.get<Place | undefined>(
      sql`select day, board_id as boardId, status, category from daily_stats where ${after} and day <= ${to}
        order by day, board_id, status, category limit 1 offset ${ANALYTICS_ROWS_PER_SLICE}`,
    ) ?? null;
  const before =
    next === null
      ? sql`day <= ${to}`
      : sql`(day, board_id, status, category) < (${next.day}, ${next.boardId}, ${next.status}, ${next.category})`;
  const group = GROUPS[groupBy];
  const rows = store.db.all<Omit<DayFigures, "key"> & { readonly key: string | number }>(
    sql`select day, ${group} as key, sum(posts) as posts, sum(votes) as votes, sum(comments) as comments
      from daily_stats where ${after} and ${before} group by day, ${group}`,
  );
  const departures = store.db.all<Departures>(
    sql`select status, sum(departures) as departures, sum(departed_ms) as departedMs
      from daily_stats where ${after} and ${before} and day >= ${departuresFrom} and departures > 0 group by status`,
  );
  const slugs = new Map(store.boards().map(({ id, slug }) => [id, slug]));
  const keyOf = (key: string | number) => (typeof key === "number" ? (slugs.get(key) ?? "") : key);
  const boards = store.boards().map(({ slug, name }) => ({ slug, name }));
  return ok({ figures: rows.map((row) => ({ ...row, key: keyOf(row.key) })), departures, next, boards });
}
