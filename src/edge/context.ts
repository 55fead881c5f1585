/** What a handler knows about the request it answers, and what it tells the objects about it. */
import type { Call } from "../call.ts";

export type RequestContext = {
  readonly request: Request;
  readonly env: Env;
  readonly execution: ExecutionContext;
  readonly url: URL;
  readonly requestId: string;
  /** The caller holds the operator token. */
  readonly operator: boolean;
};

/** `params` are the path's parameters, percent-decoded, not yet validated. */
export type Params = Readonly<Record<string, string>>;
/** A row of the router's table that fits a request. */
export type Match = { readonly route: string; readonly handle: Handler; readonly params: Params };
export type Handler = (context: RequestContext, params: Params) => Promise<Response> | Response;

export function callOf(context: RequestContext): Call {
  return {
    requestId: context.requestId,
    operator: context.operator,
    openWorkspaces: context.env.OPEN_WORKSPACES === "true",
  };
}
