/** Keeps the full-text index equal to what the public sees, in the transaction of the change. One table serves search and `similar`: an item costs one insert. */
import { sql } from "drizzle-orm";
import type { Content } from "../../src/domain/feedback.ts";
import { contentTokens, scopeTokens } from "../../src/domain/search.ts";
import type { WorkspaceStore } from "./store.ts";

type Indexed = Pick<Content, "title" | "description" | "status" | "category">;

export function indexFeedback(store: WorkspaceStore, id: number, boardId: number, content: Indexed): void {
  const { title, description, status, category } = content;
  const scope = [...scopeTokens({ boardId, status, category }), ...contentTokens(title, description)].join(" ");
  store.db.run(
    sql`insert into feedback_search (rowid, title, description, scope) values (${id}, ${title}, ${description}, ${scope})`,
  );
}

export function unindexFeedback(store: WorkspaceStore, id: number): void {
  store.db.run(sql`delete from feedback_search where rowid = ${id}`);
}
