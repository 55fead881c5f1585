/** What duplicates/suggest.ts asks of the search for similar items: on all boards, for only the team sees the answer. */
import { similarTo } from "../similar/find-similar.ts";
import type { FindSimilar } from "./suggest.ts";

export const alike: FindSimilar = (store, { id, title }, limit) =>
  similarTo(store, store.boards(), title)
    .filter((like) => like.id !== id)
    .slice(0, limit);
