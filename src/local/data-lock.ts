/** One server per data directory: two runtimes writing the same SQLite files would corrupt what each holds in memory. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "../result.ts";

/** Held until released or until this process ends, in whatever way: the kernel drops the file lock. */
export function lockData(dataDir: string): Result<{ release: () => void }, "held"> {
  const database = new DatabaseSync(join(dataDir, "lock"));
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
  } catch {
    database.close();
    return err("held");
  }
  return ok({
    release: () => {
      database.close();
    },
  });
}
