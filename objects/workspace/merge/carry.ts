/**
 * Carries the votes of merged items, for all their people at once. On an item that others were merged into, each person's row in feedback_votes is the highest of what they cast there and of what
 * its merged items hold for them (by the rows those have, so that a chain of merges carries on), dated by their own vote or else by the first that is carried; carried_votes says what was their own.
 * The rows of a merged item stay as they are. Every statement is bound to the people of one merged item: see MERGE_VOTES_MAX.
 */
import { type SQL, sql } from "drizzle-orm";
import { TRENDING_HALF_LIFE_MS } from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";

/** What the votes of some people on one item add up to. `decayed`: as if all of it had been cast now (domain/trending.ts). */
export type Weight = { readonly votes: number; readonly decayed: number };

/** The votes of `source` join those of `target`, which it was just merged into. Answers by how much the target's grew. */
export function carryInto(store: WorkspaceStore, target: number, source: number): Weight {
  const before = weightOf(store, target, source);
  const carried = sql`select end_user_id as person, weight, created_at as at from feedback_votes where feedback_id = ${source}`;
  put(store, target, carried);
  return difference(weightOf(store, target, source), before);
}

/**
 * The same for whoever voted for `left`, which was just taken out from below `item`: their votes become their own again, then again what is still carried. Who took theirs back stays without, as long as
 * something is carried for them.
 */
export function settle(store: WorkspaceStore, item: number, left: number): Weight {
  const before = weightOf(store, item, left);
  const people = sql`select end_user_id from feedback_votes where feedback_id = ${left}`;
  const carried = sql`
    select v.end_user_id as person, max(v.weight) as weight, min(v.created_at) as at
    from feedback_items merged cross join feedback_votes v on v.feedback_id = merged.id
    where merged.merged_into = ${item}
      and exists (select 1 from feedback_votes o where o.feedback_id = ${left} and o.end_user_id = v.end_user_id)
    group by v.end_user_id`;
  restore(store, item, people);
  store.db.run(sql`
    delete from carried_votes where feedback_id = ${item} and end_user_id in (${people})
      and (own_weight is not 0 or end_user_id not in (select person from (${carried})))`);
  put(store, item, carried);
  return difference(weightOf(store, item, left), before);
}

/** Their rows as if nothing were carried. */
function restore(store: WorkspaceStore, item: number, people: SQL): void {
  store.db.run(sql`
    delete from feedback_votes where feedback_id = ${item} and end_user_id in (
      select end_user_id from carried_votes
      where feedback_id = ${item} and end_user_id in (${people}) and own_weight is null)`);
  store.db.run(sql`
    update feedback_votes set weight = own.own_weight
    from carried_votes own
    where feedback_votes.feedback_id = ${item} and own.feedback_id = ${item}
      and own.end_user_id = feedback_votes.end_user_id and own.own_weight > 0 and own.end_user_id in (${people})`);
}

/** `carried`: person, weight, at; one row each. */
function put(store: WorkspaceStore, item: number, carried: SQL): void {
  store.db.run(sql`
    insert into carried_votes (feedback_id, end_user_id, own_weight)
    select ${item}, carried.person, v.weight
    from (${carried}) carried left join feedback_votes v on v.feedback_id = ${item} and v.end_user_id = carried.person
    where true on conflict do nothing`);
  store.db.run(sql`
    insert into feedback_votes (feedback_id, end_user_id, weight, created_at)
    select ${item}, carried.person, max(carried.weight, coalesce(v.weight, 0)),
      case when own.own_weight is null then min(carried.at, coalesce(v.created_at, carried.at)) else v.created_at end
    from (${carried}) carried
      cross join carried_votes own on own.feedback_id = ${item} and own.end_user_id = carried.person and own.own_weight is not 0
      left join feedback_votes v on v.feedback_id = ${item} and v.end_user_id = carried.person
    where true on conflict do update set weight = excluded.weight, created_at = excluded.created_at`);
}

/** What `item` has of those who voted for `other`. */
function weightOf(store: WorkspaceStore, item: number, other: number): Weight {
  return store.db.get<Weight>(sql`
    select coalesce(sum(v.weight), 0) as votes,
      coalesce(sum(v.weight * pow(2, (v.created_at - ${store.now()}) / ${sql.raw(TRENDING_HALF_LIFE_MS.toFixed(1))})), 0) as decayed
    from feedback_votes o cross join feedback_votes v on v.feedback_id = ${item} and v.end_user_id = o.end_user_id
    where o.feedback_id = ${other}`);
}

function difference(after: Weight, before: Weight): Weight {
  return { votes: after.votes - before.votes, decayed: after.decayed - before.decayed };
}
