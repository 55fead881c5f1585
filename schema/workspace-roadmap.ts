/** Tables of the Workspace object for its roadmap. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Status } from "../src/protocol/rest/feedback.ts";

/** At most ROADMAP_PHASES_MAX, so they are read whole. */
export const roadmapPhases = sqliteTable("roadmap_phases", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name").notNull(),
  /** 0, 1, 2 … */
  position: integer("position").notNull(),
  /** What feedback becomes that is moved here; null: it stays what it is. */
  status: text("status").$type<Status>(),
  isPublic: integer("is_public", { mode: "boolean" }).notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const roadmapItems = sqliteTable(
  "roadmap_items",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    phaseId: integer("phase_id").notNull(),
    /** Null: stands by itself. */
    feedbackId: integer("feedback_id"),
    /** The items that it was linked to before, each merged into the next, and the last into the one it is linked to: an unmerge gives it back. */
    mergedFrom: text("merged_from", { mode: "json" }).$type<readonly number[]>().notNull().default([]),
    /** Of a linked item: empty, the feedback's own are shown. */
    title: text("title").notNull(),
    description: text("description").notNull(),
    /** Grows with gaps, so that most moves write one row. */
    position: integer("position").notNull(),
    isPublic: integer("is_public", { mode: "boolean" }).notNull(),
    seq: integer("seq").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    // a phase's items in order
    index("roadmap_items_by_phase").on(table.phaseId, table.position),
    // where is this feedback on the roadmap? (its status changes, it is hidden, merged, deleted)
    uniqueIndex("roadmap_items_by_feedback")
      .on(table.feedbackId)
      .where(sql`feedback_id is not null`),
  ],
);
