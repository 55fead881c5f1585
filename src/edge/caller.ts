/**
 * Who asks: from a bearer token or, for our own pages, from the console's cookies. API keys and signed identities are only recognised here; the workspace's object, which
 * has what they are checked against, verifies them. A bearer token that is none of all these is refused on every route, public ones too: who sends one wants to be somebody.
 */
import { verifyAccessToken } from "../auth/access-token.ts";
import { clearedCookies, readCookie } from "../auth/session-cookies.ts";
import { hashOf } from "../auth/secret.ts";
import { refreshSession } from "../auth/sessions.ts";
import { ANONYMOUS, type Caller } from "../call.ts";
import { type Failure, failure } from "../errors.ts";
import { API_KEY_PREFIX, BEARER_CHARS_MAX } from "../limits.ts";
import { IDENTITY_PROTOCOL_PREFIX } from "../protocol/live/version.ts";
import { err, ok, type Result } from "../result.ts";
import { isSecure, type RequestContext } from "./context.ts";
import { isOperatorToken } from "./operator.ts";
import { fromOwnOrigin } from "./own-origin.ts";

/** Everything but the caller is there already. Errors: INVALID_TOKEN, ORIGIN_NOT_ALLOWED; OVERLOADED and INTERNAL when a cookie could not be renewed. */
export async function identify(context: RequestContext): Promise<Result<Caller, Failure>> {
  const { request } = context;
  const header = request.headers.get("authorization");
  if (header !== null) return identifyBearer(context, header);
  const offered = offeredIdentity(request);
  if (offered !== null) return ok({ kind: "identity", token: offered });
  return request.headers.has("cookie") && !namesPerson(context) ? identifyCookie(context) : ok(ANONYMOUS);
}

async function identifyBearer(context: RequestContext, header: string): Promise<Result<Caller, Failure>> {
  const { env, origin } = context;
  const [scheme = "", token = ""] = header.split(" ", 2);
  if (scheme.toLowerCase() !== "bearer" || token === "" || token.length > BEARER_CHARS_MAX) return err(invalidToken());
  if (token.startsWith(API_KEY_PREFIX)) return ok({ kind: "key", hash: await hashOf(token) });
  if (await isOperatorToken(token, env)) return ok({ kind: "operator" });
  const type = tokenType(token);
  if (type === null) return err(invalidToken());
  if (type !== ACCESS_TOKEN_TYPE) return ok({ kind: "identity", token });
  const claims = await verifyAccessToken(env, origin, token);
  return claims === null ? err(invalidToken()) : ok({ kind: "account", ...claims, profile: null });
}

/**
 * The console's cookies count for requests from our own pages: unsafe ones and sockets must say that they are, a navigation to a page need not. An access token that has ended is
 * renewed on the way.
 */
async function identifyCookie(context: RequestContext): Promise<Result<Caller, Failure>> {
  const { request, env, origin } = context;
  const secure = isSecure(context);
  const access = readCookie(request, "gs_access", secure);
  const refresh = readCookie(request, "gs_refresh", secure);
  if (access === null && refresh === null) return ok(ANONYMOUS);
  const harmless = (request.method === "GET" || request.method === "HEAD") && !request.headers.has("upgrade");
  if (!harmless && !fromOwnOrigin(context)) {
    // A browser sends our cookies with every socket to us, also from another site's widget: there they only count for nothing.
    if (request.headers.has("upgrade")) return ok(ANONYMOUS);
    return err(failure("ORIGIN_NOT_ALLOWED", "A signed-in browser may do this only from this site's own pages."));
  }
  const claims = access === null ? null : await verifyAccessToken(env, origin, access);
  if (claims !== null) return ok({ kind: "account", ...claims, profile: null });
  if (refresh === null) return ok(ANONYMOUS);
  const renewed = await refreshSession(context, refresh);
  if (!renewed.ok) {
    // Nobody is made a stranger by a fault: what they do would count as a stranger's.
    if (renewed.error.code !== "INVALID_TOKEN") return renewed;
    // A session that has ended: the browser need not come again with what is left of it.
    context.cookies.push(...clearedCookies(secure));
    return ok(ANONYMOUS);
  }
  const fresh = await verifyAccessToken(env, origin, renewed.value.accessToken);
  return ok(fresh === null ? ANONYMOUS : { kind: "account", ...fresh, profile: null });
}

const ACCESS_TOKEN_TYPE = "at+jwt";

/** A socket that says whose it is: a browser sends our cookies with every socket to us, also with one that a widget opens for somebody else. */
function namesPerson({ request, url }: RequestContext): boolean {
  return request.headers.has("upgrade") && url.searchParams.has("externalUserId");
}

/** A browser can give a socket no header but its subprotocols: a signed identity comes as one. */
function offeredIdentity(request: Request): string | null {
  if (!request.headers.has("upgrade")) return null;
  for (const part of request.headers.get("sec-websocket-protocol")?.split(",") ?? []) {
    const name = part.trim();
    if (name.startsWith(IDENTITY_PROTOCOL_PREFIX)) return name.slice(IDENTITY_PROTOCOL_PREFIX.length, BEARER_CHARS_MAX);
  }
  return null;
}

/** A JWT's `typ`, empty when it has none; null for what is no JWT. Not verified: it only says which check is the right one. */
function tokenType(token: string): string | null {
  const [header = "", ...rest] = token.split(".");
  if (rest.length !== 2) return null;
  try {
    const parsed: unknown = JSON.parse(atob(header.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof parsed !== "object" || parsed === null) return null;
    const { typ } = parsed as { typ?: unknown };
    return typeof typ === "string" ? typ.toLowerCase().replace(/^application\//u, "") : "";
  } catch {
    return null;
  }
}

function invalidToken(): Failure {
  return failure("INVALID_TOKEN", "The bearer token is not valid, or has ended.");
}
