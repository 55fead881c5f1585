/** Finds out which of the rows at hand the visitor voted for. Without an answer they stay as they are. */
import type { Api } from "../api.ts";
import { takeVotes } from "../board-state.ts";
import type { Store } from "../board-state.ts";
import { currentWho } from "./identity.ts";

/** `clock` is the state's from before the rows were asked for. */
export function lookUpMine(api: Api, store: Store, ids: readonly number[], clock: number): void {
  const who = currentWho();
  const take = (votes: ReadonlyMap<number, number>): void => {
    if (who === currentWho()) store.set(takeVotes(store.get(), ids, votes, clock));
  };
  api.lookUpVotes(ids, who).then(take, () => undefined);
}
