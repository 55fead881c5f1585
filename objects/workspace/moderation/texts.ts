/** Which texts came lately, and how often: as hashes, for a week. */
import { sha256 } from "@noble/hashes/sha2.js";
import { and, asc, gt, inArray, lte, sql } from "drizzle-orm";
import { textHashes } from "../../../schema/workspace-discussion.ts";
import { base64url } from "../../../src/ids.ts";
import { DAY_MS, PURGE_ROWS_PER_SLICE, TEXTS_KEPT_MS } from "../../../src/limits.ts";
import type { WorkspaceStore } from "../store.ts";

export const TEXTS_TASK = "forget-texts";
/** 96 bits: that two texts of a workspace meet by accident is not to be expected. */
const HASH_BYTES = 12;

/** Objects whose alarm is known to forget: a task that was there before the transaction is not rolled back with it. */
const armed = new WeakSet<WorkspaceStore>();

/** How often this text came within TEXTS_KEPT_MS, with this time. */
export function countText(store: WorkspaceStore, text: string): number {
  const now = store.now();
  const hash = base64url(sha256(new TextEncoder().encode(text)).subarray(0, HASH_BYTES));
  const { count } = store.statements.countText.get({ hash, now, expired: now - TEXTS_KEPT_MS });
  if (count === 1 && !armed.has(store) && store.schedule(TEXTS_TASK, now + TEXTS_KEPT_MS)) armed.add(store);
  return count;
}

/**
 * By alarm, once a day while there are any: walks them in the order of their hashes, a slice at a time, for an index by time would cost every post a row. `after`: where the slice begins; empty:
 * at the first. Answers when to go on (ms); null when the walk is done.
 */
export function forgetTexts(store: WorkspaceStore, after: string): number | null {
  const slice = store.db
    .select({ hash: textHashes.hash })
    .from(textHashes)
    .where(gt(textHashes.hash, after))
    .orderBy(asc(textHashes.hash))
    .limit(PURGE_ROWS_PER_SLICE)
    .all();
  const last = slice.at(-1);
  if (last !== undefined) {
    const inSlice = and(gt(textHashes.hash, after), lte(textHashes.hash, last.hash));
    const expired = lte(textHashes.lastAt, store.now() - TEXTS_KEPT_MS);
    store.db.delete(textHashes).where(and(inSlice, expired)).run();
    if (slice.length === PURGE_ROWS_PER_SLICE) store.schedule(`${TEXTS_TASK}:${last.hash}`, store.now());
  }
  if (after !== "") return null;
  if (last !== undefined) return store.now() + DAY_MS;
  armed.delete(store);
  return null;
}

/** Of a deleted workspace: forgets a slice; true when none is left. */
export function purgeTexts(store: WorkspaceStore): boolean {
  const some = sql`(select hash from text_hashes limit ${PURGE_ROWS_PER_SLICE})`;
  const gone = store.db
    .delete(textHashes)
    .where(inArray(textHashes.hash, some))
    .returning({ hash: textHashes.hash })
    .all();
  return gone.length < PURGE_ROWS_PER_SLICE;
}
