/** A list beside the board's own: ideas that were searched for while somebody writes one, live as those are. */
import type { Api, Feedback } from "../api.ts";
import { hasVoted, learn, row } from "../board-state.ts";
import type { BoardStore } from "./board-store.ts";
import { openList } from "./list.ts";
import { lookUpMine } from "./my-votes.ts";

export function openMatches(api: Api, store: BoardStore, onVote: (id: number, voted: boolean) => void) {
  let shown: readonly number[] = [];
  const { element, draw } = openList(onVote, "Similar ideas");

  return {
    element,
    search: async (title: string, signal: AbortSignal): Promise<readonly Feedback[]> => {
      const page = await api.list({ title }, signal, "similar");
      store.set(learn(store.get(), page));
      return page.items;
    },
    show: (ids: readonly number[]): void => {
      shown = ids;
      lookUpMine(api, store, ids, store.get().clock);
      store.redraw();
    },
    draw(): void {
      const state = store.get();
      draw(
        shown.flatMap((id) => row(state, id) ?? []),
        (id) => hasVoted(state, id),
      );
    },
  };
}
