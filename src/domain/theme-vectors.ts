/**
 * Vectors of feedback for clustering. `Vector` is the port: clustering knows nothing else of an item, so embeddings can come in place of the lexical vectors made here (tf-idf over the terms of theme-words.ts, of unit length).
 */
import { THEME_VOCABULARY_MAX } from "../limits.ts";
import type { Terms } from "./theme-words.ts";

/** Sparse, of unit length; `ids` ascending and below the space's `size`. A dense vector has all of them. */
export type Vector = { readonly ids: readonly number[]; readonly weights: readonly number[] };

/** What a space of vectors is made of. */
export type Vocabulary = {
  readonly terms: readonly string[];
  /** Inverse document frequency. */
  readonly idf: readonly number[];
  /** As people write it most. */
  readonly surfaces: readonly string[];
};

/** In how many items each term stands, and how it was written there. */
export type TermUse = { items: number; readonly surfaces: Map<string, number> };

/** Terms that fewer items have group nothing; terms that more than this share of them have, neither. */
const ITEMS_MIN = 2;
const SHARE_MAX = 0.4;
/** A term in a handful of items is no commonplace, however few items there are. */
const COMMON_MIN = 8;

export function countTerms(use: Map<string, TermUse>, { counts, surfaces }: Terms): void {
  for (const term of counts.keys()) {
    const surface = surfaces.get(term) ?? term;
    const known = use.get(term);
    if (known === undefined) use.set(term, { items: 1, surfaces: new Map([[surface, 1]]) });
    else {
      known.items += 1;
      known.surfaces.set(surface, (known.surfaces.get(surface) ?? 0) + 1);
    }
  }
}

/** The same whatever order the items came in. */
export function buildVocabulary(use: ReadonlyMap<string, TermUse>, items: number): Vocabulary {
  const most = Math.max(COMMON_MIN, items * SHARE_MAX);
  const kept = [...use]
    .filter(([, { items: having }]) => having >= ITEMS_MIN && having <= most)
    .toSorted(([a, x], [b, y]) => y.items - x.items || (a < b ? -1 : 1))
    .slice(0, THEME_VOCABULARY_MAX);
  return {
    terms: kept.map(([term]) => term),
    idf: kept.map(([, { items: having }]) => round(Math.log(1 + items / having))),
    surfaces: kept.map(([, { surfaces }]) => commonest(surfaces)),
  };
}

function commonest(surfaces: ReadonlyMap<string, number>): string {
  const [first] = [...surfaces].toSorted(([a, x], [b, y]) => y - x || a.length - b.length || (a < b ? -1 : 1));
  return first?.[0] ?? "";
}

export function indexOf({ terms }: Vocabulary): ReadonlyMap<string, number> {
  return new Map(terms.map((term, id) => [term, id]));
}

/** Null: nothing in the text is in the vocabulary. */
export function vectorOf(
  counts: ReadonlyMap<string, number>,
  { idf }: Vocabulary,
  index: ReadonlyMap<string, number>,
): Vector | null {
  const pairs: [number, number][] = [];
  for (const [term, count] of counts) {
    const id = index.get(term);
    if (id !== undefined) pairs.push([id, (1 + Math.log(count)) * (idf[id] ?? 0)]);
  }
  if (pairs.length === 0) return null;
  pairs.sort(([a], [b]) => a - b);
  const length = Math.hypot(...pairs.map(([, weight]) => weight));
  return { ids: pairs.map(([id]) => id), weights: pairs.map(([, weight]) => weight / length) };
}

/** So that what is written down and read again is the same number. */
export function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
