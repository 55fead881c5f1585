/** `/auth/:provider/…`: see protocol/rest/oauth.ts. The steps stand in auth/oauth. */
import { beginSignIn } from "../auth/oauth/begin.ts";
import { finishSignIn } from "../auth/oauth/finish.ts";
import { type ProviderSettings, providerSettings } from "../auth/oauth/providers.ts";
import { parseOrigins, returnTarget } from "../domain/return-target.ts";
import { admitVisitor } from "../edge/admit-visitor.ts";
import type { RequestContext } from "../edge/context.ts";
import { failureOf } from "../edge/object-call.ts";
import { check, parse } from "../edge/parse.ts";
import { problem } from "../edge/problem.ts";
import { json } from "../edge/respond.ts";
import { type Failure, failure } from "../errors.ts";
import { RETRY_AFTER_SECONDS } from "../limits.ts";
import { finishOAuth, initiateOAuth, type OAuthErrorCode } from "../protocol/rest/oauth.ts";
import { err, ok, type Result } from "../result.ts";
import { SIGN_IN_PATH } from "../web/console/address.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const oauthRoutes: readonly Route[] = [
  route(initiateOAuth, async (context, { params, query }) => {
    const settings = offered(context, params.provider);
    if (!settings.ok) return settings;
    const returnTo = returnTarget(query.returnTo, parseOrigins(context.env.RETURN_ORIGINS));
    try {
      const started = await beginSignIn(context, settings.value, returnTo);
      return ok(isNavigation(context.request) ? seeOther(started.authUrl) : json(started));
    } catch (thrown) {
      return err(failureOf(thrown, context.requestId, "OAuthFlow"));
    }
  }),
  {
    endpoint: finishOAuth,
    // Not by `route`: a browser that comes back from the provider is told everything by a redirect, also that its parameters are no good.
    handle: async (context, params) => {
      const path = check(finishOAuth.params, params, "path");
      const settings = path.ok ? offered(context, path.value.provider) : path;
      if (!settings.ok) return problem(settings.error, context.requestId);
      const input = await parse(finishOAuth, context, params);
      if (!input.ok) return refused("invalid_parameters");
      const admitted = await admitVisitor(context);
      if (!admitted.ok) return later(admitted.error);
      const finished = await finishSignIn(context, settings.value, input.value.query.state);
      return finished.ok ? seeOther(finished.value) : refused(finished.error);
    },
  },
];

function offered(context: RequestContext, provider: string): Result<ProviderSettings, Failure> {
  const settings = providerSettings(context.env, provider);
  return settings === null ? err(failure("NOT_FOUND", "There is no sign-in with this provider.")) : ok(settings);
}

/** A browser on its way somewhere, not a script that asks. Where the browser does not say so, what it accepts does. */
function isNavigation(request: Request): boolean {
  const mode = request.headers.get("sec-fetch-mode");
  if (mode !== null) return mode === "navigate";
  return request.headers.get("accept")?.includes("text/html") === true;
}

function refused(code: OAuthErrorCode): Response {
  return seeOther(`${SIGN_IN_PATH}?error_code=${code}`);
}

/** Nothing is used up: the address that the browser came to is good when it comes again. */
function later({ retryAfterSeconds = RETRY_AFTER_SECONDS }: Failure): Response {
  const response = refused("internal_error");
  response.headers.set("retry-after", String(retryAfterSeconds));
  return response;
}

/** `no-referrer`: the address that the browser comes from has a code in it. */
function seeOther(location: string): Response {
  const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer" };
  return new Response(null, { status: 303, headers });
}
