/** Where a press of a button moves an item or a phase to: one step, in words of the API. Pages without script and the keyboard move by these. */
import type { RoadmapItem, RoadmapPhase } from "../../protocol/rest/roadmap.ts";

export const STEPS = ["up", "down", "left", "right"] as const;
export type Step = (typeof STEPS)[number];

export function isStep(text: string | undefined): text is Step {
  return STEPS.some((step) => step === text);
}

type Change = { readonly phaseId?: number; readonly beforeId?: number; readonly afterId?: number };

/** Null: it stands at that end already. Sideways an item keeps its rank, as far as the other phase is long enough. */
export function moveItem(
  phases: readonly Pick<RoadmapPhase, "id">[],
  items: readonly Pick<RoadmapItem, "id" | "phaseId">[],
  id: number,
  step: Step,
): Change | null {
  const item = items.find((one) => one.id === id);
  if (item === undefined) return null;
  const column = items.filter(({ phaseId }) => phaseId === item.phaseId);
  const rank = column.indexOf(item);
  if (step === "up" || step === "down") {
    const beside = column[step === "up" ? rank - 1 : rank + 1];
    if (beside === undefined) return null;
    return step === "up" ? { beforeId: beside.id } : { afterId: beside.id };
  }
  const here = phases.findIndex((phase) => phase.id === item.phaseId);
  const phase = phases[step === "left" ? here - 1 : here + 1];
  if (phase === undefined || here === -1) return null;
  const next = items.filter(({ phaseId }) => phaseId === phase.id)[rank];
  return next === undefined ? { phaseId: phase.id } : { phaseId: phase.id, beforeId: next.id };
}
