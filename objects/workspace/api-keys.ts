/** API keys of the workspace: make, list, revoke. A key is shown once; the Worker makes it, and what is kept here is its hash. */
import { asc, eq } from "drizzle-orm";
import { apiKeys } from "../../schema/workspace.ts";
import { type Failure, failure, invalidField } from "../../src/errors.ts";
import { randomId } from "../../src/ids.ts";
import { API_KEYS_PER_WORKSPACE_MAX } from "../../src/limits.ts";
import type { ApiKey, CreateApiKey } from "../../src/protocol/rest/api-keys.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { CLOSE, credentialTag } from "./admission.ts";
import { type Actor, makerOf } from "./authorize.ts";
import { record } from "./history/record.ts";
import { instant } from "./present.ts";
import type { WorkspaceStore } from "./store.ts";

type KeyRow = typeof apiKeys.$inferSelect;

/** Oldest first. */
export function listApiKeys(store: WorkspaceStore): Result<ApiKey[], Failure> {
  const rows = store.db.select().from(apiKeys).orderBy(asc(apiKeys.createdAt), asc(apiKeys.id)).all();
  return ok(rows.map(present));
}

export type MadeKey = {
  /** Base64url of the SHA-256 of the whole key. */
  readonly keyHash: string;
  readonly lastFour: string;
  /** The key for a retry, which alone can open it; null when there will be none. */
  readonly sealed: string | null;
};

/** Errors: LIMIT_REACHED, INVALID_REQUEST for an end in the past. */
export function createApiKey(
  store: WorkspaceStore,
  actor: Actor,
  command: CreateApiKey,
  { keyHash, lastFour, sealed }: MadeKey,
): Result<ApiKey & Pick<MadeKey, "sealed">, Failure> {
  const now = store.now();
  const expiresAt = command.expiresAt === undefined ? null : Date.parse(command.expiresAt);
  if (expiresAt !== null && expiresAt <= now) return err(invalidField("expiresAt", "must be in the future"));
  if (store.db.select({ id: apiKeys.id }).from(apiKeys).all().length >= API_KEYS_PER_WORKSPACE_MAX) {
    const most = String(API_KEYS_PER_WORKSPACE_MAX);
    return err(failure("LIMIT_REACHED", `A workspace has at most ${most} API keys. Revoke one that is not needed.`));
  }
  const row: KeyRow = {
    id: randomId(),
    name: command.name,
    keyHash,
    lastFour,
    scopes: [...new Set(command.scopes)],
    createdBy: makerOf(actor),
    createdAt: now,
    expiresAt,
    lastUsedAt: null,
  };
  store.db.insert(apiKeys).values(row).run();
  store.credentials.forget();
  record(store, actor, { seq: store.nextSeq(), type: "api-key.created", subject: row.id, after: factsOf(row) });
  return ok({ ...present(row), sealed });
}

/** It holds from the next request on, and closes the key's sockets. Errors: API_KEY_NOT_FOUND. */
export function revokeApiKey(store: WorkspaceStore, actor: Actor, id: string): Result<null, Failure> {
  const [gone] = store.db.delete(apiKeys).where(eq(apiKeys.id, id)).returning().all();
  if (gone === undefined) return err(failure("API_KEY_NOT_FOUND", "There is no such API key in this workspace."));
  store.credentials.forget();
  store.changed({
    kind: "disconnect",
    tag: credentialTag(gone.keyHash),
    code: CLOSE.policy,
    reason: "the API key was revoked",
  });
  record(store, actor, { seq: store.nextSeq(), type: "api-key.revoked", subject: id, before: factsOf(gone) });
  return ok(null);
}

/** What the event log says of a key: nothing of the key itself. */
function factsOf({ name, scopes, expiresAt }: KeyRow) {
  return { name, scopes, expiresAt: expiresAt === null ? null : instant(expiresAt) };
}

function present(row: KeyRow): ApiKey {
  const { id, name, lastFour, scopes, createdAt, expiresAt, lastUsedAt } = row;
  return {
    id,
    name,
    lastFour,
    scopes: [...scopes],
    createdAt: instant(createdAt),
    expiresAt: expiresAt === null ? null : instant(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : instant(lastUsedAt),
  };
}
