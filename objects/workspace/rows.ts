/** Row types of the Workspace's tables. */
import type { boards, feedbackItems } from "../../schema/workspace.ts";

export type FeedbackRow = typeof feedbackItems.$inferSelect;
export type BoardRow = typeof boards.$inferSelect;
