/**
 * What follows when the public begins to see an item, sees it change, or sees it no more: the search index, the board's counters, the frame for open pages. Everything that makes an item visible
 * or takes it away comes here, in its transaction, after the item's row was written.
 */
import { suggestLater } from "./duplicates/suggest.ts";
import { presentFeedback } from "./present.ts";
import type { FeedbackRow } from "./rows.ts";
import { indexFeedback, unindexFeedback } from "./search-index.ts";
import type { WorkspaceStore } from "./store.ts";
import { themesChanged } from "./themes/mark.ts";

/** `board`: its slug. */
export function appeared(store: WorkspaceStore, row: FeedbackRow, board: string): void {
  const { id, boardId, seq, voteCount } = row;
  indexFeedback(store, id, boardId, row);
  store.statements.shiftBoardCounters.run({ boardId, items: 1, votes: voteCount });
  suggestLater(store, row);
  store.changed({ kind: "created", boardId, seq, item: presentFeedback(row, board) });
  themesChanged(store);
}

/** It was visible and still is. */
export function altered(store: WorkspaceStore, row: FeedbackRow, board: string): void {
  const { id, boardId, seq } = row;
  unindexFeedback(store, id);
  indexFeedback(store, id, boardId, row);
  store.changed({ kind: "updated", boardId, seq, item: presentFeedback(row, board) });
  themesChanged(store);
}

/** `voteCount`: what it counted for on its board until now. */
export function disappeared(
  store: WorkspaceStore,
  { id, boardId, voteCount }: Pick<FeedbackRow, "id" | "boardId" | "voteCount">,
  seq: number,
): void {
  unindexFeedback(store, id);
  store.statements.shiftBoardCounters.run({ boardId, items: -1, votes: -voteCount });
  store.changed({ kind: "removed", boardId, seq, id });
  themesChanged(store);
}
