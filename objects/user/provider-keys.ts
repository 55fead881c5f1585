/** The person's keys of model providers, as the Worker sealed them: this object cannot read them. */
import { count, eq } from "drizzle-orm";
import { providerKeys } from "../../schema/user.ts";
import type { Device } from "../../src/domain/sessions.ts";
import { type Failure, failure } from "../../src/errors.ts";
import { PROVIDER_KEYS_PER_USER_MAX } from "../../src/limits.ts";
import type { StoredProviderKey } from "../../src/protocol/rest/account.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { UserStore } from "./store.ts";

export type SealedProviderKey = {
  readonly provider: string;
  readonly sealed: string;
  readonly lastFour: string;
  readonly baseUrl: string | null;
  readonly device: Device;
};

/** One per provider: a second replaces the first. Errors: LIMIT_REACHED. */
export function storeProviderKey(store: UserStore, key: SealedProviderKey): Result<StoredProviderKey, Failure> {
  const { provider, sealed, lastFour, baseUrl, device } = key;
  const known = store.db.select().from(providerKeys).where(eq(providerKeys.provider, provider)).get();
  const stored = store.db.select({ n: count() }).from(providerKeys).get()?.n ?? 0;
  if (known === undefined && stored >= PROVIDER_KEYS_PER_USER_MAX) {
    return err(failure("LIMIT_REACHED", `You may keep keys of ${String(PROVIDER_KEYS_PER_USER_MAX)} providers.`));
  }
  const now = store.now();
  const row = { sealed, lastFour, baseUrl, storedAt: now };
  store.db
    .insert(providerKeys)
    .values({ provider, ...row })
    .onConflictDoUpdate({ target: providerKeys.provider, set: row })
    .run();
  store.record("provider-key-stored", now, device);
  return ok({ provider, lastFour, baseUrl, storedAt: new Date(now).toISOString() });
}
