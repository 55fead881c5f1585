/**
 * The words of a piece of feedback that say what it is about: folded to stems, without those that say nothing, what the title says before what the description says. English words are stemmed; those of other
 * languages pass as they are.
 */
import { THEME_TERMS_PER_ITEM_MAX, THEME_TEXT_CHARS_MAX } from "../limits.ts";
import { stemOf } from "./stem.ts";

/** What a title says weighs so much more than what a description says. */
const TITLE_WEIGHT = 4;
const PHRASE_WEIGHT = 3;
const WORD_CHARS_MIN = 2;
const WORD_CHARS_MAX = 30;

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}]+)?/gu;
/** Scripts that are written without spaces. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const SEGMENTER = new Intl.Segmenter("en", { granularity: "word" });
/** Stems are remembered, for the same words come again and again; forgotten all at once. */
const STEMS_HELD_MAX = 20_000;
const held = new Map<string, string>();

/** Words of English that every text has, and words that every piece of feedback has. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above actually add added adding after again against all allow allowed allowing allows almost already also although always am an and another any anybody anymore anyone anything anyway anywhere are aren around as ask at away
  back be became because become been before being below best better between big bit both but by call came can cannot cant come comes could couldn currently did didn different do does doesn doing don done down due during each easily easy
  either else enable enabled end enough etc even ever every everyone everything example expected fact far feature features few find fine first following follows for found from full further get gets getting give given go goes going gone
  good got great had happen happened happens hard has hasn have haven having he hello help her here hers hi high him his hope how however i idea ideas if im improve improved improvement in instead into is isn issue issues it its itself
  ive just keep kind know last later least less let lets like little ll long look looks lot lots made make makes making many may maybe me mean might more most much must my myself need needed needs never new next nice no nobody none nor
  not nothing now of off often ok old on once one ones only open or other others otherwise our out over own part per perhaps please possible possibly post posts pre prefer probably problem problems provide put quite rather re really
  reproduce request result results right run said same say says see seem seems seen several shall she should shouldn show shown shows similar simple simply since so some somebody someone something sometimes soon step steps still
  stuff such suggest suggestion support supported supporting sure take takes than thank thanks that the their them themselves then there therefore these they thing things think this those though through time times to today together
  too took tried try trying two under until up upon us use used useful user users uses using usually ve very via want wanted wants was wasn way ways we well went were weren what when where whether which while who whole whom whose why
  will wish with within without won work working works would wouldn yes yet you your yours yourself
  able ability agent automatically behavior behaviour build bug bugs actual cant default dont doesnt newly particular version wont http https www com org net html`.split(
    /\s+/u,
  ),
);

/** A stem, and the word as it was written, but for a capital at its beginning. */
export type Word = { readonly stem: string; readonly surface: string };

/** In order; null where a word says nothing, so that neighbours across it are none. */
export function wordsOf(text: string): readonly (Word | null)[] {
  return cut(text.normalize("NFKC")).map((raw) => {
    const written = raw.replace(/['’].*$/u, "");
    const word = written.toLowerCase();
    const isWord = word.length >= WORD_CHARS_MIN && word.length <= WORD_CHARS_MAX && !/^\p{N}/u.test(word);
    if (!isWord || STOP_WORDS.has(word)) return null;
    // "CSV" and "iPhone" stay; a capital at the beginning is a sentence's or a title's.
    return { stem: heldStem(word), surface: /.\p{Lu}/u.test(written) ? written : word };
  });
}

function cut(text: string): readonly string[] {
  if (!UNSPACED.test(text)) return text.match(WORD) ?? [];
  return [...SEGMENTER.segment(text)].filter(({ isWordLike }) => isWordLike === true).map(({ segment }) => segment);
}

function heldStem(word: string): string {
  const known = held.get(word);
  if (known !== undefined) return known;
  if (held.size >= STEMS_HELD_MAX) held.clear();
  const stem = stemOf(word);
  held.set(word, stem);
  return stem;
}

export type Terms = {
  /** By stem, or by the stems of two neighbours in the title with a blank between: how often, the title's more. */
  readonly counts: ReadonlyMap<string, number>;
  /** How each was written. */
  readonly surfaces: ReadonlyMap<string, string>;
};

/** The title's first, so that a long description takes no place of theirs. */
export function termsOf(title: string, description: string): Terms {
  const counts = new Map<string, number>();
  const surfaces = new Map<string, string>();
  const add = (term: string, surface: string, weight: number) => {
    const before = counts.get(term);
    if (before === undefined && counts.size >= THEME_TERMS_PER_ITEM_MAX) return;
    counts.set(term, (before ?? 0) + weight);
    if (before === undefined) surfaces.set(term, surface);
  };
  const words = wordsOf(title);
  for (const word of words) if (word !== null) add(word.stem, word.surface, TITLE_WEIGHT);
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? null;
    if (word === null || next === null || word.stem === next.stem) continue;
    add(`${word.stem} ${next.stem}`, `${word.surface} ${next.surface}`, PHRASE_WEIGHT);
  }
  for (const word of wordsOf(description.slice(0, THEME_TEXT_CHARS_MAX))) {
    if (word !== null) add(word.stem, word.surface, 1);
  }
  return { counts, surfaces };
}
