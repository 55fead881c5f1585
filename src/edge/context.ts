/** What a handler knows about the request it answers, and what it tells the objects about it. */
import type { Call, Caller, Idempotency } from "../call.ts";
import type { LimitState } from "../domain/rate-limits.ts";
import type { Failure } from "../errors.ts";
import { URL_FIELD_CHARS_MAX } from "../limits.ts";
import type { Who } from "../protocol/rest/endpoint.ts";
import type { Policy } from "../protocol/rest/rate-limits.ts";
import { type Action, ACTIONS } from "../protocol/rest/roles.ts";

import { visitorOf } from "./visitor.ts";

export type RequestContext = {
  readonly request: Request;
  readonly env: Env;
  readonly execution: ExecutionContext;
  readonly url: URL;
  /** Where the public reaches this deployment: `PUBLIC_ORIGIN`, else the request's own. */
  readonly origin: string;
  readonly requestId: string;
  readonly caller: Caller;
  /** The rule of the row that matched. */
  readonly who: Who;
  /** Which limit it counts against; null: none. */
  readonly limit: Policy | null;
  /** Method and path of that row. */
  readonly route: string;
  /** Set by endpoint-handler.ts when the client sent an Idempotency-Key. */
  readonly idempotency: Idempotency | null;
  /** The client's key itself, for sealing answers with: it never leaves the Worker. */
  readonly idempotencyKey: string | null;
  /** Why it could not be told who asks, although somebody signed in may: a page says so instead of treating them as a stranger. */
  readonly callerFailure: Failure | null;
  /** The id that an anonymous caller gives for themselves, as far as it is parsed; limits count by it. */
  readonly person: string | null;
  /** What objects said beside their results; the answer's headers tell of it. */
  readonly heard: Heard;
  /** `Set-Cookie` lines that the answer will carry. */
  readonly cookies: string[];
  /** Asks the API for the same caller, in process: `path` is below `/api/v1`, a body goes as JSON. */
  readonly api: (method: string, path: string, body?: unknown) => Promise<Response>;
};

export type Heard = { limits: LimitState[]; replayed: boolean };

/** `params` are the path's parameters, percent-decoded, not yet validated. */
export type Params = Readonly<Record<string, string>>;
/** A row of the router's table that fits a request. */
export type Match = {
  readonly route: string;
  readonly method: string;
  readonly who: Who;
  readonly limit: Policy | null;
  readonly handle: Handler;
  readonly params: Params;
};
export type Handler = (context: RequestContext, params: Params) => Promise<Response> | Response;

/** What of a row of the router's table a context knows. */
export function rowOf({ who, limit, method, route }: Match): Pick<RequestContext, "who" | "limit" | "route"> {
  return { who, limit, route: `${method} ${route}` };
}

export function callOf(context: RequestContext): Call {
  return {
    requestId: context.requestId,
    caller: context.caller,
    action: isAction(context.who) ? context.who : null,
    openWorkspaces: false,
    site: foreignSite(context),
    visitor: visitorOf(context.request),
    limit: context.limit,
    route: context.route,
    idempotency: context.idempotency,
  };
}

/** The `Origin` that a browser sends, unless it is ours. Cut where it is longer than any that a workspace can name: sockets keep it. */
function foreignSite({ request, url, origin }: RequestContext): string | null {
  const sent = request.headers.get("origin");
  return sent === null || sent === url.origin || sent === origin ? null : sent.slice(0, URL_FIELD_CHARS_MAX + 1);
}

/** Whether the public reaches us over https: cookies are `Secure` then. */
export function isSecure(context: Pick<RequestContext, "origin">): boolean {
  return context.origin.startsWith("https:");
}

function isAction(who: Who): who is Action {
  return (ACTIONS as readonly string[]).includes(who);
}
