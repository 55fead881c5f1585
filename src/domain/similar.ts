/**
 * How alike two posts are, by their words. What is asked is a title; it is compared with candidates that an index found (`similar-candidates.ts`). Each signal says of a candidate, from 0 to 1, how close it
 * is; the score is their weighted mean. A signal that knows more than words, such as the distance of embeddings, is one more in the list.
 *
 * Sources: BM25F (Robertson, Zaragoza, Taylor 2004) with the usual k1 and b; cosine of character trigrams weighted by rarity; relevance feedback from the best matches (RM3: Lavrenko and Croft 2001).
 */
import { SIMILAR_SCORE_MIN } from "../limits.ts";
import { type Terms, termsOf, trigramsOf } from "./terms.ts";

export type Candidate = {
  readonly id: number;
  readonly title: string;
  /** The beginning of its description. */
  readonly lead: string;
};

/** How many items there are, and in how many of them a term is, where that is known. */
export type Corpus = { readonly items: number; readonly itemsWith: ReadonlyMap<string, number> };

/** How close candidates are to what was asked, 0 to 1, by one way of looking at it; those that it knows nothing of are not in it. */
export type Signal = { readonly weight: number; readonly closeness: ReadonlyMap<number, number> };

export type Ranked = { readonly id: number; readonly score: number };

const K1 = 1.2;
const B = 0.75;
/** A word in the title says as much as three in the description. */
const TITLE_WEIGHT = 3;
/** The best matches, by which terms that go with the asked ones are learnt, and how many of those. */
const FEEDBACK_ITEMS = 5;
const FEEDBACK_TERMS = 10;

const WORDS_WEIGHT = 2;
const TRIGRAMS_WEIGHT = 1;
const FEEDBACK_WEIGHT = 1;

/** Best first, without those that have too little in common. `others`: signals from elsewhere. */
export function rankSimilar(
  title: string,
  candidates: readonly Candidate[],
  corpus: Corpus,
  others: readonly Signal[] = [],
): Ranked[] {
  const { asked, read } = readAll(title, candidates);
  const lexicon = new Lexicon(read, corpus);
  const evenly = new Map(asked.map((term) => [term, 1]));
  const words: Signal = { weight: WORDS_WEIGHT, closeness: lexicon.closeness(evenly) };
  const trigrams: Signal = { weight: TRIGRAMS_WEIGHT, closeness: trigramCloseness(title, candidates) };
  const first = ranked(read, [words, trigrams]);
  const learnt = lexicon.termsLearnt(first.slice(0, FEEDBACK_ITEMS));
  const feedback: Signal = { weight: FEEDBACK_WEIGHT, closeness: lexicon.closeness(learnt) };
  return ranked(read, [words, trigrams, feedback, ...others]).filter(({ score }) => score >= SIMILAR_SCORE_MIN);
}

function ranked(candidates: readonly { readonly id: number }[], signals: readonly Signal[]): Ranked[] {
  const weights = signals.reduce((sum, { weight }) => sum + weight, 0);
  return candidates
    .map(({ id }) => {
      const sum = signals.reduce((total, { weight, closeness }) => total + weight * (closeness.get(id) ?? 0), 0);
      return { id, score: sum / weights };
    })
    .toSorted((a, b) => b.score - a.score || b.id - a.id);
}

type Field = { readonly counts: ReadonlyMap<string, number>; readonly length: number };

/** Two words count as one, too, where any of the others writes them so. */
function readAll(
  title: string,
  candidates: readonly Candidate[],
): { readonly asked: readonly string[]; readonly read: readonly Item[] } {
  const asked = termsOf(title);
  const texts = candidates.map((one) => ({ id: one.id, title: termsOf(one.title), lead: termsOf(one.lead) }));
  const written = new Set([asked, ...texts.flatMap((one) => [one.title, one.lead])].flatMap(({ stems }) => stems));
  const joined = ({ stems, compounds }: Terms) => [...stems, ...compounds.filter((compound) => written.has(compound))];
  const field = (terms: Terms): Field => {
    const all = joined(terms);
    return { counts: countsOf(all), length: all.length };
  };
  return {
    asked: joined(asked),
    read: texts.map((one) => ({ id: one.id, title: field(one.title), lead: field(one.lead) })),
  };
}

function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

type Item = { readonly id: number; readonly title: Field; readonly lead: Field };

/** The candidates' words, and how much each says. */
class Lexicon {
  readonly #items: readonly Item[];
  readonly #corpus: Corpus;
  readonly #among: ReadonlyMap<string, number>;
  readonly #titleLength: number;
  readonly #leadLength: number;
  readonly #rarities = new Map<string, number>();

  constructor(items: readonly Item[], corpus: Corpus) {
    this.#items = items;
    this.#corpus = corpus;
    this.#among = countsOf(items.flatMap(distinctTerms));
    this.#titleLength = meanLength(items.map(({ title }) => title));
    this.#leadLength = meanLength(items.map(({ lead }) => lead));
  }

  /** BM25F, as a share of what an item that is all about these terms would have. */
  closeness(terms: ReadonlyMap<string, number>): Map<number, number> {
    const weighed = Array.from(terms, ([term, weight]) => [term, weight * this.#rarity(term)] as const);
    const most = weighed.reduce((sum, [, weight]) => sum + weight, 0);
    const closeness = new Map<number, number>();
    for (const item of this.#items) {
      const sum = weighed.reduce((total, [term, weight]) => total + weight * this.#presence(item, term), 0);
      if (sum > 0) closeness.set(item.id, sum / most);
    }
    return closeness;
  }

  /** What the best matches have in common, and others have not. */
  termsLearnt(best: readonly Ranked[]): Map<string, number> {
    const total = best.reduce((sum, { score }) => sum + score, 0);
    const weights = new Map<string, number>();
    if (total === 0) return weights;
    const scores = new Map(best.map(({ id, score }) => [id, score / total]));
    for (const item of this.#items) {
      const score = scores.get(item.id);
      if (score === undefined) continue;
      for (const term of distinctTerms(item)) {
        // In one item only: nothing that another could be found by.
        if ((this.#among.get(term) ?? 0) < 2) continue;
        const weight = score * this.#presence(item, term) * this.#rarity(term);
        weights.set(term, (weights.get(term) ?? 0) + weight);
      }
    }
    // Their rarity comes in again where they are weighed.
    return new Map([...weights].toSorted((a, b) => b[1] - a[1]).slice(0, FEEDBACK_TERMS));
  }

  /** 0 to 1: how much an item is about a term, saturating. */
  #presence({ title, lead }: Item, term: string): number {
    const inTitle = title.counts.get(term) ?? 0;
    const inLead = lead.counts.get(term) ?? 0;
    if (inTitle === 0 && inLead === 0) return 0;
    const weighed =
      (TITLE_WEIGHT * inTitle) / (1 - B + (B * title.length) / this.#titleLength) +
      inLead / (1 - B + (B * lead.length) / this.#leadLength);
    return weighed / (K1 + weighed);
  }

  /** Inverse document frequency; of terms that nobody looked up, from the candidates, which are a sample. */
  #rarity(term: string): number {
    const held = this.#rarities.get(term);
    if (held !== undefined) return held;
    const known = this.#corpus.itemsWith.get(term);
    const items = known === undefined ? this.#items.length : Math.max(this.#corpus.items, known);
    const having = known ?? this.#among.get(term) ?? 0;
    const rarity = Math.log(1 + (items - having + 0.5) / (having + 0.5));
    this.#rarities.set(term, rarity);
    return rarity;
  }
}

function distinctTerms({ title, lead }: Item): string[] {
  return [...new Set([...title.counts.keys(), ...lead.counts.keys()])];
}

function meanLength(fields: readonly Field[]): number {
  const sum = fields.reduce((total, { length }) => total + length, 0);
  return Math.max(1, sum / Math.max(1, fields.length));
}

/** Cosine, each trigram weighted by how few of the candidates' titles have it. */
function trigramCloseness(title: string, candidates: readonly Candidate[]): Map<number, number> {
  const asked = countsOf(trigramsOf(title));
  const titles = candidates.map((candidate) => [candidate.id, countsOf(trigramsOf(candidate.title))] as const);
  const having = countsOf(titles.flatMap(([, trigrams]) => [...trigrams.keys()]));
  const rarity = (trigram: string) => Math.log(1 + titles.length / ((having.get(trigram) ?? 0) + 0.5));
  const length = (trigrams: ReadonlyMap<string, number>) =>
    Math.hypot(...Array.from(trigrams, ([one, count]) => count * rarity(one)));
  const askedLength = length(asked);
  const closeness = new Map<number, number>();
  for (const [id, trigrams] of titles) {
    let product = 0;
    for (const [one, count] of asked) product += count * (trigrams.get(one) ?? 0) * rarity(one) ** 2;
    if (product > 0) closeness.set(id, product / (askedLength * length(trigrams)));
  }
  return closeness;
}
