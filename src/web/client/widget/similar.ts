/** Items that may already say what someone is typing: finds them and shows them, for people to add their vote to. */
import type { Api } from "../api.ts";
import { hasVoted, learn, row } from "../board-state.ts";
import type { BoardStore } from "./board-store.ts";
import { make } from "./element.ts";
import { openList } from "./list.ts";
import { lookUpMine } from "./my-votes.ts";

const SIMILAR_MAX = 4;
const SIMILAR_WORDS_MAX = 3;

export type Similar = ReturnType<typeof openSimilar>;

export function openSimilar(api: Api, store: BoardStore, onVote: (id: number, voted: boolean) => void) {
  let looking: AbortController | undefined;
  let ids: readonly number[] = [];
  const list = openList(onVote, "Similar ideas");
  const element = make(
    "section",
    { class: "like", hidden: true },
    make("p", "", "Is it one of these? Vote for it."),
    list.element,
  );

  return {
    element,
    /** A later call gives up an earlier one, which then throws. */
    async look(text: string): Promise<void> {
      looking?.abort();
      looking = new AbortController();
      ids = await findSimilar(api, store, text, looking.signal);
      element.hidden = ids.length === 0;
      store.redraw();
    },
    draw(): void {
      const state = store.get();
      list.draw(
        ids.flatMap((id) => row(state, id) ?? []),
        (id) => hasVoted(state, id),
      );
    },
  };
}

/**
 * Ids, best match first. Every word of a search must match, which a whole title seldom does: its longest words are asked for one
 * by one.
 */
async function findSimilar(api: Api, store: BoardStore, text: string, signal: AbortSignal): Promise<number[]> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  const asked = words.toSorted((a, b) => b.length - a.length).slice(0, SIMILAR_WORDS_MAX);
  const { clock } = store.get();
  const found = new Map<number, number>();
  for (const page of await Promise.all(asked.map((q) => api.list({ q }, signal)))) {
    store.set(learn(store.get(), page));
    for (const { id, title } of page.items) {
      const shared = asked.filter((word) => title.toLowerCase().includes(word));
      if (shared.length > 0) found.set(id, shared.length);
    }
  }
  const best = [...found].toSorted((a, b) => b[1] - a[1]).slice(0, SIMILAR_MAX);
  const ids = best.map(([id]) => id);
  lookUpMine(api, store, ids, clock);
  return ids;
}
