/** What moderators do with groups of likely duplicates: merge one, say that it is none, put one together. */
import { eq } from "drizzle-orm";
import { duplicateGroupItems, duplicateGroups } from "../../../schema/workspace-curation.ts";
import { alreadyMerged } from "../../../src/domain/merge.ts";
import { type Failure, failure, invalidField } from "../../../src/errors.ts";
import type { CreateDuplicates, DuplicateGroup } from "../../../src/protocol/rest/duplicates.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { makerOf } from "../authorize.ts";
import { record } from "../history/record.ts";
import { join, loadTarget } from "../merge/merge.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import { makeGroup } from "./groups.ts";
import { type GroupRow, presentGroup } from "./list.ts";

export type Decided = { readonly group: DuplicateGroup; readonly seq: number };

/** Merges the others into one of them; all or nothing. Errors: GROUP_NOT_FOUND, INVALID_REQUEST, FEEDBACK_NOT_FOUND, FEEDBACK_MERGED, LIMIT_REACHED. */
export function confirmDuplicates(
  store: WorkspaceStore,
  actor: Actor,
  groupId: number,
  intoId: number,
): Result<Decided, Failure> {
  const found = loadOpen(store, actor, groupId);
  if (!found.ok) return found;
  const { group, feedbackIds } = found.value;
  if (!feedbackIds.includes(intoId)) return err(invalidField("intoId", "is not in this group"));
  const into = loadTarget(store, actor, intoId);
  if (!into.ok) return into;
  decide(store, actor, group, "confirmed");
  record(store, actor, {
    seq: store.nextSeq(),
    type: "duplicates.confirmed",
    subject: String(groupId),
    after: { intoId, feedbackIds },
  });
  let target = into.value;
  for (const id of feedbackIds) {
    if (id === intoId) continue;
    const source = loadTarget(store, actor, id);
    if (!source.ok) return source;
    const joined = join(store, actor, source.value, target);
    if (!joined.ok) return joined;
    target = joined.value;
  }
  return told(store, actor, groupId);
}

/** No two of them are suggested again. Errors: GROUP_NOT_FOUND. */
export function dismissDuplicates(store: WorkspaceStore, actor: Actor, groupId: number): Result<Decided, Failure> {
  const found = loadOpen(store, actor, groupId);
  if (!found.ok) return found;
  const { group, feedbackIds } = found.value;
  decide(store, actor, group, "dismissed");
  const event = { type: "duplicates.dismissed", subject: String(groupId), after: { feedbackIds } } as const;
  record(store, actor, { ...event, seq: store.nextSeq() });
  return told(store, actor, groupId);
}

/** Errors: FEEDBACK_NOT_FOUND, FEEDBACK_MERGED. */
export function createDuplicates(
  store: WorkspaceStore,
  actor: Actor,
  { feedbackIds }: CreateDuplicates,
): Result<DuplicateGroup, Failure> {
  for (const id of feedbackIds) {
    const item: Result<FeedbackRow, Failure> = loadTarget(store, actor, id);
    if (!item.ok) return item;
    if (item.value.mergedInto !== null) return err(alreadyMerged(id, item.value.mergedInto));
  }
  const id = makeGroup(store, feedbackIds, 1);
  const made = told(store, actor, id);
  return made.ok ? ok(made.value.group) : made;
}

type OpenGroup = { readonly group: GroupRow; readonly feedbackIds: readonly number[] };

function loadOpen(store: WorkspaceStore, actor: Actor, id: number): Result<OpenGroup, Failure> {
  const group = store.db.select().from(duplicateGroups).where(eq(duplicateGroups.id, id)).get();
  if (group === undefined || presentGroup(store, actor, group) === null) return err(groupNotFound(id));
  if (group.status !== "suggested") return err(failure("GROUP_NOT_FOUND", `Group ${String(id)} was decided already.`));
  const items = store.db.select().from(duplicateGroupItems).where(eq(duplicateGroupItems.groupId, id)).all();
  return ok({ group, feedbackIds: items.map(({ feedbackId }) => feedbackId) });
}

function decide(store: WorkspaceStore, actor: Actor, { id }: GroupRow, status: "confirmed" | "dismissed"): void {
  const decidedBy = actor.keyId === null ? makerOf(actor) : `key:${actor.keyId}`;
  store.db
    .update(duplicateGroups)
    .set({ status, decidedAt: store.now(), decidedBy })
    .where(eq(duplicateGroups.id, id))
    .run();
}

function told(store: WorkspaceStore, actor: Actor, id: number): Result<Decided, Failure> {
  const row = store.db.select().from(duplicateGroups).where(eq(duplicateGroups.id, id)).get();
  const group = row === undefined ? null : presentGroup(store, actor, row);
  return group === null ? err(groupNotFound(id)) : ok({ group, seq: store.seq() });
}

function groupNotFound(id: number): Failure {
  return failure("GROUP_NOT_FOUND", `There is no group ${String(id)} in this workspace.`);
}
