/** What every verb of the Identity object works on: its one row, its mailed links and known browsers, its outbox and its due times. */
import { drizzle, type DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import * as tables from "../../schema/identity.ts";
import { NO_TRIES } from "../../src/domain/sign-in-waits.ts";
import type { IdentityNews } from "../../src/identity-news.ts";
import type { Result } from "../../src/result.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { Outbox, OUTBOX_RETRY_MS, OUTBOX_TASK } from "../shared/outbox.ts";
import { type AlarmClock, Schedule } from "../shared/schedule.ts";
import { transact } from "../shared/transaction.ts";

export type IdentityRow = typeof tables.identity.$inferSelect;

export type OwnedRow = IdentityRow & { readonly userId: string };

export class IdentityStore {
  readonly db: DrizzleSqliteDODatabase;
  readonly outbox: Outbox;
  readonly #storage: MeteredStorage;
  readonly #clock: () => number;
  readonly #schedule: Schedule;

  /** `send` hands a message to a person's object. */
  constructor(
    storage: MeteredStorage,
    alarm: AlarmClock,
    clock: () => number,
    send: (userId: string, message: string) => Promise<void>,
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

  commit<T, E>(command: () => Result<T, E>): Result<T, E> {
    return transact(this.#storage, command);
  }

  schedule(task: string, dueAt: number): void {
    this.#schedule.add(task, dueAt);
  }

  runDue(run: (task: string) => number | null, report: (task: string, thrown: unknown) => void): void {
    this.#schedule.runDue(this.now(), (task) => this.#storage.transactionSync(() => run(task)), report);
  }

  row(): IdentityRow | null {
    return this.db.select().from(tables.identity).get() ?? null;
  }

  /** The row when it is somebody's. */
  owned(): OwnedRow | null {
    const row = this.row();
    const userId = row?.userId ?? null;
    return row === null || userId === null ? null : { ...row, userId };
  }

  /** Sets what is given; the row is made when there is none. */
  set(values: Partial<IdentityRow>): void {
    const { identity } = tables;
    const nobody = {
      id: 1,
      userId: null,
      email: null,
      emailVerifiedAt: null,
      passwordHash: null,
      createdAt: this.now(),
    };
    this.db
      .insert(identity)
      .values({ ...nobody, ...NO_TRIES, ...values })
      .onConflictDoUpdate({ target: identity.id, set: values })
      .run();
  }

  /** Has the person's object told, once the command is committed. */
  tell(userId: string, news: IdentityNews): void {
    this.outbox.add(userId, JSON.stringify(news));
    this.schedule(OUTBOX_TASK, this.now() + OUTBOX_RETRY_MS);
  }

  /** When to look at the outbox again; null when nothing waits. */
  outboxDue(): number | null {
    return this.outbox.isEmpty() ? null : this.now() + OUTBOX_RETRY_MS;
  }
}
