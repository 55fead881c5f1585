/** A board filled by SQL, as fast as the database takes it, with all that the object keeps in step: flags, totals, seqs, the search index. For tests that need many items. */
import { runInDurableObject } from "cloudflare:test";
import type { Workspace } from "../../objects/workspace.ts";
import { type Cost, MeteredSql } from "../../objects/shared/metered-storage.ts";

export const CATEGORIES = ["api", "Ünï code & more", "ui"] as const;
const BASE_MS = Date.UTC(2026, 0, 1);

/**
 * Adds `count` items to the workspace's board `ideas`: a tenth hidden, a quarter without a category, sort values with many ties. Every title begins with `item` and holds `n<number>`.
 */
export async function fill(stub: DurableObjectStub<Workspace>, count: number): Promise<void> {
  await runInDurableObject(stub, (_, { storage: { sql } }) => {
    sql.exec(
      `insert into feedback_items (id, board_id, title, description, status, category, vote_count, comment_count, trending, pinned, moderation_state,
         is_hidden, visible, seq, content_seq, visible_seq, created_at, updated_at)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
       select (select last_feedback_id from settings) + i, (select id from boards where slug = 'ideas'), 'Item n' || i || ' word' || (i % 50), 'Text of ' || i,
         json_extract('["open","under_review","planned","in_progress","completed","closed"]', '$[' || (i % 6) || ']'),
         json_extract(?2, '$[' || (i / 6 % 4) || ']'), i * 7919 % 500, 0, (i * 31 % 1000) / 7.0, 0, 'approved',
         i % 10 = 0, i % 10 <> 0, (select seq from settings) + i, (select seq from settings) + i, (select seq from settings) + i,
         ?3 + i / 3 * 1000, ?3 + i * 104729 % ?1 / 2 * 1000
       from n`,
      count,
      JSON.stringify(CATEGORIES),
      BASE_MS,
    );
    sql.exec("update settings set seq = seq + ?1, last_feedback_id = last_feedback_id + ?1", count);
    sql.exec(
      `update boards set feedback_count = (select count(*) from feedback_items where visible = 1),
         vote_count = (select sum(vote_count) from feedback_items where visible = 1) where slug = 'ideas'`,
    );
    // As domain/search.ts writes the scope: hex, which no tokenizer takes apart.
    sql.exec(
      `insert into feedback_search (rowid, title, description, scope)
       select id, title, description, 'b' || board_id || ' s' || lower(hex(status)) || coalesce(' c' || lower(hex(category)), '')
       from feedback_items where visible = 1`,
    );
  });
}

export type Statement = {
  readonly query: string;
  readonly bindings: readonly unknown[];
  readonly cost: () => Cost["rowsRead"];
};

/** What objects ask of their databases while `run` is under way; test and object share one isolate. */
export async function statementsOf(run: () => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const { exec } = MeteredSql.prototype;
  MeteredSql.prototype.exec = function recorded(this: MeteredSql, query, ...bindings) {
    const cursor = exec.call(this, query, ...bindings);
    seen.push({ query, bindings, cost: () => cursor.rowsRead });
    return cursor;
  };
  try {
    await run();
  } finally {
    MeteredSql.prototype.exec = exec;
  }
  return seen;
}

export function rowsRead(statements: readonly Statement[]): number {
  return statements.reduce((sum, { cost }) => sum + cost(), 0);
}
