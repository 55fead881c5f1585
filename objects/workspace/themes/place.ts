/** Puts items into themes and takes them out, with the themes' counters, and says which theme an item belongs to. */
import { eq, inArray, sql } from "drizzle-orm";
import { themeItems, themes } from "../../../schema/workspace-curation.ts";
import { type Matrix, matrixOf, nearestOf } from "../../../src/domain/theme-clusters.ts";
import { centroidIn } from "../../../src/domain/theme-names.ts";
import { round, vectorOf } from "../../../src/domain/theme-vectors.ts";
import { termsOf } from "../../../src/domain/theme-words.ts";
import type { WorkspaceStore } from "../store.ts";
import { allThemes, type Space, spaceOf, type ThemeState } from "./state.ts";

export type Place = { readonly themeId: number; readonly score: number };

/** What there is to compare an item with. */
export type Model = { readonly space: Space; readonly matrix: Matrix; readonly themeIds: readonly number[] };

/** Null before the first rebuild. */
export function modelOf(store: WorkspaceStore, { rebuiltAt }: Pick<ThemeState, "rebuiltAt">): Model | null {
  const space = rebuiltAt === null ? null : spaceOf(store, "vocabulary", rebuiltAt);
  if (space === null) return null;
  const known = allThemes(store).flatMap(({ id, mergedInto, centroid }) => {
    const there = centroidIn(centroid, space.index);
    return there === null ? [] : [{ id: mergedInto ?? id, centroid: there }];
  });
  const matrix = matrixOf(
    known.map(({ centroid }) => centroid),
    space.vocabulary.terms.length,
  );
  return { space, matrix, themeIds: known.map(({ id }) => id) };
}

/** Null: it is about nothing that others are about, too. */
export function placeOf(model: Model, title: string, description: string): Place | null {
  const { space, matrix, themeIds } = model;
  const vector = vectorOf(termsOf(title, description).counts, space.vocabulary, space.index);
  const nearest = vector === null ? null : nearestOf(vector, matrix);
  const themeId = nearest === null ? undefined : themeIds[nearest.index];
  return nearest === null || themeId === undefined ? null : { themeId, score: round(nearest.similarity) };
}

export type Placed = typeof themeItems.$inferSelect;

/** What is known of items, by id; in a theme that was merged they count for the other one already. */
export function placedAmong(store: WorkspaceStore, ids: readonly number[]): ReadonlyMap<number, Placed> {
  const rows = store.db
    .select({
      feedbackId: themeItems.feedbackId,
      themeId: sql<number>`coalesce(${themes.mergedInto}, ${themeItems.themeId})`,
      score: themeItems.score,
      votes: themeItems.votes,
    })
    .from(themeItems)
    .leftJoin(themes, eq(themes.id, themeItems.themeId))
    .where(inArray(themeItems.feedbackId, sql`(select value from json_each(${JSON.stringify(ids)}))`))
    .all();
  return new Map(rows.map((row) => [row.feedbackId, row]));
}

export type Move = {
  readonly feedbackId: number;
  readonly before: Placed | undefined;
  readonly after: Omit<Placed, "feedbackId"> | null;
};

/** Writes only what differs; each theme's counters once. */
export function move(store: WorkspaceStore, moves: readonly Move[]): void {
  const shifts = new Map<number, { items: number; votes: number }>();
  const shift = (themeId: number, items: number, votes: number) => {
    const known = shifts.get(themeId) ?? { items: 0, votes: 0 };
    shifts.set(themeId, { items: known.items + items, votes: known.votes + votes });
  };
  for (const { feedbackId, before, after } of moves) {
    if (before === undefined ? after === null : isSame(before, after)) continue;
    if (before !== undefined) shift(before.themeId, -1, -before.votes);
    if (after === null) {
      store.db.delete(themeItems).where(eq(themeItems.feedbackId, feedbackId)).run();
      continue;
    }
    shift(after.themeId, 1, after.votes);
    store.db
      .insert(themeItems)
      .values({ feedbackId, ...after })
      .onConflictDoUpdate({ target: themeItems.feedbackId, set: after })
      .run();
  }
  for (const [themeId, { items, votes }] of shifts) {
    if (items === 0 && votes === 0) continue;
    store.db
      .update(themes)
      .set({ itemCount: sql`item_count + ${items}`, voteCount: sql`vote_count + ${votes}` })
      .where(eq(themes.id, themeId))
      .run();
  }
}

function isSame(before: Placed, after: Move["after"]): boolean {
  if (after === null) return false;
  return before.themeId === after.themeId && before.score === after.score && before.votes === after.votes;
}
