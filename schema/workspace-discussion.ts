/** Tables of the Workspace object for what people say about an item, and for what moderators have to look at. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ModerationState } from "../src/protocol/rest/feedback.ts";
import type { QueueKind, QueueState } from "../src/protocol/rest/moderation.ts";

export const feedbackComments = sqliteTable(
  "feedback_comments",
  {
    /** Per workspace, never used twice (settings.lastCommentId). */
    id: integer("id").primaryKey(),
    feedbackId: integer("feedback_id").notNull(),
    boardId: integer("board_id").notNull(),
    /** Null: begins a thread. A reply to an internal note is internal. */
    parentId: integer("parent_id"),
    depth: integer("depth").notNull(),
    /** Empty once deleted. */
    body: text("body").notNull(),
    isInternal: integer("is_internal", { mode: "boolean" }).notNull(),
    /** Written by a member of the team, for everybody. */
    isOfficial: integer("is_official", { mode: "boolean" }).notNull(),
    /** The end user; null: nobody in particular, or deleted. */
    authorId: integer("author_id"),
    /** Copied from the author, so that a page needs no look-up per row. */
    authorName: text("author_name"),
    moderationState: text("moderation_state").$type<ModerationState>().notNull(),
    spamScore: integer("spam_score").notNull(),
    /** Approved, not internal, not deleted: what the public reads and what `commentCount` counts. */
    visible: integer("visible", { mode: "boolean" }).notNull(),
    /** What the public's list has: visible ones, and without their words those that hold a thread of listed ones together. */
    listed: integer("listed", { mode: "boolean" }).notNull(),
    /** Replies that are still there, of any kind: what is deleted and has some leaves a tombstone. */
    replyCount: integer("reply_count").notNull(),
    /** Those of them that are listed. */
    listedReplies: integer("listed_replies").notNull(),
    seq: integer("seq").notNull(),
    createdAt: integer("created_at").notNull(),
    editedAt: integer("edited_at"),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    // an item's comments as the team reads them; purge of an item
    index("comments_by_feedback").on(table.feedbackId, table.id),
    // an item's comments as the public reads them
    index("comments_listed")
      .on(table.feedbackId, table.id)
      .where(sql`listed = 1`),
  ],
);

/** What is not approved, or hidden: one row per item or comment, gone when it is approved. */
export const moderationQueue = sqliteTable(
  "moderation_queue",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    kind: text("kind").$type<QueueKind>().notNull(),
    /** The item's id, or the comment's. */
    subjectId: integer("subject_id").notNull(),
    feedbackId: integer("feedback_id").notNull(),
    boardId: integer("board_id").notNull(),
    state: text("state").$type<QueueState>().notNull(),
    spamScore: integer("spam_score").notNull(),
    /** When it came to its state. */
    createdAt: integer("created_at").notNull(),
  },
  ({ state, kind, id, boardId, subjectId, feedbackId, spamScore }) => [
    // the queue's pages, newest first, a kind at a time; its counts. Has all that a page needs, so that an entry costs one row here
    index("queue_by_state").on(state, kind, id, boardId, subjectId, feedbackId, spamScore),
    // the same for one board
    index("queue_by_board").on(boardId, state, kind, id, subjectId, feedbackId, spamScore),
    // the row of an item or a comment (every change of its state); purge of an item
    index("queue_by_feedback").on(feedbackId, kind, subjectId),
  ],
);

/** Texts that came lately, so that a repeat is known for one. Forgotten by alarm. Made WITHOUT ROWID (which drizzle cannot say). */
export const textHashes = sqliteTable("text_hashes", {
  /** Base64url of a SHA-256, cut. */
  hash: text("hash").primaryKey(),
  count: integer("count").notNull(),
  lastAt: integer("last_at").notNull(),
});
