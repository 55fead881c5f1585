/** Tables of the Workspace object for items that say the same: merged ones, likely duplicates, themes. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GroupStatus } from "../src/protocol/rest/duplicates.ts";

/**
 * What a person's vote on a merge's target is made of, where that is not simply the row in feedback_votes: its weight there is the highest of their own and of those that merged items carry.
 * One row per vote of an item that others were merged into, while it has any.
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
    /** Somebody merged it: what would fall into it falls into that one. */
    mergedInto: integer("merged_into"),
    itemCount: integer("item_count").notNull(),
    voteCount: integer("vote_count").notNull(),
    /** JSON: weight by term. */
    centroid: text("centroid").notNull(),
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
  },
  (table) => [
    // a theme's items, the closest first
    index("theme_items_by_theme").on(table.themeId, table.score),
  ],
);
