/** What was merged into an item, for whoever may see it. */
import { asc, eq } from "drizzle-orm";
import { feedbackItems } from "../../../schema/workspace.ts";
import { isVisible } from "../../../src/domain/feedback.ts";
import { may } from "../../../src/domain/permissions.ts";
import { type Failure, feedbackNotFound } from "../../../src/errors.ts";
import type { MergedItem } from "../../../src/protocol/rest/merges.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { findBoard, mayRead } from "../find-board.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function listMerged(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  id: number,
): Result<MergedItem[], Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const row = store.statements.feedbackById.get({ feedbackId: id });
  const isMissing = row === undefined || row.boardId !== found.value.id || !(row.visible || isTeam(actor));
  return isMissing ? err(feedbackNotFound(id)) : ok(mergedInto(store, actor, row));
}

/** The items that were merged into this one directly: to the public those that it could read if they were not. Costs an item without merges nothing. */
export function mergedInto(
  store: WorkspaceStore,
  actor: Actor,
  { id, mergedCount }: Pick<FeedbackRow, "id" | "mergedCount">,
): MergedItem[] {
  if (mergedCount === 0) return [];
  const rows = store.db.select().from(feedbackItems).where(eq(feedbackItems.mergedInto, id));
  return rows
    .orderBy(asc(feedbackItems.id))
    .all()
    .flatMap((row) => {
      const board = store.boardById(row.boardId);
      if (board === null || !mayRead(store, actor, board)) return [];
      const { title, voteCount, moderationState, isHidden } = row;
      const item = { id: row.id, board: board.slug, title, voteCount };
      if (isTeam(actor)) return [{ ...item, moderationState, isHidden }];
      return isVisible(moderationState, isHidden, null) ? [item] : [];
    });
}

function isTeam(actor: Actor): boolean {
  return may(actor, "internal.read");
}
