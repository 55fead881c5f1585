/** Forgets what has had its time: mailed links, and addresses that were only ever tried. */
import { gt, lte } from "drizzle-orm";
import { mailedTokens } from "../../schema/identity.ts";
import { FAILURES_FORGOTTEN_MS } from "../../src/domain/sign-in-waits.ts";
import type { IdentityStore } from "./store.ts";

/** The alarm's task. */
export const FORGET_TASK = "forget";

/** When to come again (ms), or null. */
export function forget(store: IdentityStore): number | null {
  const now = store.now();
  store.db.delete(mailedTokens).where(lte(mailedTokens.expiresAt, now)).run();
  const next = store.db.select({ at: mailedTokens.expiresAt }).from(mailedTokens).orderBy(mailedTokens.expiresAt).get();
  const row = store.row();
  const idleAt = row?.userId !== null ? Infinity : row.lastFailureAt + FAILURES_FORGOTTEN_MS;
  const due = Math.min(next?.at ?? Infinity, idleAt <= now ? Infinity : idleAt);
  return Number.isFinite(due) ? due : null;
}

/** Nothing here is anybody's, and nothing is remembered any more: the object may go. */
export function isForgotten(store: IdentityStore): boolean {
  const now = store.now();
  const row = store.row();
  if (row !== null && (row.userId !== null || row.lastFailureAt + FAILURES_FORGOTTEN_MS > now)) return false;
  const link = store.db.select({ hash: mailedTokens.hash }).from(mailedTokens).where(gt(mailedTokens.expiresAt, now));
  return link.limit(1).get() === undefined;
}
