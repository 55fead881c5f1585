/** Tables of the Workspace object for items that say the same: merged ones, likely duplicates, themes. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GroupStatus } from "../src/protocol/rest/duplicates.ts";

/** The phases of a rebuild, in their order; `idle`: none is under way. */
export type ThemePhase = "idle" | "sample" | "weigh" | "vectors" | "seed" | "refine" | "settle" | "assign" | "sweep";
export type ThemeDraft = "sample" | "use" | "draft-vocabulary" | "vectors" | "centroids" | "vocabulary";

/**
 * What a person's vote on the target of a merge is made of, where merged items carry one for them: its row in feedback_votes has the highest weight of their own vote there and of those
 * carried, or is missing where they took it back. One row per person and target, for as long as some item merged into it has a vote of theirs. Made WITHOUT ROWID (which drizzle cannot say).
 */
export const carriedVotes = sqliteTable(
  "carried_votes",
  {
    feedbackId: integer("feedback_id").notNull(),
    endUserId: integer("end_user_id").notNull(),
    /** What they cast on this item itself; null: nothing, it is all carried; 0: they took it back, carried ones too. */
    ownWeight: integer("own_weight"),
  },
  (table) => [primaryKey({ columns: [table.feedbackId, table.endUserId] })],
);

/** Items that are likely the same, until somebody decides. */
export const duplicateGroups = sqliteTable(
  "duplicate_groups",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    status: text("status").$type<GroupStatus>().notNull(),
    score: real("score").notNull(),
    createdAt: integer("created_at").notNull(),
    decidedAt: integer("decided_at"),
    decidedBy: text("decided_by"),
  },
  (table) => [
    // the list by status, newest first
    index("groups_by_status").on(table.status, table.id),
  ],
);

export const duplicateGroupItems = sqliteTable(
  "duplicate_group_items",
  {
    groupId: integer("group_id").notNull(),
    feedbackId: integer("feedback_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.feedbackId] }),
    // which groups is this item in? (suggesting, merging, purge)
    index("group_items_by_feedback").on(table.feedbackId),
  ],
);

/** What much feedback is about; found by the object itself, and named, kept or merged by people. */
export const themes = sqliteTable(
  "themes",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull(),
    /** Telling terms, the most telling first. */
    terms: text("terms", { mode: "json" }).$type<readonly string[]>().notNull(),
    /** Somebody gave it its name, or keeps it: a rebuild leaves both alone. */
    isNamed: integer("is_named", { mode: "boolean" }).notNull(),
    isPinned: integer("is_pinned", { mode: "boolean" }).notNull(),
    /** Somebody merged it: what would fall into it falls into that one, which is never merged itself. */
    mergedInto: integer("merged_into"),
    /** Of its rows in theme_items, as far as the alarm has come. */
    itemCount: integer("item_count").notNull(),
    voteCount: integer("vote_count").notNull(),
    /** Its heaviest terms and their weights. */
    centroid: text("centroid", { mode: "json" }).$type<readonly (readonly [string, number])[]>().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    // the list: pinned first, the largest first
    index("themes_by_size")
      .on(table.isPinned, table.itemCount)
      .where(sql`merged_into is null`),
  ],
);

export const themeItems = sqliteTable(
  "theme_items",
  {
    feedbackId: integer("feedback_id").primaryKey(),
    themeId: integer("theme_id").notNull(),
    /** Cosine to the theme's centroid. */
    score: real("score").notNull(),
    /** The item's votes, as they are counted for the theme. */
    votes: integer("votes").notNull(),
  },
  (table) => [
    // a theme's items, the closest first
    index("theme_items_by_theme").on(table.themeId, table.score),
  ],
);

/** One row, id 1: how far the alarm has come. A rebuild goes on from here, whatever happened in between. */
export const themeState = sqliteTable("theme_state", {
  id: integer("id").primaryKey(),
  phase: text("phase").$type<ThemePhase>().notNull(),
  /** Where in its phase. */
  cursor: integer("cursor").notNull(),
  /** Somebody asked for a rebuild. */
  isAsked: integer("is_asked", { mode: "boolean" }).notNull(),
  /** By board: up to which seq its items and its removals are in themes. */
  seen: text("seen", { mode: "json" }).$type<Readonly<Record<string, readonly [number, number]>>>().notNull(),
  /** Items whose text is new since the last rebuild, and how many there were then. */
  changedItems: integer("changed_items").notNull(),
  rebuiltItems: integer("rebuilt_items").notNull(),
  /** Null: never. */
  rebuiltAt: integer("rebuilt_at"),
  /** The workspace's seq when the rebuild under way began. */
  startSeq: integer("start_seq").notNull(),
});

/** What a rebuild needs from one slice to the next, in pieces well below the bound of a row: `vocabulary` outlives it, the others are its drafts. */
export const themeDrafts = sqliteTable(
  "theme_drafts",
  {
    kind: text("kind").$type<ThemeDraft>().notNull(),
    part: integer("part").notNull(),
    body: text("body").notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.part] })],
);
