/**
 * Finds themes anew, slice by slice: samples the items, weighs their terms, makes vectors, seeds, refines and settles groups, and writes what has become of the themes. Each function does one slice and answers the
 * state after it; what stands between two slices is in theme_drafts.
 */
import { eq, inArray, sql } from "drizzle-orm";
import { themes } from "../../../schema/workspace-curation.ts";
import { settings } from "../../../schema/workspace.ts";
import { type Centroid, type Group, refine, seed, settle, themesWanted } from "../../../src/domain/theme-clusters.ts";
import {
  centroidIn,
  type Named,
  nameOf,
  stillNames,
  termsOfCentroid,
  termTotals,
} from "../../../src/domain/theme-names.ts";
import { decideThemes, type Known } from "../../../src/domain/theme-plan.ts";
import { buildVocabulary, countTerms, type TermUse, type Vector, vectorOf } from "../../../src/domain/theme-vectors.ts";
import { termsOf } from "../../../src/domain/theme-words.ts";
import {
  THEME_ITEMS_PER_SLICE,
  THEME_SAMPLE_MAX,
  THEME_TEXT_CHARS_MAX,
  THEMES_FOUND_MAX,
  THEMES_MAX,
} from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";
import {
  allThemes,
  dropDrafts,
  liveBoards,
  readDrafts,
  spaceOf,
  type ThemeRow,
  type ThemeState,
  visibleItems,
  writeDraft,
} from "./state.ts";

/** Rounds of refinement; the groups of short texts hardly move after that. */
const ROUNDS = 6;
/** Drafts of samples that one slice reads: their terms are what takes the time. */
const PARTS_PER_SLICE = 2;
/** Hidden items that the look for one to sample passes by. */
const PASSED_MAX = 20;

/** An item's terms, how often each, and how it was written. */
type Sampled = readonly (readonly [term: string, count: number, surface: string])[];

/** Looks at items that are spread evenly over all that ever were: the same ones whenever nothing changed. */
export function sampleSlice(store: WorkspaceStore, state: ThemeState): ThemeState {
  const last = store.db.select({ id: settings.lastFeedbackId }).from(settings).get()?.id ?? 0;
  const stride = Math.max(1, Math.ceil(last / THEME_SAMPLE_MAX));
  const boards = liveBoards(store);
  const sampled: Sampled[] = [];
  const end = state.cursor + THEME_ITEMS_PER_SLICE;
  for (let at = state.cursor; at < end && at * stride <= last; at += 1) {
    const item = firstShown(store, at * stride, (at + 1) * stride, boards);
    if (item === null) continue;
    const { counts, surfaces } = termsOf(item.title, item.description);
    sampled.push([...counts].map(([term, count]) => [term, count, surfaces.get(term) ?? term] as const));
  }
  writeDraft(store, "sample", state.cursor / THEME_ITEMS_PER_SLICE, sampled);
  return end * stride <= last ? { ...state, cursor: end } : { ...state, phase: "weigh", cursor: 0 };
}

type Text = { readonly title: string; readonly description: string };

/** The first of these ids (`to` is not among them) that is shown; null: none of the first few is. */
function firstShown(store: WorkspaceStore, from: number, to: number, boards: ReadonlyMap<number, string>): Text | null {
  const rows = store.db.all<Text & { readonly boardId: number; readonly visible: number }>(
    sql`select title, substr(description, 1, ${THEME_TEXT_CHARS_MAX}) as description, board_id as boardId, visible
      from feedback_items where id >= ${from} and id < ${to} order by id limit ${Math.min(to - from, PASSED_MAX)}`,
  );
  return rows.find(({ visible, boardId }) => visible === 1 && boards.has(boardId)) ?? null;
}

type Use = readonly (readonly [term: string, items: number, surfaces: readonly (readonly [string, number])[]])[];

/** Counts in how many items each term stands; after the last of the sample, which terms tell items apart. */
export function weighSlice(store: WorkspaceStore, state: ThemeState): ThemeState {
  const parts = readDrafts(store, "sample", state.cursor, PARTS_PER_SLICE) as readonly (readonly Sampled[])[];
  const [written = []] = readDrafts(store, "use", 0, 1) as readonly Use[];
  const use = new Map(
    written.map(([term, items, surfaces]): [string, TermUse] => [term, { items, surfaces: new Map(surfaces) }]),
  );
  if (parts.length > 0) {
    for (const sampled of parts.flat()) {
      const counts = new Map(sampled.map(([term, count]) => [term, count]));
      countTerms(use, { counts, surfaces: new Map(sampled.map(([term, , surface]) => [term, surface])) });
    }
    writeDraft(
      store,
      "use",
      0,
      [...use].map(([term, { items, surfaces }]) => [term, items, [...surfaces]]),
    );
    return { ...state, cursor: state.cursor + PARTS_PER_SLICE, rebuiltItems: state.rebuiltItems + parts.flat().length };
  }
  writeDraft(store, "draft-vocabulary", 0, buildVocabulary(use, state.rebuiltItems));
  dropDrafts(store, ["use"]);
  return { ...state, phase: "vectors", cursor: 0 };
}

export function vectorsSlice(store: WorkspaceStore, state: ThemeState): ThemeState {
  const space = spaceOf(store, "draft-vocabulary", state.startSeq);
  const parts = readDrafts(store, "sample", state.cursor, PARTS_PER_SLICE) as readonly (readonly Sampled[])[];
  if (space === null || parts.length === 0) {
    dropDrafts(store, ["sample"]);
    return { ...state, phase: "seed", cursor: 0 };
  }
  for (const [offset, part] of parts.entries()) {
    const vectors = part.flatMap((sampled) => {
      const counts = new Map(sampled.map(([term, count]) => [term, count]));
      return vectorOf(counts, space.vocabulary, space.index) ?? [];
    });
    writeDraft(store, "vectors", state.cursor + offset, vectors);
  }
  return { ...state, cursor: state.cursor + PARTS_PER_SLICE };
}

/** The sample's vectors, as the object holds them between two slices. */
const held = new WeakMap<WorkspaceStore, { readonly startSeq: number; readonly vectors: readonly Vector[] }>();

function vectorsOf(store: WorkspaceStore, { startSeq }: ThemeState): readonly Vector[] {
  const known = held.get(store);
  if (known?.startSeq === startSeq) return known.vectors;
  const vectors = (readDrafts(store, "vectors") as readonly (readonly Vector[])[]).flat();
  held.set(store, { startSeq, vectors });
  return vectors;
}

type Seeds = { readonly centroids: readonly Centroid[]; readonly known: readonly Known[] };

export function seedSlice(store: WorkspaceStore, state: ThemeState): ThemeState {
  const space = spaceOf(store, "draft-vocabulary", state.startSeq);
  if (space === null) return { ...state, phase: "settle", cursor: 0 };
  const vectors = vectorsOf(store, state);
  const rows = allThemes(store);
  const known = knownThemes(rows, space.index);
  const firm = known.filter(({ isFirm }) => isFirm).length;
  const merged = rows.filter(({ mergedInto }) => mergedInto !== null).length;
  const wanted = Math.min(THEMES_MAX + merged, firm + themesWanted(vectors.length, THEMES_FOUND_MAX));
  const kept = known.map(({ centroid }) => centroid);
  const centroids = seed(vectors, space.vocabulary.terms.length, kept, wanted);
  writeDraft(store, "centroids", 0, { centroids, known } satisfies Seeds);
  return { ...state, phase: "refine", cursor: 0 };
}

/** Firm ones first, older before younger; those of which the vocabulary knows no term any more are none to begin from. */
function knownThemes(rows: readonly ThemeRow[], index: ReadonlyMap<string, number>): readonly Known[] {
  const targets = new Set(rows.map(({ mergedInto }) => mergedInto));
  const isFirm = ({ id, isNamed, isPinned, mergedInto }: ThemeRow) =>
    isNamed || isPinned || mergedInto !== null || targets.has(id);
  const known = rows.flatMap((row): Known[] => {
    const centroid = centroidIn(row.centroid, index);
    return centroid === null ? [] : [{ id: row.id, isFirm: isFirm(row), centroid }];
  });
  return known.toSorted((a, b) => Number(b.isFirm) - Number(a.isFirm) || a.id - b.id);
}

function readSeeds(store: WorkspaceStore): Seeds {
  const [seeds] = readDrafts(store, "centroids", 0, 1) as readonly Seeds[];
  return seeds ?? { centroids: [], known: [] };
}

export function refineSlice(store: WorkspaceStore, state: ThemeState): ThemeState {
  const size = spaceOf(store, "draft-vocabulary", state.startSeq)?.vocabulary.terms.length ?? 0;
  const { centroids, known } = readSeeds(store);
  writeDraft(store, "centroids", 0, {
    centroids: refine(vectorsOf(store, state), centroids, size),
    known,
  } satisfies Seeds);
  const next = state.cursor + 1;
  return next < ROUNDS ? { ...state, cursor: next } : { ...state, phase: "settle", cursor: 0 };
}

/** Writes what the rebuild found; from here on items go by it. */
export function settleSlice(store: WorkspaceStore, state: ThemeState): ThemeState {
  const space = spaceOf(store, "draft-vocabulary", state.startSeq);
  const rebuiltAt = store.now();
  const rebuiltItems = visibleItems(store);
  const assigning = {
    ...state,
    phase: "assign",
    cursor: 0,
    rebuiltAt,
    rebuiltItems,
    isAsked: false,
    changedItems: 0,
  } as const;
  if (space !== null) {
    const { vocabulary } = space;
    const vectors = vectorsOf(store, state);
    const { centroids, known } = readSeeds(store);
    const firm = known.filter(({ isFirm }) => isFirm).length;
    const groups = settle(vectors, centroids, vocabulary.terms.length, firm);
    const totals = termTotals(vectors, vocabulary.terms.length);
    const named = (group: Group) =>
      nameOf(
        group.members.flatMap((item) => vectors[item] ?? []),
        totals,
        vocabulary,
      );
    const before = new Map(allThemes(store).map((row) => [row.id, row]));
    const stay = new Set<number>();
    for (const { group, id } of decideThemes(groups, known)) {
      const centroid = termsOfCentroid(group.centroid, vocabulary);
      const found = named(group);
      const row = id === null ? undefined : before.get(id);
      if (row === undefined) {
        store.db
          .insert(themes)
          .values(newTheme(found, centroid, rebuiltAt))
          .run();
        continue;
      }
      stay.add(row.id);
      // One that somebody keeps may have nothing in it now: it waits as it was.
      if (group.members.length === 0) continue;
      const name = row.isNamed || stillNames(row.name, found) ? row.name : found.name;
      const changes = { name, terms: found.terms, centroid, updatedAt: rebuiltAt };
      store.db.update(themes).set(changes).where(eq(themes.id, row.id)).run();
    }
    forgetOthers(store, stay, known, rebuiltAt);
    writeDraft(store, "vocabulary", 0, vocabulary);
  }
  held.delete(store);
  dropDrafts(store, ["sample", "use", "vectors", "centroids", "draft-vocabulary"]);
  return assigning;
}

function newTheme(
  { name, terms }: Named,
  centroid: readonly (readonly [string, number])[],
  now: number,
): typeof themes.$inferInsert {
  const flags = { isNamed: false, isPinned: false, mergedInto: null };
  return { name, terms, centroid, ...flags, itemCount: 0, voteCount: 0, createdAt: now, updatedAt: now };
}

/** Themes that were there, are nobody's, and were not found again. One that somebody kept stays, also without a group. */
function forgetOthers(
  store: WorkspaceStore,
  stay: ReadonlySet<number>,
  known: readonly Known[],
  rebuiltAt: number,
): void {
  const firm = new Set(known.filter(({ isFirm }) => isFirm).map(({ id }) => id));
  const rows = allThemes(store);
  const targets = new Set(rows.map(({ mergedInto }) => mergedInto));
  const gone = rows.filter(
    ({ id, isNamed, isPinned, mergedInto, createdAt }) =>
      createdAt < rebuiltAt &&
      !stay.has(id) &&
      !firm.has(id) &&
      !isNamed &&
      !isPinned &&
      mergedInto === null &&
      !targets.has(id),
  );
  if (gone.length === 0) return;
  const ids = sql`(select value from json_each(${JSON.stringify(gone.map(({ id }) => id))}))`;
  store.db.delete(themes).where(inArray(themes.id, ids)).run();
}
