/** Who the person is. */
import { asc, eq } from "drizzle-orm";
import { identities, profile } from "../../schema/user.ts";
import type { Device, SignInMethod } from "../../src/domain/sessions.ts";
import { type Failure, failure } from "../../src/errors.ts";
import type { AccountNews, LinkedIdentity } from "../../src/identity-news.ts";
import type { Me, UpdateMe } from "../../src/protocol/rest/account.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { workspacesOf } from "./memberships.ts";
import type { UserStore } from "./store.ts";

/** Makes the profile; one that is there stays as it is, for the message may come twice. */
export function openAccount(store: UserStore, account: AccountNews, at: number, device: Device): Result<null, never> {
  const { email, name, identity } = account;
  if (store.profile() === null) {
    const emailVerifiedAt = account.emailVerified ? at : null;
    store.db.insert(profile).values({ id: 1, email, emailVerifiedAt, name, createdAt: at, lastLoginAt: null }).run();
    store.record("registered", at, device);
  }
  if (identity !== null) addIdentity(store, identity, at);
  return ok(null);
}

export function linkIdentity(
  store: UserStore,
  identity: LinkedIdentity,
  at: number,
  device: Device,
): Result<null, never> {
  if (addIdentity(store, identity, at)) store.record("provider-linked", at, device);
  return ok(null);
}

/** Whether it is new. */
export function addIdentity({ db }: UserStore, identity: LinkedIdentity, linkedAt: number): boolean {
  const added = db
    .insert(identities)
    .values({ ...identity, linkedAt })
    .onConflictDoNothing()
    .returning()
    .all();
  return added.length > 0;
}

export function readMe(store: UserStore): Result<Me, Failure> {
  const row = store.profile();
  if (row === null) return err(notThere());
  const ways = store.db
    .select({ provider: identities.provider })
    .from(identities)
    .orderBy(asc(identities.linkedAt))
    .all();
  return ok({
    id: store.id,
    email: row.email,
    emailVerified: row.emailVerifiedAt !== null,
    name: row.name,
    signInMethods: [...new Set<SignInMethod>(ways.map(({ provider }) => provider))],
    createdAt: new Date(row.createdAt).toISOString(),
    lastLoginAt: row.lastLoginAt === null ? null : new Date(row.lastLoginAt).toISOString(),
  });
}

export function updateMe(store: UserStore, { name }: UpdateMe): Result<Me, Failure> {
  const before = store.profile();
  if (before === null) return err(notThere());
  if (before.name !== name) {
    store.db.update(profile).set({ name }).where(eq(profile.id, 1)).run();
    tellWorkspaces(store, { email: before.email, name });
  }
  return readMe(store);
}

/** The workspaces show the person to others under a copy of these. */
function tellWorkspaces(store: UserStore, shown: { readonly email: string; readonly name: string | null }): void {
  store.tell(workspacesOf(store), JSON.stringify(shown));
}

export function noteLogin(store: UserStore): Result<null, never> {
  store.db.update(profile).set({ lastLoginAt: store.now() }).where(eq(profile.id, 1)).run();
  return ok(null);
}

/** A token names a person who has no profile: one who was never there, or whose identity's message is still on its way. */
export function notThere(): Failure {
  return failure("INVALID_TOKEN", "The token is not valid, or has ended.");
}
