/** Keeps the full-text index equal to what the public sees, in the transaction of the change. */
import { sql } from "drizzle-orm";
import type { Content } from "../../src/domain/feedback.ts";
import { scopeTokens } from "../../src/domain/search.ts";
import type { WorkspaceStore } from "./store.ts";

export function indexFeedback(store: WorkspaceStore, id: number, boardId: number, content: Content): void {
  const scope = scopeTokens({ boardId, status: content.status, category: content.category }).join(" ");
  store.db.run(
    sql`insert into feedback_search (rowid, title, description, scope) values (${id}, ${content.title}, ${content.description}, ${scope})`,
  );
}

export function unindexFeedback(store: WorkspaceStore, id: number): void {
  store.db.run(sql`delete from feedback_search where rowid = ${id}`);
}
