/** What the verbs of the Visitor object work on: its rows of the limiter, its due times, its clock. */
import { drizzle } from "drizzle-orm/durable-sqlite";
import * as tables from "../../schema/visitor.ts";
import type { Result } from "../../src/result.ts";
import { FirstAnswers } from "../shared/idempotency.ts";
import { Limiter } from "../shared/limiter.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { type AlarmClock, Schedule } from "../shared/schedule.ts";
import { transact } from "../shared/transaction.ts";

export class VisitorStore {
  readonly limiter: Limiter;
  readonly answers: FirstAnswers;
  readonly #storage: MeteredStorage;
  readonly #clock: () => number;
  readonly #schedule: Schedule;

  constructor(storage: MeteredStorage, alarm: AlarmClock, clock: () => number) {
    this.#storage = storage;
    this.#clock = clock;
    // MeteredStorage has the two members of DurableObjectStorage that drizzle uses.
    const db = drizzle(storage as unknown as DurableObjectStorage);
    this.limiter = new Limiter(db, tables.rateLimits, storage.sql);
    this.answers = new FirstAnswers(db, tables.idempotencyKeys);
    this.#schedule = new Schedule(db, tables.schedule, alarm);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#clock();
  }

  commit<R extends Result<unknown, unknown>>(command: () => R): R {
    let committed = false;
    try {
      const result = transact(this.#storage, command);
      committed = result.ok;
      return result;
    } finally {
      if (!committed) this.limiter.rolledBack();
    }
  }

  schedule(task: string, dueAt: number): void {
    this.#schedule.add(task, dueAt);
  }

  runDue(run: (task: string) => number | null, report: (task: string, thrown: unknown) => void): void {
    this.#schedule.runDue(this.now(), (task) => this.#storage.transactionSync(() => run(task)), report);
  }
}
