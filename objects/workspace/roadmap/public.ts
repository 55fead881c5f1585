/**
 * The roadmap as everybody may see it, and what its page needs besides. The text (write-items.ts) is held until the next change
 * of the workspace, for many read it at the same moment: whenever it changes, all open pages do. It is always whole; the Worker leaves out what a filter does not want.
 */
import type { Failure } from "../../../src/errors.ts";
import type { RoadmapQuery } from "../../../src/protocol/rest/roadmap.ts";
import type { Workspace } from "../../../src/protocol/rest/workspaces.ts";
import { ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { findBoard, mayRead } from "../find-board.ts";
import type { LiveBoard } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import { readWorkspace } from "../workspace.ts";
import { writeItems } from "./write-items.ts";

/** `phases`: JSON of `RoadmapColumn[]`, whatever the query wants of it. */
export type PublicRoadmap = { readonly phases: string; readonly seq: number };

/** Errors: BOARD_NOT_FOUND for a filter by a board that the caller may not read. */
export function readRoadmap(
  store: WorkspaceStore,
  actor: Actor,
  { board }: RoadmapQuery,
): Result<PublicRoadmap, Failure> {
  const found = board === undefined ? ok(null) : findBoard(store, actor, board);
  return found.ok ? ok(writeRoadmap(store, readableBoards(store, actor))) : found;
}

type Named = { readonly slug: string; readonly name: string };

export type RoadmapPage = PublicRoadmap & {
  readonly workspace: Workspace;
  /** Those that this visitor may read, the oldest first. */
  readonly boards: readonly Named[];
  readonly allowedOrigins: readonly string[];
};

/** Errors: WORKSPACE_NOT_FOUND, BOARD_NOT_FOUND. */
export function roadmapPage(
  store: WorkspaceStore,
  actor: Actor,
  slug: string,
  query: RoadmapQuery,
): Result<RoadmapPage, Failure> {
  const workspace = readWorkspace(store, actor, slug);
  if (!workspace.ok) return workspace;
  const roadmap = readRoadmap(store, actor, query);
  if (!roadmap.ok) return roadmap;
  return ok({
    ...roadmap.value,
    workspace: workspace.value,
    boards: readableBoards(store, actor).map((board) => ({ slug: board.slug, name: board.name })),
    allowedOrigins: store.credentials.policy().allowedOrigins,
  });
}

function readableBoards(store: WorkspaceStore, actor: Actor): readonly LiveBoard[] {
  return store.boards().filter((board) => mayRead(store, actor, board));
}

/** Public items of public phases; of linked feedback what everybody sees on a board among `boards`. */
function writeRoadmap(store: WorkspaceStore, boards: readonly LiveBoard[]): PublicRoadmap {
  const seq = store.seq();
  const isForAll = boards.every(({ visibility }) => visibility === "public");
  const held = isForAll ? store.roadmap.held(seq) : null;
  const phases = held ?? write(store, boards);
  if (isForAll) store.roadmap.hold(seq, phases);
  return { phases, seq };
}

function write(store: WorkspaceStore, boards: readonly LiveBoard[]): string {
  const phases = store.roadmap.publicPhases();
  const phaseIds = phases.map(({ id }) => id);
  const items = writeItems(store, { phaseIds, boards, reader: "everybody" });
  const columns = phases.map(({ id, name, status }) => {
    const head = JSON.stringify({ id, name, status });
    return `${head.slice(0, -1)},"items":${items.get(id) ?? "[]"}}`;
  });
  return `[${columns.join()}]`;
}
