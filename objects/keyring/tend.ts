/** Makes what is due in the ring and drops what has ended, in one transaction. */
import { eq } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { signingKeys } from "../../schema/keyring.ts";
import { isPublished, rotationDue, withKey } from "../../src/domain/keyring.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import type { MadeKey } from "./make-key.ts";

export type Ring = {
  readonly storage: MeteredStorage;
  readonly db: DrizzleSqliteDODatabase;
};
export type KeyRow = typeof signingKeys.$inferSelect;

/** The ring as it is from now on; null, with nothing changed, when a key is due and `made` is not there yet. */
export function tendRing(ring: Ring, now: number, byHand: boolean, made: MadeKey | null): KeyRow[] | null {
  return ring.storage.transactionSync(() => {
    const before = ring.db.select().from(signingKeys).all();
    const rotation = rotationDue(before, now, byHand);
    const kept = before.filter((key) => isPublished(key, now));
    let after = kept;
    if (rotation !== null) {
      if (made === null) return null;
      after = withKey(kept, rowOf(made, now, rotation.signsFrom), rotation);
    }
    save(ring.db, before, after);
    return after;
  });
}

function rowOf({ kid, privateJwk, publicJwk }: MadeKey, now: number, signsFrom: number): KeyRow {
  return {
    kid,
    algorithm: "EdDSA",
    publicJwk: JSON.stringify(publicJwk),
    privateJwk: JSON.stringify(privateJwk),
    createdAt: now,
    signsFrom,
    expiresAt: null,
  };
}

/** Writes the rows that are not the same objects any more. */
function save(db: DrizzleSqliteDODatabase, before: readonly KeyRow[], after: readonly KeyRow[]): void {
  for (const { kid } of before) {
    if (!after.some((row) => row.kid === kid)) db.delete(signingKeys).where(eq(signingKeys.kid, kid)).run();
  }
  for (const row of after) {
    if (before.includes(row)) continue;
    const { expiresAt } = row;
    db.insert(signingKeys).values(row).onConflictDoUpdate({ target: signingKeys.kid, set: { expiresAt } }).run();
  }
}
