/** Merging: which items may become one, and what a vote is where merged items carry some. What is carried in bulk the object's SQL computes by the same rule: the highest weight counts. */
import { type Failure, failure, invalidField } from "../errors.ts";
import { MERGE_DEPTH_MAX, MERGE_VOTES_MAX, MERGED_ITEMS_MAX } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { type CastVote, type ExistingVote, type Tally, type VotedItem, weigh } from "./voting.ts";
import { shiftTrending } from "./trending.ts";

type Mergeable = { readonly id: number; readonly mergedInto: number | null };

/** What ends in the target once the source does: all below it, how deep that goes, and the votes that are carried, counted at each step of their way. */
export type Extent = { readonly items: number; readonly depth: number; readonly votes: number };

/** Errors: INVALID_REQUEST for an item into itself, FEEDBACK_MERGED for one that is elsewhere already. */
export function decideMerge(source: Mergeable, target: Mergeable): Result<null, Failure> {
  if (source.id === target.id) return err(invalidField("intoId", "is the item itself"));
  if (source.mergedInto !== null) return err(alreadyMerged(source.id, source.mergedInto));
  return target.mergedInto === null ? ok(null) : err(alreadyMerged(target.id, target.mergedInto));
}

/** What keeps every merge, and every way back, within one request. Errors: LIMIT_REACHED. */
export function checkExtent({ items, depth, votes }: Extent): Result<null, Failure> {
  if (items > MERGED_ITEMS_MAX) {
    return err(failure("LIMIT_REACHED", `At most ${String(MERGED_ITEMS_MAX)} items end in one.`));
  }
  if (depth > MERGE_DEPTH_MAX) {
    const detail = `Items that were merged into each other in turn make at most ${String(MERGE_DEPTH_MAX)} steps. Merge into the last one directly.`;
    return err(failure("LIMIT_REACHED", detail));
  }
  if (votes > MERGE_VOTES_MAX) {
    return err(failure("LIMIT_REACHED", `At most ${String(MERGE_VOTES_MAX)} votes are carried into one item.`));
  }
  return ok(null);
}

/** `into`: the item at the end of the way, where the votes are now. */
export function alreadyMerged(id: number, into: number): Failure {
  return { ...failure("FEEDBACK_MERGED", `Feedback ${String(id)} was merged into ${String(into)}.`), mergedInto: into };
}

export function notMerged(id: number): Failure {
  return failure("NOT_MERGED", `Feedback ${String(id)} is not merged into another item.`);
}

/** What items merged into this one carry for a person: the highest weight and the first time. */
export type Carried = { readonly weight: number; readonly createdAt: number };

/** `own`: what the person cast on the item itself; null for nothing, and where they took it back. */
export type Carriage = { readonly carried: Carried | null; readonly own: ExistingVote | null };

/** `ownWeight`: for the row that says so where something is carried. */
export type CarriedTally = Tally & { readonly ownWeight: number };

/**
 * A vote on an item that others were merged into. It is the person's own from then on, and stays theirs when what was merged leaves again; the carried one counts meanwhile if it is higher. Errors:
 * FORBIDDEN, as for any vote.
 */
export function decideMergedVote(
  item: VotedItem,
  existing: ExistingVote | null,
  { own, carried }: Carriage,
  command: CastVote,
  now: number,
): Result<CarriedTally, Failure> {
  const weighed = weigh(own, command);
  if (!weighed.ok) return weighed;
  const ownWeight = weighed.value;
  const weight = Math.max(ownWeight, carried?.weight ?? 0);
  const votedAt = own?.createdAt ?? now;
  const changed = own === null || own.weight !== ownWeight;
  const without =
    existing === null
      ? item.trending
      : shiftTrending(item.trending, -existing.weight, existing.createdAt, item.createdAt);
  return ok({
    changed,
    first: existing === null,
    weight,
    votedAt,
    ownWeight,
    voteCount: item.voteCount + weight - (existing?.weight ?? 0),
    trending: changed ? shiftTrending(without, weight, votedAt, item.createdAt) : item.trending,
  });
}
