/** The board a path names. */
import { boardNotFound, type Failure } from "../../src/errors.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { LiveBoard } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

/** Errors: BOARD_NOT_FOUND. */
export function findBoard(store: WorkspaceStore, slug: string): Result<LiveBoard, Failure> {
  const board = store.board(slug);
  return board === null ? err(boardNotFound()) : ok(board);
}
