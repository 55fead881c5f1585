/** Holds one board's state for the views that show it: drawn once per frame, put in order when nobody would mind. */
import { emptyBoard, reorder } from "../board-state.ts";
import type { BoardState } from "../board-state.ts";
import { contain } from "./element.ts";

/** Rows take their new places when counts have been quiet and nobody is using the list. */
const REORDER_WAIT_MS = 1_500;

export type BoardStore = ReturnType<typeof openStore>;

export function openStore(draw: () => void, inUse: () => boolean) {
  let state = emptyBoard();
  let drawing = 0;
  let settling: ReturnType<typeof setTimeout> | undefined;

  function redraw(): void {
    drawing ||= requestAnimationFrame(() => {
      drawing = 0;
      void contain(draw);
    });
  }

  function set(next: BoardState): void {
    state = next;
    redraw();
  }

  function settle(): void {
    if (inUse()) settleLater();
    else set(reorder(state));
  }

  function settleLater(): void {
    clearTimeout(settling);
    settling = setTimeout(settle, REORDER_WAIT_MS);
  }

  return {
    get: () => state,
    set,
    /** The socket's news, which may have moved rows. */
    setLive: (next: BoardState): void => {
      set(next);
      settleLater();
    },
    redraw,
  };
}
