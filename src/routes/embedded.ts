/** What differs for a board's pages under `/embed`, which stand in frames on customers' sites: who may frame them, and as whom they act. */
import { ANONYMOUS } from "../call.ts";
import type { RequestContext } from "../edge/context.ts";
import { isEmbedPath } from "../web/page/address.ts";
import { contentSecurityPolicy, frameAncestors } from "../web/page/response.ts";

export function isEmbedded({ url }: Pick<RequestContext, "url">): boolean {
  return isEmbedPath(url.pathname);
}

/** Whoever frames us must not get what an account may do under a click of its owner: in a frame, everybody is a visitor. */
export function asNobody(context: RequestContext): RequestContext {
  return isEmbedded(context) ? { ...context, caller: ANONYMOUS, callerFailure: null } : context;
}

/** `allowedOrigins`: of the workspace. A failure's page names none: it has nothing to be clicked under a disguise, and where it stands a visitor should read it. */
export function policyOf(context: RequestContext, allowedOrigins: readonly string[], challenge = false): string {
  const ancestors = isEmbedded(context) ? frameAncestors(allowedOrigins) : undefined;
  return contentSecurityPolicy(context.origin, challenge, ancestors);
}

/** Sites that ask for cross-origin isolation frame only what says that it may be. */
export function framed(context: RequestContext, response: Response): Response {
  if (isEmbedded(context)) response.headers.set("cross-origin-resource-policy", "cross-origin");
  return response;
}
