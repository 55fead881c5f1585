/** Posts of made-up words, some of them everywhere and most of them rare, as in any language (Zipf's law); and what others would type for the same. Always the same for the same seed. */
const WORDS = 20_000;
const TITLE_WORDS = 6;
const DESCRIPTION_WORDS = 30;
const SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za"];

/** By question: the ids that were found, best first, and the rows that it read. */
export type Answers = { readonly ids: readonly (readonly number[])[]; readonly rowsRead: readonly number[] };
export type Text = { readonly title: string; readonly description: string };

/** The n-th post. */
export function textOf(n: number): Text {
  const random = randomOf(n);
  return { title: sentence(random, TITLE_WORDS), description: sentence(random, DESCRIPTION_WORDS) };
}

/** The n-th post's title as somebody else has it: two words are others, the rest in another order, one with another ending. */
export function retold(n: number): string {
  const random = randomOf(n + 0.5);
  const words = textOf(n).title.split(" ").slice(2).toReversed();
  return [`${words[0] ?? ""}s`, ...words.slice(1), word(random), word(random)].join(" ");
}

function sentence(random: () => number, words: number): string {
  return Array.from({ length: words }, () => word(random)).join(" ");
}

/** Ranks are log-uniform, so that the n-th word comes 1/n as often as the first. */
function word(random: () => number): string {
  const rank = Math.floor(WORDS ** random());
  let name = "";
  for (let rest = rank; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    name += SYLLABLES[rest % SYLLABLES.length];
  return `${name}n`;
}

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = Math.floor(seed * 2_654_435_761) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
