/** One item of the roadmap as it is read, with what its feedback says. Lists of them: write-items.ts. */
import { eq, getTableColumns, sql } from "drizzle-orm";
import { roadmapItems } from "../../../schema/workspace-roadmap.ts";
import { feedbackItems } from "../../../schema/workspace.ts";
import { excerptOf } from "../../../src/domain/roadmap.ts";
import { ROADMAP_EXCERPT_CHARS_MAX } from "../../../src/limits.ts";
import type { RoadmapItem } from "../../../src/protocol/rest/roadmap.ts";
import { instant } from "../present.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";

export type ItemRow = typeof roadmapItems.$inferSelect;
/** What it says and where it stands. */
export type ItemContent = Omit<ItemRow, "mergedFrom" | "seq">;

/** `feedback`: null for an item that stands by itself, and for one whose feedback is gone. */
export type ItemWithFeedback = {
  readonly item: ItemContent;
  readonly feedback: Pick<
    FeedbackRow,
    "id" | "boardId" | "title" | "description" | "status" | "category" | "voteCount" | "commentCount" | "visible"
  > | null;
};

export function itemWithFeedback(store: WorkspaceStore, id: number): ItemWithFeedback | null {
  return select(store).where(eq(roadmapItems.id, id)).get() ?? null;
}

function select(store: WorkspaceStore) {
  const { id, boardId, title, status, category, voteCount, commentCount, visible } = feedbackItems;
  // One more than is told, so that it shows whether there is more.
  const description = sql<string>`substr(${feedbackItems.description}, 1, ${ROADMAP_EXCERPT_CHARS_MAX + 1})`;
  const { mergedFrom: _merged, seq: _seq, ...content } = getTableColumns(roadmapItems);
  return store.db
    .select({
      item: content,
      feedback: { id, boardId, title, description, status, category, voteCount, commentCount, visible },
    })
    .from(roadmapItems)
    .leftJoin(feedbackItems, eq(feedbackItems.id, roadmapItems.feedbackId));
}

/** Whether everybody sees it, its phase being public. */
export function isShown(store: WorkspaceStore, { item, feedback }: ItemWithFeedback): boolean {
  if (!item.isPublic) return false;
  if (item.feedbackId === null) return true;
  return feedback?.visible === true && store.boardById(feedback.boardId)?.visibility === "public";
}

/** What an item tells of itself, to whoever may see it. */
export function tellingsOf(store: WorkspaceStore, { item, feedback }: ItemWithFeedback) {
  return {
    id: item.id,
    title: feedback?.title ?? item.title,
    description: excerptOf(
      feedback?.description ?? item.description,
      feedback === null ? Infinity : ROADMAP_EXCERPT_CHARS_MAX,
    ),
    feedbackId: item.feedbackId,
    board: feedback === null ? null : (store.boardById(feedback.boardId)?.slug ?? null),
    status: feedback?.status ?? null,
    category: feedback?.category ?? null,
    voteCount: feedback?.voteCount ?? null,
    commentCount: feedback?.commentCount ?? null,
  };
}

export function presentItem(store: WorkspaceStore, row: ItemWithFeedback): RoadmapItem {
  const { phaseId, isPublic, createdAt, updatedAt } = row.item;
  return {
    ...tellingsOf(store, row),
    phaseId,
    isPublic,
    isShown: store.roadmap.phase(phaseId)?.isPublic === true && isShown(store, row),
    createdAt: instant(createdAt),
    updatedAt: instant(updatedAt),
  };
}
