/**
 * What a text is about, as terms that two texts may have in common: stems of its words, and pairs of characters where words are not parted by spaces. The same for what
 * is indexed and what is asked.
 */
import { stemOf } from "./stem.ts";

/** A longer word is cut: it is none, and stemming takes time. */
const WORD_CHARS_MAX = 40;
/** Shorter ones are other words by chance: "for" and "m". */
const COMPOUND_CHARS_MIN = 6;
/** Stems are remembered, for the same words come again and again; forgotten all at once. */
const STEMS_HELD_MAX = 20_000;

/** Most text is, and needs none of the work that the rest does. */
// oxlint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\u0000-\u007F]*$/u;
const NONE: readonly string[] = [];

const WORD = /[\p{L}\p{N}]+(?:'\p{L}+)?/gu;
/** Scripts that are written without spaces, or whose words are cut in many ways. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30FC\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an and are as at be been being but by do does for from had has have he her his how i if in into is it its me my of on or our she so than that the their them then
  there these they this those to too us was we were what when where which while who whom why will with would you your`.split(
    /\s+/u,
  ),
);
const NEGATIONS: ReadonlySet<string> = new Set(
  `cannot can't cant doesn't doesnt don't dont didn't didnt won't wont isn't aren't wasn't couldn't unable impossible`.split(
    " ",
  ),
);
const held = new Map<string, string>();

/** Lower case, without accents; `can't` and the like are `not`. */
export function wordsOf(text: string): string[] {
  const words = folded(text).match(WORD) ?? [];
  return words.map((word) => (NEGATIONS.has(word) ? "not" : word.replace(/'.*/u, "").slice(0, WORD_CHARS_MAX)));
}

export type Terms = {
  /** In their order, without words that say nothing. */
  readonly stems: readonly string[];
  /** Each two words that follow each other as the one that somebody else may write: "drop down", "dropdown". */
  readonly compounds: readonly string[];
};

export function termsOf(text: string): Terms {
  const stems: string[] = [];
  const compounds: string[] = [];
  let before = "";
  for (const word of wordsOf(text)) {
    if (STOP_WORDS.has(word)) {
      before = "";
      continue;
    }
    const parts = pairsOf(word);
    if (parts.length > 0) {
      stems.push(...parts);
      before = "";
      continue;
    }
    const stem = heldStem(word);
    stems.push(stem);
    const size = before.length + stem.length;
    if (before !== "" && size >= COMPOUND_CHARS_MIN && size <= WORD_CHARS_MAX) compounds.push(before + stem);
    before = word;
  }
  return { stems, compounds };
}

/** Three letters each, of words that say something, their ends marked: alike where words are nearly. */
export function trigramsOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => {
    if (STOP_WORDS.has(word)) return [];
    const padded = `_${word}_`;
    return Array.from({ length: padded.length - 2 }, (_, at) => padded.slice(at, at + 3));
  });
}

/** What of a text is written without spaces. */
export function unspacedRuns(text: string): string[] {
  return folded(text).match(UNSPACED) ?? [];
}

/** Each two neighbouring characters of such a run, then its last one alone. */
export function unspacedParts(run: string): string[] {
  const characters = Array.from(run);
  return characters.map((character, at) => character + (characters[at + 1] ?? ""));
}

function pairsOf(word: string): readonly string[] {
  if (ASCII.test(word)) return NONE;
  return (word.match(UNSPACED) ?? []).flatMap((run) => {
    const parts = unspacedParts(run);
    return parts.length === 1 ? parts : parts.slice(0, -1);
  });
}

function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(/\p{M}/gu, "").normalize("NFC").toLowerCase().replaceAll("’", "'");
}

function heldStem(word: string): string {
  const known = held.get(word);
  if (known !== undefined) return known;
  if (held.size >= STEMS_HELD_MAX) held.clear();
  const stem = stemOf(word);
  held.set(word, stem);
  return stem;
}
