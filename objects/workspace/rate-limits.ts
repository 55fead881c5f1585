/** The workspace's own rate limits. They hold from the next request on. */
import { eq } from "drizzle-orm";
import { settings } from "../../schema/workspace.ts";
import { QUOTAS } from "../../src/domain/rate-limits.ts";
import type { Failure } from "../../src/errors.ts";
import {
  type Overrides,
  type RateLimit,
  type UpdateRateLimits,
  WORKSPACE_QUOTAS,
} from "../../src/protocol/rest/rate-limits.ts";
import { ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { recordChange } from "./history/record.ts";
import type { WorkspaceStore } from "./store.ts";

export function listRateLimits(store: WorkspaceStore): Result<RateLimit[], Failure> {
  return ok(present(store.credentials.overrides()));
}

/** A limit that is null is the default again; one that is left out stays. */
export function updateRateLimits(
  store: WorkspaceStore,
  actor: Actor,
  command: UpdateRateLimits,
): Result<RateLimit[], Failure> {
  const before = store.credentials.overrides();
  const changed: Partial<Record<keyof Overrides, number>> = {};
  for (const name of WORKSPACE_QUOTAS) {
    const own = command[name] === undefined ? before[name] : command[name];
    if (own !== null && own !== undefined) changed[name] = own;
  }
  store.db
    .update(settings)
    .set({ rateLimitOverrides: changed, updatedAt: store.now() })
    .where(eq(settings.id, 1))
    .run();
  store.credentials.forget();
  recordChange(store, actor, { type: "rate-limits.updated" }, allOf(before), allOf(changed));
  return ok(present(changed));
}

/** For the event log: null is the default. */
function allOf(overrides: Overrides): Readonly<Record<string, number | null>> {
  return Object.fromEntries(WORKSPACE_QUOTAS.map((name) => [name, overrides[name] ?? null]));
}

function present(overrides: Overrides): RateLimit[] {
  return WORKSPACE_QUOTAS.map((name) => {
    const { by, limit, windowSeconds } = QUOTAS[name];
    return { name, by, limit: overrides[name] ?? limit, windowSeconds, default: limit };
  });
}
