/**
 * Gives a request that came with an Idempotency-Key its effect once: the first answer is kept in the transaction of the effect, and given again to whoever comes with the same key and the
 * same request. Refusals have no effect, so they are not kept: the same key may try again. Source: draft-ietf-httpapi-idempotency-key-header.
 */
import { and, asc, eq, isNull, lte } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import type { IdempotencyTable } from "../../schema/shared.ts";
import type { Answered, Call, Idempotency } from "../../src/call.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { FIRST_ANSWERS_MAX, IDEMPOTENCY_MS, IDEMPOTENCY_RUNNING_MS, PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import { err, ok, type Result } from "../../src/result.ts";

export const ANSWERS_TASK = "forget-answers";
/** Each look reads a slice: answers that end one after the other are not looked at for each. */
const ANSWERS_PURGE_MS = 15 * 60 * 1_000;

export class FirstAnswers {
  readonly #db: DrizzleSqliteDODatabase;
  readonly #table: IdempotencyTable;

  constructor(db: DrizzleSqliteDODatabase, table: IdempotencyTable) {
    this.#db = db;
    this.#table = table;
  }

  /**
   * What the first request was answered, as JSON; null when this is the first. `scope` says more of whose the key is than the Worker knew. Errors: IDEMPOTENCY_KEY_REUSED for another request
   * under the same key, IDEMPOTENCY_IN_PROGRESS.
   */
  find({ key, fingerprint }: Idempotency, scope: string, now: number): Result<string | null, Failure> {
    const table = this.#table;
    const row = this.#db
      .select()
      .from(table)
      .where(eq(table.key, scoped(key, scope)))
      .get();
    if (row === undefined || row.expiresAt <= now) return ok(null);
    if (row.fingerprint !== fingerprint) return err(reused());
    return row.answer === null ? err(inProgress()) : ok(row.answer);
  }

  /** Call in the transaction of the effect; `schedule` has the alarm forget it. */
  keep(
    { key, fingerprint }: Idempotency,
    scope: string,
    value: unknown,
    now: number,
    schedule: (dueAt: number) => void,
  ): void {
    this.#put(scoped(key, scope), fingerprint, JSON.stringify(value), now + IDEMPOTENCY_MS);
    schedule(now + IDEMPOTENCY_MS);
  }

  /** Runs `command`, or gives its first answer again. Call in its transaction. `scope`, `schedule`: as above. */
  once<T>(
    { idempotency }: Partial<Pick<Call, "idempotency">>,
    scope: string,
    now: number,
    schedule: (dueAt: number) => void,
    command: () => Answered<T>,
  ): Answered<T> {
    // A Worker of the version before, while a deploy runs, says nothing of it.
    if (idempotency === undefined || idempotency === null) return command();
    const first = this.find(idempotency, scope, now);
    if (!first.ok) return first;
    // Written below, of the same verb: the route is part of the key.
    if (first.value !== null) return { ok: true, value: JSON.parse(first.value) as T, replayed: true };
    const result = command();
    if (result.ok) this.keep(idempotency, scope, result.value, now, schedule);
    return result;
  }

  /** The request runs, and answers later in another transaction. Whoever comes meanwhile is told so, for IDEMPOTENCY_RUNNING_MS at most. */
  claim({ key, fingerprint }: Idempotency, scope: string, now: number, schedule: (dueAt: number) => void): void {
    this.#put(scoped(key, scope), fingerprint, null, now + IDEMPOTENCY_RUNNING_MS);
    schedule(now + IDEMPOTENCY_MS);
  }

  /** What was claimed had no effect: the same key may try again. */
  release({ key, fingerprint }: Idempotency, scope: string): void {
    const table = this.#table;
    this.#db
      .delete(table)
      .where(and(eq(table.key, scoped(key, scope)), eq(table.fingerprint, fingerprint), isNull(table.answer)))
      .run();
  }

  /** Whatever was answered before is not given again. */
  forgetAll(): void {
    this.#db.delete(this.#table).run();
  }

  /** `answer` null: running. */
  #put(key: string, fingerprint: string, answer: string | null, expiresAt: number): void {
    const table = this.#table;
    const row = { fingerprint, answer, expiresAt };
    const { id } = this.#db
      .insert(table)
      .values({ key, ...row })
      .onConflictDoUpdate({ target: table.key, set: row })
      .returning({ id: table.id })
      .get();
    // Ids have few gaps, so nothing need be counted.
    this.#db
      .delete(table)
      .where(lte(table.id, id - FIRST_ANSWERS_MAX))
      .run();
  }

  /** By alarm: forgets a slice of what has ended. Answers when to go on (ms since 1970); null when nothing is kept. */
  purge(now: number): number | null {
    const table = this.#table;
    const oldest = this.#db
      .select({ id: table.id, expiresAt: table.expiresAt })
      .from(table)
      .orderBy(asc(table.id))
      .limit(PURGE_ROWS_PER_SLICE)
      .all();
    const ended = oldest.filter(({ expiresAt }) => expiresAt <= now).map(({ id }) => id);
    const last = ended.at(-1);
    // Ids grow with time, so what has ended stands together.
    if (last !== undefined)
      this.#db
        .delete(table)
        .where(and(lte(table.id, last), lte(table.expiresAt, now)))
        .run();
    if (ended.length === PURGE_ROWS_PER_SLICE) return now;
    const next = oldest.find(({ expiresAt }) => expiresAt > now);
    return next === undefined ? null : Math.max(next.expiresAt, now + ANSWERS_PURGE_MS);
  }
}

function scoped(key: string, scope: string): string {
  return scope === "" ? key : `${key}/${scope}`;
}

function reused(): Failure {
  return failure("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key came with another request before. Use a new one.");
}

function inProgress(): Failure {
  return failure("IDEMPOTENCY_IN_PROGRESS", "The first request with this Idempotency-Key is still running. Try again.");
}
