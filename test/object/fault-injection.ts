/** Makes the n-th SQL statement of the Workspace objects fail, and takes stock of everything an object holds. Test and object run in one isolate, so one prototype serves both. */
import { vi } from "vitest";
import { MeteredSql } from "../../objects/shared/metered-storage.ts";

/** V8's own property, which the types do not know. */
const stacks = Error as { stackTraceLimit?: number };
const STACK_TRACE_LIMIT = stacks.stackTraceLimit ?? 10;

export class StatementFault {
  /** Statements run since it was armed. */
  ran = 0;
  #failAt = 0;

  install(): void {
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
    const { exec } = MeteredSql.prototype;
    const step = (): void => {
      this.ran += 1;
      if (this.ran === this.#failAt) throw new Error(`injected: statement ${String(this.ran)}`);
    };
    vi.spyOn(MeteredSql.prototype, "exec").mockImplementation(function faulty(this: MeteredSql, query, ...bindings) {
      step();
      return exec.call(this, query, ...bindings);
    });
  }

  /** The n-th statement from now on fails (0: none). */
  arm(failAt: number): void {
    this.ran = 0;
    this.#failAt = failAt;
    // The runtime prints what is thrown, and there are hundreds of these.
    stacks.stackTraceLimit = failAt > 0 ? 0 : STACK_TRACE_LIMIT;
  }

  /** Whether the statement that was to fail was reached. */
  get fired(): boolean {
    return this.#failAt > 0 && this.ran >= this.#failAt;
  }
}

/** Every row of every table, the search index's own among them, and the alarm. Call inside the object. */
export async function dump(storage: DurableObjectStorage): Promise<Record<string, unknown>> {
  const tables = storage.sql
    .exec("select name from sqlite_master where type = 'table' and name not like '\\_cf\\_%' escape '\\' order by name")
    .toArray()
    .map((row) => String(row["name"]));
  const rows = tables.map(
    (table) => [table, Array.from(storage.sql.exec(`select * from "${table}"`).raw(), plain)] as const,
  );
  return { ...Object.fromEntries(rows), alarm: await storage.getAlarm() };
}

function plain(row: readonly SqlStorageValue[]): unknown[] {
  return row.map((value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)].join() : value));
}
