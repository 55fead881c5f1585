/** What wraps every request: its id, its time, its log line, the last catch, and the headers that all answers have. */
import { failure } from "../errors.ts";
import { randomId } from "../ids.ts";
import { URL_CHARS_MAX } from "../limits.ts";
import { fault, log, setLogLevel } from "../log.ts";
import type { Match } from "../router.ts";
import type { RequestContext } from "./context.ts";
import { allowAnyOrigin, isPreflight, preflight } from "./cors.ts";
import { isOperator } from "./operator.ts";
import { outcomeOf, problem } from "./problem.ts";

type Find = (method: string, path: string) => Match | readonly string[];

/** Answers a request; never throws. `find` is the router. */
export async function answer(
  find: Find,
  api: string,
  request: Request,
  env: Env,
  execution: ExecutionContext,
): Promise<Response> {
  const startedAt = performance.now();
  setLogLevel(env.LOG_LEVEL);
  const requestId = randomId();
  const url = new URL(request.url);
  const found = request.url.length > URL_CHARS_MAX ? null : find(request.method, url.pathname);
  const isApi = url.pathname.startsWith(`${api}/`) || url.pathname === "/health" || url.pathname === "/openapi.json";
  let response: Response;
  try {
    response = await dispatch(found, isApi, {
      request,
      env,
      execution,
      url,
      requestId,
      operator: await isOperator(request, env),
    });
  } catch (thrown) {
    log("error", fault(requestId, "Worker", thrown));
    response = problem(failure("INTERNAL", "Something went wrong on our side."), requestId);
  }
  const ms = Math.round((performance.now() - startedAt) * 1000) / 1000;
  const match = found !== null && "handle" in found ? found : null;
  log(response.status >= 500 ? "error" : "info", {
    kind: "request",
    requestId,
    method: request.method,
    route: match?.route ?? "-",
    path: url.pathname.slice(0, LOGGED_PATH_CHARS_MAX),
    status: response.status,
    ms,
    ...(match?.params["workspace"] === undefined
      ? {}
      : { workspace: match.params["workspace"].slice(0, LOGGED_PATH_CHARS_MAX) }),
    outcome: outcomeOf(response),
  });
  return finish(response, isApi, request.method, requestId, ms);
}

const LOGGED_PATH_CHARS_MAX = 200;

function dispatch(
  found: ReturnType<Find> | null,
  isApi: boolean,
  context: RequestContext,
): Promise<Response> | Response {
  if (found === null)
    return problem(
      failure("URL_TOO_LONG", `A URL may have at most ${String(URL_CHARS_MAX)} characters.`),
      context.requestId,
    );
  if ("handle" in found) return found.handle(context, found.params);
  if (isApi && isPreflight(context.request)) return preflight();
  if (found.length === 0) return problem(failure("NOT_FOUND", "There is nothing at this address."), context.requestId);
  const allow = { allow: [...found, "OPTIONS"].join(", ") };
  if (context.request.method === "OPTIONS") return new Response(null, { status: 204, headers: allow });
  return problem(failure("METHOD_NOT_ALLOWED", `This address takes ${found.join(", ")}.`), context.requestId, allow);
}

function finish(response: Response, isApi: boolean, method: string, requestId: string, ms: number): Response {
  if (response.webSocket !== null) return response;
  // Responses of other fetches have immutable headers.
  const finished =
    response.headers.has("cf-ray") || isImmutable(response) ? new Response(response.body, response) : response;
  const { headers } = finished;
  if (isApi) allowAnyOrigin(headers);
  headers.set("x-request-id", requestId);
  headers.set("server-timing", `total;dur=${String(ms)}`);
  if (!headers.has("x-content-type-options")) headers.set("x-content-type-options", "nosniff");
  return method === "HEAD" ? new Response(null, finished) : finished;
}

function isImmutable(response: Response): boolean {
  try {
    response.headers.delete("x-probe");
    return false;
  } catch {
    return true;
  }
}
