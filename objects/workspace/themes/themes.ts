/** What can be asked of themes: the list, a theme's items, renaming, pinning, merging, and finding them anew. What an item may show is looked up when it is read. */
import { and, count, desc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { themeItems, themes } from "../../../schema/workspace-curation.ts";
import { feedbackItems } from "../../../schema/workspace.ts";
import { decodeThemeCursor, encodeThemeCursor } from "../../../src/domain/theme-plan.ts";
import { type Failure, failure, invalidField } from "../../../src/errors.ts";
import { THEMES_MAX, THEMES_MERGED_MAX } from "../../../src/limits.ts";
import type { ListThemeItems, MergeTheme, Theme, ThemeItem, UpdateTheme } from "../../../src/protocol/rest/themes.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { record } from "../history/record.ts";
import { instant } from "../present.ts";
import type { WorkspaceStore } from "../store.ts";
import { themesChanged, THEMES_TASK } from "./mark.ts";
import { liveBoards, readState, type ThemeRow, writeState } from "./state.ts";
import { moveMerged } from "./walk.ts";

const SAMPLES = 3;
/** Some of the closest may have just been hidden. */
const SAMPLES_READ = 10;

/** Votes alone do not wake the alarm; whoever looks has it count them, for the next look. */
export function listThemes(store: WorkspaceStore): Result<Theme[], Failure> {
  themesChanged(store);
  const rows = store.db
    .select()
    .from(themes)
    .where(isNull(themes.mergedInto))
    .orderBy(desc(themes.isPinned), desc(themes.itemCount))
    .limit(THEMES_MAX)
    .all();
  // One that nobody keeps and nothing is in is no theme.
  const shown = rows.filter(({ itemCount, isPinned, isNamed }) => itemCount > 0 || isPinned || isNamed);
  return ok(shown.map((row) => present(store, row)));
}

export type ThemePage = { readonly items: ThemeItem[]; readonly nextCursor: string | null };

/** Errors: THEME_NOT_FOUND, INVALID_CURSOR. */
export function listThemeItems(
  store: WorkspaceStore,
  id: number,
  { limit, cursor }: ListThemeItems,
): Result<ThemePage, Failure> {
  const theme = find(store, id);
  if (!theme.ok) return theme;
  const after = cursor === undefined ? ok(null) : decodeThemeCursor(cursor);
  if (!after.ok) return after;
  const { items, last, more } = itemsOf(store, id, limit, after.value);
  return ok({ items, nextCursor: more && last !== null ? encodeThemeCursor(last) : null });
}

/** Errors: THEME_NOT_FOUND. */
export function updateTheme(
  store: WorkspaceStore,
  actor: Actor,
  id: number,
  command: UpdateTheme,
): Result<null, Failure> {
  const found = find(store, id);
  if (!found.ok) return found;
  const before = found.value;
  const name = command.name ?? before.name;
  const isPinned = command.pinned ?? before.isPinned;
  const isNamed = before.isNamed || (command.name !== undefined && command.name !== before.name);
  if (name === before.name && isPinned === before.isPinned) return ok(null);
  const changes = { name, isPinned, isNamed, updatedAt: store.now() };
  store.db.update(themes).set(changes).where(eq(themes.id, id)).run();
  record(store, actor, {
    seq: store.nextSeq(),
    type: "theme.updated",
    subject: String(id),
    before: { name: before.name, pinned: before.isPinned },
    after: { name, pinned: isPinned },
  });
  return ok(null);
}

/** Counters go at once, items a slice at a time. Errors: THEME_NOT_FOUND, INVALID_REQUEST, LIMIT_REACHED. */
export function mergeTheme(
  store: WorkspaceStore,
  actor: Actor,
  id: number,
  { intoId }: MergeTheme,
): Result<null, Failure> {
  const [source, target] = [find(store, id), find(store, intoId)];
  if (!source.ok) return source;
  if (!target.ok) return target;
  if (id === intoId) return err(invalidField("intoId", "must be another theme"));
  const merged = store.db.select({ count: count() }).from(themes).where(isNotNull(themes.mergedInto)).get()?.count ?? 0;
  if (merged >= THEMES_MERGED_MAX) {
    return err(failure("LIMIT_REACHED", `A workspace keeps at most ${String(THEMES_MERGED_MAX)} merged themes.`));
  }
  const now = store.now();
  const { itemCount, voteCount, name } = source.value;
  // Whatever was merged into the source before follows it.
  const follows = sql`${themes.id} = ${id} or ${themes.mergedInto} = ${id}`;
  store.db.update(themes).set({ mergedInto: intoId, itemCount: 0, voteCount: 0, updatedAt: now }).where(follows).run();
  const changes = {
    itemCount: target.value.itemCount + itemCount,
    voteCount: target.value.voteCount + voteCount,
    updatedAt: now,
  };
  store.db.update(themes).set(changes).where(eq(themes.id, intoId)).run();
  if (!moveMerged(store)) store.schedule(THEMES_TASK, now);
  const seq = store.nextSeq();
  record(store, actor, { seq, type: "theme.merged", subject: String(id), before: { name }, after: { intoId } });
  return ok(null);
}

export function rebuildThemes(store: WorkspaceStore): Result<{ readonly state: "queued" }, Failure> {
  writeState(store, { ...readState(store), isAsked: true });
  store.schedule(THEMES_TASK, store.now());
  return ok({ state: "queued" });
}

/** Errors: THEME_NOT_FOUND, also for one that was merged. */
function find(store: WorkspaceStore, id: number): Result<ThemeRow, Failure> {
  const row = store.db.select().from(themes).where(eq(themes.id, id)).get();
  if (row === undefined || row.mergedInto !== null) {
    return err(failure("THEME_NOT_FOUND", `There is no theme ${String(id)} in this workspace.`));
  }
  return ok(row);
}

function present(store: WorkspaceStore, row: ThemeRow): Theme {
  const { id, name, terms, isNamed, isPinned, itemCount, voteCount } = row;
  return {
    id,
    name,
    terms: [...terms],
    isNamed,
    pinned: isPinned,
    itemCount,
    voteCount,
    samples: itemsOf(store, id, SAMPLES_READ, null).items.slice(0, SAMPLES),
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}

type Last = { readonly score: number; readonly id: number };
type ItemsPage = { readonly items: ThemeItem[]; readonly last: Last | null; readonly more: boolean };

/** Along theme_items_by_theme; what is not shown any more is passed by. */
function itemsOf(store: WorkspaceStore, themeId: number, limit: number, after: Last | null): ItemsPage {
  const beyond =
    after === null ? undefined : sql`(${themeItems.score}, ${themeItems.feedbackId}) < (${after.score}, ${after.id})`;
  const rows = store.db
    .select({ id: themeItems.feedbackId, score: themeItems.score })
    .from(themeItems)
    .where(and(eq(themeItems.themeId, themeId), beyond))
    .orderBy(desc(themeItems.score), desc(themeItems.feedbackId))
    .limit(limit + 1)
    .all();
  const page = rows.slice(0, limit);
  const shown = shownAmong(
    store,
    page.map(({ id }) => id),
  );
  const items = page.flatMap(({ id, score }) => {
    const item = shown.get(id);
    return item === undefined ? [] : [{ ...item, score }];
  });
  return { items, last: page.at(-1) ?? null, more: rows.length > limit };
}

function shownAmong(store: WorkspaceStore, ids: readonly number[]): ReadonlyMap<number, Omit<ThemeItem, "score">> {
  const boards = liveBoards(store);
  const { id, boardId, title, status, voteCount } = feedbackItems;
  const rows = store.db
    .select({ id, boardId, title, status, voteCount })
    .from(feedbackItems)
    .where(
      and(inArray(id, sql`(select value from json_each(${JSON.stringify(ids)}))`), eq(feedbackItems.visible, true)),
    )
    .all();
  return new Map(
    rows.flatMap(({ boardId: on, ...row }) => {
      const board = boards.get(on);
      return board === undefined ? [] : [[row.id, { ...row, board }] as const];
    }),
  );
}
