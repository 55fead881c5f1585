/** Tables of the Workspace object that say what happened: the event log, and the daily figures. Written in the transaction of the change, and never by a scan. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ActorKind, EventType } from "../src/protocol/rest/events.ts";
import type { Status } from "../src/protocol/rest/feedback.ts";

/** One row per change, under the seq that the change took; audit, feeds and webhooks read it. The oldest go by alarm. */
export const events = sqliteTable(
  "events",
  {
    seq: integer("seq").primaryKey(),
    at: integer("at").notNull(),
    type: text("type").$type<EventType>().notNull(),
    actorKind: text("actor_kind").$type<ActorKind>().notNull(),
    /** The account, the key's id or the person's external id; null: nobody in particular, the operator, the object itself. */
    actorId: text("actor_id"),
    boardId: integer("board_id"),
    feedbackId: integer("feedback_id"),
    /** Whatever else it is about: a comment's id, a phase's, a member's. */
    subject: text("subject"),
    /** JSON of the fields that changed, as they were and as they are; null: there was, or is, nothing. */
    before: text("before"),
    after: text("after"),
  },
  (table) => [
    // one item's history, without its votes
    index("events_by_feedback")
      .on(table.feedbackId, table.seq)
      .where(sql`feedback_id is not null and type not in ('vote.cast', 'vote.removed')`),
    // what was done to the workspace, among a million votes; posting, commenting and voting write nothing here (EVERYDAY of domain/events.ts)
    index("events_audit")
      .on(table.seq)
      .where(sql`type not in ('vote.cast', 'vote.removed', 'feedback.created', 'comment.created')`),
  ],
);

/**
 * What happened on a day (UTC), by board and by the item's status and category at the time. Activity: nothing is taken back when an item goes later. Made WITHOUT ROWID (which drizzle
 * cannot say), so that a row costs one write.
 */
export const dailyStats = sqliteTable(
  "daily_stats",
  {
    /** Days since 1970. */
    day: integer("day").notNull(),
    boardId: integer("board_id").notNull(),
    status: text("status").$type<Status>().notNull(),
    /** Empty: none. */
    category: text("category").notNull(),
    posts: integer("posts").notNull(),
    /** Weights cast, less those taken back: may be below zero. */
    votes: integer("votes").notNull(),
    comments: integer("comments").notNull(),
    /** Items that left this status, and how long they had had it in all (ms). */
    departures: integer("departures").notNull(),
    departedMs: integer("departed_ms").notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.boardId, table.status, table.category] })],
);
