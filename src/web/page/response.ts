/** Responses of pages: security headers, caching, redirects after a post. What they show is the views' business. */
import { carries } from "../../edge/problem.ts";
import { FAILURES, type Failure } from "../../errors.ts";
import { RETRY_AFTER_SECONDS } from "../../limits.ts";

/** Where Turnstile's script and frame come from. */
export const CHALLENGES = "https://challenges.cloudflare.com";

/** None of our pages asks a browser for any of these; neither shall what somebody might smuggle into one. */
const PERMISSIONS = [
  "accelerometer",
  "camera",
  "display-capture",
  "geolocation",
  "gyroscope",
  "hid",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "serial",
  "usb",
]
  .map((feature) => `${feature}=()`)
  .join(", ");

export type PageOptions = {
  readonly status?: number;
  readonly cacheControl?: string;
  /** Instead of the strict policy of our own pages. */
  readonly policy?: string;
};

/** What a customer's site may be called in a policy: an origin can hold characters that mean something there. */
const PLAIN_ORIGIN = /^https?:\/\/[a-z0-9_.:[\]-]+$/u;

/** Who may frame a board's embedded pages: the sites that the workspace names, or any when it names none. */
export function frameAncestors(allowedOrigins: readonly string[]): string {
  if (allowedOrigins.length === 0) return "*";
  return allowedOrigins.filter((origin) => PLAIN_ORIGIN.test(origin)).join(" ") || "'none'";
}

/**
 * Nothing but our own files, and nobody may frame us unless `ancestors` says who. `'self'` covers same-origin sockets only in newer browsers: they are named. `challenge`: the page shows Turnstile's, whose script and frame come
 * from Cloudflare.
 */
export function contentSecurityPolicy(origin: string, challenge = false, ancestors = "'none'"): string {
  const socket = origin.replace(/^http/u, "ws");
  return [
    "default-src 'none'",
    ...(challenge ? [`script-src 'self' ${CHALLENGES}`, `frame-src ${CHALLENGES}`] : ["script-src 'self'"]),
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${socket}`,
    "form-action 'self'",
    `frame-ancestors ${ancestors}`,
    "base-uri 'none'",
  ].join("; ");
}

export function pageResponse(html: string, origin: string, options: PageOptions = {}): Response {
  return new Response(html, {
    status: options.status ?? 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": options.cacheControl ?? "no-store",
      "content-security-policy": options.policy ?? contentSecurityPolicy(origin),
      // `no-referrer` would make browsers send `Origin: null` with our own forms.
      "referrer-policy": "same-origin",
      "permissions-policy": PERMISSIONS,
      "cross-origin-opener-policy": "same-origin",
    },
  });
}

/** A failure's page keeps the failure's status; its code goes to the log. */
export function failureResponse(
  html: string,
  origin: string,
  failed: Failure,
  options: Omit<PageOptions, "status"> = {},
): Response {
  const { status } = FAILURES[failed.code];
  const response = pageResponse(html, origin, { ...options, status });
  carries(response, failed.code);
  if (status === 503 || status === 429)
    response.headers.set("retry-after", String(failed.retryAfterSeconds ?? RETRY_AFTER_SECONDS));
  return response;
}

/** 301 as the API's; what was merged may be taken out again, so that no browser may remember it. */
export function seeMerged(location: string): Response {
  const headers = { location, "cache-control": "no-store", "referrer-policy": "same-origin" };
  return new Response(null, { status: 301, headers });
}

/** 303: the browser follows with GET, so that reloading posts nothing twice. */
export function seeOther(location: string, cookie: string | null): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "same-origin" });
  if (cookie !== null) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}
