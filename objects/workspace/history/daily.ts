/** Counts what happens by day, in the transaction of the change: analytics never scan. */
import { DAY_MS } from "../../../src/limits.ts";
import type { Status } from "../../../src/protocol/rest/feedback.ts";
import type { WorkspaceStore } from "../store.ts";

/** What the item was when it happened. */
type Subject = { readonly boardId: number; readonly status: Status; readonly category: string | null };
type Counts = {
  readonly posts?: number;
  readonly votes?: number;
  readonly comments?: number;
  readonly departures?: number;
  readonly departedMs?: number;
};

export function countDaily(store: WorkspaceStore, { boardId, status, category }: Subject, counts: Counts): void {
  const { posts = 0, votes = 0, comments = 0, departures = 0, departedMs = 0 } = counts;
  const day = Math.floor(store.now() / DAY_MS);
  const key = { day, boardId, status, category: category ?? "" };
  store.statements.countDaily.run({ ...key, posts, votes, comments, departures, departedMs });
}
