/** Tables that several objects have alike: each calls these for its own. */
import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What other objects still have to be told, in order; written in the transaction of the change that they must hear of. */
export function outboxTable(receiverColumn = "receiver") {
  return sqliteTable("outbox", {
    id: integer("id").primaryKey({ autoIncrement: true }),
    /** The name of the object that is told. */
    receiver: text(receiverColumn).notNull(),
    /** JSON, of a type that the two objects agree on. */
    message: text("message").notNull(),
  });
}
export type OutboxTable = ReturnType<typeof outboxTable>;

/** Work that an alarm will do; the object's one alarm is armed for the earliest. */
export function scheduleTable() {
  return sqliteTable("schedule", {
    task: text("task").primaryKey(),
    dueAt: integer("due_at").notNull(),
  });
}
export type ScheduleTable = ReturnType<typeof scheduleTable>;

/** What of a quota is used: one row per counted thing. Made WITHOUT ROWID (which drizzle cannot say), so that a row costs one write. */
export function rateLimitTable() {
  return sqliteTable("rate_limits", {
    /** Quota, kind of subject, subject. */
    key: text("key").primaryKey(),
    /** When it will have used nothing any more, ms since 1970: see domain/gcra.ts. */
    tat: real("tat").notNull(),
  });
}
export type RateLimitTable = ReturnType<typeof rateLimitTable>;

/** First answers to requests that came with an Idempotency-Key, in the order of their ids. */
export function idempotencyTable() {
  return sqliteTable("idempotency_keys", {
    id: integer("id").primaryKey(),
    key: text("key").notNull().unique(),
    fingerprint: text("fingerprint").notNull(),
    /** JSON of the result's value; null while the first request still runs, where that takes more than one transaction. */
    answer: text("answer"),
    expiresAt: integer("expires_at").notNull(),
  });
}
export type IdempotencyTable = ReturnType<typeof idempotencyTable>;
