/** One feedback item: create, read, change, delete. */
import { checkAuthorsFields, draftFeedback, reviseFeedback, textOf } from "../../src/domain/feedback.ts";
import { may } from "../../src/domain/permissions.ts";
import { decideWho, selfOf } from "../../src/domain/person.ts";
import { type Failure, failure, feedbackNotFound } from "../../src/errors.ts";
import type { CreateFeedback, Feedback, ModeratedFeedback, UpdateFeedback } from "../../src/protocol/rest/feedback.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { appeared } from "./appearance.ts";
import type { Actor } from "./authorize.ts";
import { applyRevision, removeFeedback, subjectOf } from "./change-feedback.ts";
import { findBoard } from "./find-board.ts";
import { countDaily } from "./history/daily.ts";
import { record } from "./history/record.ts";
import { admitText } from "./moderation/admit.ts";
import { putInQueue } from "./moderation/queue.ts";
import { mergedFailure, type Place, placeOfMerged } from "./merge/root.ts";
import { enrol, type Person } from "./person.ts";
import { presentFeedback, presentModerated } from "./present.ts";
import type { FeedbackRow } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

export type WithSeq<T> = { readonly item: T; readonly seq: number };
/** It was merged, and is read there now. */
export type Moved = { readonly movedTo: Place };
/** `isHeld`: it waits for a moderator; until then nobody but the team and whoever posted it reads it. */
export type Shown<T> = WithSeq<T> & { readonly isHeld: boolean };

/** Errors: BOARD_NOT_FOUND, FORBIDDEN, UNAUTHENTICATED. */
export function createFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  command: CreateFeedback,
): Result<Shown<Feedback>, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const author = authorOf(store, actor, command.externalUserId);
  if (!author.ok) return author;
  const now = store.now();
  const text = textOf(command);
  const { moderationState, spamScore } = admitText(store, actor, { text, author: author.value });
  const draft = draftFeedback(command, moderationState, now);
  const { seq, id } = store.nextFeedback();
  const row: FeedbackRow = {
    ...draft,
    id,
    boardId: found.value.id,
    voteCount: 0,
    commentCount: 0,
    spamScore,
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
  else putInQueue(store, subjectOf(row), null, row);
  countDaily(store, row, { posts: 1 });
  const { title, description, category } = row;
  const event = { seq, type: "feedback.created", boardId: row.boardId, feedbackId: id } as const;
  const after = { title, description, category, moderationState };
  record(store, actor, { ...event, after }, command.externalUserId ?? null);
  return ok({ item, seq, isHeld: !row.visible });
}

/** What is hidden or not approved is there only for the team; what waits for it, also for whoever posted it. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function readFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  id: number,
): Result<Shown<Feedback | ModeratedFeedback> | Moved, Failure> {
  const loaded = loadFeedback(store, actor, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  if (mayRead(store, actor, row)) return ok(shown(store, actor, row, board));
  const place = placeOfMerged(store, actor, row);
  return place === null ? notFound(id) : ok({ movedTo: place });
}

/** Authors change the text of what they posted, moderators everything. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FORBIDDEN. */
export function updateFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  id: number,
  command: UpdateFeedback,
): Result<Shown<Feedback | ModeratedFeedback>, Failure> {
  const loaded = loadForEdit(store, actor, board, id);
  if (!loaded.ok) return loaded;
  const row = loaded.value;
  if (may(actor, "feedback.moderate")) {
    const revision = reviseFeedback(row, command);
    return ok(shown(store, actor, revision.changed ? applyRevision(store, actor, row, revision, board) : row, board));
  }
  const allowed = checkAuthorsFields(command);
  return allowed.ok ? ok(shown(store, actor, rewrite(store, actor, row, command, board), board)) : allowed;
}

/** By its author: what they write now is looked at like what they wrote first. What waits or was refused stays where it is. */
function rewrite(
  store: WorkspaceStore,
  actor: Actor,
  row: FeedbackRow,
  command: UpdateFeedback,
  board: string,
): FeedbackRow {
  const revision = reviseFeedback(row, command);
  if (!revision.changed) return row;
  const before = textOf(row);
  const text = textOf(revision.content);
  if (text === before) return applyRevision(store, actor, row, revision, board);
  const author = personOf(store, row);
  const { moderationState, spamScore } = admitText(store, actor, { text, before, author });
  const held = row.moderationState === "approved" && moderationState === "pending";
  const admitted = held ? reviseFeedback(row, { ...command, moderationState }) : revision;
  return applyRevision(store, actor, row, admitted, board, spamScore);
}

/** By a moderator, or whoever posted it. Leaves a tombstone for clients that were away. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FORBIDDEN. */
export function deleteFeedback(store: WorkspaceStore, actor: Actor, board: string, id: number): Result<null, Failure> {
  const loaded = loadForEdit(store, actor, board, id);
  if (!loaded.ok) return loaded;
  removeFeedback(store, actor, loaded.value);
  return ok(null);
}

function mayRead(store: WorkspaceStore, actor: Actor, row: FeedbackRow): boolean {
  if (row.visible || may(actor, "internal.read") || may(actor, "feedback.moderate")) return true;
  return row.moderationState === "pending" && !row.isHidden && isAuthor(store, actor, row);
}

/** Of people whom we know; a bare id anybody can give. */
function isAuthor(store: WorkspaceStore, actor: Actor, row: FeedbackRow): boolean {
  const self = selfOf(actor);
  return self !== null && authorOfRow(store, row)?.externalId === self;
}

function shown(
  store: WorkspaceStore,
  actor: Actor,
  row: FeedbackRow,
  board: string,
): Shown<Feedback | ModeratedFeedback> {
  return { item: presentTo(store, actor, row, board), seq: store.seq(), isHeld: row.moderationState === "pending" };
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
  if (!mayRead(store, actor, row)) return err(mergedFailure(store, actor, row) ?? feedbackNotFound(id));
  if (isAuthor(store, actor, row)) return ok(row);
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

/** The author as of one who writes again. */
function personOf(store: WorkspaceStore, row: FeedbackRow): Person | null {
  const { authorId: id, authorName: name } = row;
  if (id === null) return null;
  const { trustedAt = null } = authorOfRow(store, row) ?? {};
  return { id, name, isTrusted: trustedAt !== null };
}
