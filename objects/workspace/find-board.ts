/** The board a path names. */
import { may, mayAlways } from "../../src/domain/permissions.ts";
import { boardNotFound, type Failure } from "../../src/errors.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import type { LiveBoard } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

/** Errors: BOARD_NOT_FOUND, also for a private board that the caller may not read. */
export function findBoard(store: WorkspaceStore, actor: Actor, slug: string): Result<LiveBoard, Failure> {
  const board = store.board(slug);
  return board === null || !mayRead(store, actor, board) ? err(boardNotFound()) : ok(board);
}

/** A private board is for the team, and for end users who were invited and come signed. */
export function mayRead(
  store: WorkspaceStore,
  actor: Actor,
  { id, visibility }: Pick<LiveBoard, "id" | "visibility">,
): boolean {
  if (visibility === "public" || mayAlways(actor, "private.read")) return true;
  if (!may(actor, "private.read") || actor.person === null) return false;
  const { externalId } = actor.person;
  return store.statements.guestOf.get({ boardId: id, externalId }) !== undefined;
}
