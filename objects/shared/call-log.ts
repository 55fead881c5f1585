/** One log line per call of an object, with what it cost since the line before. */
import { log, type ObjectName } from "../../src/log.ts";
import type { MeteredSql } from "./metered-storage.ts";

type Subject = { readonly object: ObjectName; readonly workspace?: string };

export class CallLog {
  readonly #subject: Subject;
  readonly #sql: MeteredSql;
  readonly #seq: () => number | null;

  /** `seq` is asked when a line is written; null leaves it out. */
  constructor(subject: Subject, sql: MeteredSql, seq: () => number | null = () => null) {
    this.#subject = subject;
    this.#sql = sql;
    this.#seq = seq;
  }

  /** Runs a synchronous call. `outcomeOf` says what the line calls its result; a throw is `thrown`, and passes on. */
  run<T>(verb: string, requestId: string, call: () => T, outcomeOf: (result: T) => string): T {
    const startedAt = performance.now();
    let outcome = "thrown";
    try {
      const result = call();
      outcome = outcomeOf(result);
      return result;
    } finally {
      this.#line(verb, requestId, startedAt, outcome);
    }
  }

  /** The same for a call that awaits others. What runs meanwhile has lines of its own. */
  async runAsync(verb: string, requestId: string, call: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    let outcome = "thrown";
    try {
      await call();
      outcome = "ok";
    } finally {
      this.#line(verb, requestId, startedAt, outcome);
    }
  }

  #line(verb: string, requestId: string, startedAt: number, outcome: string): void {
    const cost = this.#sql.take();
    const seq = this.#seq();
    const ms = Math.round((performance.now() - startedAt) * 1000) / 1000;
    log("info", {
      kind: "object",
      requestId,
      ...this.#subject,
      verb,
      ms,
      ...cost,
      ...(seq === null ? {} : { seq }),
      outcome,
    });
  }
}
