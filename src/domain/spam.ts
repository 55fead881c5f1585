/**
 * How much a text looks like spam, from what can be seen without knowing any language: 0 to 100, the sum of what its signals are worth. No signal alone says spam but a text that keeps coming;
 * what people really report has links, upper case and long words too. What waits for it: `SPAM_HELD_SCORE`.
 */
import { SPAM_SCORE_MAX } from "../limits.ts";

export type SpamEvidence = {
  readonly text: string;
  /** How often the same text came lately, before this time. */
  readonly repeats: number;
  /** Nobody in particular, or somebody of whom nothing was let through yet. */
  readonly isStranger: boolean;
};

type Signal = (text: string, evidence: SpamEvidence) => number;

const LINK = /(?:https?:\/\/|www\.)\S+/giu;
/** Shorter texts are said again by many: "+1", "I need this too". */
const REPEATABLE_CHARS_MIN = 40;
const REPEAT_POINTS = 20;
/** Links that a text may well have: the page where it happens, a picture, and one more for every so many words that explain them. */
const LINKS_FREE = 2;
const WORDS_PER_LINK = 8;
const LINK_POINTS = 10;
const LINK_POINTS_MAX = 40;
/** Fewer letters than this shout nothing. */
const SHOUTED_LETTERS_MIN = 24;
const SHOUTED_SHARE = 0.7;
/** Keys held down, or encoded text: sixty Latin letters in a row, one letter ten times. */
const LONG_WORD = /[a-z]{60}/iu;
const HELD_KEY = /(\p{L})\1{9}/u;
const PHONE = /(?:\+\d{1,3}[\s.-]?)?\(?\b\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b/gu;
const MIXED_ALPHABETS = /\p{sc=Latin}\p{sc=Cyrillic}|\p{sc=Cyrillic}\p{sc=Latin}/gu;
/** Of no alphabet. What is not seen at all does not come this far: protocol/rest/fields.ts. */
const UNPRINTABLE = /[\p{Co}\uFFFD]/gu;
const UNPRINTABLE_MIN = 4;

const SIGNALS: Readonly<Record<string, Signal>> = {
  /** More links than the words between them explain. */
  links: (text) => {
    const free = LINKS_FREE + Math.floor(wordsOf(text) / WORDS_PER_LINK);
    return Math.min(Math.max(count(text, LINK) - free, 0) * LINK_POINTS, LINK_POINTS_MAX);
  },
  /** Little but links: whoever explains something says more than where it is. */
  mostlyLinks: (text) => {
    const links = count(text, LINK);
    if (links === 0) return 0;
    const words = wordsOf(text) / links;
    return words < WORDS_PER_LINK / 2 ? 35 : words < WORDS_PER_LINK ? 20 : 0;
  },
  /** A stranger who brings a link at once. */
  strangersLink: (text, { isStranger }) => (isStranger && count(text, LINK) > 0 ? 15 : 0),
  /** Word for word what came before, whoever sent it: the fourth time it waits for that alone. */
  repeated: (text, { repeats }) =>
    normalizeText(text).length < REPEATABLE_CHARS_MIN ? 0 : Math.min(repeats * REPEAT_POINTS, SPAM_SCORE_MAX),
  /** Somebody of whom nothing is known yet. */
  stranger: (_text, { isStranger }) => (isStranger ? 10 : 0),
  /** A number to call, which is what much spam without a link is about; more so if there are several. */
  phones: (text) => {
    const phones = count(text, PHONE);
    return phones === 0 ? 0 : phones === 1 ? 25 : 40;
  },
  /** Nearly all in capitals. */
  shouting: (text) => {
    const capitals = count(text, /\p{Lu}/gu);
    const share = capitals / (capitals + count(text, /\p{Ll}/gu));
    return capitals >= SHOUTED_LETTERS_MIN && share >= SHOUTED_SHARE ? 15 : 0;
  },
  /** "!!!!!", "$$$". */
  clamour: (text) => (/!{4,}|[$€£]{3,}/u.test(text) ? 10 : 0),
  /** Letters that are no words. Paths and names of functions have other characters between. */
  gibberish: (text) => (LONG_WORD.test(text.replace(LINK, " ")) || HELD_KEY.test(text) ? 20 : 0),
  /** Letters of two alphabets in one word, as in "viаgra" with a Cyrillic а: made for filters. */
  disguised: (text) => {
    const mixed = count(text, MIXED_ALPHABETS);
    return mixed === 0 ? 0 : mixed === 1 ? 15 : 35;
  },
  /** Characters that mean nothing to anybody, in numbers. */
  unprintable: (text) => (count(text, UNPRINTABLE) >= UNPRINTABLE_MIN ? 20 : 0),
};

/** 0 to SPAM_SCORE_MAX. */
export function spamScore(evidence: SpamEvidence): number {
  const points = Object.values(SIGNALS).reduce((sum, signal) => sum + signal(evidence.text, evidence), 0);
  return Math.min(points, SPAM_SCORE_MAX);
}

/** What of it a repeat must have in common: letters and digits, whatever their width and case. */
export function normalizeText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Outside links. */
function wordsOf(text: string): number {
  return count(text.replace(LINK, " "), /[\p{L}\p{N}]+/gu);
}
