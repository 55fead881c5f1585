/**
 * Pages of a board's public items. Each combination of sort, filters and cursor is one statement on one index, prepared when it is first asked for. Reads at most two rows
 * (index and table) per item and one item more than the page, whatever the board's size; a search reads at most SEARCH_MATCHES_MAX matches among the items and as many among the comments.
 */
import { and, desc, type SQL, sql } from "drizzle-orm";
import { feedbackItems } from "../../schema/workspace.ts";
import { type Cursor, decodeCursor, encodeCursor } from "../../src/domain/cursor.ts";
import { matchExpression } from "../../src/domain/search.ts";
import { type Failure, invalidField } from "../../src/errors.ts";
import { PAGE_ROWS_SKIPPED_MAX, SEARCH_MATCHES_MAX } from "../../src/limits.ts";
import type { Feedback, ListFeedback, Sort, Status } from "../../src/protocol/rest/feedback.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { findBoard } from "./find-board.ts";
import { presentFeedback } from "./present.ts";
import { publicColumns } from "./statements.ts";
import type { LiveBoard } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

export type FeedbackPage = { readonly items: Feedback[]; readonly nextCursor: string | null; readonly seq: number };

/** Errors: BOARD_NOT_FOUND, INVALID_CURSOR, INVALID_REQUEST (a page too deep). */
export function listFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  query: ListFeedback,
): Result<FeedbackPage, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  return pageOf(store, found.value, query);
}

export function pageOf(store: WorkspaceStore, board: LiveBoard, query: ListFeedback): Result<FeedbackPage, Failure> {
  const cursor = query.cursor === undefined ? null : decodeCursor(query.sort, query.cursor);
  if (cursor !== null && !cursor.ok) return cursor;
  const offset = ((query.page ?? 1) - 1) * query.limit;
  if (offset > PAGE_ROWS_SKIPPED_MAX) {
    return err(invalidField("query.page", `skips more than ${String(PAGE_ROWS_SKIPPED_MAX)} rows; go on by cursor`));
  }
  const rows = readRows(store, board, query, cursor?.value ?? null, offset);
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  const nextCursor =
    rows.length > query.limit && last !== undefined
      ? encodeCursor(query.sort, { value: last[SORT_VALUE], id: last[ID] })
      : null;
  return ok({ items: items.map((row) => presentListRow(row, board.slug)), nextCursor, seq: store.seq() });
}

const SORT_COLUMN = {
  vote_count: feedbackItems.voteCount,
  created_at: feedbackItems.createdAt,
  updated_at: feedbackItems.updatedAt,
  trending: feedbackItems.trending,
} as const satisfies Record<Sort, unknown>;

/**
 * A row as SQLite gives it, columns in the order of `publicColumns`, then the sort's value. Drizzle's own mapping of rows to objects costs a page more than the
 * query does.
 */
type ListRow = readonly [
  id: number,
  title: string,
  description: string,
  status: Status,
  category: string | null,
  voteCount: number,
  commentCount: number,
  authorName: string | null,
  pinned: 0 | 1,
  createdAt: number,
  updatedAt: number,
  sortValue: number,
];
const ID = 0;
const SORT_VALUE = 11;

function presentListRow(row: ListRow, board: string): Feedback {
  const [id, title, description, status, category, voteCount, commentCount, authorName, pinned, createdAt, updatedAt] =
    row;
  return presentFeedback(
    {
      id,
      title,
      description,
      status,
      category,
      voteCount,
      commentCount,
      authorName,
      pinned: pinned === 1,
      createdAt,
      updatedAt,
    },
    board,
  );
}

function readRows(
  store: WorkspaceStore,
  board: LiveBoard,
  query: ListFeedback,
  cursor: Cursor | null,
  offset: number,
): readonly ListRow[] {
  const search = query.q === undefined || query.q.trim() === "" ? null : query.q;
  const match =
    search === null
      ? null
      : matchExpression(search, { boardId: board.id, status: query.status, category: query.category });
  if (search !== null && match === null) return []; // no letter or digit to look for
  const commentMatch = search === null ? null : matchExpression(search, { boardId: board.id }, "body");
  const filters = {
    sort: query.sort,
    status: query.status !== undefined,
    category: query.category !== undefined,
    search: match !== null,
  };
  const bindings = { boardId: board.id, status: query.status, category: query.category, match, commentMatch, offset };
  const read = (from: Shape["from"], limit: number): ListRow[] => {
    const bound = { ...bindings, cursorValue: cursor?.value, cursorId: cursor?.id, limit };
    const rows: unknown[] = listStatement(store, { ...filters, from }).values(bound);
    return rows as ListRow[];
  };
  const wanted = query.limit + 1;
  if (cursor === null) return read("top", wanted);
  // Two ranges, for SQLite does not bound an index by (value, rowid): as one condition it would read every row that ties with the cursor.
  const ties = read("ties", wanted);
  return ties.length === wanted ? ties : [...ties, ...read("below", wanted - ties.length)];
}

/** `from`: the first page, the rest of the rows with the cursor's value, or those of lower value. */
type Shape = {
  sort: Sort;
  status: boolean;
  category: boolean;
  search: boolean;
  from: "top" | "ties" | "below";
};
export type ListStatement = ReturnType<typeof buildListStatement>;

/** At most 4 sorts × 3 ranges × (4 filters + search) statements. */
function listStatement(store: WorkspaceStore, shape: Shape): ListStatement {
  const key = Object.values(shape).join();
  const statement = store.listStatements.get(key) ?? buildListStatement(store, shape);
  store.listStatements.set(key, statement);
  return statement;
}

function buildListStatement(store: WorkspaceStore, shape: Shape) {
  const column = SORT_COLUMN[shape.sort];
  // Written as the partial indexes have it. `+` leaves the indexes out: a search goes by id, and looks at the rest of the row.
  const plain = (filter: SQL) => (shape.search ? sql`+${filter}` : filter);
  const conditions: (SQL | undefined)[] = [
    shape.search ? matchesSearch() : undefined,
    plain(sql`${feedbackItems.boardId} = ${sql.placeholder("boardId")}`),
    plain(sql`${feedbackItems.visible} = 1`),
    shape.status ? plain(sql`${feedbackItems.status} = ${sql.placeholder("status")}`) : undefined,
    shape.category ? plain(sql`${feedbackItems.category} = ${sql.placeholder("category")}`) : undefined,
  ];
  if (shape.from === "below") conditions.push(sql`${column} < ${sql.placeholder("cursorValue")}`);
  if (shape.from === "ties") {
    conditions.push(
      sql`${column} = ${sql.placeholder("cursorValue")}`,
      sql`${feedbackItems.id} < ${sql.placeholder("cursorId")}`,
    );
  }
  return store.db
    .select({ ...publicColumns, sortValue: sql<number>`${column}` })
    .from(feedbackItems)
    .where(and(...conditions))
    .orderBy(desc(column), desc(feedbackItems.id))
    .limit(sql.placeholder("limit"))
    .offset(sql.placeholder("offset"))
    .prepare();
}

/**
 * The newest matches: FTS5 walks ids downwards and stops at the limit. The items' scope tokens have filtered them already; a comment's say only which board it is on. All words are in the item, or all in
 * one of its comments.
 */
function matchesSearch(): SQL {
  const most = sql.raw(String(SEARCH_MATCHES_MAX));
  const newest = (index: SQL, match: string) =>
    sql`select rowid from ${index} where ${index} match ${sql.placeholder(match)} order by rowid desc limit ${most}`;
  const items = sql`select rowid from (${newest(sql.raw("feedback_search"), "match")})`;
  const comments = sql`select feedback_id from feedback_comments where id in (${newest(sql.raw("comment_search"), "commentMatch")})`;
  return sql`${feedbackItems.id} in (${items} union all ${comments})`;
}
