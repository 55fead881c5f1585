/** Groups of items that are likely the same: which items they hold, and what becomes of them when an item is merged or goes. */
import { and, eq, inArray, sql } from "drizzle-orm";
import { duplicateGroupItems, duplicateGroups } from "../../../schema/workspace-curation.ts";
import type { WorkspaceStore } from "../store.ts";

export function makeGroup(store: WorkspaceStore, feedbackIds: readonly number[], score: number): number {
  const values = { status: "suggested", score, createdAt: store.now(), decidedAt: null, decidedBy: null } as const;
  const { id } = store.db.insert(duplicateGroups).values(values).returning({ id: duplicateGroups.id }).get();
  addToGroup(store, id, feedbackIds);
  return id;
}

export function addToGroup(store: WorkspaceStore, groupId: number, feedbackIds: readonly number[]): void {
  store.db.run(sql`
    insert into duplicate_group_items (group_id, feedback_id)
    select ${groupId}, value from json_each(${JSON.stringify(feedbackIds)}) where true on conflict do nothing`);
}

/** An item that was merged is no suggestion any more: nor is a group of which one item is left. */
export function leaveSuggestions(store: WorkspaceStore, feedbackId: number): void {
  const suggested = groupsOf(store, feedbackId).filter(({ status }) => status === "suggested");
  leaveGroups(
    store,
    feedbackId,
    suggested.map(({ id }) => id),
  );
}

/** An item that goes for good leaves all of its groups. */
export function forgetInGroups(store: WorkspaceStore, feedbackId: number): void {
  leaveGroups(
    store,
    feedbackId,
    groupsOf(store, feedbackId).map(({ id }) => id),
  );
}

export function groupsOf(store: WorkspaceStore, feedbackId: number) {
  return store.db
    .select({ id: duplicateGroups.id, status: duplicateGroups.status })
    .from(duplicateGroupItems)
    .innerJoin(duplicateGroups, eq(duplicateGroups.id, duplicateGroupItems.groupId))
    .where(eq(duplicateGroupItems.feedbackId, feedbackId))
    .all();
}

function leaveGroups(store: WorkspaceStore, feedbackId: number, groups: readonly number[]): void {
  if (groups.length === 0) return;
  const these = sql`(select value from json_each(${JSON.stringify(groups)}))`;
  store.db
    .delete(duplicateGroupItems)
    .where(and(eq(duplicateGroupItems.feedbackId, feedbackId), inArray(duplicateGroupItems.groupId, these)))
    .run();
  const isLeft = sql`(select count(*) from duplicate_group_items where group_id = ${duplicateGroups.id}) < 2`;
  const ended = store.db
    .delete(duplicateGroups)
    .where(and(inArray(duplicateGroups.id, these), isLeft))
    .returning({ id: duplicateGroups.id })
    .all();
  for (const { id } of ended) store.db.delete(duplicateGroupItems).where(eq(duplicateGroupItems.groupId, id)).run();
}
