/** One feedback item: create, read, change, delete. */
import { eq } from "drizzle-orm";
import { feedbackItems, feedbackTombstones } from "../../schema/workspace.ts";
import {
  type Content,
  checkAuthorsFields,
  draftFeedback,
  type Revision,
  reviseFeedback,
} from "../../src/domain/feedback.ts";
import { may } from "../../src/domain/permissions.ts";
import { decideWho, selfOf } from "../../src/domain/person.ts";
import { type Failure, failure, feedbackNotFound } from "../../src/errors.ts";
import { PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import type { CreateFeedback, Feedback, ModeratedFeedback, UpdateFeedback } from "../../src/protocol/rest/feedback.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { altered, appeared, disappeared } from "./appearance.ts";
import type { Actor } from "./authorize.ts";
import { findBoard } from "./find-board.ts";
import { countDaily } from "./history/daily.ts";
import { difference, record } from "./history/record.ts";
import { enrol, type Person } from "./person.ts";
import { presentFeedback, presentModerated } from "./present.ts";
import { purgeVotes, purgeVotesTask, TRIM_DELAY_MS, trimTombstonesTask } from "./purge.ts";
import type { FeedbackRow } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

export type WithSeq<T> = { readonly item: T; readonly seq: number };

/** Errors: BOARD_NOT_FOUND, FORBIDDEN, UNAUTHENTICATED. */
export function createFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  command: CreateFeedback,
): Result<WithSeq<Feedback>, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const now = store.now();
  const draft = draftFeedback(command, now);
  const author = authorOf(store, actor, command.externalUserId);
  if (!author.ok) return author;
  const { seq, id } = store.nextFeedback();
  const row: FeedbackRow = {
    ...draft,
    id,
    boardId: found.value.id,
    voteCount: 0,
    commentCount: 0,
    spamScore: 0,
    mergedInto: null,
    mergedCount: 0,
    statusSince: null,
    authorId: author.value?.id ?? null,
    authorName: author.value?.name ?? null,
    seq,
    contentSeq: seq,
    visibleSeq: seq,
    createdAt: now,
    updatedAt: now,
  };
  store.statements.insertFeedback.run(row);
  const item = presentFeedback(row, board);
  if (row.visible) appeared(store, row, board);
  countDaily(store, row, { posts: 1 });
  const { title, description, category, moderationState } = row;
  const event = { seq, type: "feedback.created", boardId: row.boardId, feedbackId: id } as const;
  const after = { title, description, category, moderationState };
  record(store, actor, { ...event, after }, command.externalUserId ?? null);
  return ok({ item, seq });
}

/** What is hidden or not approved is there only for the team. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function readFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  id: number,
): Result<WithSeq<Feedback | ModeratedFeedback>, Failure> {
  const loaded = loadFeedback(store, actor, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  return mayRead(actor, row) ? ok({ item: presentTo(store, actor, row, board), seq: store.seq() }) : notFound(id);
}

/** Authors change the text of what they posted, moderators everything. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FORBIDDEN. */
export function updateFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  id: number,
  command: UpdateFeedback,
): Result<WithSeq<Feedback | ModeratedFeedback>, Failure> {
  const loaded = loadForEdit(store, actor, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  const allowed = may(actor, "feedback.moderate") ? ok(null) : checkAuthorsFields(command);
  if (!allowed.ok) return allowed;
  const revision = reviseFeedback(row, command);
  const revised = revision.changed ? applyRevision(store, actor, row, revision, board) : row;
  return ok({ item: presentTo(store, actor, revised, board), seq: store.seq() });
}

/** By a moderator, or whoever posted it. Leaves a tombstone for clients that were away. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FORBIDDEN. */
export function deleteFeedback(store: WorkspaceStore, actor: Actor, board: string, id: number): Result<null, Failure> {
  const loaded = loadForEdit(store, actor, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  const seq = store.nextSeq();
  if (purgeVotes(store, id, PURGE_ROWS_PER_SLICE) === PURGE_ROWS_PER_SLICE)
    store.schedule(purgeVotesTask(id), store.now());
  store.db.delete(feedbackItems).where(eq(feedbackItems.id, id)).run();
  store.db.insert(feedbackTombstones).values({ feedbackId: id, boardId: row.boardId, seq }).run();
  store.schedule(trimTombstonesTask(row.boardId), store.now() + TRIM_DELAY_MS);
  if (row.visible) disappeared(store, row, seq);
  const { title, status, category, voteCount } = row;
  const event = { seq, type: "feedback.deleted", boardId: row.boardId, feedbackId: id } as const;
  record(store, actor, { ...event, before: { title, status, category, voteCount } });
  return ok(null);
}

function applyRevision(
  store: WorkspaceStore,
  actor: Actor,
  row: FeedbackRow,
  revision: Revision,
  board: string,
): FeedbackRow {
  const { content, appearance } = revision;
  const { boardId, id } = row;
  const seq = store.nextSeq();
  const visibleSeq = appearance === "appeared" ? seq : row.visibleSeq;
  const now = store.now();
  const statusSince = content.status === row.status ? row.statusSince : now;
  const changes = { ...content, seq, contentSeq: seq, visibleSeq, statusSince, updatedAt: now };
  store.db.update(feedbackItems).set(changes).where(eq(feedbackItems.id, id)).run();
  const revised = { ...row, ...changes };
  if (appearance === "appeared") appeared(store, revised, board);
  else if (appearance === "disappeared") disappeared(store, row, seq);
  else if (appearance === "changed") altered(store, revised, board);
  if (content.status !== row.status) {
    countDaily(store, row, { departures: 1, departedMs: now - (row.statusSince ?? row.createdAt) });
  }
  const changed = difference(contentOf(row), contentOf(revised));
  record(store, actor, { seq, type: "feedback.updated", boardId, feedbackId: id, ...changed });
  return revised;
}

/** What the event log says of a change: all but what follows from the rest. */
function contentOf(row: Content): Omit<Content, "visible"> {
  const { title, description, category, status, pinned, moderationState, isHidden } = row;
  return { title, description, category, status, pinned, moderationState, isHidden };
}

/** What is hidden or not approved is there only for the team. */
function mayRead(actor: Actor, row: FeedbackRow): boolean {
  return row.visible || may(actor, "internal.read") || may(actor, "feedback.moderate");
}

/** The team sees more of an item than the public. */
function presentTo(store: WorkspaceStore, actor: Actor, row: FeedbackRow, board: string): Feedback | ModeratedFeedback {
  if (!may(actor, "internal.read")) return presentFeedback(row, board);
  const author = authorOfRow(store, row);
  return presentModerated(row, board, author?.email ?? null);
}

function loadForEdit(store: WorkspaceStore, actor: Actor, board: string, id: number): Result<FeedbackRow, Failure> {
  const loaded = loadFeedback(store, actor, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  if (may(actor, "feedback.moderate")) return ok(row);
  if (!mayRead(actor, row)) return notFound(id);
  const self = selfOf(actor);
  if (self !== null && authorOfRow(store, row)?.externalId === self) return ok(row);
  return err(failure("FORBIDDEN", "Only whoever posted an item, and the team's moderators, may change it."));
}

function loadFeedback(store: WorkspaceStore, actor: Actor, board: string, id: number): Result<FeedbackRow, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const row = store.statements.feedbackById.get({ feedbackId: id });
  if (row === undefined || row.boardId !== found.value.id) return notFound(id);
  return ok(row);
}

/** Null: nobody was named. */
function authorOf(
  store: WorkspaceStore,
  actor: Actor,
  externalUserId: string | undefined,
): Result<Person | null, Failure> {
  const who = decideWho(actor, externalUserId ?? null);
  if (!who.ok) return who;
  return who.value === null ? ok(null) : enrol(store, actor, who.value);
}

function notFound(id: number) {
  return err(feedbackNotFound(id));
}

function authorOfRow(store: WorkspaceStore, { authorId }: FeedbackRow) {
  return authorId === null ? null : (store.statements.personById.get({ id: authorId }) ?? null);
}
