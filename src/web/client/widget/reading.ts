/** Reads a board's list into its state: the first page of what is asked for, or the next one. A later read gives up an earlier one. */
import type { Api, ApiError } from "../api.ts";
import { appendPage, replaceList } from "../board-state.ts";
import type { BoardStore } from "./board-store.ts";
import { lookUpMine } from "./my-votes.ts";

const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 100;

export type ReadingOptions = {
  readonly api: Api;
  readonly store: BoardStore;
  /** What is searched for. */
  readonly query: () => string;
  /** Tells those who cannot see the list. */
  readonly say: (text: string) => void;
  readonly onRead: () => void;
};
export type Progress = { readonly busy: boolean; readonly failure: ApiError | undefined };

export function openReading({ api, store, query, say, onRead }: ReadingOptions) {
  let failure: ApiError | undefined;
  let loading: AbortController | undefined;

  /** Throws what the call throws. */
  async function read(next = false): Promise<void> {
    loading?.abort();
    const mine = new AbortController();
    loading = mine;
    store.redraw();
    const { sort, clock, nextCursor, order, resync } = store.get();
    const q = query().trim();
    const limit = resync ? Math.min(PAGE_SIZE_MAX, Math.max(PAGE_SIZE, order.length)) : PAGE_SIZE;
    try {
      const page = await api.list(
        { sort, q, limit, ...(next && nextCursor !== null && { cursor: nextCursor }) },
        mine.signal,
      );
      failure = undefined;
      const state = store.get();
      store.set(next ? appendPage(state, page) : replaceList(state, page, { sort, filtered: q !== "" }));
      const ids = page.items.map(({ id }) => id);
      lookUpMine(api, store, ids, clock);
    } finally {
      if (loading === mine) loading = undefined;
      store.redraw();
    }
  }

  /** Keeps a failure, to be shown, and never throws. */
  async function load(next = false): Promise<void> {
    try {
      await read(next);
      onRead();
      if (query() || next) say(`${String(store.get().order.length)} ideas shown`);
    } catch (error) {
      const { code, boardMissing } = error as ApiError;
      if (code === "ABORTED") return;
      // A board that is not there yet is an empty one: on an open workspace the first post makes it.
      failure = boardMissing ? undefined : (error as ApiError);
    }
    store.redraw();
  }

  return { read, load, progress: (): Progress => ({ busy: loading !== undefined, failure }) };
}
