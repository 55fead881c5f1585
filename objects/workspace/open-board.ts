/** A first post that makes the board, and perhaps the workspace, which it names: only where the deployment lets anybody do so. */
import type { Call } from "../../src/call.ts";
import { nameFromSlug } from "../../src/domain/boards.ts";
import type { Failure } from "../../src/errors.ts";
import { ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { createBoard } from "./boards.ts";
import { settingsRow, type WorkspaceStore } from "./store.ts";
import { createWorkspace } from "./workspace.ts";

type Named = { readonly slug: string; readonly name: string };
/** What there is to be made, and how it will be called. */
export type Opening = { readonly workspace: Named; readonly board: Named };

/** Null: the board is there, or must not be made by this caller or under such a name. `isActive`: there is a workspace. */
export function openingOf(
  store: WorkspaceStore,
  isActive: boolean,
  call: Call,
  workspace: string,
  board: string,
): Opening | null {
  const { kind } = call.caller;
  if (!call.openWorkspaces || (isActive && store.board(board) !== null)) return null;
  // Of a workspace that is not there nobody has a key, nor a signed identity.
  if (!isActive && (kind === "key" || kind === "identity")) return null;
  const names = { workspace: nameFromSlug(workspace), board: nameFromSlug(board) };
  if (names.workspace === null || names.board === null) return null;
  return { workspace: { slug: workspace, name: names.workspace }, board: { slug: board, name: names.board } };
}

/** Call in the transaction of the post. Errors: SLUG_TAKEN while a deleted workspace of that name is being purged, LIMIT_REACHED. */
export function openBoard(store: WorkspaceStore, actor: Actor, { workspace, board }: Opening): Result<null, Failure> {
  if (settingsRow(store) === null) {
    const created = createWorkspace(store, workspace.slug, workspace.name, null, () => actor);
    if (!created.ok) return created;
  }
  const created = createBoard(store, actor, board);
  return created.ok ? ok(null) : created;
}
