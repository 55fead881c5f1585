/** Finds an item its place in a phase: beside a neighbour or at the end. Positions have gaps, so that nearly always one row is written; where none is left, the phase is numbered anew. */
import { and, asc, count, desc, eq, gt, lt, sql } from "drizzle-orm";
import { roadmapItems } from "../../../schema/workspace-roadmap.ts";
import { positionBetween } from "../../../src/domain/roadmap.ts";
import { type Failure, failure, invalidField } from "../../../src/errors.ts";
import { ROADMAP_ITEMS_PER_PHASE_MAX, ROADMAP_POSITION_GAP } from "../../../src/limits.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { WorkspaceStore } from "../store.ts";
import type { PhaseRow } from "./held.ts";
import { phaseNotFound } from "./phases.ts";
import type { ItemContent } from "./rows.ts";

type Wanted = {
  readonly phaseId?: number | undefined;
  readonly beforeId?: number | undefined;
  readonly afterId?: number | undefined;
};
export type Place = { readonly phase: PhaseRow; readonly position: number };

/** `item`: null for one that is new. Errors: PHASE_NOT_FOUND, LIMIT_REACHED, INVALID_REQUEST for a neighbour that is none. */
export function findPlace(store: WorkspaceStore, item: ItemContent | null, wanted: Wanted): Result<Place, Failure> {
  const { beforeId, afterId } = wanted;
  const path = beforeId === undefined ? "afterId" : "beforeId";
  const neighbourId = beforeId ?? afterId;
  const neighbour = neighbourId === undefined ? null : itemRow(store, neighbourId);
  const phaseId = wanted.phaseId ?? neighbour?.phaseId ?? item?.phaseId;
  const phase = phaseId === undefined ? null : store.roadmap.phase(phaseId);
  if (neighbourId !== undefined && (neighbour === null || neighbour.id === item?.id)) {
    return err(invalidField(path, "is no other item of this roadmap"));
  }
  if (phase === null) return err(phaseNotFound());
  if (neighbour !== null && neighbour.phaseId !== phase.id) return err(invalidField(path, "is in another phase"));
  if (item?.phaseId !== phase.id) {
    const room = checkRoom(store, phase.id);
    if (!room.ok) return room;
  } else if (neighbour === null) return ok({ phase, position: item.position });
  if (neighbour === null) return ok({ phase, position: positionAtEnd(store, phase.id) });
  return ok({ phase, position: positionBeside(store, item, neighbour, path === "afterId") });
}

export function itemRow(store: WorkspaceStore, id: number): ItemContent | null {
  return store.db.select().from(roadmapItems).where(eq(roadmapItems.id, id)).get() ?? null;
}

function checkRoom(store: WorkspaceStore, phaseId: number): Result<null, Failure> {
  const [row] = store.db.select({ items: count() }).from(roadmapItems).where(eq(roadmapItems.phaseId, phaseId)).all();
  if ((row?.items ?? 0) < ROADMAP_ITEMS_PER_PHASE_MAX) return ok(null);
  return err(failure("LIMIT_REACHED", `A phase has at most ${String(ROADMAP_ITEMS_PER_PHASE_MAX)} items.`));
}

function positionAtEnd(store: WorkspaceStore, phaseId: number): number {
  const last = store.db
    .select({ position: roadmapItems.position })
    .from(roadmapItems)
    .where(eq(roadmapItems.phaseId, phaseId))
    .orderBy(desc(roadmapItems.position))
    .limit(1)
    .get();
  return positionBetween(last?.position ?? null, null) ?? 0;
}

function positionBeside(
  store: WorkspaceStore,
  item: ItemContent | null,
  neighbour: ItemContent,
  isAfter: boolean,
): number {
  const next = besides(store, neighbour, isAfter);
  // It stands there already.
  if (item !== null && next?.id === item.id) return item.position;
  const found = isAfter
    ? positionBetween(neighbour.position, next?.position ?? null)
    : positionBetween(next?.position ?? null, neighbour.position);
  if (found !== null) return found;
  numberAnew(store, neighbour.phaseId);
  const moved = itemRow(store, neighbour.id);
  if (moved === null) throw new Error("a phase lost an item while it was numbered anew");
  return positionBeside(store, item, moved, isAfter);
}

/** The item right after or before one. */
function besides(store: WorkspaceStore, { phaseId, position }: ItemContent, isAfter: boolean) {
  const { id, position: column } = roadmapItems;
  return store.db
    .select({ id, position: column })
    .from(roadmapItems)
    .where(and(eq(roadmapItems.phaseId, phaseId), isAfter ? gt(column, position) : lt(column, position)))
    .orderBy(isAfter ? asc(column) : desc(column))
    .limit(1)
    .get();
}

/** At most ROADMAP_ITEMS_PER_PHASE_MAX rows. */
function numberAnew(store: WorkspaceStore, phaseId: number): void {
  const ranks = sql`(select id, row_number() over (order by position) as rank from roadmap_items where phase_id = ${phaseId})`;
  store.db.run(
    sql`update roadmap_items set position = ranks.rank * ${ROADMAP_POSITION_GAP} from ${ranks} as ranks where roadmap_items.id = ranks.id`,
  );
}
