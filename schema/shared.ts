/** Tables that several objects have alike: each calls these for its own. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
