/** Items of the roadmap as JSON, an array for each phase, written by SQLite: there may be thousands, and making objects of their rows takes five times as long. */
import { type SQL, sql } from "drizzle-orm";
import { ROADMAP_EXCERPT_CHARS_MAX } from "../../../src/limits.ts";
import type { LiveBoard } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";

type Asked = {
  readonly phaseIds: readonly number[];
  /** Whose feedback may be named with its board. */
  readonly boards: readonly LiveBoard[];
  /** `everybody`: `RoadmapEntry`s, the public items with feedback that is visible on one of the boards. `team`: all, as `RoadmapItem`s. */
  readonly reader: "everybody" | "team";
};

const ENTRY = sql`'id', id, 'title', title, 'description', description, 'feedbackId', feedback_id, 'board', board,
  'status', status, 'category', category, 'voteCount', vote_count, 'commentCount', comment_count`;
const ITEM = sql`${ENTRY}, 'phaseId', phase_id, 'isPublic', json(iif(is_public, 'true', 'false')),
  'isShown', json(iif(is_public and phase_id in (select id from roadmap_phases where is_public = 1)
    and (feedback_id is null or (visible = 1 and is_open = 1)), 'true', 'false')),
  'createdAt', ${instantOf("created_at")}, 'updatedAt', ${instantOf("updated_at")}`;

/** By phase. Those without items are not there. */
export function writeItems(store: WorkspaceStore, { phaseIds, boards, reader }: Asked): ReadonlyMap<number, string> {
  if (phaseIds.length === 0) return new Map();
  const slugs = JSON.stringify(Object.fromEntries(boards.map(({ id, slug }) => [id, slug])));
  const open = JSON.stringify(boards.flatMap(({ id, visibility }) => (visibility === "public" ? [id] : [])));
  const max = ROADMAP_EXCERPT_CHARS_MAX;
  const isForAll = reader === "everybody";
  const mayBeSeen = isForAll
    ? sql`and i.is_public = 1 and (i.feedback_id is null or (f.visible = 1 and board is not null))`
    : sql``;
  // roadmap_items_by_phase, and one look-up for each item.
  const rows = store.db.all<{ phaseId: number; items: string }>(sql`
    select phase_id as phaseId, json_group_array(json_object(${isForAll ? ENTRY : ITEM})) as items
    from (
      select i.id, i.phase_id, i.feedback_id, i.is_public, i.created_at, i.updated_at, coalesce(f.title, i.title) as title,
        case when f.id is null then i.description
          when length(f.description) > ${max} then rtrim(substr(f.description, 1, ${max})) || '…'
          else f.description end as description,
        f.status, f.category, f.vote_count, f.comment_count, f.visible,
        json_extract(${slugs}, '$."' || f.board_id || '"') as board,
        f.board_id in (select value from json_each(${open})) as is_open
      from roadmap_items i left join feedback_items f on f.id = i.feedback_id
      where i.phase_id in (select value from json_each(${JSON.stringify(phaseIds)})) ${mayBeSeen}
      order by i.phase_id, i.position)
    group by phase_id`);
  return new Map(rows.map(({ phaseId, items }) => [phaseId, items]));
}

/** ISO 8601 of milliseconds since 1970, as `Date` writes it. */
function instantOf(column: "created_at" | "updated_at"): SQL {
  const ms = sql.raw(column);
  return sql`strftime('%Y-%m-%dT%H:%M:%S', ${ms} / 1000, 'unixepoch') || printf('.%03dZ', ${ms} % 1000)`;
}
