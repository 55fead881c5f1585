/**
 * Tells other objects of a change, exactly as often as needed: the message is written in the transaction of the change, sent after the commit, and deleted once it was taken. A
 * kill at any point leaves it for the alarm. Messages go in order, one at a time, and the last may come twice: receivers set, they do not add.
 */
import { asc, eq } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import type { OutboxTable } from "../../schema/shared.ts";

export const OUTBOX_TASK = "outbox";
/** When the alarm looks for what the sender did not get rid of. */
export const OUTBOX_RETRY_MS = 60_000;
/** Messages sent per call; the rest waits for the alarm. */
const MESSAGES_PER_CALL_MAX = 50;

/** Resolves when the receiver has the message on disk. `version` grows with every message of this outbox: a receiver can tell one that was overtaken on its way. */
type Send = (receiver: string, message: string, version: number) => Promise<void>;

export class Outbox {
  readonly #db: DrizzleSqliteDODatabase;
  readonly #table: OutboxTable;
  readonly #send: Send;
  #sending: Promise<void> | null = null;

  constructor(
    db: DrizzleSqliteDODatabase,
    table: OutboxTable,
    send: Send,
  ) {
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

  /** Who cannot be told holds up nobody else: order matters per receiver only. */
  async #deliver(): Promise<void> {
    const failed = new Map<string, unknown>();
    const table = this.#table;
    for (const next of this.#db.select().from(table).orderBy(asc(table.id)).limit(MESSAGES_PER_CALL_MAX).all()) {
      if (failed.has(next.receiver)) continue;
      try {
        await this.#send(next.receiver, next.message, next.id);
        this.#db.delete(table).where(eq(table.id, next.id)).run();
      } catch (thrown) {
        failed.set(next.receiver, thrown);
      }
    }
    if (failed.size > 0)
      throw new Error(`${String(failed.size)} receivers not told`, { cause: [...failed.values()][0] });
  }
}
