/** End users who may read a private board. They are named by the customer's id, and let in only when they come signed. */
import { and, asc, count, eq } from "drizzle-orm";
import { boardGuests } from "../../schema/workspace.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { GUESTS_PER_BOARD_MAX } from "../../src/limits.ts";
import type { Guest } from "../../src/protocol/rest/boards.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { CLOSE, personTag, REASONS } from "./admission.ts";
import type { Actor } from "./authorize.ts";
import { findBoard } from "./find-board.ts";
import { record } from "./history/record.ts";
import { instant } from "./present.ts";
import type { LiveBoard } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

/** Oldest first. Errors: BOARD_NOT_FOUND. */
export function listGuests(store: WorkspaceStore, actor: Actor, board: string): Result<Guest[], Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const rows = store.db.select().from(boardGuests).where(eq(boardGuests.boardId, found.value.id));
  const sorted = rows.orderBy(asc(boardGuests.createdAt), asc(boardGuests.externalId)).all();
  return ok(sorted.map(({ externalId, createdAt }) => ({ externalUserId: externalId, since: instant(createdAt) })));
}

/** Idempotent. Errors: BOARD_NOT_FOUND, LIMIT_REACHED. */
export function inviteGuest(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  externalUserId: string,
): Result<Guest, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const boardId = found.value.id;
  const known = store.statements.guestOf.get({ boardId, externalId: externalUserId });
  const since = known?.since ?? store.now();
  if (known === undefined) {
    const guests = store.db.select({ n: count() }).from(boardGuests).where(eq(boardGuests.boardId, boardId)).get();
    if ((guests?.n ?? 0) >= GUESTS_PER_BOARD_MAX) return err(tooMany());
    store.db.insert(boardGuests).values({ boardId, externalId: externalUserId, createdAt: since }).run();
    record(store, actor, { seq: store.nextSeq(), type: "guest.invited", boardId, subject: externalUserId });
  }
  return ok({ externalUserId, since: instant(since) });
}

/** Idempotent. Closes the person's sockets on the board, if it is private. Errors: BOARD_NOT_FOUND. */
export function removeGuest(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  externalUserId: string,
): Result<null, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const { id: boardId, visibility }: LiveBoard = found.value;
  const gone = store.db
    .delete(boardGuests)
    .where(and(eq(boardGuests.boardId, boardId), eq(boardGuests.externalId, externalUserId)))
    .returning({ externalId: boardGuests.externalId })
    .all();
  if (gone.length > 0) {
    record(store, actor, { seq: store.nextSeq(), type: "guest.removed", boardId, subject: externalUserId });
  }
  if (visibility === "private") {
    const tag = personTag(boardId, externalUserId, true);
    store.changed({ kind: "disconnect", tag, code: CLOSE.policy, reason: REASONS.gone });
  }
  return ok(null);
}

function tooMany(): Failure {
  return failure("LIMIT_REACHED", `A board has at most ${String(GUESTS_PER_BOARD_MAX)} guests.`);
}
