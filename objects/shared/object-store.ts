/** What the verbs of an object of the account side work on, whichever it is: its database, its clock, its outbox and its due times. Each object's own store adds its rows. */
import { drizzle, type DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import type { OutboxTable, ScheduleTable } from "../../schema/shared.ts";
import type { Result } from "../../src/result.ts";
import type { MeteredStorage } from "./metered-storage.ts";
import { Outbox, OUTBOX_RETRY_MS, OUTBOX_TASK } from "./outbox.ts";
import { type AlarmClock, Schedule } from "./schedule.ts";
import { transact } from "./transaction.ts";

export class ObjectStore {
  readonly db: DrizzleSqliteDODatabase;
  readonly outbox: Outbox;
  readonly #storage: MeteredStorage;
  readonly #clock: () => number;
  readonly #schedule: Schedule;

  /** `send` hands a message to another object. */
  constructor(
    storage: MeteredStorage,
    alarm: AlarmClock,
    clock: () => number,
    tables: { readonly outbox: OutboxTable; readonly schedule: ScheduleTable },
    send: (receiver: string, message: string) => Promise<void>,
  ) {
    this.#storage = storage;
    this.#clock = clock;
    // MeteredStorage has the two members of DurableObjectStorage that drizzle uses.
    this.db = drizzle(storage as unknown as DurableObjectStorage);
    this.outbox = new Outbox(this.db, tables.outbox, send);
    this.#schedule = new Schedule(this.db, tables.schedule, alarm);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#clock();
  }

  commit<R extends Result<unknown, unknown>>(command: () => R): R {
    return transact(this.#storage, command);
  }

  schedule(task: string, dueAt: number): void {
    this.#schedule.add(task, dueAt);
  }

  runDue(run: (task: string) => number | null, report: (task: string, thrown: unknown) => void): void {
    this.#schedule.runDue(this.now(), (task) => this.#storage.transactionSync(() => run(task)), report);
  }

  /** Has others told, once the command is committed. */
  tell(receivers: readonly string[], message: string): void {
    for (const receiver of receivers) this.outbox.add(receiver, message);
    if (receivers.length > 0) this.schedule(OUTBOX_TASK, this.now() + OUTBOX_RETRY_MS);
  }

  /** When to look at the outbox again; null when nothing waits. */
  outboxDue(): number | null {
    return this.outbox.isEmpty() ? null : this.now() + OUTBOX_RETRY_MS;
  }
}
