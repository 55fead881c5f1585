/** A roadmap as plain data, beside test/support/model.ts: what stands in which phase, in which order, and whom a merged item's place belongs to. */
import type { Status } from "../../src/protocol/rest/feedback.ts";
import { isVisible, type ItemModel, type WorkspaceModel } from "./model.ts";

export type EntryModel = { readonly id: number; feedbackId: number; mergedFrom: readonly number[] };
export type PhaseModel = {
  readonly id: number;
  readonly status: Status | null;
  readonly isPublic: boolean;
  entries: EntryModel[];
};

export class RoadmapModel {
  readonly phases: PhaseModel[] = [];
  readonly #workspace: WorkspaceModel;

  constructor(workspace: WorkspaceModel) {
    this.#workspace = workspace;
  }

  entryOf(feedbackId: number): EntryModel | null {
    return this.#entries().find((entry) => entry.feedbackId === feedbackId) ?? null;
  }

  phaseOf(entry: EntryModel): PhaseModel | null {
    return this.phases.find(({ entries }) => entries.includes(entry)) ?? null;
  }

  /** At the end, unless right before another. */
  place(entry: EntryModel, phase: PhaseModel, before: EntryModel | null): void {
    this.take(entry);
    const at = before === null ? phase.entries.length : phase.entries.indexOf(before);
    phase.entries.splice(at, 0, entry);
  }

  take(entry: EntryModel): void {
    for (const phase of this.phases) phase.entries = phase.entries.filter((other) => other !== entry);
  }

  /** A target that is not on the roadmap takes the source's place. */
  merged(source: ItemModel, target: ItemModel): void {
    const entry = this.entryOf(source.id);
    if (entry === null || this.entryOf(target.id) !== null) return;
    entry.feedbackId = target.id;
    entry.mergedFrom = [...entry.mergedFrom, source.id];
  }

  /** A source gets the place back that it gave. */
  unmerged(source: ItemModel, targetId: number): void {
    let holder: EntryModel | null = null;
    for (let id: number | null = targetId; id !== null && holder === null;) {
      holder = this.entryOf(id);
      id = this.#workspace.items.get(id)?.mergedInto ?? null;
    }
    const step = holder?.mergedFrom.indexOf(source.id) ?? -1;
    if (holder === null || step < 0) return;
    holder.feedbackId = source.id;
    holder.mergedFrom = holder.mergedFrom.slice(0, step);
  }

  /** What is linked to feedback that is no more. */
  forget(): void {
    for (const entry of this.#entries()) if (!this.#workspace.items.has(entry.feedbackId)) this.take(entry);
  }

  /** What everybody sees: the items of each public phase. */
  seen(): { readonly id: number; readonly items: readonly { readonly id: number; readonly item: ItemModel }[] }[] {
    return this.phases
      .filter(({ isPublic }) => isPublic)
      .map(({ id, entries }) => ({
        id,
        items: entries.flatMap((entry) => {
          const item = this.#workspace.items.get(entry.feedbackId);
          return item !== undefined && isVisible(item) ? [{ id: entry.id, item }] : [];
        }),
      }));
  }

  #entries(): EntryModel[] {
    return this.phases.flatMap(({ entries }) => entries);
  }
}
