/**
 * Many due times on the object's one alarm: they stand in a table, and the alarm is armed for the earliest. Arming is part of the transaction that
 * schedules (the platform rolls `setAlarm` back with it). Alarms run at least once, so tasks are idempotent.
 */
import { asc, eq, lte } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import type { ScheduleTable } from "../../schema/shared.ts";
import { DAY_MS } from "../../src/limits.ts";

/** Tasks run per alarm; the rest waits for the next one. */
const TASKS_PER_ALARM_MAX = 20;
/** A task that threw is tried again after this. The platform's own retries end after six. */
const RETRY_MS = 60_000;

/** The platform takes no alarm after the year 2189. One that comes early finds nothing due, and is armed again. */
const ALARM_AHEAD_MS_MAX = 365 * DAY_MS;

export type AlarmClock = { setAlarm(dueAt: number): Promise<void>; deleteAlarm(): Promise<void> };

export class Schedule {
  readonly #db: DrizzleSqliteDODatabase;
  readonly #table: ScheduleTable;
  readonly #clock: AlarmClock;

  constructor(db: DrizzleSqliteDODatabase, table: ScheduleTable, clock: AlarmClock) {
    this.#db = db;
    this.#table = table;
    this.#clock = clock;
  }

  /** Adds a task; one that is scheduled already keeps the earlier time. Answers whether nothing was written. Call inside a transaction. */
  add(task: string, dueAt: number): boolean {
    const table = this.#table;
    const known = this.#db.select().from(table).where(eq(table.task, task)).get();
    if (known !== undefined && known.dueAt <= dueAt) return true;
    this.#db.insert(table).values({ task, dueAt }).onConflictDoUpdate({ target: table.task, set: { dueAt } }).run();
    this.arm();
    return false;
  }

  /**
   * Runs what is due. `run` does one bounded piece of a task in a transaction of its own and answers when to go on (ms since 1970), or null when the task is
   * done. A task that throws is reported and stays.
   */
  runDue(now: number, run: (task: string) => number | null, report: (task: string, thrown: unknown) => void): void {
    const table = this.#table;
    const due = this.#db
      .select()
      .from(table)
      .where(lte(table.dueAt, now))
      .orderBy(asc(table.dueAt))
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
      if (next === null) this.#db.delete(table).where(eq(table.task, task)).run();
      else this.#db.update(table).set({ dueAt: next }).where(eq(table.task, task)).run();
    }
    this.arm();
  }

  /** Sets the alarm for the earliest task. */
  arm(): void {
    const earliest = this.#db.select().from(this.#table).orderBy(asc(this.#table.dueAt)).limit(1).get();
    // The write is part of the current transaction; the promise only says when it is on disk, which the output gate awaits anyway.
    const dueAt = earliest === undefined ? null : Math.min(earliest.dueAt, Date.now() + ALARM_AHEAD_MS_MAX);
    void (dueAt === null ? this.#clock.deleteAlarm() : this.#clock.setAlarm(dueAt));
  }
}
