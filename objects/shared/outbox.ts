/**
 * Tells other objects of a change, exactly as often as needed: the message is written in the transaction of the change, sent after the commit, and deleted once it was taken. A
 * kill at any point leaves it for the alarm. A receiver gets its messages in order, one at a time, and the last may come twice: receivers set, they do not add.
 */
import { asc, eq, notInArray, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import type { OutboxTable } from "../../schema/shared.ts";

export const OUTBOX_TASK = "outbox";
/** When the alarm looks for what the sender did not get rid of. */
export const OUTBOX_RETRY_MS = 60_000;
/** Messages sent side by side, and how often in one call; the rest waits for the alarm. */
const MESSAGES_PER_BATCH = 50;
const BATCHES_PER_CALL_MAX = 10;

type Message = OutboxTable["$inferSelect"];

/** Resolves when the receiver has the message on disk. `version` grows with every message of this outbox: a receiver can tell one that was overtaken on its way. */
type Send = (receiver: string, message: string, version: number) => Promise<void>;

export class Outbox {
  readonly #db: DrizzleSqliteDODatabase;
  readonly #table: OutboxTable;
  readonly #send: Send;
  #sending: Promise<void> | null = null;

  constructor(db: DrizzleSqliteDODatabase, table: OutboxTable, send: Send) {
    this.#db = db;
    this.#table = table;
    this.#send = send;
  }

  /** Call inside the transaction of the change. */
  add(receiver: string, message: string): void {
    this.#db.insert(this.#table).values({ receiver, message }).run();
  }

  isEmpty(): boolean {
    return this.#db.select({ id: this.#table.id }).from(this.#table).limit(1).get() === undefined;
  }

  /** Sends what waits. Throws what the receiver threw; the message then stays. */
  async deliver(): Promise<void> {
    // One sender at a time, for order; the second waits for the first and then sends what came meanwhile.
    while (this.#sending !== null) await this.#sending.catch(() => undefined);
    this.#sending = this.#deliver();
    try {
      await this.#sending;
    } finally {
      this.#sending = null;
    }
  }

  /** Receivers are told side by side, each in order; who cannot be told holds up nobody else. */
  async #deliver(): Promise<void> {
    const failed = new Map<string, unknown>();
    for (let batch = 0; batch < BATCHES_PER_CALL_MAX; batch++) {
      const waiting = this.#waiting([...failed.keys()]);
      if (waiting.length === 0) break;
      const receivers = Map.groupBy(waiting, ({ receiver }) => receiver);
      await Promise.all(Array.from(receivers, ([receiver, messages]) => this.#tell(receiver, messages, failed)));
    }
    if (failed.size > 0)
      throw new Error(`${String(failed.size)} receivers not told`, { cause: [...failed.values()][0] });
  }

  /** The oldest messages, but to those who could not be told just now. */
  #waiting(failed: readonly string[]): Message[] {
    const table = this.#table;
    const passedBy = sql`(select value from json_each(${JSON.stringify(failed)}))`;
    return this.#db
      .select()
      .from(table)
      .where(notInArray(table.receiver, passedBy))
      .orderBy(asc(table.id))
      .limit(MESSAGES_PER_BATCH)
      .all();
  }

  async #tell(receiver: string, messages: readonly Message[], failed: Map<string, unknown>): Promise<void> {
    try {
      for (const { id, message } of messages) {
        await this.#send(receiver, message, id);
        this.#db.delete(this.#table).where(eq(this.#table.id, id)).run();
      }
    } catch (thrown) {
      failed.set(receiver, thrown);
    }
  }
}
