/** Calls of the Workspace object about its roadmap. */
import type { Call } from "../../../src/call.ts";
import type {
  CreatePhase,
  CreateRoadmapItem,
  RoadmapQuery,
  UpdatePhase,
  UpdateRoadmapItem,
} from "../../../src/protocol/rest/roadmap.ts";
import { createRoadmapItem, deleteRoadmapItem, listRoadmapItems, updateRoadmapItem } from "../roadmap/items.ts";
import { createPhase, deletePhase, listPhases, updatePhase } from "../roadmap/phases.ts";
import { readRoadmap, roadmapPage } from "../roadmap/public.ts";
import { CurationCalls } from "./curation.ts";

export abstract class RoadmapCalls extends CurationCalls {
  readRoadmap(call: Call, query: RoadmapQuery) {
    return this.calls.read("roadmap.read", call, (actor) => readRoadmap(this.store, actor, query));
  }
  roadmapPage(call: Call, query: RoadmapQuery) {
    return this.calls.read("roadmap.page", call, (actor) => roadmapPage(this.store, actor, this.name, query));
  }
  listPhases(call: Call) {
    return this.calls.read("phase.list", call, () => listPhases(this.store));
  }
  createPhase(call: Call, command: CreatePhase) {
    return this.calls.write("phase.create", call, (actor) => createPhase(this.store, actor, command));
  }
  updatePhase(call: Call, id: number, command: UpdatePhase) {
    return this.calls.write("phase.update", call, (actor) => updatePhase(this.store, actor, id, command));
  }
  deletePhase(call: Call, id: number) {
    return this.calls.write("phase.delete", call, (actor) => deletePhase(this.store, actor, id));
  }
  /** As JSON text: there may be thousands, which need not be cloned on their way through the Worker. */
  listRoadmapItems(call: Call, phaseId: number | undefined) {
    return this.calls.read("roadmap-item.list", call, () => listRoadmapItems(this.store, phaseId));
  }
  createRoadmapItem(call: Call, command: CreateRoadmapItem) {
    return this.calls.write("roadmap-item.create", call, (actor) => createRoadmapItem(this.store, actor, command));
  }
  updateRoadmapItem(call: Call, id: number, command: UpdateRoadmapItem) {
    return this.calls.write("roadmap-item.update", call, (actor) => updateRoadmapItem(this.store, actor, id, command));
  }
  deleteRoadmapItem(call: Call, id: number) {
    return this.calls.write("roadmap-item.delete", call, (actor) => deleteRoadmapItem(this.store, actor, id));
  }
}
