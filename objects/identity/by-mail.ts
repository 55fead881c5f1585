/** What a mailed link's secret finishes: a registration, a new password, the proof of an address. */
import type { Call } from "../../src/call.ts";
import type { Device } from "../../src/domain/sessions.ts";
import { NO_TRIES } from "../../src/domain/sign-in-waits.ts";
import { type Failure, invalidLink } from "../../src/errors.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { register } from "./account.ts";
import { endLinks, find, issue, type Purpose, take } from "./links.ts";
import { forgetDevices } from "./sign-in.ts";
import type { IdentityStore } from "./store.ts";

/** The verbs that a retry may find done. */
export const CONFIRM = "link.confirm-registration";
export const RESET = "link.reset-password";

/** What a registration's link finishes. */
export type Pending = { readonly email: string; readonly name: string | null; readonly passwordHash: string };

/** What to mail: the link, word of the account that is there already, or nothing. */
export type Mailing = "link" | "notice" | "none";

/** `hash`: of the link's secret, which only the mail will have. */
export function requestRegistration(store: IdentityStore, hash: string, pending: Pending): Result<Mailing, never> {
  const isTaken = store.owned() !== null;
  const admitted = isTaken
    ? issue(store, "notice", hash, null)
    : issue(store, "register", hash, JSON.stringify(pending));
  if (!admitted) return ok("none");
  return ok(isTaken ? "notice" : "link");
}

/**
 * The hash of the password that the registration chose: who has the link must know it, for they need not be who asked for it. Null: this very request, the password with it, used the link
 * before. Errors: INVALID_LINK.
 */
export function chosenPassword(store: IdentityStore, call: Call, hash: string): Result<string | null, Failure> {
  if (store.wasDone(call, CONFIRM)) return ok(null);
  const payload = find(store, "register", hash);
  return payload === null ? err(invalidLink()) : ok((JSON.parse(payload) as Pending).passwordHash);
}

/** What the Worker adds when the link is used. */
export type ConfirmRegistration = { readonly userId: string; readonly device: Device; readonly browser: string | null };

/** Answers whose it is now: `made.userId`. Errors: INVALID_LINK. */
export function confirmRegistration(
  store: IdentityStore,
  hash: string,
  made: ConfirmRegistration,
): Result<string, Failure> {
  const payload = take(store, "register", hash);
  if (payload === null) return err(invalidLink());
  const registered = register(store, { ...(JSON.parse(payload) as Pending), ...made }, true);
  // Somebody else's link for the same address was used first.
  if (!registered.ok) return err(invalidLink());
  endLinks(store, ["register"]);
  return registered;
}

/** Looked up before the Worker hashes anything; a retry of the request that used the link passes. Errors: INVALID_LINK. */
export function checkLink(store: IdentityStore, call: Call, purpose: Purpose, hash: string): Result<null, Failure> {
  if (purpose === "reset" && store.wasDone(call, RESET)) return ok(null);
  return find(store, purpose, hash) === null ? err(invalidLink()) : ok(null);
}

/** Who had the link has read the mail: the address is verified. Errors: INVALID_LINK. */
export function resetPassword(
  store: IdentityStore,
  hash: string,
  passwordHash: string,
  device: Device,
): Result<null, Failure> {
  const row = store.owned();
  if (row === null || take(store, "reset", hash) === null) return err(invalidLink());
  const at = store.now();
  store.set({ passwordHash, emailVerifiedAt: row.emailVerifiedAt ?? at, ...NO_TRIES });
  store.answers.forgetAll();
  forgetDevices(store, null);
  endLinks(store, ["reset", "verify"]);
  store.tellPerson(row.userId, { kind: "password-reset", email: row.email ?? "", keptSessionId: null, at, device });
  return ok(null);
}

/** Errors: INVALID_LINK. */
export function verifyEmail(store: IdentityStore, hash: string, device: Device): Result<null, Failure> {
  const row = store.owned();
  if (row === null || take(store, "verify", hash) === null) return err(invalidLink());
  const at = store.now();
  store.set({ emailVerifiedAt: row.emailVerifiedAt ?? at });
  endLinks(store, ["verify"]);
  store.tellPerson(row.userId, { kind: "email-verified", at, device });
  return ok(null);
}
