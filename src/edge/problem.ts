/** The one exhaustive way from a failure to HTTP: RFC 9457 problem details, and the same fields in the older shape clients know. */
import { FAILURES, type Failure, type FailureCode } from "../errors.ts";
import { RETRY_AFTER_SECONDS } from "../limits.ts";

const outcomes = new WeakMap<Response, FailureCode>();

/** For the log: the failure a response carries, or `ok`. */
export function outcomeOf(response: Response): FailureCode | "ok" {
  return outcomes.get(response) ?? "ok";
}

/** Notes the failure that a response carries in another form, such as a page. */
export function carries(response: Response, code: FailureCode): Response {
  outcomes.set(response, code);
  return response;
}

/** `instance` is the request's id, so that a caller can quote what an operator finds in the log. */
export function problem(failed: Failure, requestId: string, headers: Readonly<Record<string, string>> = {}): Response {
  const { status, title } = FAILURES[failed.code];
  const body = {
    type: `/docs#${failed.code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    detail: failed.detail,
    instance: `urn:request:${requestId}`,
    code: failed.code,
    message: failed.detail,
    statusCode: status,
    ...(failed.errors === undefined ? {} : { errors: failed.errors }),
    ...(failed.mergedInto === undefined ? {} : { mergedInto: failed.mergedInto }),
  };
  const response = new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
  carries(response, failed.code);
  if (status === 503 || status === 429) {
    response.headers.set("retry-after", String(failed.retryAfterSeconds ?? RETRY_AFTER_SECONDS));
  }
  if (status === 401) response.headers.set("www-authenticate", challenge(failed.code));
  return response;
}

/** RFC 6750, section 3: without an error where no token was sent. */
function challenge(code: FailureCode): string {
  return code === "INVALID_TOKEN" ? 'Bearer realm="groundswell", error="invalid_token"' : 'Bearer realm="groundswell"';
}
