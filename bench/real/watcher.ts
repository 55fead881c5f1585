/** One open page: the widget's own client modules (list, socket, resume by seq, state), without its drawing. */
import "./browser-globals.ts";
import { boardApi } from "../../src/web/client/api.ts";
import { emptyBoard, replaceList, rows } from "../../src/web/client/board-state.ts";
import { openLive } from "../../src/web/client/live.ts";

export type Watcher = {
  /** What the page shows: votes by item id. */
  readonly counts: () => ReadonlyMap<number, number>;
  readonly isLive: () => boolean;
  readonly reconnects: () => number;
  readonly close: () => void;
};

const ROWS = 100;

export async function watch(origin: string, workspace: string, board: string, person: string): Promise<Watcher> {
  const who = { id: person };
  const api = boardApi(origin, workspace, board, () => who);
  let state = emptyBoard("vote_count");
  let lives = 0;
  let isLive = false;
  const store = {
    get: () => state,
    set: (next: typeof state) => {
      state = next;
    },
  };
  const read = async (): Promise<void> => {
    state = replaceList(state, await api.list({ sort: "vote_count", limit: ROWS }));
  };
  let settle = (): void => {};
  const connected = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const live = openLive({
    api,
    who,
    store,
    reread: read,
    onStatus: (status) => {
      isLive = status === "live";
      if (!isLive) return;
      lives += 1;
      settle();
    },
    onRefused: () => {},
    onGone: () => {},
  });
  await read();
  live.start();
  await connected;
  return {
    counts: () => new Map(rows(state).map(({ id, voteCount }) => [id, voteCount])),
    isLive: () => isLive,
    reconnects: () => lives - 1,
    close: live.stop,
  };
}
