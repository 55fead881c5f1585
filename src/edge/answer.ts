/** What wraps every request: its id, its time, its log line, the last catch, and the headers that all answers have. */
import { ANONYMOUS, type Caller } from "../call.ts";
import { failure, invalidField } from "../errors.ts";
import { randomId } from "../ids.ts";
import { batchLogs, log, setLogLevel } from "../log.ts";
import { readsUncounted } from "./bots.ts";
import { identify } from "./caller.ts";
import { type Handler, type Heard, isSecure, type Match, type RequestContext, rowOf } from "./context.ts";
import { allowAnyOrigin, isPreflight, preflight } from "./cors.ts";
import { askApi } from "./in-process.ts";
import { setLimitHeaders } from "./limit-headers.ts";
import { failureOf } from "./object-call.ts";
import { outcomeOf, problem } from "./problem.ts";
import { refuseHead } from "./request-head.ts";
import { setSecurityHeaders } from "./security-headers.ts";

/** The routes, which stand above this folder. */
export type Routes = {
  /** The row for a request, or the methods that the path does allow (empty: no such path). */
  readonly match: (method: string, path: string) => Match | readonly string[];
  /** Answers a browser that asked for an address which is nothing. */
  readonly missing: Handler;
  readonly isApi: (path: string) => boolean;
};

const LOGGED_CHARS_MAX = 200;

/** Answers a request; never throws. */
export async function answer(
  routes: Routes,
  request: Request,
  env: Env,
  execution: ExecutionContext,
): Promise<Response> {
  const startedAt = performance.now();
  setLogLevel(env.LOG_LEVEL);
  batchLogs(Number(env.LOG_BATCH_MS), execution);
  const requestId = randomId();
  const url = URL.parse(request.url);
  if (url === null) return badHost(request, requestId);
  const isApi = routes.isApi(url.pathname);
  let found: Found = null;
  let response: Response;
  const cookies: string[] = [];
  const heard: Heard = { limits: [], replayed: false };
  try {
    const refused = refuseHead(request, url);
    if (refused === null) {
      found = routes.match(request.method, url.pathname);
      const context = contextOf(found, { request, env, execution, url, requestId, cookies, heard });
      response = await dispatch(routes, found, isApi, context);
    } else response = problem(refused, requestId);
  } catch (thrown) {
    response = problem(failureOf(thrown, requestId, "Worker"), requestId);
  }
  const ms = Math.round((performance.now() - startedAt) * 1000) / 1000;
  logRequest(found, request, url, requestId, response, ms);
  const secure = isSecure({ origin: originOf(env, url) });
  const finished = finish(withCookies(response, cookies), { isApi, secure, method: request.method, requestId, ms });
  return told(finished, heard);
}

/** Locally the host is the client's own word, and the one part of a URL that can make it none. */
function badHost(request: Request, requestId: string): Response {
  const response = problem(invalidField("headers.host", "is not the name of a host"), requestId);
  const { status } = response;
  const outcome = outcomeOf(response);
  log("info", { kind: "request", requestId, method: request.method, route: "-", path: "-", status, ms: 0, outcome });
  return finish(response, { isApi: false, secure: false, method: request.method, requestId, ms: 0 });
}

type Found = Match | readonly string[] | null;

function contextOf(
  found: Found,
  parts: Pick<RequestContext, "request" | "env" | "execution" | "url" | "requestId" | "cookies" | "heard">,
): RequestContext {
  const { env, url } = parts;
  return {
    ...parts,
    origin: originOf(env, url),
    caller: ANONYMOUS,
    ...(found !== null && "handle" in found ? rowOf(found) : { who: "anyone", limit: null, route: "" }),
    idempotency: null,
    idempotencyKey: null,
    callerFailure: null,
    person: null,
    api: () => Promise.reject(new Error("who asks is not known yet")),
  };
}

function originOf({ PUBLIC_ORIGIN }: Env, url: URL): string {
  return PUBLIC_ORIGIN === "" ? url.origin : PUBLIC_ORIGIN;
}

/** The context once it is known who asks. */
function identified(routes: Routes, context: RequestContext, caller: Caller): RequestContext {
  const known: RequestContext = {
    ...context,
    caller,
    api: (method, path, body) => askApi(routes.match, known, method, path, body),
  };
  return known;
}

async function dispatch(
  routes: Routes,
  found: Match | readonly string[],
  isApi: boolean,
  context: RequestContext,
): Promise<Response> {
  const { request, requestId } = context;
  if ("handle" in found) {
    if (found.who === "asset") return found.handle(context, found.params);
    const caller = await identify(context);
    if (caller.ok) {
      const known = identified(routes, context, caller.value);
      const isFree = found.limit === "read" && (await readsUncounted(known));
      return found.handle(isFree ? { ...known, limit: null } : known, found.params);
    }
    // A page's form says in words of its own that it came from elsewhere, and a page can be read while it cannot be told who asks.
    if (isApi || caller.error.code === "INVALID_TOKEN") return problem(caller.error, requestId);
    return found.handle(identified(routes, { ...context, callerFailure: caller.error }, ANONYMOUS), found.params);
  }
  if (isApi && isPreflight(request)) return preflight();
  if (found.length === 0) {
    if (!isApi && request.headers.get("accept")?.includes("text/html") === true) return routes.missing(context, {});
    return problem(failure("NOT_FOUND", "There is nothing at this address."), requestId);
  }
  const allow = { allow: [...found, "OPTIONS"].join(", ") };
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: allow });
  return problem(failure("METHOD_NOT_ALLOWED", `This address takes ${found.join(", ")}.`), requestId, allow);
}

function logRequest(found: Found, request: Request, url: URL, requestId: string, response: Response, ms: number): void {
  const match = found !== null && "handle" in found ? found : null;
  const workspace = match?.params["workspace"]?.slice(0, LOGGED_CHARS_MAX);
  log(response.status >= 500 ? "error" : "info", {
    kind: "request",
    requestId,
    method: request.method,
    route: match?.route ?? "-",
    path: loggedPath(url, match?.route ?? "").slice(0, LOGGED_CHARS_MAX),
    status: response.status,
    ms,
    ...(workspace === undefined ? {} : { workspace }),
    outcome: outcomeOf(response),
  });
}

/** Parameters of paths that name a person: a log has no business knowing whom. */
const PERSONS: ReadonlySet<string> = new Set([":userId", ":externalUserId"]);

function loggedPath({ pathname }: URL, route: string): string {
  const pattern = route.split("/");
  const segments = pathname.split("/").map((segment, index) => {
    const parameter = pattern[index] ?? "";
    return PERSONS.has(parameter) ? parameter : segment;
  });
  return segments.join("/");
}

/**
 * Whatever became of the request: a cookie that was used up on the way and is not replaced would come again, and end its session. So sockets carry them, too, and errors.
 */
function withCookies(response: Response, cookies: readonly string[]): Response {
  if (cookies.length === 0) return response;
  const { status, statusText, headers, webSocket } = response;
  // Headers that came from another fetch, as a socket's do from its object, cannot be set.
  const carrier = new Response(response.body, { status, statusText, headers, webSocket });
  for (const cookie of cookies) carrier.headers.append("set-cookie", cookie);
  return carrier;
}

/** Sockets say nothing of limits: their headers cannot be set. */
function told(response: Response, { limits, replayed }: Heard): Response {
  if (response.webSocket !== null) return response;
  setLimitHeaders(response.headers, limits);
  if (replayed) response.headers.set("idempotent-replayed", "true");
  return response;
}

type Finishing = {
  readonly isApi: boolean;
  readonly secure: boolean;
  readonly method: string;
  readonly requestId: string;
  readonly ms: number;
};

function finish(response: Response, { isApi, secure, method, requestId, ms }: Finishing): Response {
  if (response.webSocket !== null) return response;
  const finished = isImmutable(response) ? new Response(response.body, response) : response;
  const { headers } = finished;
  if (isApi) allowAnyOrigin(headers);
  headers.set("x-request-id", requestId);
  headers.set("server-timing", `total;dur=${String(ms)}`);
  setSecurityHeaders(headers, secure);
  return method === "HEAD" ? new Response(null, finished) : finished;
}

/** A response that came from another fetch has headers that cannot be set; only trying tells. */
function isImmutable(response: Response): boolean {
  try {
    response.headers.delete("x-probe");
    return false;
  } catch {
    return true;
  }
}
