/** Whether a request comes from our own pages: the guard of everything that a cookie may do (cross-site request forgery). */
import type { RequestContext } from "./context.ts";

/**
 * The browser itself says where a request came from. `Sec-Fetch-Site` comes only over HTTPS or from localhost, `Origin` with every unsafe request of the last ten years; a
 * request with neither is not a browser's.
 */
export function fromOwnOrigin({ request, url, origin }: Pick<RequestContext, "request" | "url" | "origin">): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const sent = request.headers.get("origin");
  return sent !== null && (sent === url.origin || sent === origin);
}
