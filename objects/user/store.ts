/** What every verb of the User object works on: the database with its hot statements, its clock, its outbox and its due times, and the list of what happened to the account. */
import { eq, lte, sql } from "drizzle-orm";
import { drizzle, type DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import * as tables from "../../schema/user.ts";
import type { Device } from "../../src/domain/sessions.ts";
import { SECURITY_EVENTS_PER_USER_MAX } from "../../src/limits.ts";
import type { SecurityEvent } from "../../src/protocol/rest/account.ts";
import type { Result } from "../../src/result.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { Outbox, OUTBOX_RETRY_MS, OUTBOX_TASK } from "../shared/outbox.ts";
import { type AlarmClock, Schedule } from "../shared/schedule.ts";
import { transact } from "../shared/transaction.ts";

export type Profile = typeof tables.profile.$inferSelect;

export type SessionRow = typeof tables.sessions.$inferSelect;

export class UserStore {
  readonly id: string;
  readonly db: DrizzleSqliteDODatabase;
  readonly outbox: Outbox;
  readonly #storage: MeteredStorage;
  readonly #clock: () => number;
  readonly #schedule: Schedule;
  readonly #statements: Statements;

  /** `send` hands a message to a workspace. */
  constructor(
    id: string,
    storage: MeteredStorage,
    alarm: AlarmClock,
    clock: () => number,
    send: (workspace: string, message: string) => Promise<void>,
  ) {
    this.id = id;
    this.#storage = storage;
    this.#clock = clock;
    // MeteredStorage has the two members of DurableObjectStorage that drizzle uses.
    this.db = drizzle(storage as unknown as DurableObjectStorage);
    this.#statements = prepareStatements(this.db);
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

  /** Has workspaces told, once the command is committed. */
  tell(workspaces: readonly string[], message: string): void {
    for (const workspace of workspaces) this.outbox.add(workspace, message);
    if (workspaces.length > 0) this.schedule(OUTBOX_TASK, this.now() + OUTBOX_RETRY_MS);
  }

  /** When to look at the outbox again; null when nothing waits. */
  outboxDue(): number | null {
    return this.outbox.isEmpty() ? null : this.now() + OUTBOX_RETRY_MS;
  }

  profile(): Profile | null {
    return this.#statements.profile.get() ?? null;
  }

  session(id: string): SessionRow | null {
    return this.#statements.session.get({ id }) ?? null;
  }

  /** Adds to the list of what happened; the oldest is forgotten. */
  record(kind: SecurityEvent["kind"], at: number, { browser, os, address, place }: Device): void {
    const { securityEvents } = tables;
    const row = { at, kind, browser, os, address, place };
    const { id } = this.db.insert(securityEvents).values(row).returning({ id: securityEvents.id }).get();
    // Ids have no gaps, so nothing need be counted.
    this.db
      .delete(securityEvents)
      .where(lte(securityEvents.id, id - SECURITY_EVENTS_PER_USER_MAX))
      .run();
  }
}

type Statements = ReturnType<typeof prepareStatements>;

/** What every check and every refresh of a session reads: building the two costs several times what running them does. */
function prepareStatements(db: DrizzleSqliteDODatabase) {
  const { profile, sessions } = tables;
  return {
    profile: db.select().from(profile).prepare(),
    session: db
      .select()
      .from(sessions)
      .where(eq(sessions.id, sql.placeholder("id")))
      .prepare(),
  };
}
