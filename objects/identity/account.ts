/** Whose address it is: claimed by whoever registers first. What changes is told to the person's object through the outbox, written with the change. */
import { decideLinking } from "../../src/domain/account-linking.ts";
import type { Device } from "../../src/domain/sessions.ts";
import { type Failure, failure, wrongPassword } from "../../src/errors.ts";
import type { LinkedIdentity } from "../../src/identity-news.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { NO_TRIES } from "../../src/domain/sign-in-waits.ts";
import { forgetDevices, rememberDevice } from "./sign-in.ts";
import type { IdentityStore } from "./store.ts";
import { endLinks } from "./links.ts";

export type IdentityFacts = {
  /** Null: nobody's. */
  readonly userId: string | null;
  readonly emailVerified: boolean;
  readonly hasPassword: boolean;
};

export function readIdentity(store: IdentityStore): IdentityFacts {
  const row = store.owned();
  if (row === null) return { userId: null, emailVerified: false, hasPassword: false };
  return { userId: row.userId, emailVerified: row.emailVerifiedAt !== null, hasPassword: row.passwordHash !== null };
}

export type Register = {
  /** Chosen by the Worker. */
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly passwordHash: string;
  readonly device: Device;
  /** Hash of the device cookie. */
  readonly browser: string | null;
};

/** Answers whose it is: `command.userId`. Errors: EMAIL_TAKEN. */
export function register(store: IdentityStore, command: Register, emailVerified: boolean): Result<string, Failure> {
  if (store.owned() !== null) return err(failure("EMAIL_TAKEN", "There is an account of this address already."));
  const { userId, email, name, passwordHash, device, browser } = command;
  const at = store.now();
  store.set({ userId, email, passwordHash, emailVerifiedAt: emailVerified ? at : null, createdAt: at, ...NO_TRIES });
  // A browser that somebody else made known while the address was nobody's stays a stranger.
  forgetDevices(store, null);
  if (browser !== null) rememberDevice(store, browser);
  const identity: LinkedIdentity = { provider: "password", subject: email, email };
  store.tellPerson(userId, { kind: "account", email, emailVerified, name, identity, at, device });
  return ok(userId);
}

export type ClaimEmail = {
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly device: Device;
};

/**
 * For a person who came through a provider that vouches for the address: the account is theirs unless somebody had it before, and if that was somebody who never showed that the address is
 * theirs, it is taken over. Answers whose it is.
 */
export function claimEmail(store: IdentityStore, { userId, email, name, device }: ClaimEmail): Result<string, never> {
  const { userId: owner, emailVerified } = readIdentity(store);
  const local = owner === null ? null : { userId: owner, emailVerified };
  const linking = decideLinking({ address: email, verified: true }, local);
  if (linking.kind === "take-over") dropPassword(store, device);
  if (linking.kind === "take-over" || linking.kind === "link") return ok(linking.userId);
  const at = store.now();
  store.set({ userId, email, emailVerifiedAt: at, createdAt: at, ...NO_TRIES });
  forgetDevices(store, null);
  store.tellPerson(userId, { kind: "account", email, emailVerified: true, name, identity: null, at, device });
  return ok(userId);
}

export type ClaimProvider = {
  readonly userId: string;
  readonly identity: LinkedIdentity;
  /** Opens the account as well, with an address that nobody vouches for; null: `claimEmail` has. */
  readonly account: { readonly email: string; readonly name: string | null } | null;
  readonly device: Device;
};

/** For an object named after a provider's own id of a person. Answers whose it is: the first to claim it keeps it. */
export function claimProvider(
  store: IdentityStore,
  { userId, identity, account, device }: ClaimProvider,
): Result<string, never> {
  const owner = store.row()?.userId ?? null;
  if (owner !== null) {
    store.set({ email: identity.email });
    return ok(owner);
  }
  const at = store.now();
  store.set({ userId, email: identity.email, createdAt: at });
  if (account === null) store.tellPerson(userId, { kind: "linked", identity, at, device });
  else store.tellPerson(userId, { kind: "account", ...account, emailVerified: false, identity, at, device });
  return ok(userId);
}

export type ChangePassword = {
  readonly userId: string;
  readonly email: string;
  readonly from: string;
  readonly to: string;
  readonly keptSessionId: string;
  readonly device: Device;
  readonly browser: string | null;
};

/** Errors: INVALID_CREDENTIALS, when it was changed meanwhile. */
export function changePassword(store: IdentityStore, command: ChangePassword): Result<null, Failure> {
  const { userId, email, from, to, keptSessionId, device, browser } = command;
  const row = store.row();
  if (row?.userId !== userId || row.passwordHash !== from) return err(wrongPassword());
  store.set({ passwordHash: to, ...NO_TRIES });
  // Some let in whoever asked the same with the old password.
  store.answers.forgetAll();
  forgetDevices(store, browser);
  endLinks(store, ["reset"]);
  store.tellPerson(userId, { kind: "password-changed", email, keptSessionId, at: store.now(), device });
  return ok(null);
}

/**
 * Takes the password away from an account whose address was never verified: whoever chose it may not be the owner of the address, who has come now. Ends all sessions; the
 * address is verified from now on. Nothing to do for a verified one.
 */
function dropPassword(store: IdentityStore, device: Device): Result<null, never> {
  const row = store.owned();
  if (row?.emailVerifiedAt !== null) return ok(null);
  const at = store.now();
  store.set({ passwordHash: null, emailVerifiedAt: at, ...NO_TRIES });
  store.answers.forgetAll();
  forgetDevices(store, null);
  endLinks(store, ["reset", "verify"]);
  store.tellPerson(row.userId, { kind: "password-dropped", email: row.email ?? "", keptSessionId: null, at, device });
  return ok(null);
}
