/** `/:workspace/roadmap` and `/workspaces/:workspace/roadmap`: see protocol/rest/roadmap.ts. */
import { narrowed } from "../domain/roadmap.ts";
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, jsonText, noContent, seqHeader } from "../edge/respond.ts";
import { ROADMAP_NAME } from "../protocol/live/version.ts";
import {
  createPhase,
  createRoadmapItem,
  deletePhase,
  deleteRoadmapItem,
  listPhases,
  listRoadmapItems,
  openRoadmapLive,
  readRoadmap,
  type RoadmapColumn,
  type RoadmapQuery,
  updatePhase,
  updateRoadmapItem,
} from "../protocol/rest/roadmap.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";
import { openLive } from "./live.ts";

/** Before the boards' own: their patterns match these paths too. */
export const roadmapRoutes: readonly Route[] = [
  route(readRoadmap, async (context, { params, query }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.readRoadmap(callOf(context), query));
    return map(result, ({ phases, seq }) => jsonText(narrowText(phases, query), seqHeader(seq)));
  }),
  { endpoint: openRoadmapLive, handle: (context, params) => openLive(context, { ...params, board: ROADMAP_NAME }) },
  route(listPhases, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.listPhases(callOf(context)));
    return map(result, (phases) => json(phases));
  }),
  route(createPhase, async (context, { params, body }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.createPhase(callOf(context), body));
    return map(result, (phase) => json(phase, 201));
  }),
  route(updatePhase, async (context, { params, body }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.updatePhase(callOf(context), id, body));
    return map(result, (phase) => json(phase));
  }),
  route(deletePhase, async (context, { params }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.deletePhase(callOf(context), id));
    return map(result, noContent);
  }),
  route(listRoadmapItems, async (context, { params, query }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.listRoadmapItems(callOf(context), query.phaseId),
    );
    return map(result, (items) => jsonText(items, {}));
  }),
  route(createRoadmapItem, async (context, { params, body }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.createRoadmapItem(callOf(context), body),
    );
    return map(result, (item) => json(item, 201));
  }),
  route(updateRoadmapItem, async (context, { params, body }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.updateRoadmapItem(callOf(context), id, body),
    );
    return map(result, (item) => json(item));
  }),
  route(deleteRoadmapItem, async (context, { params }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.deleteRoadmapItem(callOf(context), id),
    );
    return map(result, noContent);
  }),
];

/** The object writes the whole roadmap, the same for all queries. */
function narrowText(phases: string, query: RoadmapQuery): string {
  if (query.board === undefined && query.category === undefined) return phases;
  return JSON.stringify(narrowed(JSON.parse(phases) as RoadmapColumn[], query));
}
