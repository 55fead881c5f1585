/** Row types of the Workspace's tables. */
import type { boards, feedbackItems } from "../../schema/workspace.ts";

export type FeedbackRow = typeof feedbackItems.$inferSelect;
export type BoardRow = typeof boards.$inferSelect;
/** A board as the object holds it in memory: it has a slug, and no counters, which change with every vote. */
export type LiveBoard = Omit<BoardRow, "feedbackCount" | "voteCount" | "slug"> & { readonly slug: string };
