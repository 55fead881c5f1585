/** Cross-origin rules of the API: any site may read and write as its visitors do, never with cookies. Pages and their forms are not part of it. */

const ALLOWED = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "X-Seq, X-Oldest-Seq, X-Events-Missed, X-Moderation, X-Next-Cursor, Link, Location, X-Request-Id, Retry-After, WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy, Idempotent-Replayed",
} as const;

const PREFLIGHT = {
  ...ALLOWED,
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers": "Content-Type, Authorization, Idempotency-Key",
  "access-control-max-age": "86400",
} as const;

export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method");
}

export function preflight(): Response {
  return new Response(null, { status: 204, headers: PREFLIGHT });
}

export function allowAnyOrigin(headers: Headers): void {
  for (const [name, value] of Object.entries(ALLOWED)) headers.set(name, value);
}
