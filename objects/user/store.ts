/** What every verb of the User object works on: the database with its hot statements, its clock, its outbox and its due times, and the list of what happened to the account. */
import { eq, lte, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import * as tables from "../../schema/user.ts";
import type { Device } from "../../src/domain/sessions.ts";
import { SECURITY_EVENTS_PER_USER_MAX } from "../../src/limits.ts";
import type { SecurityEvent } from "../../src/protocol/rest/account.ts";
import type { Result } from "../../src/result.ts";
import { FirstAnswers } from "../shared/idempotency.ts";
import { Limiter } from "../shared/limiter.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { ObjectStore } from "../shared/object-store.ts";
import type { AlarmClock } from "../shared/schedule.ts";

export type Profile = typeof tables.profile.$inferSelect;

export type SessionRow = typeof tables.sessions.$inferSelect;

export class UserStore extends ObjectStore {
  readonly id: string;
  readonly limiter: Limiter;
  readonly answers: FirstAnswers;
  /** What every quota is multiplied by. */
  readonly rateScale: number;
  readonly #statements: Statements;

  /** `send` hands a message to a workspace. */
  constructor(
    id: string,
    rateScale: number,
    storage: MeteredStorage,
    alarm: AlarmClock,
    clock: () => number,
    send: (workspace: string, message: string) => Promise<void>,
  ) {
    super(storage, alarm, clock, tables, send);
    this.id = id;
    this.rateScale = rateScale;
    this.limiter = new Limiter(this.db, tables.rateLimits, storage.sql);
    this.answers = new FirstAnswers(this.db, tables.idempotencyKeys);
    this.#statements = prepareStatements(this.db);
  }

  override commit<R extends Result<unknown, unknown>>(command: () => R): R {
    let committed = false;
    try {
      const result = super.commit(command);
      committed = result.ok;
      return result;
    } finally {
      if (!committed) this.limiter.rolledBack();
    }
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
