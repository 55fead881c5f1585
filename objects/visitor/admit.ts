/**
 * Counts a request of somebody who is nobody yet against the limit of what they ask, and lets one that came with an Idempotency-Key have its effect once: what it does happens elsewhere, so
 * it is claimed here with the count, and finished when its answer is known.
 */
import type { Answered, Call } from "../../src/call.ts";
import { QUOTAS, quotasOf, rateOf } from "../../src/domain/rate-limits.ts";
import { ok, type Result } from "../../src/result.ts";
import { ANSWERS_TASK } from "../shared/idempotency.ts";
import { type Hit, LIMITER_TASK, refused } from "../shared/limiter.ts";
import type { VisitorStore } from "./store.ts";

/** `answer`: what the first request was answered, as the Worker sealed it; null: go on. */
export type Admission = { readonly answer: string | null };

/** Errors: RATE_LIMITED, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS. */
export function admit(store: VisitorStore, call: Call, rateScale: number): Answered<Admission> {
  const { idempotency } = call;
  const now = store.now();
  const first = idempotency === null ? ok(null) : store.answers.find(idempotency, scopeOf(call), now);
  if (!first.ok) return first;
  if (first.value !== null) return { ok: true, value: { answer: JSON.parse(first.value) as string }, replayed: true };
  const hits = hitsOf(call, rateScale);
  const admitted = store.limiter.admit(hits, now, true);
  if (!admitted.ok) return refused(admitted.error);
  store.limiter.save(hits, (afterMs) => store.schedule(LIMITER_TASK, now + afterMs));
  if (idempotency !== null) store.answers.claim(idempotency, scopeOf(call), now, (dueAt) => forgetAt(store, dueAt));
  return { ok: true, value: { answer: null }, limits: admitted.value };
}

/** Keeps the answer of what was claimed. One that is there already, of a request that took over from one that was given up, stays. */
export function finish(store: VisitorStore, call: Call, sealed: string): Result<null, never> {
  const { idempotency } = call;
  const now = store.now();
  if (idempotency === null) return ok(null);
  const first = store.answers.find(idempotency, scopeOf(call), now);
  if (first.ok ? first.value !== null : first.error.code === "IDEMPOTENCY_KEY_REUSED") return ok(null);
  store.answers.keep(idempotency, scopeOf(call), sealed, now, (dueAt) => forgetAt(store, dueAt));
  return ok(null);
}

/** What was claimed was refused, or failed. */
export function release(store: VisitorStore, call: Call): Result<null, never> {
  if (call.idempotency !== null) store.answers.release(call.idempotency, scopeOf(call));
  return ok(null);
}

/** The operator passes, as everywhere; so does whose address nobody knows. */
function hitsOf({ limit, visitor, caller }: Call, rateScale: number): Hit[] {
  if (limit === null || visitor === null || caller.kind === "operator") return [];
  const hits: Hit[] = [];
  for (const name of quotasOf(limit)) {
    const rate = QUOTAS[name].at === "Visitor" ? rateOf(name, rateScale) : null;
    if (rate !== null) hits.push({ name, subject: visitor, rate });
  }
  return hits;
}

/** Many people share a shard: a key is one visitor's. */
function scopeOf({ visitor }: Call): string {
  return visitor ?? "";
}

function forgetAt(store: VisitorStore, dueAt: number): void {
  store.schedule(ANSWERS_TASK, dueAt);
}
