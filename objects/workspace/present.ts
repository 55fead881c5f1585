/** Rows to the shapes of the contract. */
import type { FeedbackRow } from "./rows.ts";
import type { Feedback, ModeratedFeedback } from "../../src/protocol/rest/feedback.ts";

type PublicRow = Pick<
  FeedbackRow,
  | "id"
  | "title"
  | "description"
  | "status"
  | "category"
  | "voteCount"
  | "commentCount"
  | "authorName"
  | "pinned"
  | "createdAt"
  | "updatedAt"
>;

export function presentFeedback(row: PublicRow, board: string): Feedback {
  const createdAt = instant(row.createdAt);
  return {
    id: row.id,
    board,
    title: row.title,
    description: row.description,
    status: row.status,
    category: row.category,
    voteCount: row.voteCount,
    commentCount: row.commentCount,
    authorName: row.authorName,
    pinned: row.pinned,
    createdAt,
    updatedAt: row.updatedAt === row.createdAt ? createdAt : instant(row.updatedAt),
  };
}

export function presentModerated(row: FeedbackRow, board: string, authorEmail: string | null): ModeratedFeedback {
  const { moderationState, isHidden, mergedInto, mergedCount } = row;
  return { ...presentFeedback(row, board), authorEmail, moderationState, isHidden, mergedInto, mergedCount };
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
