/**
 * What the object holds in memory of its roadmap: its phases, for pages say whether there is a public one, which feedback is on it, for every vote asks, and what everybody sees of it. A write to the roadmap, or a rollback,
 * forgets all.
 */
import { and, asc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { roadmapItems, roadmapPhases } from "../../../schema/workspace-roadmap.ts";

export type PhaseRow = typeof roadmapPhases.$inferSelect;

export class HeldRoadmap {
  readonly #db: DrizzleSqliteDODatabase;
  #phases: readonly PhaseRow[] | null = null;
  #linked: ReadonlySet<number> | null = null;
  /** What everybody sees, as JSON, and the workspace's seq that it is from. */
  #text: { readonly seq: number; readonly phases: string } | null = null;

  constructor(db: DrizzleSqliteDODatabase) {
    this.#db = db;
  }

  /** In order. */
  phases(): readonly PhaseRow[] {
    this.#phases ??= this.#db.select().from(roadmapPhases).orderBy(asc(roadmapPhases.position)).all();
    return this.#phases;
  }

  phase(id: number): PhaseRow | null {
    return this.phases().find((phase) => phase.id === id) ?? null;
  }

  publicPhases(): readonly PhaseRow[] {
    return this.phases().filter(({ isPublic }) => isPublic);
  }

  /** Has `shows` know its answers: before a command, for no statement may fail after its commit. */
  load(): void {
    this.#linked ??= this.#readLinked();
  }

  /** Whether public items of public phases are linked to that feedback, as far as was loaded. */
  shows(feedbackId: number): boolean {
    return this.#linked?.has(feedbackId) ?? false;
  }

  /** The text of that seq, if it is the one held. */
  held(seq: number): string | null {
    return this.#text?.seq === seq ? this.#text.phases : null;
  }

  hold(seq: number, phases: string): void {
    this.#text = { seq, phases };
  }

  forget(): void {
    this.#text = null;
    this.#phases = null;
    this.#linked = null;
  }

  #readLinked(): ReadonlySet<number> {
    const ids = this.publicPhases().map(({ id }) => id);
    if (ids.length === 0) return new Set();
    const rows = this.#db
      .select({ feedbackId: sql<number>`${roadmapItems.feedbackId}` })
      .from(roadmapItems)
      .where(and(isIn(roadmapItems.phaseId, ids), eq(roadmapItems.isPublic, true), isNotNull(roadmapItems.feedbackId)))
      .all();
    return new Set(rows.map(({ feedbackId }) => feedbackId));
  }
}

/** One look-up per id: a statement takes at most 100 parameters. */
export function isIn(
  column: typeof roadmapItems.phaseId | typeof roadmapItems.feedbackId | typeof roadmapItems.id,
  ids: readonly number[],
) {
  return inArray(column, sql`(select value from json_each(${JSON.stringify(ids)}))`);
}
