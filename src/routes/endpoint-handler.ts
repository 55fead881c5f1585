/** Makes a handler of an endpoint: who may, parse, then the route's own code with typed input. */
import { type Failure, failure } from "../errors.ts";
import type { Handler, RequestContext } from "../edge/context.ts";
import { type Input, parse } from "../edge/parse.ts";
import { problem } from "../edge/problem.ts";
import type { Endpoint } from "../protocol/rest/endpoint.ts";
import type { Result } from "../result.ts";

export type Route = { readonly endpoint: Endpoint; readonly handle: Handler };

/** `answer` returns the response or the failure to answer with. */
export function route<const E extends Endpoint>(
  endpoint: E,
  answer: (context: RequestContext, input: Input<E>) => Promise<Result<Response, Failure>>,
): Route {
  return {
    endpoint,
    handle: async (context, params) => {
      if (endpoint.who === "operator" && !context.operator) {
        return problem(
          failure("UNAUTHENTICATED", "This needs the operator's token as a bearer token."),
          context.requestId,
        );
      }
      const input = await parse(endpoint, context, params);
      if (!input.ok) return problem(input.error, context.requestId);
      const result = await answer(context, input.value);
      return result.ok ? result.value : problem(result.error, context.requestId);
    },
  };
}
