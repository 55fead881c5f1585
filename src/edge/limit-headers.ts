/**
 * What an answer says of the limits it was counted against: `X-RateLimit-*` of the one that has least left, and all of them as `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-10). The names are the quotas' names.
 */
import type { LimitState } from "../domain/rate-limits.ts";

export function setLimitHeaders(headers: Headers, limits: readonly LimitState[]): void {
  const [tightest] = limits.toSorted((a, b) => shareLeft(a) - shareLeft(b));
  if (tightest === undefined) return;
  headers.set("x-ratelimit-limit", String(tightest.limit));
  headers.set("x-ratelimit-remaining", String(tightest.remaining));
  headers.set("x-ratelimit-reset", new Date(Date.now() + tightest.resetMs).toISOString());
  headers.set(
    "ratelimit-policy",
    limits.map(({ name, limit, windowSeconds }) => item(name, { q: limit, w: windowSeconds })).join(", "),
  );
  headers.set(
    "ratelimit",
    limits.map((state) => item(state.name, { r: state.remaining, t: secondsOf(state) })).join(", "),
  );
}

/** RFC 9651: a string with parameters. */
function item(name: string, parameters: Readonly<Record<string, number>>): string {
  return `"${name}"${Object.entries(parameters)
    .map(([key, value]) => `;${key}=${String(value)}`)
    .join("")}`;
}

function shareLeft({ remaining, limit }: LimitState): number {
  return remaining / limit;
}

/** Until there is more than what is left now: one more where nothing is left, else all of it. */
function secondsOf({ remaining, resetMs, retryAfterMs }: LimitState): number {
  return Math.ceil((remaining === 0 ? retryAfterMs : resetMs) / 1_000);
}
