/**
 * Which items are worth comparing with a title: a bounded number of questions to an index, each with a bounded answer, whatever the number of items. The rarer a term, the more having it says; of a
 * term that more items have than are answered, the newest are taken, and how common it is follows from how far back those go.
 */
import { SIMILAR_COMPARED_MAX, SIMILAR_ITEMS_PER_TERM, SIMILAR_TERMS_MAX } from "../limits.ts";
import type { Corpus } from "./similar.ts";
import { termsOf } from "./terms.ts";

/** The newest items that have all of the terms, in the title or anywhere, newest first: at most SIMILAR_ITEMS_PER_TERM ids. */
export type LookUp = (terms: readonly string[], where: "title" | "anywhere") => readonly number[];

export type Found = { readonly ids: readonly number[]; readonly corpus: Corpus };

/** Of the common terms, the rarest so many are looked up two by two. */
const PAIRED_TERMS_MAX = 5;
/** As in the score: the title says more. */
const TITLE_WEIGHT = 3;

/** `lastId`: the last id that was given to an item. Ids come with the most promising first. */
export function findCandidates(title: string, lastId: number, lookUp: LookUp): Found {
  const itemsWith = new Map<string, number>();
  const sightings = new Sightings();
  const common: string[] = [];
  for (const term of lookedUp(title)) {
    const ids = lookUp([term], "anywhere");
    if (ids.length === SIMILAR_ITEMS_PER_TERM) common.push(term);
    itemsWith.set(term, estimate(ids, lastId));
    sightings.note(ids, [term], 1);
    sightings.note(lookUp([term], "title"), [term], TITLE_WEIGHT);
  }
  const rarest = common
    .toSorted((a, b) => (itemsWith.get(a) ?? 0) - (itemsWith.get(b) ?? 0))
    .slice(0, PAIRED_TERMS_MAX);
  if (rarest.length > 2) sightings.note(lookUp(rarest, "anywhere"), rarest, 1);
  for (const [at, one] of rarest.entries()) {
    for (const other of rarest.slice(at + 1)) {
      sightings.note(lookUp([one, other], "anywhere"), [one, other], 1);
      sightings.note(lookUp([one, other], "title"), [one, other], TITLE_WEIGHT);
    }
  }
  const corpus = { items: lastId, itemsWith };
  return { ids: sightings.best(corpus), corpus };
}

function lookedUp(title: string): string[] {
  const { stems, compounds } = termsOf(title);
  return [...new Set([...stems, ...compounds])].slice(0, SIMILAR_TERMS_MAX);
}

/** How many items have it: those that were found or, when there are more, as many as at their density. */
function estimate(ids: readonly number[], lastId: number): number {
  if (ids.length < SIMILAR_ITEMS_PER_TERM) return ids.length;
  const oldest = ids.at(-1) ?? 1;
  return Math.round((ids.length * lastId) / Math.max(1, lastId - oldest + 1));
}

/** Which item was seen with which terms. */
class Sightings {
  readonly #seen = new Map<number, Map<string, number>>();

  note(ids: readonly number[], terms: readonly string[], weight: number): void {
    for (const id of ids) {
      const seen = this.#seen.get(id) ?? new Map<string, number>();
      this.#seen.set(id, seen);
      for (const term of terms) seen.set(term, Math.max(weight, seen.get(term) ?? 0));
    }
  }

  best({ items, itemsWith }: Corpus): number[] {
    const rarity = (term: string) => Math.log(1 + items / ((itemsWith.get(term) ?? 0) + 1));
    const promising = Array.from(this.#seen, ([id, terms]) => {
      let sum = 0;
      for (const [term, weight] of terms) sum += weight * rarity(term);
      return [id, sum] as const;
    });
    const best = promising.toSorted((a, b) => b[1] - a[1] || b[0] - a[0]).slice(0, SIMILAR_COMPARED_MAX);
    return best.map(([id]) => id);
  }
}
