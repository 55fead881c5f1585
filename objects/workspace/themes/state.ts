/** How far the alarm has come with themes, and the drafts of a rebuild: rows, so that an eviction between two slices costs nothing but reading them again. */
import { and, asc, eq, gte, inArray, lt, sql } from "drizzle-orm";
import { type ThemeDraft, themeDrafts, themes, themeState } from "../../../schema/workspace-curation.ts";
import { indexOf, type Vocabulary } from "../../../src/domain/theme-vectors.ts";
import type { WorkspaceStore } from "../store.ts";

export type ThemeState = Omit<typeof themeState.$inferSelect, "id">;
export type ThemeRow = typeof themes.$inferSelect;

const FIRST: ThemeState = {
  phase: "idle",
  cursor: 0,
  isAsked: false,
  seen: {},
  changedItems: 0,
  rebuiltItems: 0,
  rebuiltAt: null,
  startSeq: 0,
};

export function readState(store: WorkspaceStore): ThemeState {
  const row = store.db.select().from(themeState).where(eq(themeState.id, 1)).get();
  return row ?? FIRST;
}

export function writeState(store: WorkspaceStore, state: ThemeState): void {
  const row = { ...state, id: 1 };
  store.db.insert(themeState).values(row).onConflictDoUpdate({ target: themeState.id, set: row }).run();
}

/** All of them, merged ones too: THEMES_MAX rows at most, and those merged. */
export function allThemes(store: WorkspaceStore): readonly ThemeRow[] {
  return store.db.select().from(themes).orderBy(asc(themes.id)).all();
}

export function readDrafts(
  store: WorkspaceStore,
  kind: ThemeDraft,
  from = 0,
  count = Number.MAX_SAFE_INTEGER,
): readonly unknown[] {
  const rows = store.db
    .select({ body: themeDrafts.body })
    .from(themeDrafts)
    .where(and(eq(themeDrafts.kind, kind), gte(themeDrafts.part, from), lt(themeDrafts.part, from + count)))
    .orderBy(asc(themeDrafts.part))
    .all();
  return rows.map(({ body }) => JSON.parse(body) as unknown);
}

export function writeDraft(store: WorkspaceStore, kind: ThemeDraft, part: number, content: unknown): void {
  const row = { kind, part, body: JSON.stringify(content) };
  store.db
    .insert(themeDrafts)
    .values(row)
    .onConflictDoUpdate({ target: [themeDrafts.kind, themeDrafts.part], set: { body: row.body } })
    .run();
}

/** A few dozen rows: a rebuild's own. */
export function dropDrafts(store: WorkspaceStore, kinds: readonly ThemeDraft[]): void {
  store.db
    .delete(themeDrafts)
    .where(inArray(themeDrafts.kind, [...kinds]))
    .run();
}

export type Space = { readonly vocabulary: Vocabulary; readonly index: ReadonlyMap<string, number> };

/** What the object holds of a vocabulary: parsing it takes a few milliseconds. */
const held = new WeakMap<WorkspaceStore, { readonly key: string; readonly space: Space }>();

/** Null: there is none yet. `key`: of which rebuild. */
export function spaceOf(store: WorkspaceStore, kind: "vocabulary" | "draft-vocabulary", key: number): Space | null {
  const name = `${kind} ${String(key)}`;
  const known = held.get(store);
  if (known?.key === name) return known.space;
  const [vocabulary] = readDrafts(store, kind, 0, 1) as readonly Vocabulary[];
  if (vocabulary === undefined) return null;
  const space = { vocabulary, index: indexOf(vocabulary) };
  held.set(store, { key: name, space });
  return space;
}

/** The ids of the boards that are there: items of others are about to go. */
export function liveBoards(store: WorkspaceStore): ReadonlyMap<number, string> {
  return new Map(store.boards().map(({ id, slug }) => [id, slug]));
}

/** Visible items, as the boards' own counters have it. */
export function visibleItems(store: WorkspaceStore): number {
  const row = store.db.get<{ items: number | null }>(
    sql`select sum(feedback_count) as items from boards where slug is not null`,
  );
  return row.items ?? 0;
}
