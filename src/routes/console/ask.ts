/** Asks the API on a visitor's behalf, in process, and gives its answer as a value: pages see the same rules and the same words as every other client. */
import type { z } from "zod";
import type { RequestContext } from "../../edge/context.ts";
import { FAILURES, type Failure, failure, type FailureCode, type FieldError } from "../../errors.ts";
import { err, ok, type Result } from "../../result.ts";

/** `path` is below `/api/v1`. A body that is not what the contract says is a bug, and throws. */
export async function ask<S extends z.ZodType>(
  context: RequestContext,
  schema: S,
  method: string,
  path: string,
  body?: unknown,
): Promise<Result<z.infer<S>, Failure>> {
  const response = await context.api(method, path, body);
  if (!response.ok) return err(await failureOf(response));
  return ok(schema.parse(await response.json()));
}

/** The same of a list that comes in pages. `next`: the cursor of the page after; null: it is the last. */
export async function askPage<S extends z.ZodType>(
  context: RequestContext,
  schema: S,
  path: string,
): Promise<Result<{ readonly items: z.infer<S>; readonly next: string | null }, Failure>> {
  const response = await context.api("GET", path);
  if (!response.ok) return err(await failureOf(response));
  return ok({ items: schema.parse(await response.json()), next: response.headers.get("x-next-cursor") });
}

/** For answers without a body, or whose body the page does not need. */
export async function tell(
  context: RequestContext,
  method: string,
  path: string,
  body?: unknown,
): Promise<Result<{ readonly status: number }, Failure>> {
  const response = await context.api(method, path, body);
  if (!response.ok) return err(await failureOf(response));
  await response.body?.cancel();
  return ok({ status: response.status });
}

type Problem = { readonly code: FailureCode; readonly detail: string; readonly errors?: readonly FieldError[] };

async function failureOf(response: Response): Promise<Failure> {
  const { code, detail, errors }: Problem = await response.json();
  if (!Object.hasOwn(FAILURES, code)) throw new Error(`the API refused with ${code}, which is no code of ours`);
  const seconds = Number(response.headers.get("retry-after"));
  return { ...failure(code, detail, errors), ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}) };
}
