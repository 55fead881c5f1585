/** Has the alarm look at themes soon after an item appeared, changed or disappeared. A row at most, and none while the object remembers that it is due. */
import { THEMES_DELAY_MS } from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";

export const THEMES_TASK = "themes";

export function themesChanged(store: WorkspaceStore): void {
  if (store.themesDue) return;
  store.themesDue = true;
  store.schedule(THEMES_TASK, store.now() + THEMES_DELAY_MS);
}
