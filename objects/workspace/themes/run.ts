/** One slice of the alarm's work on themes: what changed is taken in, and a rebuild goes through its phases, when one is due. */
import { rebuildDueAt } from "../../../src/domain/theme-plan.ts";
import { THEMES_SLICE_GAP_MS } from "../../../src/limits.ts";
import { settingsRow, type WorkspaceStore } from "../store.ts";
import { refineSlice, sampleSlice, seedSlice, settleSlice, vectorsSlice, weighSlice } from "./learn.ts";
import { readState, type ThemeState, visibleItems, writeState } from "./state.ts";
import { assignSlice, followChanges, moveMerged, sweepSlice } from "./walk.ts";

/** Answers when to go on (ms); null: there is nothing to do until something changes. */
export function runThemes(store: WorkspaceStore): number | null {
  const next = settingsRow(store) === null ? null : step(store);
  // At rest: the next change marks it as due again, earlier than a rebuild that waits.
  if (next === null || next.isRest) store.themesDue = false;
  return next?.at ?? null;
}

/** `isRest`: what there was to do is done; `at` is then when a rebuild is due. */
type Next = { readonly isRest: boolean; readonly at: number | null };

/** Of a workspace that is there; the purge takes care of what is left of one that is not. */
function step(store: WorkspaceStore): Next {
  const goOn: Next = { isRest: false, at: store.now() + THEMES_SLICE_GAP_MS };
  const state = readState(store);
  if (state.phase !== "idle") {
    writeState(store, slice(store, state));
    return goOn;
  }
  if (!moveMerged(store)) return goOn;
  const followed = followChanges(store, state);
  const dueAt = followed.more ? null : rebuildDueAt(followed.state, visibleItems(store));
  if (dueAt !== null && dueAt <= store.now()) {
    writeState(store, begin(store, followed.state));
    return goOn;
  }
  writeState(store, followed.state);
  if (followed.more) return goOn;
  return { isRest: true, at: dueAt };
}

function begin(store: WorkspaceStore, state: ThemeState): ThemeState {
  return { ...state, phase: "sample", cursor: 0, rebuiltItems: 0, startSeq: store.seq() };
}

function slice(store: WorkspaceStore, state: ThemeState): ThemeState {
  switch (state.phase) {
    case "idle":
      return state;
    case "sample":
      return sampleSlice(store, state);
    case "weigh":
      return weighSlice(store, state);
    case "vectors":
      return vectorsSlice(store, state);
    case "seed":
      return seedSlice(store, state);
    case "refine":
      return refineSlice(store, state);
    case "settle":
      return settleSlice(store, state);
    case "assign":
      return walked(state, assignSlice(store, state), "sweep");
    case "sweep":
      return walked(state, sweepSlice(store, state), "idle");
  }
}

function walked(state: ThemeState, cursor: number | null, then: ThemeState["phase"]): ThemeState {
  return cursor === null ? { ...state, phase: then, cursor: 0 } : { ...state, cursor };
}
