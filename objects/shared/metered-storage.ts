/** An object's SQL storage that counts what each call costs: statements, rows read, rows written. The log prints them, the bench gates on them. */

export type Cost = { readonly statements: number; readonly rowsRead: number; readonly rowsWritten: number };

export class MeteredSql {
  readonly #sql: SqlStorage;
  #cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  exec(query: string, ...bindings: unknown[]): SqlStorageCursor<Record<string, SqlStorageValue>> {
    const cursor = this.#sql.exec(query, ...bindings);
    this.#cursors.push(cursor);
    return cursor;
  }

  /** The cost since the last call. */
  take(): Cost {
    let rowsRead = 0;
    let rowsWritten = 0;
    for (const cursor of this.#cursors) {
      rowsRead += cursor.rowsRead;
      rowsWritten += cursor.rowsWritten;
    }
    const statements = this.#cursors.length;
    this.#cursors = [];
    return { statements, rowsRead, rowsWritten };
  }
}

/** What drizzle and the migrations run on. */
export class MeteredStorage {
  readonly sql: MeteredSql;
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.sql = new MeteredSql(storage.sql);
  }

  transactionSync<T>(closure: () => T): T {
    return this.#storage.transactionSync(closure);
  }
}
