/** The API's description, made from the same endpoints and schemas that the router validates with. */
import * as z from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { FAILURES, type FailureCode } from "../../errors.ts";
import { IDEMPOTENCY_KEY_CHARS_MAX, IDEMPOTENCY_KEY_CHARS_MIN } from "../../limits.ts";
import * as account from "./account.ts";
import * as analytics from "./analytics.ts";
import * as apiKeys from "./api-keys.ts";
import * as auth from "./auth.ts";
import * as boards from "./boards.ts";
import * as comments from "./comments.ts";
import * as duplicates from "./duplicates.ts";
import { type Endpoint, limitOf } from "./endpoint.ts";
import * as events from "./events.ts";
import * as feedback from "./feedback.ts";
import * as keys from "./keys.ts";
import * as live from "./live.ts";
import * as members from "./members.ts";
import * as merges from "./merges.ts";
import * as moderation from "./moderation.ts";
import * as oauth from "./oauth.ts";
import * as rateLimits from "./rate-limits.ts";
import * as roadmap from "./roadmap.ts";
import * as settings from "./settings.ts";
import * as signingSecrets from "./signing-secrets.ts";
import * as themes from "./themes.ts";
import * as similar from "./similar.ts";
import * as votes from "./votes.ts";
import * as workspaces from "./workspaces.ts";

/** Every endpoint of the API, in the order the reference shows them. */
export const ENDPOINTS: readonly Endpoint[] = [
  auth,
  oauth,
  account,
  workspaces,
  members,
  apiKeys,
  signingSecrets,
  settings,
  rateLimits,
  events,
  boards,
  feedback,
  votes,
  similar,
  merges,
  duplicates,
  comments,
  moderation,
  live,
  roadmap,
  analytics,
  themes,
  keys,
].flatMap((module) => Object.values<unknown>(module).filter(isEndpoint));

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === "object" && value !== null && "operationId" in value;
}

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: "`urn:request:<id>`: quote it when you report a problem" }),
    code: z.enum(Object.keys(FAILURES) as [FailureCode, ...FailureCode[]]),
    message: z.string(),
    statusCode: z.int(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    mergedInto: z.int().optional().meta({ description: "Of FEEDBACK_MERGED: the item that it is part of now" }),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details" });

const PROBLEM = { "application/problem+json": { schema: Problem } };

/** draft-ietf-httpapi-idempotency-key-header. */
const OnceOnly = z.object({
  "Idempotency-Key": z.string().min(IDEMPOTENCY_KEY_CHARS_MIN).max(IDEMPOTENCY_KEY_CHARS_MAX).optional().meta({
    description:
      "A random UUID, the same for every try: the request has its effect once, and for a day the first answer is given again (`Idempotent-Replayed: true`). With another request under the same key 422.",
  }),
});

const text = (description: string) => ({ description, schema: { type: "string" as const } });

/** Successful answers carry all but the first, too. */
const TOO_MANY = {
  description: "Too many requests: try again after `Retry-After`",
  headers: {
    "Retry-After": text("Seconds until one more request passes"),
    "X-RateLimit-Limit": text("Requests in a window, of the limit that has least left"),
    "X-RateLimit-Remaining": text("How many are left of it"),
    "X-RateLimit-Reset": text("When all of it is there again, ISO 8601"),
    "RateLimit-Policy": text("Every limit that the request was counted against (draft-ietf-httpapi-ratelimit-headers)"),
    RateLimit: text("How they stand"),
  },
  content: PROBLEM,
};

/** OpenAPI 3.1. */
export function openapiDocument(): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of ENDPOINTS) {
    const path = endpoint.path.replaceAll(/:(\w+)/gu, "{$1}");
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) };
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Groundswell",
      version: "1",
      description:
        "Boards of feedback whose votes move live. Lists answer a bare array; `Link` and `X-Next-Cursor` carry the next page. Errors are problem+json with a stable `code`. Successful answers say in `RateLimit` how the limits stand that the request was counted against.",
    },
    servers: [{ url: "/api/v1" }],
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description:
            "An account's access token, an API key (`gsk_…`), a signed identity of an end user, or the deployment's operator token",
        },
      },
    },
    paths,
  });
}

function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { operationId, tag, summary, description, who, params, query, body } = endpoint;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    // An empty requirement: it works without, too.
    ...(who === "anyone" ? {} : { security: isPublic(who) ? [{}, { bearer: [] }] : [{ bearer: [] }] }),
    requestParams: {
      path: asObject(params),
      ...(query === undefined ? {} : { query: asObject(query) }),
      ...(endpoint.method === "GET" ? {} : { header: OnceOnly }),
    },
    ...(body === undefined
      ? {}
      : { requestBody: { required: endpoint.method !== "DELETE", content: { "application/json": { schema: body } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(endpoint.answers).map(([status, answer]) => [status, success(answer)])),
      ...(limitOf(endpoint) === null ? {} : { 429: TOO_MANY }),
      default: { description: "What went wrong", content: PROBLEM },
    },
  };
}

function isPublic(who: Endpoint["who"]): boolean {
  return who === "board.read" || who === "feedback.write";
}

function success(answer: Endpoint["answers"][number]) {
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, description]) => [name, text(description)]),
  );
  return {
    description: answer.description,
    ...(answer.headers === undefined ? {} : { headers }),
    ...(answer.schema === undefined ? {} : { content: { "application/json": { schema: answer.schema } } }),
  };
}

/** Parameters are always strict objects; the endpoint's type only says "a schema". */
function asObject(schema: z.ZodType): z.ZodObject {
  if (schema instanceof z.ZodObject) return schema;
  throw new TypeError("parameters must be a zod object");
}
