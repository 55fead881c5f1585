/** What every refusal must look like, whichever test caused it: RFC 9457, a code of the closed list, and nothing of the code behind it. */
import { expect } from "vitest";
import * as z from "zod";
import { FAILURES, type FailureCode } from "../../src/errors.ts";

const codes = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];

export const Problem = z.strictObject({
  type: z.string().startsWith("/docs#"),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string().regex(/^urn:request:[\w-]{22}$/u),
  code: z.enum(codes),
  message: z.string().min(1),
  statusCode: z.int(),
  errors: z.array(z.strictObject({ path: z.string().min(1), message: z.string().min(1) })).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** A line of a V8 stack trace, or the path of a source file. */
export const STACK_TRACE = /\n\s+at \S|\bat [\w.<>#$ ]+ \(|\.[jt]sx?:\d+:\d+|node_modules|file:\/\/|Error: /u;

type Refused = { readonly status: number; readonly headers: Headers; readonly text: string };

/** Checks the whole shape; answers the body for what else there is to say about it. */
export function readProblem(answer: Refused): Problem {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.text).not.toMatch(STACK_TRACE);
  const problem = Problem.parse(JSON.parse(answer.text));
  const { status, title } = FAILURES[problem.code];
  expect(problem).toMatchObject({ status, statusCode: status, title, message: problem.detail });
  expect(answer.status).toBe(status);
  expect(problem.instance).toBe(`urn:request:${answer.headers.get("x-request-id") ?? "missing"}`);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  return problem;
}
