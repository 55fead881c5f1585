/**
 * Who asks for one workspace after the other that is not there: each is an object that is woken, and on one's own machine a file, and no object counts it, for each is asked once. So the isolate counts
 * the misses of an address. Whoever is over the limit still reaches the workspaces that this isolate has seen.
 */
import type { Answered } from "../call.ts";
import { type Rate, take } from "../domain/gcra.ts";
import { parseScale, QUOTAS } from "../domain/rate-limits.ts";
import { retryLater } from "../errors.ts";
import { ABSENT_PER_MINUTE_MAX } from "../limits.ts";
import type { RequestContext } from "./context.ts";
import { visitorOf } from "./visitor.ts";

const WINDOW_SECONDS = QUOTAS.read.windowSeconds;
const HELD_MAX = 10_000;
/** TATs by visitor, of those who met with nothing lately. */
const misses = new Map<string, number>();
/** Workspaces that were there when they were asked last. */
const seen = new Set<string>();

/** Null: ask the object. Errors: RATE_LIMITED. */
export function refuseGuessing({ request, caller, env }: RequestContext, workspace: string): Answered<never> | null {
  // Mostly nobody guesses, and then it need not be found out who asks.
  if (misses.size === 0 || caller.kind === "operator" || seen.has(workspace)) return null;
  const visitor = visitorOf(request);
  const known = visitor === null ? undefined : misses.get(visitor);
  const rate = rateOf(env);
  if (known === undefined || rate === null) return null;
  const { admitted, remaining, resetMs, retryAfterMs } = take(rate, known, Date.now());
  if (admitted) return null;
  const detail = "One address asks for too many workspaces that are not there.";
  const state = { limit: rate.limit, windowSeconds: WINDOW_SECONDS, remaining, resetMs, retryAfterMs };
  return {
    ok: false,
    error: retryLater("RATE_LIMITED", detail, retryAfterMs / 1_000),
    limits: [{ name: "read", ...state }],
  };
}

/** Null: nothing is limited here. */
function rateOf({ RATE_LIMIT_SCALE }: Env): Rate | null {
  const limit = Math.ceil(ABSENT_PER_MINUTE_MAX * parseScale(RATE_LIMIT_SCALE));
  return limit === 0 ? null : { limit, windowMs: WINDOW_SECONDS * 1_000 };
}

/** What came of a call. */
export function noteWorkspace({ request, env }: RequestContext, workspace: string, isThere: boolean): void {
  if (isThere) {
    if (seen.size >= HELD_MAX) seen.clear();
    seen.add(workspace);
    return;
  }
  seen.delete(workspace);
  const visitor = visitorOf(request);
  const rate = rateOf(env);
  if (visitor === null || rate === null) return;
  const { tat } = take(rate, misses.get(visitor) ?? null, Date.now());
  misses.delete(visitor);
  if (misses.size >= HELD_MAX) misses.clear();
  misses.set(visitor, tat);
}
