/** Items that are likely the same as what somebody is about to post, on all boards of the workspace that they may read. Only what the public sees. */
import { isNull, sql } from "drizzle-orm";
import { boards as boardRows, feedbackItems } from "../../../schema/workspace.ts";
import { termsExpression } from "../../../src/domain/search.ts";
import { type Ranked, rankSimilar } from "../../../src/domain/similar.ts";
import { findCandidates, type LookUp } from "../../../src/domain/similar-candidates.ts";
import type { Failure } from "../../../src/errors.ts";
import { SIMILAR_ITEMS_PER_TERM, SIMILAR_LEAD_CHARS } from "../../../src/limits.ts";
import type { FindSimilar, SimilarFeedback } from "../../../src/protocol/rest/similar.ts";
import { ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { findBoard, mayRead } from "../find-board.ts";
import { presentFeedback } from "../present.ts";
import type { LiveBoard } from "../rows.ts";
import { publicColumns } from "../statements.ts";
import { settingsRow, type WorkspaceStore } from "../store.ts";

/** Best first. Errors: BOARD_NOT_FOUND. */
export function findSimilar(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  { title, limit }: FindSimilar,
): Result<{ readonly items: SimilarFeedback[]; readonly seq: number }, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const readable = store.boards().filter((one) => mayRead(store, actor, one));
  const ranked = similarTo(store, readable, title).slice(0, limit);
  return ok({ items: present(store, readable, ranked), seq: store.seq() });
}

/** Best first, of whatever is on these boards. Reads a bounded number of rows. */
export function similarTo(store: WorkspaceStore, boards: readonly LiveBoard[], title: string): Ranked[] {
  const lastId = settingsRow(store)?.lastFeedbackId ?? 0;
  const { ids, corpus } = findCandidates(title, lastId, lookUpOn(store, boards));
  if (ids.length === 0) return [];
  const rows = store.db
    .select({
      id: feedbackItems.id,
      boardId: feedbackItems.boardId,
      title: feedbackItems.title,
      lead: sql<string>`substr(${feedbackItems.description}, 1, ${SIMILAR_LEAD_CHARS})`,
    })
    .from(feedbackItems)
    .where(amongIds(ids))
    .all();
  // The index leaves the others out already; this is what must hold whatever it says.
  const onThem = new Set(boards.map(({ id }) => id));
  const candidates = rows.filter(({ boardId }) => onThem.has(boardId));
  return rankSimilar(title, candidates, corpus);
}

/** What may not be seen is left out inside the index: it neither takes another's place nor tells how common a word is there. */
function lookUpOn(store: WorkspaceStore, boards: readonly LiveBoard[]): LookUp {
  const included = new Set(boards.map(({ id }) => id));
  // Rows of a deleted board are there until the alarm has them all.
  const deleted = store.db.select({ id: boardRows.id }).from(boardRows).where(isNull(boardRows.slug)).all();
  const leftOut = [...store.boards(), ...deleted].map(({ id }) => id).filter((id) => !included.has(id));
  return (terms, where) => {
    const match = termsExpression(terms, where, leftOut);
    const rows: unknown[] = store.statements.newestMatches.values({ match, limit: SIMILAR_ITEMS_PER_TERM });
    return (rows as [number][]).map(([id]) => id);
  };
}

function present(store: WorkspaceStore, boards: readonly LiveBoard[], ranked: readonly Ranked[]): SimilarFeedback[] {
  if (ranked.length === 0) return [];
  const rows = store.db
    .select({ ...publicColumns, boardId: feedbackItems.boardId })
    .from(feedbackItems)
    .where(amongIds(ranked.map(({ id }) => id)))
    .all();
  const rowById = new Map(rows.map((row) => [row.id, row]));
  const slugs = new Map(boards.map(({ id, slug }) => [id, slug]));
  return ranked.flatMap(({ id, score }) => {
    const row = rowById.get(id);
    const board = slugs.get(row?.boardId ?? 0);
    if (row === undefined || board === undefined) return [];
    return [{ ...presentFeedback(row, board), score: Math.round(Math.min(1, score) * 1_000) / 1_000 }];
  });
}

/** By id, whatever the planner thinks of the other indexes. */
function amongIds(ids: readonly number[]) {
  return sql`${feedbackItems.id} in (select value from json_each(${JSON.stringify(ids)})) and +${feedbackItems.visible} = 1`;
}
