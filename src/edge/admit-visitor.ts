/**
 * Asks whether somebody who is nobody yet may go on, before anything dear is done for them: their shard of the Visitor objects counts. It has LIMITER_TIMEOUT_MS; if it is slow or broken, this
 * isolate counts by itself, and as it knows little of what others let through, what it refuses is "busy", not "too many".
 */
import type { Admission } from "../../objects/visitor/admit.ts";
import { take } from "../domain/gcra.ts";
import { parseScale, QUOTAS, quotasOf, rateOf } from "../domain/rate-limits.ts";
import { type Failure, retryLater } from "../errors.ts";
import { base64urlBytes } from "../ids.ts";
import { LIMITER_TIMEOUT_MS } from "../limits.ts";
import { fault, log } from "../log.ts";
import type { Policy } from "../protocol/rest/rate-limits.ts";
import { err, ok, type Result } from "../result.ts";
import { callOf, type Heard, type RequestContext } from "./context.ts";
import { callVisitor } from "./object-call.ts";
import { visitorOf } from "./visitor.ts";

const LET_THROUGH: Admission = { answer: null };
/** The shard's own words; whatever else comes in place of an answer is a fault. */
const REFUSALS: ReadonlySet<Failure["code"]> = new Set([
  "RATE_LIMITED",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_IN_PROGRESS",
]);

/** Whether a policy's requests are counted by address before it is known whose they are. */
export function countsVisitors(policy: Policy | null): boolean {
  return policy !== null && quotasOf(policy).some((name) => QUOTAS[name].at === "Visitor");
}

/** Counts by `context.limit`. Errors: RATE_LIMITED, OVERLOADED; with an Idempotency-Key also IDEMPOTENCY_KEY_REUSED and IDEMPOTENCY_IN_PROGRESS. */
export async function admitVisitor(context: RequestContext): Promise<Result<Admission, Failure>> {
  const shard = shardOf(context);
  if (shard === null) return ok(LET_THROUGH);
  // What comes too late is not part of the answer any more.
  const heard: Heard = { limits: [], replayed: false };
  const asked = callVisitor({ ...context, heard }, shard, (stub) => stub.admit(callOf(context)));
  context.execution.waitUntil(asked);
  const answered = await within(asked, LIMITER_TIMEOUT_MS);
  if (answered === null) {
    const slow = new Error(`no answer within ${String(LIMITER_TIMEOUT_MS)} ms: this isolate counts`);
    log("warn", fault(context.requestId, `Visitor ${shard}`, slow));
    return countHere(context);
  }
  if (!answered.ok && !REFUSALS.has(answered.error.code)) return countHere(context);
  context.heard.limits.push(...heard.limits);
  if (heard.replayed) context.heard.replayed = true;
  return answered;
}

/** By the first byte of the visitor's hash, 256 of them. Whose address nobody knows is not counted, and their Idempotency-Key stands for it. Null: there is nothing to ask. */
export function shardOf({ request, idempotency }: Pick<RequestContext, "request" | "idempotency">): string | null {
  const hash = visitorOf(request) ?? idempotency?.key;
  if (hash === undefined) return null;
  const [first = 0] = base64urlBytes(hash);
  return `v-${first.toString(16).padStart(2, "0")}`;
}

/** Null: not in time. */
export async function within<T>(answer: Promise<T>, ms: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer ?? null);
  }
}

const HELD_MAX = 10_000;
/** TATs by quota and visitor, of requests that no shard counted; the one that came first is forgotten first. */
const held = new Map<string, number>();

/** Errors: OVERLOADED. */
function countHere(context: RequestContext): Result<Admission, Failure> {
  const visitor = visitorOf(context.request);
  if (visitor === null || context.limit === null || context.caller.kind === "operator") return ok(LET_THROUGH);
  const scale = parseScale(context.env.RATE_LIMIT_SCALE);
  const now = Date.now();
  for (const name of quotasOf(context.limit)) {
    const rate = rateOf(name, scale);
    if (rate === null) continue;
    const key = `${name}|${visitor}`;
    const taken = take(rate, held.get(key) ?? null, now);
    if (!taken.admitted)
      return err(retryLater("OVERLOADED", "Too busy to let you in just now. Try again.", taken.retryAfterMs / 1_000));
    hold(key, taken.tat);
  }
  return ok(LET_THROUGH);
}

function hold(key: string, tat: number): void {
  held.delete(key);
  held.set(key, tat);
  if (held.size <= HELD_MAX) return;
  const [first] = held.keys();
  if (first !== undefined) held.delete(first);
}
