/** Casts a vote, takes one back. REST and sockets both come here. */
import type { Call } from "../../src/call.ts";
import { decideUnvote, decideVote, type Tally } from "../../src/domain/voting.ts";
import { type Failure, feedbackNotFound } from "../../src/errors.ts";
import type { Vote } from "../../src/protocol/rest/votes.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { findBoard } from "./find-board.ts";
import type { WorkspaceStore } from "./store.ts";

export type CastVote = { readonly externalUserId: string; readonly weight?: number | undefined };
export type Voted = Vote & { readonly seq: number; readonly first: boolean };

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FORBIDDEN. */
export function castVote(
  store: WorkspaceStore,
  call: Call,
  board: string,
  feedbackId: number,
  command: CastVote,
): Result<Voted, Failure> {
  const item = loadItem(store, board, feedbackId);
  if (!item.ok) return item;
  const endUserId = store.endUser(command.externalUserId);
  const existing = store.statements.voteOf.get({ feedbackId, endUserId }) ?? null;
  const decision = decideVote(item.value, existing, { weight: command.weight, operator: call.operator }, store.now());
  if (!decision.ok) return decision;
  const tally = decision.value;
  if (tally.changed) {
    const { weight, votedAt } = tally;
    store.statements.putVote.run({ feedbackId, endUserId, weight, votedAt });
    applyTally(store, feedbackId, item.value, tally);
  }
  return ok({ feedbackId, voteCount: tally.voteCount, voted: true, first: tally.first, seq: store.seq() });
}

/** Idempotent. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function removeVote(
  store: WorkspaceStore,
  board: string,
  feedbackId: number,
  externalUserId: string,
): Result<Voted, Failure> {
  const item = loadItem(store, board, feedbackId);
  if (!item.ok) return item;
  const endUserId = store.statements.endUserByExternalId.get({ externalId: externalUserId })?.id;
  const existing = endUserId === undefined ? undefined : store.statements.voteOf.get({ feedbackId, endUserId });
  const tally = decideUnvote(item.value, existing ?? null);
  if (tally.changed) {
    store.statements.deleteVote.run({ feedbackId, endUserId });
    applyTally(store, feedbackId, item.value, tally);
  }
  return ok({ feedbackId, voteCount: tally.voteCount, voted: false, first: false, seq: store.seq() });
}

/** Weight by item id, of the items in `ids` that the person voted for. */
export function lookUpVotes(
  store: WorkspaceStore,
  board: string,
  ids: readonly number[],
  externalUserId: string,
): Result<Record<string, number>, Failure> {
  const found = findBoard(store, board);
  if (!found.ok) return found;
  return ok(votesOf(store, ids, externalUserId));
}

export function votesOf(store: WorkspaceStore, ids: readonly number[], externalUserId: string): Record<string, number> {
  const endUserId = store.statements.endUserByExternalId.get({ externalId: externalUserId })?.id;
  if (endUserId === undefined) return {};
  const rows = store.statements.votesOf.all({ ids: JSON.stringify(ids), endUserId });
  return Object.fromEntries(rows.map((row) => [String(row.feedbackId), row.weight]));
}

type VotedItem = { boardId: number; voteCount: number; trending: number; createdAt: number };

/** Only what the public sees can be voted for. */
function loadItem(store: WorkspaceStore, board: string, feedbackId: number): Result<VotedItem, Failure> {
  const found = findBoard(store, board);
  if (!found.ok) return found;
  const item = store.statements.votedItem.get({ feedbackId });
  if (item === undefined || item.boardId !== found.value.id || !item.visible) {
    return err(feedbackNotFound(feedbackId));
  }
  return ok(item);
}

function applyTally(store: WorkspaceStore, feedbackId: number, item: VotedItem, tally: Tally): void {
  const { voteCount, trending } = tally;
  const seq = store.nextSeq();
  store.statements.setTally.run({ feedbackId, voteCount, trending, seq });
  store.statements.shiftBoardCounters.run({ boardId: item.boardId, items: 0, votes: voteCount - item.voteCount });
  store.changed({ kind: "votes", boardId: item.boardId, seq, id: feedbackId, voteCount });
}
