/**
 * A sign-in with a password, in two steps around the Worker's hashing. The first counts the try as a failure, the second takes that back: tries that run at the same time are counted like tries
 * that follow each other. An address that nobody has registered goes the very same way, and is forgotten later.
 */
import { asc, count, eq } from "drizzle-orm";
import { knownDevices } from "../../schema/identity.ts";
import { beginTry, FAILURES_FORGOTTEN_MS, NO_TRIES, type Tries } from "../../src/domain/sign-in-waits.ts";
import { type Failure, retryLater } from "../../src/errors.ts";
import { KNOWN_DEVICES_MAX } from "../../src/limits.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { FORGET_TASK } from "./forget.ts";
import type { IdentityStore } from "./store.ts";

/** Null where nobody has registered, or the account has no password. */
export type Begun = {
  readonly userId: string | null;
  readonly passwordHash: string | null;
  readonly knownDevice: boolean;
};

/**
 * Reads only; `count` writes what this decides. `store` null: nothing was ever written here. `browser`: hash of the device cookie. Errors: TOO_MANY_ATTEMPTS.
 */
export function beginSignIn(
  store: IdentityStore | null,
  browser: string | null,
  now: number,
): Result<{ readonly begun: Begun; readonly count: (store: IdentityStore) => void }, Failure> {
  const row = store?.row() ?? null;
  const known = browser === null || store === null ? null : findDevice(store, browser);
  const tries = known ?? row ?? NO_TRIES;
  const verdict = beginTry(tries, now);
  if (!verdict.admitted) {
    const detail = "Too many wrong passwords for this address. Wait, or sign in from a browser that you used before.";
    return err(retryLater("TOO_MANY_ATTEMPTS", detail, verdict.retryAfterMs / 1_000));
  }
  const userId = row?.userId ?? null;
  const write = (counting: IdentityStore) => {
    if (known !== null && browser !== null) setTries(counting, browser, verdict.next);
    else counting.set(verdict.next);
    if (userId === null) counting.schedule(FORGET_TASK, now + FAILURES_FORGOTTEN_MS);
  };
  return ok({ begun: { userId, passwordHash: row?.passwordHash ?? null, knownDevice: known !== null }, count: write });
}

export type SettleSignIn = {
  /** The hash that was right. */
  readonly passwordHash: string;
  /** The same password under today's settings; null when it was already. */
  readonly rehashed: string | null;
  readonly browser: string | null;
};

/** Idempotent. False: the password was changed meanwhile, and the session must not stand. */
export function settleSignIn(store: IdentityStore, command: SettleSignIn): Result<boolean, never> {
  const { passwordHash, rehashed, browser } = command;
  const stored = store.row()?.passwordHash ?? null;
  // The new hash is there already when the answer to the first call was lost and this is the second.
  if (stored === null || (stored !== passwordHash && stored !== rehashed)) return ok(false);
  if (rehashed !== null) store.set({ passwordHash: rehashed });
  // A browser that is known has a count of its own, and says nothing about who tries elsewhere.
  if (browser === null || findDevice(store, browser) === null) store.set(NO_TRIES);
  if (browser !== null) rememberDevice(store, browser);
  return ok(true);
}

/** The browser is known from now on; the one that was not seen for longest may have to go. */
export function rememberDevice(store: IdentityStore, hash: string): void {
  const fresh = { failures: 0, waitUntil: 0, lastSeenAt: store.now() };
  store.db
    .insert(knownDevices)
    .values({ hash, ...fresh })
    .onConflictDoUpdate({ target: knownDevices.hash, set: fresh })
    .run();
  const devices = store.db.select({ n: count() }).from(knownDevices).get()?.n ?? 0;
  if (devices <= KNOWN_DEVICES_MAX) return;
  const oldest = store.db.select().from(knownDevices).orderBy(asc(knownDevices.lastSeenAt)).limit(1).get();
  if (oldest !== undefined) store.db.delete(knownDevices).where(eq(knownDevices.hash, oldest.hash)).run();
}

/** After a password was changed, only the browser that did it is known. */
export function forgetDevices(store: IdentityStore, but: string | null): void {
  const known = but !== null && findDevice(store, but) !== null;
  store.db.delete(knownDevices).run();
  if (known) rememberDevice(store, but);
}

function findDevice({ db }: IdentityStore, hash: string): Tries | null {
  const row = db.select().from(knownDevices).where(eq(knownDevices.hash, hash)).get();
  return row === undefined ? null : { failures: row.failures, waitUntil: row.waitUntil, lastFailureAt: row.lastSeenAt };
}

function setTries({ db }: IdentityStore, hash: string, { failures, waitUntil, lastFailureAt }: Tries): void {
  db.update(knownDevices)
    .set({ failures, waitUntil, lastSeenAt: lastFailureAt })
    .where(eq(knownDevices.hash, hash))
    .run();
}
