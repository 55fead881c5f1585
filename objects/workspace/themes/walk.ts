/**
 * Keeps items in their themes: takes in what changed since the alarm last looked, goes over all items after a rebuild, and over all that is in themes for what is not there any more. Each slice looks at a
 * bounded number of rows.
 */
import { and, asc, eq, gt, inArray, isNotNull, sql } from "drizzle-orm";
import { themeItems, themes } from "../../../schema/workspace-curation.ts";
import { feedbackItems, feedbackTombstones } from "../../../schema/workspace.ts";
import { THEME_ITEMS_PER_SLICE, THEME_TEXT_CHARS_MAX } from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";
import { type Model, modelOf, move, type Move, placedAmong, placeOf } from "./place.ts";
import { liveBoards, type ThemeState } from "./state.ts";

const ITEM = {
  id: feedbackItems.id,
  boardId: feedbackItems.boardId,
  title: feedbackItems.title,
  description: sql<string>`substr(${feedbackItems.description}, 1, ${THEME_TEXT_CHARS_MAX})`,
  voteCount: feedbackItems.voteCount,
  visible: feedbackItems.visible,
  seq: feedbackItems.seq,
  contentSeq: feedbackItems.contentSeq,
  visibleSeq: feedbackItems.visibleSeq,
};

type Item = {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly voteCount: number;
  /** Its text is as it was when it was placed. */
  readonly isPlaced: boolean;
  readonly isShown: boolean;
};

/** What changed on the boards since it was last looked at. `more`: there is more of it. */
export function followChanges(
  store: WorkspaceStore,
  state: ThemeState,
): { readonly state: ThemeState; readonly more: boolean } {
  const model = modelOf(store, state);
  const boards = liveBoards(store);
  const seen: Record<string, readonly [number, number]> = {};
  let { changedItems } = state;
  let budget = THEME_ITEMS_PER_SLICE;
  for (const boardId of boards.keys()) {
    const [itemSeq, removalSeq] = state.seen[String(boardId)] ?? [0, 0];
    const rows = budget <= 0 ? [] : changedOn(store, boardId, itemSeq, budget);
    budget -= rows.length;
    placeAll(
      store,
      model,
      rows.map((row) => ({
        ...row,
        isShown: row.visible,
        isPlaced: Math.max(row.contentSeq, row.visibleSeq) <= itemSeq,
      })),
    );
    changedItems += rows.filter(({ contentSeq, visible }) => visible && contentSeq > itemSeq).length;
    const removed = budget <= 0 ? [] : removedFrom(store, boardId, removalSeq, budget);
    budget -= removed.length;
    leave(
      store,
      removed.map(({ id }) => id),
    );
    seen[String(boardId)] = [rows.at(-1)?.seq ?? itemSeq, removed.at(-1)?.seq ?? removalSeq];
  }
  // What was on a board that is gone goes by the sweep, as one of a rebuild.
  const isGone = Object.keys(state.seen).some((boardId) => !boards.has(Number(boardId)));
  const followed = { ...state, seen, changedItems };
  return { state: isGone ? { ...followed, phase: "sweep", cursor: 0 } : followed, more: budget <= 0 || isGone };
}

function changedOn(store: WorkspaceStore, boardId: number, since: number, limit: number) {
  return store.db
    .select(ITEM)
    .from(feedbackItems)
    .where(and(eq(feedbackItems.boardId, boardId), gt(feedbackItems.seq, since)))
    .orderBy(asc(feedbackItems.seq))
    .limit(limit)
    .all();
}

function removedFrom(store: WorkspaceStore, boardId: number, since: number, limit: number) {
  return store.db
    .select({ id: feedbackTombstones.feedbackId, seq: feedbackTombstones.seq })
    .from(feedbackTombstones)
    .where(and(eq(feedbackTombstones.boardId, boardId), gt(feedbackTombstones.seq, since)))
    .orderBy(asc(feedbackTombstones.seq))
    .limit(limit)
    .all();
}

/** A slice of all items, in the order of their ids; null when there are no more. */
export function assignSlice(store: WorkspaceStore, state: ThemeState): number | null {
  const boards = liveBoards(store);
  const rows = store.db
    .select(ITEM)
    .from(feedbackItems)
    .where(gt(feedbackItems.id, state.cursor))
    .orderBy(asc(feedbackItems.id))
    .limit(THEME_ITEMS_PER_SLICE)
    .all();
  placeAll(
    store,
    modelOf(store, state),
    rows.map((row) => ({ ...row, isShown: row.visible && boards.has(row.boardId), isPlaced: false })),
  );
  return rows.length < THEME_ITEMS_PER_SLICE ? null : (rows.at(-1)?.id ?? null);
}

/** A slice of all that is in themes: what is not shown any more, or whose theme is gone, leaves. */
export function sweepSlice(store: WorkspaceStore, { cursor }: ThemeState): number | null {
  const boards = liveBoards(store);
  const rows = store.db
    .select({
      id: themeItems.feedbackId,
      visible: feedbackItems.visible,
      boardId: feedbackItems.boardId,
      themeId: themes.id,
    })
    .from(themeItems)
    .leftJoin(feedbackItems, eq(feedbackItems.id, themeItems.feedbackId))
    .leftJoin(themes, eq(themes.id, themeItems.themeId))
    .where(gt(themeItems.feedbackId, cursor))
    .orderBy(asc(themeItems.feedbackId))
    .limit(THEME_ITEMS_PER_SLICE)
    .all();
  const isThere = (row: (typeof rows)[number]) =>
    row.visible === true && row.themeId !== null && row.boardId !== null && boards.has(row.boardId);
  leave(
    store,
    rows.filter((row) => !isThere(row)).map(({ id }) => id),
  );
  return rows.length < THEME_ITEMS_PER_SLICE ? null : (rows.at(-1)?.id ?? null);
}

/** A slice of what is still in themes that were merged; true when there is no more. */
export function moveMerged(store: WorkspaceStore): boolean {
  // Two steps: joined, SQLite begins at the items, and reads all of them.
  const merged = store.db
    .select({ id: themes.id, into: themes.mergedInto })
    .from(themes)
    .where(isNotNull(themes.mergedInto))
    .all();
  let budget = THEME_ITEMS_PER_SLICE;
  for (const { id, into } of merged) {
    if (into === null || budget <= 0) continue;
    const some = sql`(select feedback_id from theme_items where theme_id = ${id} limit ${budget})`;
    // The counters went at once, when the themes were merged.
    const moved = store.db
      .update(themeItems)
      .set({ themeId: into })
      .where(inArray(themeItems.feedbackId, some))
      .returning({ id: themeItems.feedbackId })
      .all();
    budget -= moved.length;
  }
  return budget > 0;
}

/** Without a model, before the first rebuild, nothing is placed. */
function placeAll(store: WorkspaceStore, model: Model | null, items: readonly Item[]): void {
  if (model === null || items.length === 0) return;
  const placed = placedAmong(
    store,
    items.map(({ id }) => id),
  );
  const moves = items.map((item): Move => {
    const before = placed.get(item.id);
    return { feedbackId: item.id, before, after: item.isShown ? afterOf(model, item, before) : null };
  });
  move(store, moves);
}

function afterOf(model: Model, item: Item, before: Move["before"]): Move["after"] {
  const { title, description, voteCount: votes, isPlaced } = item;
  if (isPlaced) return before === undefined ? null : { themeId: before.themeId, score: before.score, votes };
  const place = placeOf(model, title, description);
  return place === null ? null : { ...place, votes };
}

function leave(store: WorkspaceStore, ids: readonly number[]): void {
  if (ids.length === 0) return;
  const placed = placedAmong(store, ids);
  move(
    store,
    ids.map((feedbackId) => ({ feedbackId, before: placed.get(feedbackId), after: null })),
  );
}
