/** Casts a vote, takes one back. REST and sockets both come here. */
import { may } from "../../src/domain/permissions.ts";
import { decideWho, decideWhose, mustComeSigned, personMissing } from "../../src/domain/person.ts";
import { decideMergedVote } from "../../src/domain/merge.ts";
import {
  type CastVote as VoteCommand,
  checkVotingOpen,
  decideUnvote,
  decideVote,
  type ExistingVote,
  type Tally,
} from "../../src/domain/voting.ts";
import { type Failure, feedbackNotFound } from "../../src/errors.ts";
import type { Status } from "../../src/protocol/rest/feedback.ts";
import type { CastVote, Vote } from "../../src/protocol/rest/votes.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { findBoard } from "./find-board.ts";
import { countDaily } from "./history/daily.ts";
import { record } from "./history/record.ts";
import { mergedFailure } from "./merge/root.ts";
import { loadCarriage, noteOwn } from "./merge/vote.ts";
import { enrol, lookUpPerson } from "./person.ts";
import type { WorkspaceStore } from "./store.ts";

export type Voted = Vote & { readonly seq: number; readonly first: boolean };

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FEEDBACK_MERGED, FORBIDDEN, UNAUTHENTICATED, VOTING_CLOSED, INVALID_REQUEST when nobody is named. */
export function castVote(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  command: CastVote,
): Result<Voted, Failure> {
  const item = loadItem(store, actor, board, feedbackId);
  if (!item.ok) return item;
  const voter = voterOf(actor, command.externalUserId);
  if (!voter.ok) return voter;
  const person = enrol(store, actor, voter.value);
  if (!person.ok) return person;
  const endUserId = person.value.id;
  const existing = store.statements.voteOf.get({ feedbackId, endUserId }) ?? null;
  const rights = { mayWeigh: may(actor, "behalf.act"), vouched: actor.person?.weight ?? null };
  const vote = { weight: command.weight, ...rights };
  const decision = cast(store, item.value, feedbackId, endUserId, existing, vote);
  if (!decision.ok) return decision;
  const tally = decision.value;
  if (tally.changed) {
    const open = checkVotingOpen(item.value.status, store.credentials.policy().lockClosed);
    if (!open.ok) return open;
    const { weight, votedAt } = tally;
    store.statements.putVote.run({ feedbackId, endUserId, weight, votedAt });
    const seq = applyTally(store, feedbackId, item.value, tally);
    const event = { seq, type: "vote.cast", boardId: item.value.boardId, feedbackId, after: { weight } } as const;
    const before = existing === null ? {} : { before: { weight: existing.weight } };
    record(store, actor, { ...event, ...before }, voter.value);
  }
  return ok({ feedbackId, voteCount: tally.voteCount, voted: true, first: tally.first, seq: store.seq() });
}

/** Idempotent. Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FEEDBACK_MERGED, FORBIDDEN, UNAUTHENTICATED, INVALID_REQUEST when nobody is named. */
export function removeVote(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  feedbackId: number,
  externalUserId: string | undefined,
): Result<Voted, Failure> {
  const item = loadItem(store, actor, board, feedbackId);
  if (!item.ok) return item;
  const voter = voterOf(actor, externalUserId);
  if (!voter.ok) return voter;
  const person = lookUpPerson(store, actor, voter.value);
  if (!person.ok) return person;
  const endUserId = person.value;
  const existing = endUserId === null ? undefined : store.statements.voteOf.get({ feedbackId, endUserId });
  const tally = decideUnvote(item.value, existing ?? null);
  if (tally.changed && existing !== undefined && endUserId !== null) {
    if (item.value.mergedCount > 0) {
      noteOwn(store, feedbackId, endUserId, loadCarriage(store, feedbackId, endUserId, existing), 0);
    }
    store.statements.deleteVote.run({ feedbackId, endUserId });
    const seq = applyTally(store, feedbackId, item.value, tally);
    const event = { seq, type: "vote.removed", boardId: item.value.boardId, feedbackId } as const;
    record(store, actor, { ...event, before: { weight: existing.weight } }, voter.value);
  }
  return ok({ feedbackId, voteCount: tally.voteCount, voted: false, first: false, seq: store.seq() });
}

/** Where others were merged into the item, what they carry for the person counts too. Errors: FORBIDDEN. */
function cast(
  store: WorkspaceStore,
  item: VotedItem,
  feedbackId: number,
  endUserId: number,
  existing: ExistingVote | null,
  command: VoteCommand,
): Result<Tally, Failure> {
  if (item.mergedCount === 0) return decideVote(item, existing, command, store.now());
  const carriage = loadCarriage(store, feedbackId, endUserId, existing);
  const decision = decideMergedVote(item, existing, carriage, command, store.now());
  if (!decision.ok || !decision.value.changed) return decision;
  noteOwn(store, feedbackId, endUserId, carriage, decision.value.ownWeight);
  // From now on the row is dated by the person's own vote.
  if (carriage.own === null) store.statements.deleteVote.run({ feedbackId, endUserId });
  return decision;
}

/** Weight by item id, of the board's public items in `ids` that the person voted for. Errors: BOARD_NOT_FOUND, FORBIDDEN, UNAUTHENTICATED, INVALID_REQUEST. */
export function lookUpVotes(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  ids: readonly number[],
  externalUserId: string | undefined,
): Result<Record<string, number>, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const whose = decideWhose(actor, externalUserId ?? null);
  if (!whose.ok) return whose;
  if (whose.value === null) return err(personMissing());
  if (actor.standing === "anonymous" && store.credentials.policy().requireIdentity) return err(mustComeSigned());
  const person = lookUpPerson(store, actor, whose.value);
  if (!person.ok || person.value === null) return person.ok ? ok({}) : person;
  const asked = { boardId: found.value.id, ids: JSON.stringify(ids), endUserId: person.value };
  return ok(weights(store.statements.votesOnBoard.all(asked)));
}

/** The same for items that the caller was just shown. Errors: UNAUTHENTICATED for the bare id of somebody who comes signed. */
export function votesOf(
  store: WorkspaceStore,
  actor: Actor,
  ids: readonly number[],
  externalUserId: string,
): Result<Record<string, number>, Failure> {
  const person = lookUpPerson(store, actor, externalUserId);
  if (!person.ok || person.value === null) return person.ok ? ok({}) : person;
  return ok(weights(store.statements.votesOf.all({ ids: JSON.stringify(ids), endUserId: person.value })));
}

function weights(votes: readonly { readonly feedbackId: number; readonly weight: number }[]): Record<string, number> {
  return Object.fromEntries(votes.map(({ feedbackId, weight }) => [String(feedbackId), weight]));
}

function voterOf(actor: Actor, externalUserId: string | undefined): Result<string, Failure> {
  const who = decideWho(actor, externalUserId ?? null);
  if (!who.ok) return who;
  return who.value === null ? err(personMissing()) : ok(who.value);
}

type VotedItem = {
  readonly boardId: number;
  readonly status: Status;
  readonly category: string | null;
  readonly mergedCount: number;
  readonly voteCount: number;
  readonly trending: number;
  readonly createdAt: number;
};

/** Only what the public sees can be voted for. */
function loadItem(store: WorkspaceStore, actor: Actor, board: string, feedbackId: number): Result<VotedItem, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const item = store.statements.votedItem.get({ feedbackId });
  if (item === undefined || item.boardId !== found.value.id) return err(feedbackNotFound(feedbackId));
  return item.visible ? ok(item) : err(hiddenOrMerged(store, actor, feedbackId));
}

function hiddenOrMerged(store: WorkspaceStore, actor: Actor, feedbackId: number): Failure {
  const row = store.statements.feedbackById.get({ feedbackId });
  const merged = row === undefined ? null : mergedFailure(store, actor, row);
  return merged ?? feedbackNotFound(feedbackId);
}

function applyTally(store: WorkspaceStore, feedbackId: number, item: VotedItem, tally: Tally): number {
  const { voteCount, trending } = tally;
  const seq = store.nextSeq();
  store.statements.setTally.run({ feedbackId, voteCount, trending, seq });
  store.statements.shiftBoardCounters.run({ boardId: item.boardId, items: 0, votes: voteCount - item.voteCount });
  countDaily(store, item, { votes: voteCount - item.voteCount });
  store.changed({ kind: "votes", boardId: item.boardId, seq, id: feedbackId, voteCount });
  return seq;
}
