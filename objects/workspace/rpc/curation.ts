/** Calls of the Workspace object about items that say the same: similar ones, merges, duplicates, themes. */
import type { Call } from "../../../src/call.ts";
import type { ConfirmDuplicates, CreateDuplicates, ListDuplicates } from "../../../src/protocol/rest/duplicates.ts";
import type { MergeFeedback } from "../../../src/protocol/rest/merges.ts";
import type { FindSimilar } from "../../../src/protocol/rest/similar.ts";
import type { ListThemeItems, MergeTheme, UpdateTheme } from "../../../src/protocol/rest/themes.ts";
import type { Actor } from "../authorize.ts";
import { confirmDuplicates, createDuplicates, dismissDuplicates } from "../duplicates/decide.ts";
import { listDuplicates } from "../duplicates/list.ts";
import { listMerged } from "../merge/list-merged.ts";
import { mergeFeedback, unmergeFeedback } from "../merge/merge.ts";
import { findSimilar } from "../similar/find-similar.ts";
import { listThemeItems, listThemes, mergeTheme, rebuildThemes, updateTheme } from "../themes/themes.ts";
import { DiscussionCalls } from "./discussion.ts";

export abstract class CurationCalls extends DiscussionCalls {
  findSimilar(call: Call, board: string, query: FindSimilar) {
    return this.calls.read("feedback.similar", call, (actor) => findSimilar(this.store, actor, board, query));
  }

  // Duplicates

  listDuplicates(call: Call, query: ListDuplicates) {
    return this.calls.read("duplicates.list", call, (actor) => listDuplicates(this.store, actor, query));
  }
  createDuplicates(call: Call, command: CreateDuplicates) {
    return this.calls.write("duplicates.create", call, (actor) => createDuplicates(this.store, actor, command));
  }
  confirmDuplicates(call: Call, id: number, { intoId }: ConfirmDuplicates) {
    return this.calls.write("duplicates.confirm", call, (actor) => confirmDuplicates(this.store, actor, id, intoId));
  }
  dismissDuplicates(call: Call, id: number) {
    return this.calls.write("duplicates.dismiss", call, (actor) => dismissDuplicates(this.store, actor, id));
  }

  // Merges

  mergeFeedback(call: Call, board: string, id: number, { intoId }: MergeFeedback) {
    const merge = (actor: Actor) => mergeFeedback(this.store, actor, board, id, intoId);
    return this.calls.write("feedback.merge", call, merge, null, board);
  }
  unmergeFeedback(call: Call, board: string, id: number) {
    const unmerge = (actor: Actor) => unmergeFeedback(this.store, actor, board, id);
    return this.calls.write("feedback.unmerge", call, unmerge, null, board);
  }
  listMerged(call: Call, board: string, id: number) {
    return this.calls.read("feedback.merged", call, (actor) => listMerged(this.store, actor, board, id));
  }

  // Themes

  listThemes(call: Call) {
    return this.calls.read("theme.list", call, () => listThemes(this.store));
  }
  listThemeItems(call: Call, id: number, query: ListThemeItems) {
    return this.calls.read("theme.items", call, () => listThemeItems(this.store, id, query));
  }
  updateTheme(call: Call, id: number, command: UpdateTheme) {
    return this.calls.write("theme.update", call, (actor) => updateTheme(this.store, actor, id, command));
  }
  mergeTheme(call: Call, id: number, command: MergeTheme) {
    return this.calls.write("theme.merge", call, (actor) => mergeTheme(this.store, actor, id, command));
  }
  rebuildThemes(call: Call) {
    return this.calls.write("theme.rebuild", call, () => rebuildThemes(this.store));
  }
}
