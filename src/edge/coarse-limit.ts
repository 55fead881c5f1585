/**
 * The first, coarse limit on reading: Cloudflare's rate-limiting binding (READ_LIMITER in wrangler.toml), which counts per data centre and not exactly, before any object is asked. Only those who
 * have used up half of a workspace's limit pay for it: locally it takes a millisecond and more. It allows twice the quota of "read", the most that an exact count lets through in any one minute,
 * so it refuses nobody whom the object would not. Passed by when it fails, and where the quota is not the table's or less.
 */
import type { Answered } from "../call.ts";
import { type LimitState, parseScale, QUOTAS } from "../domain/rate-limits.ts";
import { retryLater } from "../errors.ts";
import { fault, log } from "../log.ts";
import type { RequestContext } from "./context.ts";
import { visitorOf } from "./visitor.ts";

const { limit: DEFAULT_LIMIT, windowSeconds: WINDOW_SECONDS } = QUOTAS.read;
const HELD_MAX = 10_000;
/** Who reads much, as objects' answers said, by workspace and address; until when, ms since 1970. */
const held = new Map<string, number>();

/** What the binding refuses; null: ask the object. Only for calls of workspaces that count as reading. */
export async function refusedAtEdge(context: RequestContext, workspace: string): Promise<Answered<never> | null> {
  const { env, caller } = context;
  const key = keyOf(context, workspace);
  const until = key === null ? undefined : held.get(key);
  if (key === null || until === undefined || caller.kind === "operator" || caller.kind === "key") return null;
  if (until <= Date.now()) held.delete(key);
  if (until <= Date.now() || parseScale(env.RATE_LIMIT_SCALE) !== 1) return null;
  try {
    const { success } = await env.READ_LIMITER.limit({ key });
    return success ? null : refusal();
  } catch (thrown) {
    log("warn", fault(context.requestId, "READ_LIMITER", thrown));
    return null;
  }
}

/** An answer of a workspace says how its limit on reading stands. */
export function noteReading(context: RequestContext, workspace: string, limits: readonly LimitState[]): void {
  const read = limits.find(({ name }) => name === "read");
  if (read === undefined || 2 * read.remaining >= read.limit) return;
  const key = keyOf(context, workspace);
  if (key === null) return;
  if (held.size >= HELD_MAX) held.clear();
  if (read.limit > DEFAULT_LIMIT) held.delete(key);
  else held.set(key, Date.now() + read.resetMs);
}

function keyOf({ request }: RequestContext, workspace: string): string | null {
  const visitor = visitorOf(request);
  return visitor === null ? null : `${workspace}|${visitor}`;
}

/** The binding does not say when its window ends: at the latest when a whole one has passed. */
function refusal(): Answered<never> {
  const retryAfterMs = WINDOW_SECONDS * 1_000;
  const state = { remaining: 0, resetMs: retryAfterMs, retryAfterMs };
  const limits = [{ name: "read", limit: DEFAULT_LIMIT, windowSeconds: WINDOW_SECONDS, ...state } as const];
  return { ok: false, error: retryLater("RATE_LIMITED", "Too many requests of one address.", WINDOW_SECONDS), limits };
}
