/** Where a merged item went, and who is told. */
import { isVisible } from "../../../src/domain/feedback.ts";
import { alreadyMerged } from "../../../src/domain/merge.ts";
import { may } from "../../../src/domain/permissions.ts";
import type { Failure } from "../../../src/errors.ts";
import { MERGE_DEPTH_MAX } from "../../../src/limits.ts";
import type { Actor } from "../authorize.ts";
import { mayRead } from "../find-board.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";

/** An item by where it is read. */
export type Place = { readonly board: string; readonly id: number };

/** The items that this one is part of, the next one first. */
export function ancestorsOf(store: WorkspaceStore, row: FeedbackRow): FeedbackRow[] {
  const above: FeedbackRow[] = [];
  let next = row.mergedInto;
  while (next !== null && above.length < MERGE_DEPTH_MAX) {
    const found = store.statements.feedbackById.get({ feedbackId: next });
    if (found === undefined) break;
    above.push(found);
    next = found.mergedInto;
  }
  return above;
}

/** Null where nothing was merged, and for whoever may see either end of the way not. */
export function placeOfMerged(store: WorkspaceStore, actor: Actor, row: FeedbackRow): Place | null {
  if (row.mergedInto === null) return null;
  const isTeam = may(actor, "internal.read") || may(actor, "feedback.moderate");
  const root = ancestorsOf(store, row).at(-1);
  const board = root === undefined ? null : store.boardById(root.boardId);
  if (root === undefined || board === null || !mayRead(store, actor, board)) return null;
  const isShown = root.visible && isVisible(row.moderationState, row.isHidden, null);
  return isTeam || isShown ? { board: board.slug, id: root.id } : null;
}

/** Why nothing can be done with a merged item; null where nobody is told that there is one. */
export function mergedFailure(store: WorkspaceStore, actor: Actor, row: FeedbackRow): Failure | null {
  const place = placeOfMerged(store, actor, row);
  return place === null ? null : alreadyMerged(row.id, place.id);
}
