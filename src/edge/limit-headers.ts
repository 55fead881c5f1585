/**
 * What an answer says of the limits it was counted against: `X-RateLimit-*` of the one that has least left, and all of them as `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-10; RFC 9651: lists of strings with parameters). The names are the quotas' names.
 */
import type { LimitState } from "../domain/rate-limits.ts";

export function setLimitHeaders(headers: Headers, limits: readonly LimitState[]): void {
  const [first, ...others] = limits;
  if (first === undefined) return;
  const tightest = others.reduce((least, state) => (shareLeft(state) < shareLeft(least) ? state : least), first);
  headers.set("x-ratelimit-limit", String(tightest.limit));
  headers.set("x-ratelimit-remaining", String(tightest.remaining));
  headers.set("x-ratelimit-reset", new Date(Date.now() + tightest.resetMs).toISOString());
  headers.set(
    "ratelimit-policy",
    limits
      .map(({ name, limit, windowSeconds }) => `"${name}";q=${String(limit)};w=${String(windowSeconds)}`)
      .join(", "),
  );
  headers.set(
    "ratelimit",
    limits.map((state) => `"${state.name}";r=${String(state.remaining)};t=${String(secondsOf(state))}`).join(", "),
  );
}

function shareLeft({ remaining, limit }: LimitState): number {
  return remaining / limit;
}

/** Until there is more than what is left now: one more where nothing is left, else all of it. */
function secondsOf({ remaining, resetMs, retryAfterMs }: LimitState): number {
  return Math.ceil((remaining === 0 ? retryAfterMs : resetMs) / 1_000);
}
