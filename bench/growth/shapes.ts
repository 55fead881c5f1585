/** The pages whose cost must not grow with the board. */
import { encodeCursor } from "../../src/domain/cursor.ts";
import type { ListFeedback, Sort } from "../../src/protocol/rest/feedback.ts";

/** Seeded items have a count below this, so that every count is shared by many on a large board. */
export const COUNTS = 500;

const LIMIT = 20;
const page = (sort: Sort, more: Partial<ListFeedback> = {}): ListFeedback => ({ sort, limit: LIMIT, ...more });

export const SHAPES: Readonly<Record<string, (items: number) => ListFeedback>> = {
  "by votes": () => page("vote_count"),
  "by votes, cursor in the middle": (items) =>
    page("vote_count", { cursor: encodeCursor("vote_count", { value: COUNTS / 2, id: Math.floor(items / 2) }) }),
  "by votes, one status": () => page("vote_count", { status: "planned" }),
  newest: () => page("created_at"),
  "trending, one category": () => page("trending", { category: "mobile" }),
  "changed last, status and category": () => page("updated_at", { status: "planned", category: "mobile" }),
};
