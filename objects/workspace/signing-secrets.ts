/** Secrets with which the customer's server signs who its people are: make, list, revoke. Unlike a key's hash a secret is kept itself, for signatures are checked with it; it is shown once all the same. */
import { asc, eq } from "drizzle-orm";
import { signingSecrets } from "../../schema/workspace.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { randomId } from "../../src/ids.ts";
import { SIGNING_SECRETS_MAX } from "../../src/limits.ts";
import type { SigningSecret } from "../../src/protocol/rest/signing-secrets.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { CLOSE, credentialTag, REASONS } from "./admission.ts";
import { type Actor, makerOf } from "./authorize.ts";
import { record } from "./history/record.ts";
import { instant } from "./present.ts";
import type { WorkspaceStore } from "./store.ts";

/** As the Worker made it. */
export type MadeSecret = { readonly secret: string; readonly sealed: string | null };

type SecretRow = typeof signingSecrets.$inferSelect;

/** Oldest first. */
export function listSigningSecrets(store: WorkspaceStore): Result<SigningSecret[], Failure> {
  const rows = store.db
    .select()
    .from(signingSecrets)
    .orderBy(asc(signingSecrets.createdAt), asc(signingSecrets.id))
    .all();
  return ok(rows.map(present));
}

/** `sealed`: the secret for a retry, which alone can open it; null when there will be none. Errors: LIMIT_REACHED. */
export function createSigningSecret(
  store: WorkspaceStore,
  actor: Actor,
  { secret, sealed }: MadeSecret,
): Result<SigningSecret & Pick<MadeSecret, "sealed">, Failure> {
  if (store.credentials.secrets().length >= SIGNING_SECRETS_MAX) {
    const most = String(SIGNING_SECRETS_MAX);
    return err(
      failure("LIMIT_REACHED", `A workspace has at most ${most} signing secrets. Revoke the older one first.`),
    );
  }
  const row: SecretRow = {
    id: randomId(),
    secret,
    lastFour: secret.slice(-4),
    createdBy: makerOf(actor),
    createdAt: store.now(),
  };
  store.db.insert(signingSecrets).values(row).run();
  store.credentials.forget();
  record(store, actor, { seq: store.nextSeq(), type: "signing-secret.created", subject: row.id });
  return ok({ ...present(row), sealed });
}

/** What it signed is refused from the next request on; sockets of such people are closed, and come back with a fresh identity. Errors: SIGNING_SECRET_NOT_FOUND. */
export function revokeSigningSecret(store: WorkspaceStore, actor: Actor, id: string): Result<null, Failure> {
  const [gone] = store.db.delete(signingSecrets).where(eq(signingSecrets.id, id)).returning().all();
  if (gone === undefined)
    return err(failure("SIGNING_SECRET_NOT_FOUND", "There is no such signing secret in this workspace."));
  store.credentials.forget();
  store.changed({ kind: "disconnect", tag: credentialTag(id), code: CLOSE.policy, reason: REASONS.identity });
  record(store, actor, { seq: store.nextSeq(), type: "signing-secret.revoked", subject: id });
  return ok(null);
}

function present({ id, lastFour, createdAt }: SecretRow): SigningSecret {
  return { id, lastFour, createdAt: instant(createdAt) };
}
