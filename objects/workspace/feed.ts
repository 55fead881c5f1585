/** What a public board's feed tells: its newest items, as the public sees them, whoever asks. */
import { boardNotFound, type Failure, workspaceNotFound } from "../../src/errors.ts";
import { FEED_ENTRIES } from "../../src/limits.ts";
import type { Feedback } from "../../src/protocol/rest/feedback.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { pageOf } from "./list-feedback.ts";
import { instant } from "./present.ts";
import { settingsRow, type WorkspaceStore } from "./store.ts";

export type FeedFacts = {
  readonly workspace: { readonly name: string };
  readonly board: { readonly slug: string; readonly name: string; readonly description: string };
  readonly boardId: number;
  readonly createdAt: string;
  /** Of the board or of one of its items, whichever is later. */
  readonly updatedAt: string;
  readonly items: readonly Feedback[];
};

/** Errors: WORKSPACE_NOT_FOUND; BOARD_NOT_FOUND, also for a private board: a feed is the same for everybody. */
export function readFeed(store: WorkspaceStore, slug: string): Result<FeedFacts, Failure> {
  const settings = settingsRow(store);
  if (settings === null) return err(workspaceNotFound());
  const board = store.board(slug);
  if (board?.visibility !== "public") return err(boardNotFound());
  const page = pageOf(store, board, { sort: "created_at", limit: FEED_ENTRIES });
  if (!page.ok) return page;
  const { items } = page.value;
  const changes = items.map(({ updatedAt }) => Date.parse(updatedAt));
  return ok({
    workspace: { name: settings.name },
    board: { slug, name: board.name, description: board.description },
    boardId: board.id,
    createdAt: instant(board.createdAt),
    updatedAt: instant(Math.max(board.updatedAt, ...changes)),
    items,
  });
}
