/** The row of a person who acts, made when it is new and brought up to date with what the customer's server says; and what a bare id may not do. */
import { eq } from "drizzle-orm";
import { endUsers } from "../../schema/workspace.ts";
import { mustComeSigned, selfOf } from "../../src/domain/person.ts";
import type { Failure } from "../../src/errors.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import type { WorkspaceStore } from "./store.ts";

/** `isTrusted`: something of theirs was let through, see moderation/admit.ts. */
export type Person = {
  readonly id: number;
  readonly name: string | null;
  readonly isTrusted: boolean;
};

type Profile = Pick<typeof endUsers.$inferSelect, "name" | "email" | "avatarUrl" | "plan" | "verifiedAt">;
const UNKNOWN: Profile = { name: null, email: null, avatarUrl: null, plan: null, verifiedAt: null };

/** Call inside the transaction of what the person does. Errors: UNAUTHENTICATED for the bare id of somebody who comes signed. */
export function enrol(store: WorkspaceStore, actor: Actor, externalId: string): Result<Person, Failure> {
  const row = store.statements.personByExternalId.get({ externalId });
  if (row !== undefined && isRefused(actor, row)) return err(mustComeSigned());
  const { id, trustedAt, ...known } = row ?? { id: null, trustedAt: null, ...UNKNOWN };
  const profile = profileOf(store, actor, externalId, known);
  if (id === null) {
    const made = store.statements.insertPerson.get({ externalId, ...profile, now: store.now() });
    return ok({ id: made.id, name: profile.name, isTrusted: false });
  }
  const keys = Object.keys(profile) as (keyof Profile)[];
  if (keys.some((key) => profile[key] !== known[key])) {
    store.db.update(endUsers).set(profile).where(eq(endUsers.id, id)).run();
  }
  return ok({ id, name: profile.name, isTrusted: trustedAt !== null });
}

/** The row id; null for somebody who never did anything here. Errors: UNAUTHENTICATED, as above. */
export function lookUpPerson(store: WorkspaceStore, actor: Actor, externalId: string): Result<number | null, Failure> {
  const row = store.statements.personByExternalId.get({ externalId });
  if (row === undefined) return ok(null);
  return isRefused(actor, row) ? err(mustComeSigned()) : ok(row.id);
}

/** A bare id must not act for somebody whom the customer vouches for. */
function isRefused(actor: Actor, { verifiedAt }: Pick<Profile, "verifiedAt">): boolean {
  return actor.standing === "anonymous" && verifiedAt !== null;
}

/** What is known of the person from now on. A claim that was left out takes nothing away. */
function profileOf(store: WorkspaceStore, actor: Actor, externalId: string, known: Profile): Profile {
  const { person, member } = actor;
  if (person !== null) {
    return {
      name: person.name ?? known.name,
      email: person.email ?? known.email,
      avatarUrl: person.avatarUrl ?? known.avatarUrl,
      plan: person.plan ?? known.plan,
      verifiedAt: known.verifiedAt ?? store.now(),
    };
  }
  if (member === null || externalId !== selfOf(actor)) return known;
  return { ...known, name: member.name ?? known.name, email: member.email ?? known.email };
}
