/**
 * In whose name a request acts, and whose votes it may look at. A person is named by an id of the workspace: the customer's own, or `account:` and the id of an
 * account. Whether a bare id may be used at all depends on the workspace and on that person, so the object decides it.
 */
import { type Failure, failure, invalidField } from "../errors.ts";
import { ACCOUNT_PERSON_PREFIX } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import { type Actor, may } from "./permissions.ts";

/** `userId`: the account; `person`: whom a signed identity names. Null for everybody else. */
export type Asker = Actor & { readonly userId: string | null; readonly person: { readonly externalId: string } | null };

/** Who somebody is as a person of the workspace; null: nobody in particular, the operator, an API key. */
export function selfOf({ person, userId }: Asker): string | null {
  return person?.externalId ?? (userId === null ? null : accountPerson(userId));
}

function accountPerson(userId: string): string {
  return `${ACCOUNT_PERSON_PREFIX}${userId}`;
}

/** Who acts; null: nobody was named. Errors: FORBIDDEN for somebody else's name. */
export function decideWho(asker: Asker, given: string | null): Result<string | null, Failure> {
  return named(asker, given, may(asker, "behalf.act"));
}

/** Whose votes are looked at: the team sees everybody's. Errors: FORBIDDEN. */
export function decideWhose(asker: Asker, given: string | null): Result<string | null, Failure> {
  return named(asker, given, may(asker, "internal.read"));
}

function named(asker: Asker, given: string | null, mayAnybody: boolean): Result<string | null, Failure> {
  const self = selfOf(asker);
  if (given === null || given === self) return ok(self);
  if (mayAnybody || asker.standing === "anonymous") return ok(given);
  return err(invalidField("externalUserId", "is somebody else; leave it out to act for yourself", "FORBIDDEN"));
}

export function personMissing(): Failure {
  return invalidField("externalUserId", "say whose vote it is");
}

export function mustComeSigned(): Failure {
  return failure(
    "UNAUTHENTICATED",
    "This person comes signed by the workspace's own server: a bare externalUserId is not taken.",
  );
}
