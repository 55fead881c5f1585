/** The roadmap's phases: list, add, change, delete. There are few, so their ranks are written anew whenever they change. */
import { eq } from "drizzle-orm";
import { roadmapItems, roadmapPhases } from "../../../schema/workspace-roadmap.ts";
import { ranked } from "../../../src/domain/roadmap.ts";
import { type Failure, failure } from "../../../src/errors.ts";
import { ROADMAP_PHASES_MAX } from "../../../src/limits.ts";
import type { CreatePhase, RoadmapPhase, UpdatePhase } from "../../../src/protocol/rest/roadmap.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { difference, record } from "../history/record.ts";
import { instant } from "../present.ts";
import type { WorkspaceStore } from "../store.ts";
import type { PhaseRow } from "./held.ts";
import { tellOf } from "./record-item.ts";

export function listPhases(store: WorkspaceStore): Result<RoadmapPhase[], Failure> {
  return ok(store.roadmap.phases().map(presentPhase));
}

/** Errors: LIMIT_REACHED. */
export function createPhase(store: WorkspaceStore, actor: Actor, command: CreatePhase): Result<RoadmapPhase, Failure> {
  const position = store.roadmap.phases().length;
  if (position >= ROADMAP_PHASES_MAX) {
    return err(failure("LIMIT_REACHED", `A roadmap has at most ${String(ROADMAP_PHASES_MAX)} phases.`));
  }
  const now = store.now();
  const { name, status = null, isPublic = true } = command;
  const fields = { name, position, status, isPublic };
  const row = store.db
    .insert(roadmapPhases)
    .values({ ...fields, createdAt: now, updatedAt: now })
    .returning()
    .get();
  const seq = store.nextSeq();
  record(store, actor, { seq, type: "phase.created", subject: subjectOf(row.id), after: fields });
  tellOf(store, isPublic);
  return ok(presentPhase(row));
}

/** Errors: PHASE_NOT_FOUND. */
export function updatePhase(
  store: WorkspaceStore,
  actor: Actor,
  id: number,
  command: UpdatePhase,
): Result<RoadmapPhase, Failure> {
  const row = store.roadmap.phase(id);
  if (row === null) return err(phaseNotFound());
  const order = ranked(
    store.roadmap.phases().map((phase) => phase.id),
    id,
    command.position ?? row.position,
  );
  const fields = {
    name: command.name ?? row.name,
    position: order.indexOf(id),
    status: command.status === undefined ? row.status : command.status,
    isPublic: command.isPublic ?? row.isPublic,
  };
  const changed = difference(contentOf(row), fields);
  if (Object.keys(changed.after).length === 0) return ok(presentPhase(row));
  if (fields.position !== row.position) rank(store, order);
  const updated = { ...row, ...fields, updatedAt: store.now() };
  store.db.update(roadmapPhases).set(updated).where(eq(roadmapPhases.id, id)).run();
  const seq = store.nextSeq();
  record(store, actor, { seq, type: "phase.updated", subject: subjectOf(id), ...changed });
  tellOf(store, row.isPublic || fields.isPublic);
  return ok(presentPhase(updated));
}

/** Errors: PHASE_NOT_FOUND, PHASE_NOT_EMPTY. */
export function deletePhase(store: WorkspaceStore, actor: Actor, id: number): Result<null, Failure> {
  const row = store.roadmap.phase(id);
  if (row === null) return err(phaseNotFound());
  const item = store.db
    .select({ id: roadmapItems.id })
    .from(roadmapItems)
    .where(eq(roadmapItems.phaseId, id))
    .limit(1)
    .get();
  if (item !== undefined) {
    return err(
      failure("PHASE_NOT_EMPTY", "Move this phase's items to another phase, or take them off the roadmap, first."),
    );
  }
  store.db.delete(roadmapPhases).where(eq(roadmapPhases.id, id)).run();
  const others = store.roadmap.phases().filter((phase) => phase.id !== id);
  rank(
    store,
    others.map((phase) => phase.id),
  );
  const seq = store.nextSeq();
  record(store, actor, { seq, type: "phase.deleted", subject: subjectOf(id), before: contentOf(row) });
  tellOf(store, row.isPublic);
  return ok(null);
}

export function phaseNotFound(): Failure {
  return failure("PHASE_NOT_FOUND", "There is no such phase on this roadmap.");
}

/** Writes the ranks that are others now. */
function rank(store: WorkspaceStore, order: readonly number[]): void {
  for (const [position, id] of order.entries()) {
    if (store.roadmap.phase(id)?.position === position) continue;
    store.db.update(roadmapPhases).set({ position }).where(eq(roadmapPhases.id, id)).run();
  }
}

function contentOf({ name, position, status, isPublic }: PhaseRow) {
  return { name, position, status, isPublic };
}

function subjectOf(id: number): string {
  return String(id);
}

function presentPhase(row: PhaseRow): RoadmapPhase {
  const { id, name, position, status, isPublic, createdAt, updatedAt } = row;
  return { id, name, position, status, isPublic, createdAt: instant(createdAt), updatedAt: instant(updatedAt) };
}
