/** What the rows themselves say: counters, flags, scores and the search index of a workspace, counted anew from what they stand for. */
import { expect } from "vitest";
import { trendingOf, type VoteModel } from "../support/model.ts";

const TRENDING_TOLERANCE = 1e-6;

type Row = Record<string, unknown>;
/** An object's own storage, or a database that it left on disk. */
export type Sql = { exec(query: string): Iterable<Row> & { toArray(): Row[] } };

/** Throws unless every derived value equals its recount. */
export function recount(sql: Sql): void {
  const rows = (query: string) => sql.exec(query).toArray();
  expect(
    rows(`select id, vote_count, votes from (
            select id, vote_count, (select coalesce(sum(weight), 0) from feedback_votes where feedback_id = i.id) votes from feedback_items i)
          where vote_count <> votes`),
    "vote_count is the sum of the weights",
  ).toEqual([]);
  expect(
    rows(`select id, feedback_count, vote_count, items, votes from (
            select b.*, (select count(*) from feedback_items where board_id = b.id and visible = 1) items,
              (select coalesce(sum(vote_count), 0) from feedback_items where board_id = b.id and visible = 1) votes
            from boards b where slug is not null)
          where feedback_count <> items or vote_count <> votes`),
    "a board's totals are those of its visible items",
  ).toEqual([]);
  expect(
    rows(
      "select id from feedback_items where visible <> (moderation_state = 'approved' and is_hidden = 0 and merged_into is null)",
    ),
    "visible is approved, not hidden and not merged",
  ).toEqual([]);
  expect(
    rows(`select id, comment_count, comments, merged_count, merged from (
            select i.*, (select count(*) from feedback_comments where feedback_id = i.id and visible = 1) comments,
              (select count(*) from feedback_items where merged_into = i.id) merged
            from feedback_items i)
          where comment_count <> comments or merged_count <> merged`),
    "an item's counts are those of its visible comments and of what was merged into it",
  ).toEqual([]);
  const indexed = rows("select rowid as id from feedback_search order by rowid").map((row) => row["id"]);
  const visible = rows("select id from feedback_items where visible = 1 order by id").map((row) => row["id"]);
  expect(indexed, "the search index holds the visible items").toEqual(visible);
  sql.exec("insert into feedback_search(feedback_search) values ('integrity-check')");
  const lastSeq = rows("select seq from settings")[0]?.["seq"] ?? 0;
  expect(
    rows(
      `select id from feedback_items where seq > ${String(lastSeq)} or content_seq > seq or visible_seq > content_seq`,
    ),
    "a row's seqs are in order and not ahead of the workspace's",
  ).toEqual([]);
  recountTrending(sql);
}

/** Nothing is left of what was removed: no items without a board, no votes without an item. */
export function noOrphans(sql: Sql): void {
  const orphans = sql.exec(
    `select 'item' as what, id from feedback_items where board_id not in (select id from boards where slug is not null)
     union all select 'vote', feedback_id from feedback_votes where feedback_id not in (select id from feedback_items)
     union all select 'tombstone', feedback_id from feedback_tombstones where board_id not in (select id from boards)
     union all select 'board', id from boards where slug is null`,
  );
  const more = sql.exec(
    `select 'comment' as what, id from feedback_comments where feedback_id not in (select id from feedback_items)
     union all select 'carried', feedback_id from carried_votes where feedback_id not in (select id from feedback_items)
     union all select 'queued', feedback_id from moderation_queue where feedback_id not in (select id from feedback_items)
     union all select 'planned', feedback_id from roadmap_items where feedback_id not in (select id from feedback_items)
     union all select 'searched', rowid from comment_search where rowid not in (select id from feedback_comments where visible = 1)`,
  );
  expect([...orphans.toArray(), ...more.toArray()]).toEqual([]);
}

function recountTrending(sql: Sql): void {
  const votes = new Map<unknown, VoteModel[]>();
  for (const row of sql.exec("select feedback_id, weight, created_at from feedback_votes")) {
    const id = row["feedback_id"];
    votes.set(id, [...(votes.get(id) ?? []), { weight: Number(row["weight"]), votedAt: Number(row["created_at"]) }]);
  }
  for (const row of sql.exec("select id, trending, created_at from feedback_items").toArray()) {
    const score = trendingOf(Number(row["created_at"]), votes.get(row["id"]) ?? []);
    expect(Math.abs(Number(row["trending"]) - score), `trending of ${String(row["id"])}`).toBeLessThan(
      TRENDING_TOLERANCE,
    );
  }
}
