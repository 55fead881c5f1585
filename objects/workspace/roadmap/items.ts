/** The roadmap's items: list, add, move, change, take off. Feedback that comes to a phase takes its status, as if a moderator had set it. */
import { eq } from "drizzle-orm";
import { roadmapItems } from "../../../schema/workspace-roadmap.ts";
import { reviseFeedback } from "../../../src/domain/feedback.ts";
import { type Failure, failure, invalidField } from "../../../src/errors.ts";
import type { CreateRoadmapItem, RoadmapItem, UpdateRoadmapItem } from "../../../src/protocol/rest/roadmap.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { applyRevision } from "../change-feedback.ts";
import { difference, record } from "../history/record.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import type { PhaseRow } from "./held.ts";
import { phaseNotFound } from "./phases.ts";
import { findPlace } from "./place.ts";
import { aboutOf, contentOf, isOnRoadmap, removeItem, tellOf } from "./record-item.ts";
import { itemWithFeedback, presentItem } from "./rows.ts";
import { writeItems } from "./write-items.ts";

/** JSON of `RoadmapItem[]`, in order of the phases. Errors: PHASE_NOT_FOUND. */
export function listRoadmapItems(store: WorkspaceStore, phaseId: number | undefined): Result<string, Failure> {
  const phaseIds = store.roadmap.phases().flatMap(({ id }) => (phaseId === undefined || id === phaseId ? [id] : []));
  if (phaseIds.length === 0 && phaseId !== undefined) return err(phaseNotFound());
  const items = writeItems(store, { phaseIds, boards: store.boards(), reader: "team" });
  // Without their brackets, one after the other.
  const parts = phaseIds.flatMap((id) => items.get(id)?.slice(1, -1) ?? []);
  return ok(`[${parts.join()}]`);
}

/** Errors: PHASE_NOT_FOUND, FEEDBACK_NOT_FOUND, FEEDBACK_MERGED, ALREADY_ON_ROADMAP, LIMIT_REACHED, INVALID_REQUEST. */
export function createRoadmapItem(
  store: WorkspaceStore,
  actor: Actor,
  command: CreateRoadmapItem,
): Result<RoadmapItem, Failure> {
  const { feedbackId = null, title = "", description = "", isPublic = true } = command;
  const linked = feedbackId === null ? ok(null) : loadForLink(store, feedbackId);
  if (!linked.ok) return linked;
  const place = findPlace(store, null, command);
  if (!place.ok) return place;
  const { phase, position } = place.value;
  const now = store.now();
  const seq = store.nextSeq();
  const fields = { phaseId: phase.id, feedbackId, title, description, isPublic };
  const { id } = store.db
    .insert(roadmapItems)
    .values({ ...fields, position, seq, createdAt: now, updatedAt: now })
    .returning({ id: roadmapItems.id })
    .get();
  const about = aboutOf(id, feedbackId, linked.value);
  record(store, actor, { seq, type: "roadmap-item.created", ...about, after: fields });
  takeStatus(store, actor, linked.value, phase);
  return ok(changed(store, id, false));
}

/** Errors: ROADMAP_ITEM_NOT_FOUND, PHASE_NOT_FOUND, LIMIT_REACHED, INVALID_REQUEST. */
export function updateRoadmapItem(
  store: WorkspaceStore,
  actor: Actor,
  id: number,
  command: UpdateRoadmapItem,
): Result<RoadmapItem, Failure> {
  const before = itemWithFeedback(store, id);
  if (before === null) return err(itemNotFound());
  const { item } = before;
  const own =
    item.feedbackId === null
      ? undefined
      : (["title", "description"] as const).find((key) => command[key] !== undefined);
  if (own !== undefined) return err(invalidField(own, "is the feedback's own: change it there"));
  const place = findPlace(store, item, command);
  if (!place.ok) return place;
  const { phase, position } = place.value;
  const fields = {
    phaseId: phase.id,
    position,
    title: command.title ?? item.title,
    description: command.description ?? item.description,
    isPublic: command.isPublic ?? item.isPublic,
  };
  const revised = difference(contentOf(item), fields);
  if (Object.keys(revised.after).length === 0) return ok(presentItem(store, before));
  const wasShown = isOnRoadmap(store, before);
  const seq = store.nextSeq();
  store.db
    .update(roadmapItems)
    .set({ ...fields, seq, updatedAt: store.now() })
    .where(eq(roadmapItems.id, id))
    .run();
  const feedback =
    item.feedbackId === null ? null : (store.statements.feedbackById.get({ feedbackId: item.feedbackId }) ?? null);
  const about = aboutOf(id, item.feedbackId, feedback);
  record(store, actor, { seq, type: "roadmap-item.updated", ...about, ...revised });
  if (phase.id !== item.phaseId) takeStatus(store, actor, feedback, phase);
  return ok(changed(store, id, wasShown));
}

/** Errors: ROADMAP_ITEM_NOT_FOUND. */
export function deleteRoadmapItem(store: WorkspaceStore, actor: Actor, id: number): Result<null, Failure> {
  const before = itemWithFeedback(store, id);
  if (before === null) return err(itemNotFound());
  removeItem(store, actor, before, isOnRoadmap(store, before));
  return ok(null);
}

/** After a write: what the item is now, and the news of it if the public sees it, or did. */
function changed(store: WorkspaceStore, id: number, wasShown: boolean): RoadmapItem {
  const row = itemWithFeedback(store, id);
  if (row === null) throw new Error("an item that was just written is not there");
  tellOf(store, wasShown || isOnRoadmap(store, row));
  return presentItem(store, row);
}

/** Errors: FEEDBACK_NOT_FOUND, FEEDBACK_MERGED, ALREADY_ON_ROADMAP. */
function loadForLink(store: WorkspaceStore, feedbackId: number): Result<FeedbackRow, Failure> {
  const row = store.statements.feedbackById.get({ feedbackId });
  if (row === undefined || store.boardById(row.boardId) === null) {
    return err(failure("FEEDBACK_NOT_FOUND", `There is no feedback ${String(feedbackId)} in this workspace.`));
  }
  if (row.mergedInto !== null) {
    return err(failure("FEEDBACK_MERGED", `It was merged: put feedback ${String(row.mergedInto)} on the roadmap.`));
  }
  const existing = store.db
    .select({ id: roadmapItems.id })
    .from(roadmapItems)
    .where(eq(roadmapItems.feedbackId, feedbackId))
    .get();
  if (existing === undefined) return ok(row);
  return err(
    failure("ALREADY_ON_ROADMAP", `It is on the roadmap already, as item ${String(existing.id)}: move that one.`),
  );
}

/** The phase's, through the same code as a moderator's change: with a seq, an event and news of its own. */
function takeStatus(store: WorkspaceStore, actor: Actor, feedback: FeedbackRow | null, { status }: PhaseRow): void {
  // What is part of another item now has no status of its own to show.
  if (feedback?.mergedInto !== null || status === null) return;
  const board = store.boardById(feedback.boardId);
  const revision = reviseFeedback(feedback, { status });
  if (board !== null && revision.changed) applyRevision(store, actor, feedback, revision, board.slug);
}

function itemNotFound(): Failure {
  return failure("ROADMAP_ITEM_NOT_FOUND", "There is no such item on this roadmap.");
}
