/**
 * The first, coarse limit on reading: Cloudflare's rate-limiting binding (READ_LIMITER in wrangler.toml), which counts per data centre and not exactly, before any object is asked. It allows
 * twice the quota of "read", which is the most that an exact count lets through in any one minute, so it refuses nobody whom the object would not. Passed by when it fails, when the quotas are
 * not the table's, and for workspaces that are not known to keep the default.
 */
import type { Answered } from "../call.ts";
import { type LimitState, parseScale, QUOTAS } from "../domain/rate-limits.ts";
import { retryLater } from "../errors.ts";
import { fault, log } from "../log.ts";
import type { RequestContext } from "./context.ts";
import { visitorOf } from "./visitor.ts";

const { limit: DEFAULT_LIMIT, windowSeconds: WINDOW_SECONDS } = QUOTAS.read;
const HELD_MAX = 10_000;
/** Workspaces whose limit on reading is the default or less, as their objects' answers said. */
const known = new Set<string>();

/** What the binding refuses; null: ask the object. Only for calls of workspaces that count as reading. */
export async function refusedAtEdge(context: RequestContext, workspace: string): Promise<Answered<never> | null> {
  const { env, caller, request } = context;
  const visitor = visitorOf(request);
  if (visitor === null || caller.kind === "operator" || caller.kind === "key") return null;
  if (!known.has(workspace) || parseScale(env.RATE_LIMIT_SCALE) !== 1) return null;
  try {
    const { success } = await env.READ_LIMITER.limit({ key: `${workspace}|${visitor}` });
    return success ? null : refusal();
  } catch (thrown) {
    log("warn", fault(context.requestId, "READ_LIMITER", thrown));
    return null;
  }
}

/** An answer of a workspace says what its limit on reading is. */
export function noteReadLimit(workspace: string, limits: readonly LimitState[]): void {
  const read = limits.find(({ name }) => name === "read");
  if (read === undefined) return;
  if (read.limit > DEFAULT_LIMIT) known.delete(workspace);
  else if (!known.has(workspace)) {
    if (known.size >= HELD_MAX) known.clear();
    known.add(workspace);
  }
}

/** The binding does not say when its window ends: at the latest when a whole one has passed. */
function refusal(): Answered<never> {
  const retryAfterMs = WINDOW_SECONDS * 1_000;
  const state = { remaining: 0, resetMs: retryAfterMs, retryAfterMs };
  const limits = [{ name: "read", limit: DEFAULT_LIMIT, windowSeconds: WINDOW_SECONDS, ...state } as const];
  return { ok: false, error: retryLater("RATE_LIMITED", "Too many requests of one address.", WINDOW_SECONDS), limits };
}
