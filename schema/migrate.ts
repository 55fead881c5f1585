/**
 * Applies migrations to an object's database, synchronously, so that a constructor needs no `blockConcurrencyWhile`. In place of drizzle's own runner,
 * which is asynchronous, checks no hash, and skips a migration whose timestamp is earlier than the last one applied.
 */
export type Migration = {
  /** File name without `.sql`; its leading number is the order. */
  readonly name: string;
  readonly sha256: string;
  readonly statements: readonly string[];
};

/** The part of `DurableObjectStorage` that this needs. */
export type MigratedStorage = {
  readonly sql: { exec(query: string, ...bindings: unknown[]): { toArray(): Record<string, unknown>[] } };
  transactionSync<T>(closure: () => T): T;
};

const LEDGER = "_migrations";
/** While a deploy rolls out, or after it was rolled back, code meets a schema one step ahead of it; migrations keep that working. */
const MIGRATIONS_AHEAD_MAX = 1;

/** Whether anything was ever applied. Writes nothing, so asking a random name leaves no trace on disk. */
export function isMigrated(storage: MigratedStorage): boolean {
  return storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", LEDGER).toArray().length > 0;
}

/**
 * Brings the database to the newest migration: all of it or, on a throw, nothing. Answers whether there was something to do.
 * Throws when a migration that was applied has changed, when the database is newer than this code knows, or when a statement fails (named).
 */
export function migrate(storage: MigratedStorage, migrations: readonly Migration[]): boolean {
  const applied = isMigrated(storage)
    ? storage.sql.exec(`SELECT name, sha256 FROM ${LEDGER} ORDER BY position`).toArray()
    : null;
  const count = applied?.length ?? 0;
  for (const [position, row] of (applied ?? []).entries()) {
    const known = migrations[position];
    if (known === undefined) continue; // ahead of this code: bounded below
    if (known.name !== row["name"] || known.sha256 !== row["sha256"]) {
      throw new Error(
        `migration ${known.name} differs from the applied ${String(row["name"])}: applied migrations must not change`,
      );
    }
  }
  if (count > migrations.length + MIGRATIONS_AHEAD_MAX) {
    throw new Error(
      `database has ${String(count)} migrations, this code knows ${String(migrations.length)}: it is too new`,
    );
  }
  if (applied !== null && count >= migrations.length) return false;
  storage.transactionSync(() => {
    if (applied === null) {
      storage.sql.exec(
        `CREATE TABLE ${LEDGER} (position INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL)`,
      );
    }
    for (const [position, migration] of migrations.entries()) {
      if (position >= count) apply(storage, position, migration);
    }
  });
  return true;
}

function apply(storage: MigratedStorage, position: number, migration: Migration): void {
  for (const [index, statement] of migration.statements.entries()) {
    try {
      storage.sql.exec(statement);
    } catch (cause) {
      throw new Error(
        `migration ${migration.name}, statement ${String(index + 1)} failed: ${statement.slice(0, 120)}`,
        { cause },
      );
    }
  }
  storage.sql.exec(`INSERT INTO ${LEDGER} VALUES (?, ?, ?)`, position, migration.name, migration.sha256);
}
