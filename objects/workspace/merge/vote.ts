/** A vote on an item that others were merged into: what is carried for the person, and what of it is their own. Items without merges never come here. */
import { sql } from "drizzle-orm";
import type { Carriage, Carried } from "../../../src/domain/merge.ts";
import type { ExistingVote } from "../../../src/domain/voting.ts";
import type { WorkspaceStore } from "../store.ts";

/** `existing`: the person's row in feedback_votes. */
export function loadCarriage(
  store: WorkspaceStore,
  feedbackId: number,
  endUserId: number,
  existing: ExistingVote | null,
): Carriage {
  const found = store.db.get<{ ownWeight: number | null } | undefined>(
    sql`select own_weight as ownWeight from carried_votes where feedback_id = ${feedbackId} and end_user_id = ${endUserId}`,
  );
  if (found === undefined) return { carried: null, own: existing };
  const { ownWeight } = found;
  const isOwn = existing !== null && ownWeight !== null && ownWeight > 0;
  return {
    carried: carriedTo(store, feedbackId, endUserId),
    own: isOwn ? { weight: ownWeight, createdAt: existing.createdAt } : null,
  };
}

/** Where something is carried, what is the person's own stands beside it; 0: they took theirs back. */
export function noteOwn(
  store: WorkspaceStore,
  feedbackId: number,
  endUserId: number,
  { carried }: Carriage,
  ownWeight: number,
): void {
  if (carried === null) return;
  store.db.run(
    sql`update carried_votes set own_weight = ${ownWeight} where feedback_id = ${feedbackId} and end_user_id = ${endUserId}`,
  );
}

function carriedTo(store: WorkspaceStore, feedbackId: number, endUserId: number): Carried | null {
  const found = store.db.get<{ weight: number | null; createdAt: number | null }>(sql`
    select max(v.weight) as weight, min(v.created_at) as createdAt
    from feedback_items merged cross join feedback_votes v on v.feedback_id = merged.id and v.end_user_id = ${endUserId}
    where merged.merged_into = ${feedbackId}`);
  const { weight, createdAt } = found;
  return weight === null || createdAt === null ? null : { weight, createdAt };
}
