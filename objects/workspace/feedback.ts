/** One feedback item: create, read, change, delete. */
import { eq } from "drizzle-orm";
import { feedbackItems, feedbackTombstones } from "../../schema/workspace.ts";
import type { Call } from "../../src/call.ts";
import { draftFeedback, type Revision, reviseFeedback } from "../../src/domain/feedback.ts";
import { type Failure, feedbackNotFound } from "../../src/errors.ts";
import { PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import type { CreateFeedback, Feedback, ModeratedFeedback, UpdateFeedback } from "../../src/protocol/rest/feedback.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { findBoard } from "./find-board.ts";
import { presentFeedback, presentModerated } from "./present.ts";
import { purgeVotes, purgeVotesTask, TRIM_DELAY_MS, trimTombstonesTask } from "./purge.ts";
import { indexFeedback, unindexFeedback } from "./search-index.ts";
import type { FeedbackRow } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

export type WithSeq<T> = { readonly item: T; readonly seq: number };

/** Errors: BOARD_NOT_FOUND. */
export function createFeedback(
  store: WorkspaceStore,
  board: string,
  command: CreateFeedback,
): Result<WithSeq<Feedback>, Failure> {
  const found = findBoard(store, board);
  if (!found.ok) return found;
  const now = store.now();
  const draft = draftFeedback(command, now);
  const authorId = command.externalUserId === undefined ? null : store.endUser(command.externalUserId);
  const { seq, id } = store.nextFeedback();
  const row: FeedbackRow = {
    ...draft,
    id,
    boardId: found.value.id,
    voteCount: 0,
    commentCount: 0,
    authorId,
    authorName: null,
    seq,
    contentSeq: seq,
    visibleSeq: seq,
    createdAt: now,
    updatedAt: now,
  };
  store.statements.insertFeedback.run(row);
  const item = presentFeedback(row, board);
  if (row.visible) {
    indexFeedback(store, id, row.boardId, row);
    store.statements.shiftBoardCounters.run({ boardId: row.boardId, items: 1, votes: 0 });
    store.changed({ kind: "created", boardId: row.boardId, seq, item });
  }
  return ok({ item, seq });
}

/** What is hidden or not approved is there only for an operator. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function readFeedback(
  store: WorkspaceStore,
  call: Call,
  board: string,
  id: number,
): Result<WithSeq<Feedback | ModeratedFeedback>, Failure> {
  const loaded = loadFeedback(store, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  if (call.operator) return ok({ item: presentModerated(row, board, authorEmail(store, row)), seq: store.seq() });
  if (!row.visible) return notFound(id);
  return ok({ item: presentFeedback(row, board), seq: store.seq() });
}

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function updateFeedback(
  store: WorkspaceStore,
  board: string,
  id: number,
  command: UpdateFeedback,
): Result<WithSeq<ModeratedFeedback>, Failure> {
  const loaded = loadFeedback(store, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  const revision = reviseFeedback(row, command);
  const revised = revision.changed ? applyRevision(store, row, revision, board) : row;
  return ok({ item: presentModerated(revised, board, authorEmail(store, row)), seq: store.seq() });
}

/** Leaves a tombstone for clients that were away. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function deleteFeedback(store: WorkspaceStore, board: string, id: number): Result<null, Failure> {
  const loaded = loadFeedback(store, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  const seq = store.nextSeq();
  if (purgeVotes(store, id, PURGE_ROWS_PER_SLICE) === PURGE_ROWS_PER_SLICE)
    store.schedule(purgeVotesTask(id), store.now());
  store.db.delete(feedbackItems).where(eq(feedbackItems.id, id)).run();
  store.db.insert(feedbackTombstones).values({ feedbackId: id, boardId: row.boardId, seq }).run();
  store.schedule(trimTombstonesTask(row.boardId), store.now() + TRIM_DELAY_MS);
  if (row.visible) {
    unindexFeedback(store, id);
    store.statements.shiftBoardCounters.run({ boardId: row.boardId, items: -1, votes: -row.voteCount });
    store.changed({ kind: "removed", boardId: row.boardId, seq, id });
  }
  return ok(null);
}

function applyRevision(store: WorkspaceStore, row: FeedbackRow, revision: Revision, board: string): FeedbackRow {
  const { content, appearance } = revision;
  const { boardId, id } = row;
  const seq = store.nextSeq();
  const visibleSeq = appearance === "appeared" ? seq : row.visibleSeq;
  const changes = { ...content, seq, contentSeq: seq, visibleSeq, updatedAt: store.now() };
  store.db.update(feedbackItems).set(changes).where(eq(feedbackItems.id, id)).run();
  const revised = { ...row, ...changes };
  if (row.visible) unindexFeedback(store, id);
  if (content.visible) indexFeedback(store, id, boardId, content);
  if (appearance === "appeared") {
    store.statements.shiftBoardCounters.run({ boardId, items: 1, votes: row.voteCount });
    store.changed({ kind: "created", boardId, seq, item: presentFeedback(revised, board) });
  } else if (appearance === "disappeared") {
    store.statements.shiftBoardCounters.run({ boardId, items: -1, votes: -row.voteCount });
    store.changed({ kind: "removed", boardId, seq, id });
  } else if (appearance === "changed") {
    store.changed({ kind: "updated", boardId, seq, item: presentFeedback(revised, board) });
  }
  return revised;
}

function loadFeedback(store: WorkspaceStore, board: string, id: number): Result<FeedbackRow, Failure> {
  const found = findBoard(store, board);
  if (!found.ok) return found;
  const row = store.statements.feedbackById.get({ feedbackId: id });
  if (row === undefined || row.boardId !== found.value.id) return notFound(id);
  return ok(row);
}

function notFound(id: number) {
  return err(feedbackNotFound(id));
}

function authorEmail(store: WorkspaceStore, row: FeedbackRow): string | null {
  return row.authorId === null ? null : (store.statements.authorEmail.get({ authorId: row.authorId })?.email ?? null);
}
