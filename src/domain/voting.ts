/** Votes: one per person and item, never a toggle. The same decisions whether a vote comes over REST or a socket. */
import { type Failure, failure, invalidField } from "../errors.ts";
import { VOTE_WEIGHT_DEFAULT } from "../limits.ts";
import type { Status } from "../protocol/rest/feedback.ts";
import { err, ok, type Result } from "../result.ts";
import { shiftTrending } from "./trending.ts";

export type VotedItem = { readonly voteCount: number; readonly trending: number; readonly createdAt: number };
/** `mayWeigh`: may give any weight. `vouched`: the weight that a signed identity carries, which its vote has. */
export type CastVote = {
  readonly weight: number | undefined;
  readonly mayWeigh: boolean;
  readonly vouched: number | null;
};
export type ExistingVote = { readonly weight: number; readonly createdAt: number };

/** What a command does to the item. `changed` false: nothing to write. */
export type Tally = {
  readonly changed: boolean;
  readonly first: boolean;
  readonly weight: number;
  readonly votedAt: number;
  readonly voteCount: number;
  readonly trending: number;
};

/** A repeated vote keeps its weight unless a weight is given. Errors: FORBIDDEN for a weight from whoever may not give one. */
export function decideVote(
  item: VotedItem,
  existing: ExistingVote | null,
  command: CastVote,
  now: number,
): Result<Tally, Failure> {
  const weighed = weigh(existing, command);
  if (!weighed.ok) return weighed;
  const weight = weighed.value;
  const votedAt = existing?.createdAt ?? now;
  const delta = weight - (existing?.weight ?? 0);
  return ok({
    changed: delta !== 0,
    first: existing === null,
    weight,
    votedAt,
    voteCount: item.voteCount + delta,
    trending: delta === 0 ? item.trending : shiftTrending(item.trending, delta, votedAt, item.createdAt),
  });
}

/** The weight that a vote gets. Errors: FORBIDDEN, as above. */
export function weigh(existing: ExistingVote | null, command: CastVote): Result<number, Failure> {
  if (!command.mayWeigh && ![undefined, VOTE_WEIGHT_DEFAULT, command.vouched].includes(command.weight)) {
    return err(invalidField("weight", "only the team may give a vote a weight", "FORBIDDEN"));
  }
  const given = command.mayWeigh ? command.weight : (command.vouched ?? undefined);
  return ok(given ?? existing?.weight ?? VOTE_WEIGHT_DEFAULT);
}

/** Taking back a vote that is not there changes nothing. */
export function decideUnvote(item: VotedItem, existing: ExistingVote | null): Tally {
  if (existing === null) {
    return { changed: false, first: false, weight: 0, votedAt: 0, voteCount: item.voteCount, trending: item.trending };
  }
  return {
    changed: true,
    first: false,
    weight: 0,
    votedAt: existing.createdAt,
    voteCount: item.voteCount - existing.weight,
    trending: shiftTrending(item.trending, -existing.weight, existing.createdAt, item.createdAt),
  };
}

const DONE_WITH: ReadonlySet<Status> = new Set(["completed", "closed"]);

/** Whether votes are still cast on an item of this status. Taking one back is always possible. `lockClosed`: the workspace's setting. */
export function isVotingOpen(status: Status, lockClosed: boolean): boolean {
  return !lockClosed || !DONE_WITH.has(status);
}

/** For a vote that would change something: one that is there already may come again. Errors: VOTING_CLOSED. */
export function checkVotingOpen(status: Status, lockClosed: boolean): Result<null, Failure> {
  if (isVotingOpen(status, lockClosed)) return ok(null);
  return err(failure("VOTING_CLOSED", "Voting on this item is closed: it is done with."));
}
