/**
 * Many due times on the object's one alarm: they stand in a table, and the alarm is armed for the earliest. Arming is part of the transaction that
 * schedules (the platform rolls `setAlarm` back with it). Alarms run at least once, so tasks are idempotent.
 */
import { asc, eq, lte } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { schedule } from "../../schema/workspace.ts";

/** Tasks run per alarm; the rest waits for the next one. */
const TASKS_PER_ALARM_MAX = 20;
/** A task that threw is tried again after this. The platform's own retries end after six. */
const RETRY_MS = 60_000;

export type AlarmClock = { setAlarm(dueAt: number): Promise<void>; deleteAlarm(): Promise<void> };

/** Adds a task; one that is scheduled already keeps the earlier time. Call inside a transaction. */
export function scheduleTask(db: DrizzleSqliteDODatabase, clock: AlarmClock, task: string, dueAt: number): void {
  const known = db.select().from(schedule).where(eq(schedule.task, task)).get();
  if (known !== undefined && known.dueAt <= dueAt) return;
  db.insert(schedule).values({ task, dueAt }).onConflictDoUpdate({ target: schedule.task, set: { dueAt } }).run();
  armEarliest(db, clock);
}

/**
 * Runs what is due. `run` does one bounded piece of a task in a transaction of its own and answers when to go on (ms since 1970), or null when the task is
 * done. A task that throws is reported and stays.
 */
export function runDue(
  db: DrizzleSqliteDODatabase,
  clock: AlarmClock,
  now: number,
  run: (task: string) => number | null,
  report: (task: string, thrown: unknown) => void,
): void {
  const due = db
    .select()
    .from(schedule)
    .where(lte(schedule.dueAt, now))
    .orderBy(asc(schedule.dueAt))
    .limit(TASKS_PER_ALARM_MAX)
    .all();
  for (const { task } of due) {
    let next: number | null;
    try {
      next = run(task);
    } catch (thrown) {
      report(task, thrown);
      next = now + RETRY_MS;
    }
    if (next === null) db.delete(schedule).where(eq(schedule.task, task)).run();
    else db.update(schedule).set({ dueAt: next }).where(eq(schedule.task, task)).run();
  }
  armEarliest(db, clock);
}

function armEarliest(db: DrizzleSqliteDODatabase, clock: AlarmClock): void {
  const earliest = db.select().from(schedule).orderBy(asc(schedule.dueAt)).limit(1).get();
  // The write is part of the current transaction; the promise only says when it is on disk, which the output gate awaits anyway.
  void (earliest === undefined ? clock.deleteAlarm() : clock.setAlarm(earliest.dueAt));
}
