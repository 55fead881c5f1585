/** Boards: list, create, read, change, delete. */
import { asc, eq, isNotNull } from "drizzle-orm";
import { boards } from "../../schema/workspace.ts";
import { decideCreateBoard } from "../../src/domain/boards.ts";
import { boardNotFound, type Failure } from "../../src/errors.ts";
import type { Board, CreateBoard, UpdateBoard } from "../../src/protocol/rest/boards.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { findBoard } from "./find-board.ts";
import { instant } from "./present.ts";
import { purgeBoardTask } from "./purge.ts";
import type { BoardRow } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

export function listBoards(store: WorkspaceStore): Result<Board[], Failure> {
  return ok(
    store.db.select().from(boards).where(isNotNull(boards.slug)).orderBy(asc(boards.id)).all().map(presentBoard),
  );
}

/** Errors: SLUG_TAKEN, LIMIT_REACHED. */
export function createBoard(store: WorkspaceStore, command: CreateBoard): Result<Board, Failure> {
  const decision = decideCreateBoard(new Set(store.boards().map((board) => board.slug)), command.slug);
  if (!decision.ok) return decision;
  const now = store.now();
  const row = store.db
    .insert(boards)
    .values({
      slug: command.slug,
      name: command.name,
      description: command.description ?? "",
      feedbackCount: 0,
      voteCount: 0,
      resumeFloorSeq: store.nextSeq(),
      createdAt: now,
      updatedAt: now,
    })
    .returning()
    .get();
  store.forgetBoards();
  return ok(presentBoard(row));
}

/** Errors: BOARD_NOT_FOUND. */
export function readBoard(store: WorkspaceStore, slug: string): Result<Board, Failure> {
  const row = store.statements.boardBySlug.get({ slug });
  if (row === undefined) return err(boardNotFound());
  return ok(presentBoard(row));
}

/** Errors: BOARD_NOT_FOUND. */
export function updateBoard(store: WorkspaceStore, slug: string, command: UpdateBoard): Result<Board, Failure> {
  const found = findBoard(store, slug);
  if (!found.ok) return found;
  const { name, description } = found.value;
  const changes = {
    name: command.name ?? name,
    description: command.description ?? description,
    updatedAt: store.now(),
  };
  const row = store.db.update(boards).set(changes).where(eq(boards.id, found.value.id)).returning().get();
  store.forgetBoards();
  return ok(presentBoard(row));
}

/** The board is gone at once; its rows go in slices, by alarm. Errors: BOARD_NOT_FOUND. */
export function deleteBoard(store: WorkspaceStore, slug: string): Result<null, Failure> {
  const found = findBoard(store, slug);
  if (!found.ok) return found;
  removeBoard(store, found.value.id);
  return ok(null);
}

export function removeBoard(store: WorkspaceStore, boardId: number): void {
  store.db.update(boards).set({ slug: null }).where(eq(boards.id, boardId)).run();
  store.forgetBoards();
  store.schedule(purgeBoardTask(boardId), store.now());
  store.changed({ kind: "board-removed", boardId });
}

function presentBoard(row: BoardRow): Board {
  return {
    slug: row.slug ?? "",
    name: row.name,
    description: row.description,
    feedbackCount: row.feedbackCount,
    voteCount: row.voteCount,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}
