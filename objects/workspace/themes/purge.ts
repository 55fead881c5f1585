/** Takes away what a deleted workspace had found, in slices: whoever has the slug next reads nothing of it. */
import { inArray, sql } from "drizzle-orm";
import { themeDrafts, themeItems, themes, themeState } from "../../../schema/workspace-curation.ts";
import { PURGE_ROWS_PER_SLICE } from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";

export const PURGE_THEMES_TASK = "purge-themes";

/** One slice; true when nothing is left. */
export function purgeThemes(store: WorkspaceStore): boolean {
  // A few hundred rows at most.
  store.db.delete(themes).run();
  store.db.delete(themeDrafts).run();
  store.db.delete(themeState).run();
  const some = sql`(select feedback_id from theme_items limit ${PURGE_ROWS_PER_SLICE})`;
  const gone = store.db
    .delete(themeItems)
    .where(inArray(themeItems.feedbackId, some))
    .returning({ id: themeItems.feedbackId })
    .all();
  return gone.length < PURGE_ROWS_PER_SLICE;
}
