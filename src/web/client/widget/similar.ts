/** Ideas that may already say what someone is typing: finds them and shows them, for people to add their vote to. */
import { make } from "./element.ts";
import type { BoardSide } from "./form-port.ts";

const SIMILAR_MAX = 4;
const SIMILAR_WORDS_MAX = 3;

export function openSimilar({ search, matches, showMatches }: BoardSide) {
  let looking: AbortController | undefined;
  const element = make(
    "section",
    { class: "like", hidden: true },
    make("p", "", "Is it one of these? Vote for it."),
    matches,
  );

  return {
    element,
    /** A later call gives up an earlier one, which then throws. */
    async look(text: string): Promise<void> {
      looking?.abort();
      looking = new AbortController();
      const ids = await findSimilar(search, text, looking.signal);
      element.hidden = ids.length === 0;
      showMatches(ids);
    },
  };
}

/**
 * Ids, best match first. Every word of a search must match, which a whole title seldom does: its longest words are asked for one
 * by one.
 */
async function findSimilar(search: BoardSide["search"], text: string, signal: AbortSignal): Promise<number[]> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  const asked = words.toSorted((a, b) => b.length - a.length).slice(0, SIMILAR_WORDS_MAX);
  const found = new Map<number, number>();
  for (const ideas of await Promise.all(asked.map((word) => search(word, signal)))) {
    for (const { id, title } of ideas) {
      const shared = asked.filter((word) => title.toLowerCase().includes(word));
      if (shared.length > 0) found.set(id, shared.length);
    }
  }
  const best = [...found].toSorted((a, b) => b[1] - a[1]).slice(0, SIMILAR_MAX);
  return best.map(([id]) => id);
}
