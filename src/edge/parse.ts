/** Turns a request's parts into what an endpoint's schemas say, or into a failure that names every bad field. */
import type { z } from "zod";
import { type Failure, failure, type FieldError } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import type { Endpoint } from "../protocol/rest/endpoint.ts";
import { readJson, uniqueFields } from "./body.ts";
import type { Params, RequestContext } from "./context.ts";

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;
export type Input<E extends Endpoint> = {
  readonly params: Parsed<E["params"]>;
  readonly query: Parsed<E["query"]>;
  readonly body: Parsed<E["body"]>;
};

/** Errors: INVALID_REQUEST with one entry per bad field, and those of reading a body. */
export async function parse<E extends Endpoint>(
  endpoint: E,
  context: RequestContext,
  params: Params,
): Promise<Result<Input<E>, Failure>> {
  const path = check(endpoint.params, params, "path");
  if (!path.ok) return path;
  const query = parseQuery(endpoint, context.url);
  if (!query.ok) return query;
  const body = await parseBody(endpoint, context.request);
  if (!body.ok) return body;
  // The three were checked by the schemas that the type is inferred from.
  return ok({ params: path.value, query: query.value, body: body.value } as Input<E>);
}

/** Checks a value; `place` (`path`, `query`) stands before each field's name, nothing before a body's. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  place: "path" | "query" | "body",
): Result<z.infer<S>, Failure> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const prefix = place === "body" ? "" : `${place}.`;
  const errors = parsed.error.issues.slice(0, ERRORS_MAX).flatMap((issue) => fieldErrors(issue, prefix));
  const [first] = errors;
  return err(
    failure(
      "INVALID_REQUEST",
      first === undefined ? "The request is not valid." : `${first.path}: ${first.message}`,
      errors,
    ),
  );
}

const ERRORS_MAX = 20;
const KEY_CHARS_MAX = 64;

function fieldErrors(issue: z.core.$ZodIssue, prefix: string): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, ERRORS_MAX).map((key) => ({
      path: `${prefix}${[...issue.path.map(String), key.slice(0, KEY_CHARS_MAX)].join(".")}`,
      message: "is not a known field",
    }));
  }
  const path = issue.path.map(String).join(".");
  return [
    { path: path === "" ? (prefix === "" ? "body" : prefix.slice(0, -1)) : `${prefix}${path}`, message: issue.message },
  ];
}

function parseQuery(endpoint: Endpoint, url: URL): Result<unknown, Failure> {
  const fields = uniqueFields(url.searchParams, "query.");
  if (!fields.ok) return fields;
  if (endpoint.query === undefined) {
    const [name] = Object.keys(fields.value);
    if (name === undefined) return ok(undefined);
    return err(
      failure("INVALID_REQUEST", `query.${name}: is not a known field`, [
        { path: `query.${name}`, message: "is not a known field" },
      ]),
    );
  }
  return check(endpoint.query, fields.value, "query");
}

async function parseBody(endpoint: Endpoint, request: Request): Promise<Result<unknown, Failure>> {
  if (endpoint.body === undefined) return ok(undefined);
  // A DELETE may say in the query what its body would.
  if (endpoint.method === "DELETE" && request.body === null) return ok(undefined);
  const json = await readJson(request);
  return json.ok ? check(endpoint.body, json.value, "body") : json;
}
