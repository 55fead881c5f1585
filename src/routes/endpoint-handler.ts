/** Makes a handler of an endpoint: who may, parse, then the route's own code with typed input. */
import { checkSession } from "../auth/sessions.ts";
import type { Caller } from "../call.ts";
import { mayAnonymous } from "../domain/permissions.ts";
import { type Failure, failure } from "../errors.ts";
import { countsVisitors } from "../edge/admit-visitor.ts";
import { answerVisitor } from "../edge/answer-once.ts";
import { botRefusal, deedOf } from "../edge/bots.ts";
import type { Handler, RequestContext } from "../edge/context.ts";
import { idempotencyOf, readIdempotencyKey } from "../edge/idempotency.ts";
import { type Input, parse } from "../edge/parse.ts";
import { problem } from "../edge/problem.ts";
import { type Endpoint, limitOf, type Who } from "../protocol/rest/endpoint.ts";
import { err, ok, type Result } from "../result.ts";

export type Route = { readonly endpoint: Endpoint; readonly handle: Handler };

/** `answer` returns the response or the failure to answer with. */
export function route<const E extends Endpoint>(
  endpoint: E,
  answer: (context: RequestContext, input: Input<E>) => Promise<Result<Response, Failure>>,
): Route {
  const deed = deedOf(endpoint);
  const byVisitor = countsVisitors(limitOf(endpoint));
  return {
    endpoint,
    handle: async (context, params) => {
      const refused = refusal(endpoint.who, context.caller);
      if (refused !== null) return problem(refused, context.requestId);
      const bot = await botRefusal(context, deed);
      if (bot !== null) return problem(bot, context.requestId);
      const key = readIdempotencyKey(context);
      if (!key.ok) return problem(key.error, context.requestId);
      const input = await parse(endpoint, context, params);
      if (!input.ok) return problem(input.error, context.requestId);
      const idempotency = key.value === null ? null : idempotencyOf(context, key.value, input.value);
      const person = personIn(input.value);
      const known: RequestContext = { ...context, idempotency, idempotencyKey: key.value, person };
      const run = async () => {
        const admitted = endpoint.online === true ? await admitOnline(known) : ok(known);
        return admitted.ok ? answer(admitted.value, input.value) : admitted;
      };
      const result = await (byVisitor ? answerVisitor(known, run) : run());
      return result.ok ? result.value : problem(result.error, context.requestId);
    },
  };
}

/** The id that a caller gives for themselves. */
function personIn({ query, body }: { readonly query: unknown; readonly body: unknown }): string | null {
  for (const part of [body, query]) {
    const id = (part as { readonly externalUserId?: unknown } | null | undefined)?.externalUserId;
    if (typeof id === "string") return id;
  }
  return null;
}

/** What can be said without asking an object; of a workspace's actions only that nobody in particular may not. */
function refusal(who: Who, { kind }: Caller): Failure | null {
  if (who === "asset" || who === "anyone") return null;
  if (who === "operator") {
    return kind === "operator" ? null : unauthenticated("This needs the operator's token as a bearer token.");
  }
  if (who === "account" || who === "account-or-operator") {
    if (kind === "account" || (kind === "operator" && who === "account-or-operator")) return null;
    return unauthenticated("This needs the access token of an account.");
  }
  if (kind !== "anonymous" || mayAnonymous(who)) return null;
  return unauthenticated("This needs an access token or an API key as a bearer token.");
}

/** Looks the session up in the person's own object: a revoked one is refused at once. Errors: INVALID_TOKEN. */
async function admitOnline(context: RequestContext): Promise<Result<RequestContext, Failure>> {
  const { caller } = context;
  if (caller.kind !== "account") return ok(context);
  const profile = await checkSession(context, caller.userId, caller.sessionId);
  return profile.ok ? ok({ ...context, caller: { ...caller, profile: profile.value } }) : err(profile.error);
}

function unauthenticated(detail: string): Failure {
  return failure("UNAUTHENTICATED", detail);
}
