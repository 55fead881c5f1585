/**
 * Counts requests against their quotas, exactly: an object runs one call at a time, and nothing is awaited between the look and the count. What is counted is held in memory; a write
 * saves it in its own transaction, so that it outlives the object and costs no round trip. A read saves nothing: what it used is lost when the object leaves memory. A refusal writes nothing.
 * What was counted stays counted when the command behind it is refused.
 */
import { inArray, lte, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import type { RateLimitTable } from "../../schema/shared.ts";
import type { Answered } from "../../src/call.ts";
import { type Rate, type Take, take } from "../../src/domain/gcra.ts";
import { type LimitState, QUOTAS, type QuotaName } from "../../src/domain/rate-limits.ts";
import { type Failure, retryLater } from "../../src/errors.ts";
import { LIMITER_KEYS_HELD_MAX, LIMITER_PURGE_MS, PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import { err, ok, type Result } from "../../src/result.ts";

export const LIMITER_TASK = "forget-limits";

/** One quota that a request counts against. `subject`: whose request it is. */
export type Hit = { readonly name: QuotaName; readonly subject: string; readonly rate: Rate };

/** A refusal says how all quotas stand. */
export type Limited = Failure & { readonly limits: readonly LimitState[] };

type RawSql = {
  exec(query: string, ...bindings: unknown[]): { toArray(): Readonly<Record<string, unknown>>[] };
};

export class Limiter {
  readonly #db: DrizzleSqliteDODatabase;
  readonly #table: RateLimitTable;
  readonly #sql: RawSql;
  /** TATs by key, the least recently used first. */
  readonly #held = new Map<string, number>();
  /** Whether the alarm will look for idle rows. */
  #purgeIsDue = false;
  /** Whether that was scheduled by the transaction under way. */
  #isScheduledNow = false;

  /** `raw`: what `db` runs on. */
  constructor(db: DrizzleSqliteDODatabase, table: RateLimitTable, raw: RawSql) {
    this.#db = db;
    this.#table = table;
    this.#sql = raw;
  }

  /** Counts a request against all its quotas, or none. `onDisk`: others may have counted there before this object was woken. Errors: RATE_LIMITED. */
  admit(hits: readonly Hit[], now: number, onDisk: boolean): Result<readonly LimitState[], Limited> {
    this.#isScheduledNow = false;
    if (hits.length === 0) return ok([]);
    if (onDisk) this.#loadMissing(hits);
    const takenBy = (hit: Hit, count: 0 | 1) => take(hit.rate, this.#held.get(keyOf(hit)) ?? null, now, count);
    const takes = hits.map((hit) => ({ hit, taken: takenBy(hit, 1) }));
    const over = takes.filter(({ taken }) => !taken.admitted);
    if (over.length > 0) {
      // Nothing was counted, so the others stand as before this request.
      const limits = takes.map(({ hit, taken }) => stateOf(hit, taken.admitted ? takenBy(hit, 0) : taken));
      const seconds = Math.max(...over.map(({ taken }) => taken.retryAfterMs)) / 1_000;
      const names = over.map(({ hit }) => QUOTAS[hit.name].by);
      return err({
        ...retryLater("RATE_LIMITED", `Too many requests of one ${names.join(" and ")}.`, seconds),
        limits,
      });
    }
    for (const { hit, taken } of takes) this.#hold(keyOf(hit), taken.tat);
    return ok(takes.map(({ hit, taken }) => stateOf(hit, taken)));
  }

  /** Writes down what `admit` counted. Call in the transaction of the write that it let through; `schedule` is called when the alarm must come to clean up. */
  save(hits: readonly Hit[], schedule: (afterMs: number) => void): void {
    if (hits.length === 0) return;
    const rows = hits.flatMap((hit) => {
      const key = keyOf(hit);
      return [key, this.#held.get(key) ?? 0];
    });
    this.#sql.exec(saveText(hits.length), ...rows);
    if (this.#purgeIsDue) return;
    schedule(LIMITER_PURGE_MS);
    this.#purgeIsDue = true;
    this.#isScheduledNow = true;
  }

  /** The transaction that saved was rolled back, and what it scheduled with it. */
  rolledBack(): void {
    if (this.#isScheduledNow) this.#purgeIsDue = false;
  }

  /** By alarm: deletes a slice of the rows that count nothing any more. Answers when to go on (ms from now); null when there are no rows at all. */
  purge(now: number): number | null {
    const { key, tat } = this.#table;
    for (const [held, at] of this.#held) if (at <= now) this.#held.delete(held);
    const idle = this.#db.select({ key }).from(this.#table).where(lte(tat, now)).limit(PURGE_ROWS_PER_SLICE).all();
    const keys = sql`(select value from json_each(${JSON.stringify(idle.map((row) => row.key))}))`;
    if (idle.length > 0) this.#db.delete(this.#table).where(inArray(key, keys)).run();
    if (idle.length === PURGE_ROWS_PER_SLICE) return 0;
    const isEmpty = this.#db.select({ key }).from(this.#table).limit(1).get() === undefined;
    this.#purgeIsDue = !isEmpty;
    return isEmpty ? null : LIMITER_PURGE_MS;
  }

  #hold(key: string, tat: number): void {
    this.#held.delete(key);
    this.#held.set(key, tat);
    if (this.#held.size <= LIMITER_KEYS_HELD_MAX) return;
    for (const oldest of this.#held.keys()) {
      this.#held.delete(oldest);
      return;
    }
  }

  #loadMissing(hits: readonly Hit[]): void {
    const missing = hits.map(keyOf).filter((key) => !this.#held.has(key));
    if (missing.length === 0) return;
    for (const { key, tat } of this.#sql.exec(loadText(missing.length), ...missing).toArray()) {
      this.#hold(String(key), Number(tat));
    }
  }
}

/** A refusal as an object answers it. */
export function refused({ limits, ...error }: Limited): Answered<never> {
  return { ok: false, error, limits };
}

function keyOf({ name, subject }: Hit): string {
  return `${name}|${subject}`;
}

function stateOf({ name, rate }: Hit, { remaining, resetMs, retryAfterMs }: Take): LimitState {
  const windowSeconds = rate.windowMs / 1_000;
  return { name, limit: rate.limit, windowSeconds, remaining, resetMs, retryAfterMs };
}

// By hand: every counted write runs both, and through drizzle they would take twice as long. There are as many texts of each as a request has quotas at most, three.
function loadText(rows: number): string {
  return `select "key", "tat" from "rate_limits" where "key" in (${Array.from({ length: rows }, () => "?").join(", ")})`;
}

function saveText(rows: number): string {
  const values = Array.from({ length: rows }, () => "(?, ?)").join(", ");
  return `insert into "rate_limits" ("key", "tat") values ${values} on conflict ("key") do update set "tat" = excluded."tat"`;
}
