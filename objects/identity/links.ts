/** Links that are mailed: each is good once, for a while, and there are few of each kind, so that nobody can have an address flooded. What they finish is left to by-mail.ts. */
import { and, count, eq, gt, inArray } from "drizzle-orm";
import { mailedTokens } from "../../schema/identity.ts";
import { MAILED_LINK_MS, MAILS_PER_PURPOSE_MAX } from "../../src/limits.ts";
import { ok, type Result } from "../../src/result.ts";
import { FORGET_TASK } from "./forget.ts";
import type { IdentityStore } from "./store.ts";

export type Purpose = (typeof mailedTokens.$inferSelect)["purpose"];

/** Whether to mail it. Nobody's address gets none, and a verified one need not be verified. */
export function issueLink(store: IdentityStore, purpose: "reset" | "verify", hash: string): Result<boolean, never> {
  const row = store.owned();
  if (row === null || (purpose === "verify" && row.emailVerifiedAt !== null)) return ok(false);
  return ok(issue(store, purpose, hash, ""));
}

export function endLinks({ db }: IdentityStore, purposes: Purpose[]): void {
  db.delete(mailedTokens).where(inArray(mailedTokens.purpose, purposes)).run();
}

/** Whether there was room for one more. */
export function issue(store: IdentityStore, purpose: Purpose, hash: string, payload: string | null): boolean {
  const now = store.now();
  const ofPurpose = and(eq(mailedTokens.purpose, purpose), gt(mailedTokens.expiresAt, now));
  const { n } = store.db.select({ n: count() }).from(mailedTokens).where(ofPurpose).get() ?? { n: 0 };
  if (n >= MAILS_PER_PURPOSE_MAX) return false;
  const expiresAt = now + MAILED_LINK_MS[purpose];
  store.db.insert(mailedTokens).values({ hash, purpose, payload, expiresAt }).run();
  store.schedule(FORGET_TASK, expiresAt);
  return true;
}

/** The payload, empty for a link that has none; null for a link that is not good. */
export function find(store: IdentityStore, purpose: Purpose, hash: string): string | null {
  const row = store.db.select().from(mailedTokens).where(eq(mailedTokens.hash, hash)).get();
  return row?.purpose === purpose && row.expiresAt > store.now() ? (row.payload ?? "") : null;
}

/** The same, and it is used up by this. */
export function take(store: IdentityStore, purpose: Purpose, hash: string): string | null {
  const payload = find(store, purpose, hash);
  if (payload !== null) store.db.delete(mailedTokens).where(eq(mailedTokens.hash, hash)).run();
  return payload;
}
