/** Counts what an account, or one of its sessions, asks against the quotas that are the account's own. */
import type { Answered, Call } from "../../src/call.ts";
import { QUOTAS, quotasOf, rateOf } from "../../src/domain/rate-limits.ts";
import type { Failure } from "../../src/errors.ts";
import type { Result } from "../../src/result.ts";
import { type Hit, LIMITER_TASK, refused } from "../shared/limiter.ts";
import type { UserStore } from "./store.ts";

/** Call in a transaction. `sessionId`: null for what is counted by account. Errors: RATE_LIMITED. */
export function counted<T>(
  store: UserStore,
  call: Call,
  sessionId: string | null,
  command: () => Result<T, Failure>,
): Answered<T> {
  const hits = hitsOf(store, call, sessionId);
  const now = store.now();
  const admitted = store.limiter.admit(hits, now, true);
  if (!admitted.ok) return refused(admitted.error);
  const result = command();
  if (result.ok) store.limiter.save(hits, (afterMs) => store.schedule(LIMITER_TASK, now + afterMs));
  return admitted.value.length === 0 ? result : { ...result, limits: admitted.value };
}

/** For what only reads: it is held in memory, and nothing is written. A call whose session was looked up on the way was counted then. */
export function countedRead<T>(store: UserStore, call: Call, query: () => Result<T, Failure>): Answered<T> {
  const { caller } = call;
  const isCounted = caller.kind === "account" && caller.profile === null;
  const admitted = store.limiter.admit(isCounted ? hitsOf(store, call, null) : [], store.now(), true);
  if (!admitted.ok) return refused(admitted.error);
  const result = query();
  return admitted.value.length === 0 ? result : { ...result, limits: admitted.value };
}

function hitsOf({ rateScale }: UserStore, { limit, route }: Call, sessionId: string | null): Hit[] {
  const hits: Hit[] = [];
  for (const name of limit === null ? [] : quotasOf(limit)) {
    const { at, by, perRoute } = QUOTAS[name];
    const isOurs = at === "User" && (by === "session") === (sessionId !== null);
    const rate = isOurs ? rateOf(name, rateScale) : null;
    // The object is the account: what is counted by it needs no name.
    if (rate !== null) hits.push({ name, subject: sessionId ?? (perRoute ? route : ""), rate });
  }
  return hits;
}
