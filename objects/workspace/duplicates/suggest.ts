/**
 * Looks for likely duplicates of what is newly shown, by alarm: a few posts at a time, in the order of their ids from where it was, so that a post costs nothing for it. What is shown again, or only later,
 * gets a task of its own. Pairs that somebody decided about are not suggested again.
 */
import { eq, gt, sql } from "drizzle-orm";
import { feedbackItems, settings } from "../../../schema/workspace.ts";
import { DUPLICATE_SCORE_MIN, DUPLICATES_DELAY_MS, DUPLICATES_PER_GROUP_MAX } from "../../../src/limits.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import { addToGroup, groupsOf, makeGroup } from "./groups.ts";

export type Likeness = { readonly id: number; readonly score: number };
/** Items like this one, most alike first; `score` from 0 to 1. */
export type FindSimilar = (store: WorkspaceStore, item: FeedbackRow, limit: number) => readonly Likeness[];

const NEW_TASK = "duplicates";
/** Posts that one slice compares: each may cost what a question for similar ones does. */
const COMPARED_PER_SLICE = 2;
const SIMILAR_ASKED = 5;

export function isSuggestTask(task: string): boolean {
  return task === NEW_TASK || task.startsWith(`${NEW_TASK}:`);
}

/** Call when an item is shown. */
export function suggestLater(store: WorkspaceStore, row: FeedbackRow): void {
  const dueAt = store.now() + DUPLICATES_DELAY_MS;
  if (row.createdAt !== row.updatedAt) {
    store.schedule(`${NEW_TASK}:${String(row.id)}`, dueAt);
    return;
  }
  if (store.duplicatesDue) return;
  store.schedule(NEW_TASK, dueAt);
  store.duplicatesDue = true;
}

/** One slice. Answers when to go on (ms), or null. */
export function suggest(store: WorkspaceStore, task: string, find: FindSimilar): number | null {
  if (task !== NEW_TASK) {
    const row = store.statements.feedbackById.get({ feedbackId: Number(task.split(":")[1]) });
    if (row !== undefined) compare(store, row, find);
    return null;
  }
  store.duplicatesDue = false;
  const one = eq(settings.id, 1);
  const known = store.db.select({ upTo: settings.suggestedFeedbackId }).from(settings).where(one).get();
  const rows = store.db
    .select()
    .from(feedbackItems)
    .where(gt(feedbackItems.id, known?.upTo ?? 0))
    .orderBy(feedbackItems.id)
    .limit(COMPARED_PER_SLICE)
    .all();
  const last = rows.at(-1);
  if (last === undefined) return null;
  for (const row of rows) compare(store, row, find);
  store.db.update(settings).set({ suggestedFeedbackId: last.id }).where(one).run();
  return rows.length < COMPARED_PER_SLICE ? null : store.now();
}

function compare(store: WorkspaceStore, row: FeedbackRow, find: FindSimilar): void {
  if (!row.visible || groupsOf(store, row.id).some(({ status }) => status === "suggested")) return;
  const likely = find(store, row, SIMILAR_ASKED).filter(({ score }) => score >= DUPLICATE_SCORE_MIN);
  if (likely.length === 0) return;
  const decided = decidedWith(store, row.id);
  const fit = likely.filter(({ id }) => id !== row.id && !decided.has(id));
  const [best] = fit;
  if (best === undefined) return;
  const known = groupsOf(store, best.id).find(({ status }) => status === "suggested");
  if (known === undefined)
    return void makeGroup(store, [best.id, row.id, ...alone(store, best.id, fit.slice(1))], best.score);
  const items = itemsOf(store, known.id);
  if (items.length < DUPLICATES_PER_GROUP_MAX && !items.some((id) => decided.has(id))) {
    addToGroup(store, known.id, [row.id]);
  }
}

/** Those that are in no other suggested group, and about which and the best, or each other, nobody decided yet. */
function alone(store: WorkspaceStore, best: number, likely: readonly Likeness[]): number[] {
  const ids = [best];
  for (const { id } of likely) {
    const decided = decidedWith(store, id);
    if (groupsOf(store, id).every(({ status }) => status !== "suggested") && !ids.some((other) => decided.has(other))) {
      ids.push(id);
    }
  }
  return ids.slice(1);
}

function itemsOf(store: WorkspaceStore, groupId: number): number[] {
  return store.db
    .all<{ id: number }>(sql`select feedback_id as id from duplicate_group_items where group_id = ${groupId}`)
    .map(({ id }) => id);
}

/** The items of which somebody decided already whether they are the same as this one: those that were merged and taken out again are not suggested once more, either. */
function decidedWith(store: WorkspaceStore, feedbackId: number): ReadonlySet<number> {
  const rows = store.db.all<{ id: number }>(sql`
    select other.feedback_id as id
    from duplicate_group_items mine
      cross join duplicate_groups g on g.id = mine.group_id and g.status <> 'suggested'
      cross join duplicate_group_items other on other.group_id = g.id
    where mine.feedback_id = ${feedbackId} and other.feedback_id <> ${feedbackId}`);
  return new Set(rows.map(({ id }) => id));
}
