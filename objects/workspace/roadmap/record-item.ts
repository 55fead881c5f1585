/** What is written down of an item when it changes, and what is told: only what the public sees, or did. */
import { eq } from "drizzle-orm";
import { roadmapItems } from "../../../schema/workspace-roadmap.ts";
import type { Actor } from "../authorize.ts";
import { record } from "../history/record.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import { isShown, type ItemContent, type ItemWithFeedback } from "./rows.ts";

/** Takes an item off the roadmap, with a seq and an event of its own. */
export function removeItem(
  store: WorkspaceStore,
  actor: Actor | null,
  { item, feedback }: ItemWithFeedback,
  wasShown: boolean,
): void {
  store.db.delete(roadmapItems).where(eq(roadmapItems.id, item.id)).run();
  const about = aboutOf(item.id, item.feedbackId, feedback);
  record(store, actor, { seq: store.nextSeq(), type: "roadmap-item.deleted", ...about, before: contentOf(item) });
  tellOf(store, wasShown);
}

/** After all that a command wrote. `concernsAll`: the public sees it, or did. */
export function tellOf(store: WorkspaceStore, concernsAll: boolean): void {
  store.roadmap.forget();
  if (concernsAll) store.changed({ kind: "roadmap", seq: store.seq() });
}

export function isOnRoadmap(store: WorkspaceStore, row: ItemWithFeedback): boolean {
  return isInPublicPhase(store, row.item) && isShown(store, row);
}

export function isInPublicPhase(store: WorkspaceStore, { phaseId }: Pick<ItemContent, "phaseId">): boolean {
  return store.roadmap.phase(phaseId)?.isPublic === true;
}

/** What an event says that it is about. */
export function aboutOf(id: number, feedbackId: number | null, feedback: Pick<FeedbackRow, "boardId"> | null) {
  return {
    subject: String(id),
    ...(feedbackId === null ? {} : { feedbackId }),
    ...(feedback === null ? {} : { boardId: feedback.boardId }),
  };
}

export function contentOf({ phaseId, position, title, description, isPublic }: ItemContent) {
  return { phaseId, position, title, description, isPublic };
}
