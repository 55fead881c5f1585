/** Counts a request of somebody who is nobody yet against the limit of what they ask. */
import type { Answered, Call } from "../../src/call.ts";
import { QUOTAS, quotasOf, rateOf } from "../../src/domain/rate-limits.ts";
import { type Hit, LIMITER_TASK, refused } from "../shared/limiter.ts";
import type { VisitorStore } from "./store.ts";

/** Errors: RATE_LIMITED. */
export function admit(store: VisitorStore, { limit, visitor }: Call, rateScale: number): Answered<null> {
  const hits: Hit[] = [];
  for (const name of limit === null || visitor === null ? [] : quotasOf(limit)) {
    const rate = QUOTAS[name].at === "Visitor" ? rateOf(name, rateScale) : null;
    if (rate !== null && visitor !== null) hits.push({ name, subject: visitor, rate });
  }
  const now = store.now();
  const admitted = store.limiter.admit(hits, now, true);
  if (!admitted.ok) return refused(admitted.error);
  store.limiter.save(hits, (afterMs) => store.schedule(LIMITER_TASK, now + afterMs));
  return { ok: true, value: null, limits: admitted.value };
}
