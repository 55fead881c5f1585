/** Hands a pending sign-in to the one callback that it waits for. */
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { flow } from "../../schema/oauth-flow.ts";
import type { PendingSignIn, TakeCommand, TakeRefusal } from "../../src/pending-sign-in.ts";
import { Provider } from "../../src/protocol/rest/oauth.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";

export type FlowStore = { readonly storage: MeteredStorage; readonly db: DrizzleSqliteDODatabase };

/**
 * Whatever comes of it, the row is gone after: a state that turns up in another browser, or at another provider's callback, has leaked and must not be good for a second try. Deleting is not
 * rolled back by a refusal, so this is no `transact`.
 */
export function takeFlow(
  { storage, db }: FlowStore,
  exists: boolean,
  command: TakeCommand,
  now: number,
): Result<PendingSignIn, TakeRefusal> {
  // A state that never was leaves nothing on disk.
  if (!exists) return err("invalid_state");
  const row = storage.transactionSync(() => {
    const found = db.select().from(flow).limit(1).get();
    if (found !== undefined) db.delete(flow).run();
    return found;
  });
  if (row === undefined) return err("invalid_state");
  const { provider, verifier, nonce, browserHash, returnTo, expiresAt } = row;
  // Both are hashes of random secrets: how long comparing takes tells nothing of use.
  if (provider !== command.provider || browserHash !== command.browserHash) return err("invalid_state");
  if (now >= expiresAt) return err("expired_state");
  return ok({ provider: Provider.parse(provider), verifier, nonce, browserHash, returnTo, expiresAt });
}
