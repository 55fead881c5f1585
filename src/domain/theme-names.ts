/**
 * What a theme is called: its telling terms, by class-based tf-idf (Grootendorst, BERTopic, 2022): often among its items, seldom in the others; as people write them, phrases before their
 * words.
 */
import type { Centroid } from "./theme-clusters.ts";
import type { Vector, Vocabulary } from "./theme-vectors.ts";

const TERMS_MAX = 8;
const NAME_TERMS_MAX = 3;
/** How many of the strongest are looked at. */
const CANDIDATES = 30;
/** A term that joins the first in a name stands in so many of the theme's items, and is so much of the first. */
const SHARE_MIN = 0.15;
const STRENGTH_MIN = 0.25;
/** A phrase stands for a word of it when so many of those who write the word write the phrase. */
const PHRASE_SHARE = 0.5;

export type Named = { readonly name: string; readonly terms: readonly string[] };

type Scored = { readonly id: number; readonly term: string; readonly items: number; readonly score: number };

/** `totals`: how much of each term there is in all items, see `termTotals`. */
export function nameOf(members: readonly Vector[], totals: Float64Array, vocabulary: Vocabulary): Named {
  const telling = distinct(scoresOf(members, totals, vocabulary)).slice(0, TERMS_MAX);
  const [first] = telling;
  if (first === undefined) return { name: "", terms: [] };
  const strong = telling.filter(
    ({ score, items }) => score >= STRENGTH_MIN * first.score && items >= SHARE_MIN * members.length,
  );
  const written = (list: readonly Scored[]) => list.map(({ id }) => vocabulary.surfaces[id] ?? "");
  const name = written([first, ...strong.filter(({ id }) => id !== first.id)].slice(0, NAME_TERMS_MAX)).join(", ");
  return { name: sentence(name), terms: written(telling) };
}

/** Whether a name that a theme has still says what it is about: people know it by that. */
export function stillNames(name: string, { terms }: Named): boolean {
  const telling = new Set(terms.map((term) => term.toLowerCase()));
  return (
    name !== "" &&
    name
      .toLowerCase()
      .split(", ")
      .every((part) => telling.has(part))
  );
}

/** The strongest first. */
function scoresOf(members: readonly Vector[], totals: Float64Array, { terms }: Vocabulary): readonly Scored[] {
  const own = new Map<number, { weight: number; items: number }>();
  for (const { ids, weights } of members) {
    for (const [at, id] of ids.entries()) {
      const known = own.get(id);
      if (known === undefined) own.set(id, { weight: weights[at] ?? 0, items: 1 });
      else {
        known.weight += weights[at] ?? 0;
        known.items += 1;
      }
    }
  }
  return [...own]
    .map(([id, { weight, items }]) => ({
      id,
      term: terms[id] ?? "",
      items,
      score: weight ** 2 / ((totals[id] ?? 0) + 1),
    }))
    .toSorted((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, CANDIDATES);
}

/** Of a phrase and its words only one is kept: the phrase where people write it, otherwise the word. */
function distinct(scored: readonly Scored[]): readonly Scored[] {
  const kept: Scored[] = [];
  const taken = new Set<string>();
  for (const each of scored) {
    const words = each.term.split(" ");
    if (words.some((word) => taken.has(word))) continue;
    const parts = words.length === 1 ? [each] : scored.filter(({ term }) => words.includes(term));
    const phrases =
      words.length === 1
        ? scored.filter(({ term }) => term.includes(" ") && term.split(" ").includes(each.term))
        : [each];
    const [word] = parts;
    const phrase = phrases.find(
      ({ term, items }) =>
        items >= PHRASE_SHARE * (word?.items ?? 0) && !term.split(" ").some((part) => taken.has(part)),
    );
    const chosen = phrase ?? word ?? each;
    kept.push(chosen);
    for (const part of chosen.term.split(" ")) taken.add(part);
  }
  return kept;
}

function sentence(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** How much of each term there is. */
export function termTotals(vectors: readonly Vector[], size: number): Float64Array {
  const totals = new Float64Array(size);
  for (const { ids, weights } of vectors) {
    for (const [at, id] of ids.entries()) totals[id] = (totals[id] ?? 0) + (weights[at] ?? 0);
  }
  return totals;
}

/** A centroid by its terms: it outlives the vocabulary in which it was made. */
export function termsOfCentroid({ ids, weights }: Centroid, { terms }: Vocabulary): [string, number][] {
  return ids.map((id, at) => [terms[id] ?? "", weights[at] ?? 0]);
}

/** The same in another vocabulary; null when that knows none of its terms. */
export function centroidIn(
  terms: readonly (readonly [string, number])[],
  index: ReadonlyMap<string, number>,
): Centroid | null {
  const pairs = terms.flatMap(([term, weight]): [number, number][] => {
    const id = index.get(term);
    return id === undefined ? [] : [[id, weight]];
  });
  if (pairs.length === 0) return null;
  pairs.sort(([a], [b]) => a - b);
  const length = Math.hypot(...pairs.map(([, weight]) => weight)) || 1;
  return { ids: pairs.map(([id]) => id), weights: pairs.map(([, weight]) => weight / length) };
}
