/** Boards: list, create, read, change, delete. */
import { asc, eq, isNotNull } from "drizzle-orm";
import { boards } from "../../schema/workspace.ts";
import { decideCreateBoard } from "../../src/domain/boards.ts";
import { boardNotFound, type Failure } from "../../src/errors.ts";
import type { Board, CreateBoard, UpdateBoard } from "../../src/protocol/rest/boards.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { boardTag, CLOSE, type LiveConnection, reasonToClose, scheduleEndings } from "./admission.ts";
import type { Actor } from "./authorize.ts";
import { findBoard, mayRead } from "./find-board.ts";
import { record, recordChange } from "./history/record.ts";
import { instant } from "./present.ts";
import { purgeBoardTask } from "./purge.ts";
import type { BoardRow } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";
import { themesChanged } from "./themes/mark.ts";

export function listBoards(store: WorkspaceStore, actor: Actor): Result<Board[], Failure> {
  const rows = store.db.select().from(boards).where(isNotNull(boards.slug)).orderBy(asc(boards.id)).all();
  return ok(rows.filter((row) => mayRead(store, actor, row)).map(presentBoard));
}

/** Errors: SLUG_TAKEN, LIMIT_REACHED. */
export function createBoard(store: WorkspaceStore, actor: Actor, command: CreateBoard): Result<Board, Failure> {
  const decision = decideCreateBoard(new Set(store.boards().map((board) => board.slug)), command.slug);
  if (!decision.ok) return decision;
  const now = store.now();
  const seq = store.nextSeq();
  const row = store.db
    .insert(boards)
    .values({
      slug: command.slug,
      name: command.name,
      description: command.description ?? "",
      visibility: command.visibility ?? "public",
      feedbackCount: 0,
      voteCount: 0,
      resumeFloorSeq: seq,
      createdAt: now,
      updatedAt: now,
    })
    .returning()
    .get();
  store.forgetBoards();
  const event = { seq, type: "board.created", boardId: row.id, subject: command.slug } as const;
  record(store, actor, { ...event, after: faceOf(row) });
  return ok(presentBoard(row));
}

/** Errors: BOARD_NOT_FOUND. */
export function readBoard(store: WorkspaceStore, actor: Actor, slug: string): Result<Board, Failure> {
  const row = store.statements.boardBySlug.get({ slug });
  if (row === undefined || !mayRead(store, actor, row)) return err(boardNotFound());
  return ok(presentBoard(row));
}

/** A board that turns private closes the sockets of those who may not read it any more. Errors: BOARD_NOT_FOUND. */
export function updateBoard(
  store: WorkspaceStore,
  actor: Actor,
  slug: string,
  command: UpdateBoard,
): Result<Board, Failure> {
  const found = findBoard(store, actor, slug);
  if (!found.ok) return found;
  const { name, description, visibility } = found.value;
  const changes = {
    name: command.name ?? name,
    description: command.description ?? description,
    visibility: command.visibility ?? visibility,
    updatedAt: store.now(),
  };
  const row = store.db.update(boards).set(changes).where(eq(boards.id, found.value.id)).returning().get();
  store.forgetBoards();
  if (changes.visibility === "private" && visibility === "public") shutOut(store, found.value.id);
  const event = { type: "board.updated", boardId: row.id, subject: slug } as const;
  recordChange(store, actor, event, faceOf(found.value), faceOf(row));
  // What is on the roadmap of a board that is private is not there for everybody.
  if (changes.visibility !== visibility) store.changed({ kind: "roadmap", seq: store.seq() });
  return ok(presentBoard(row));
}

/** At once, and by alarm those whose right to stay ends later. */
function shutOut(store: WorkspaceStore, boardId: number): void {
  const reason = (socket: LiveConnection) => reasonToClose(store, socket);
  store.changed({ kind: "disconnect", tag: boardTag(boardId), code: CLOSE.policy, reason });
  scheduleEndings(store, store.now());
}

/** The board is gone at once; its rows go in slices, by alarm. Errors: BOARD_NOT_FOUND. */
export function deleteBoard(store: WorkspaceStore, actor: Actor, slug: string): Result<null, Failure> {
  const found = findBoard(store, actor, slug);
  if (!found.ok) return found;
  const { id } = found.value;
  removeBoard(store, id);
  const event = { seq: store.nextSeq(), type: "board.deleted", boardId: id, subject: slug } as const;
  record(store, actor, { ...event, before: faceOf(found.value) });
  return ok(null);
}

export function removeBoard(store: WorkspaceStore, boardId: number): void {
  store.db.update(boards).set({ slug: null }).where(eq(boards.id, boardId)).run();
  store.forgetBoards();
  store.schedule(purgeBoardTask(boardId), store.now());
  themesChanged(store);
  store.changed({ kind: "board-removed", boardId });
  store.changed({ kind: "roadmap", seq: store.seq() });
}

/** What the event log says of a board. */
function faceOf({ name, description, visibility }: Pick<BoardRow, "name" | "description" | "visibility">) {
  return { name, description, visibility };
}

function presentBoard(row: BoardRow): Board {
  return {
    slug: row.slug ?? "",
    name: row.name,
    description: row.description,
    visibility: row.visibility,
    feedbackCount: row.feedbackCount,
    voteCount: row.voteCount,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}
