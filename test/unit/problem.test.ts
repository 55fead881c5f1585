/** Every failure of the closed list has its one HTTP face. */
import { describe, expect, it } from "vitest";
import { outcomeOf, problem } from "../../src/edge/problem.ts";
import { failure, FAILURES, type FailureCode, invalidField } from "../../src/errors.ts";
import { readProblem } from "../support/problem.ts";

const REQUEST_ID = "a".repeat(22);
const CODES = Object.keys(FAILURES) as FailureCode[];

async function answered(code: FailureCode) {
  const response = problem(failure(code, "Why it was refused."), REQUEST_ID);
  // The Worker sets it on every answer.
  response.headers.set("x-request-id", REQUEST_ID);
  return { status: response.status, headers: response.headers, text: await response.text(), response };
}

describe("problem", () => {
  it.each(CODES)("[U25] %s becomes problem+json with its status", async (code) => {
    const answer = await answered(code);
    expect(readProblem(answer)).toMatchObject({ code, detail: "Why it was refused." });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(outcomeOf(answer.response)).toBe(code);
    expect(answer.headers.has("www-authenticate")).toBe(answer.status === 401);
    expect(answer.headers.has("retry-after")).toBe(answer.status === 503 || answer.status === 429);
  });

  it("[U26] every code has a type of its own, and names are upper snake", async () => {
    const types = await Promise.all(CODES.map(async (code) => readProblem(await answered(code)).type));
    expect(new Set(types).size).toBe(CODES.length);
    for (const code of CODES) expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/u);
  });

  it("[U27] fields are named as the caller wrote them", async () => {
    const response = problem(invalidField("query.sort", "is not a sort"), REQUEST_ID);
    response.headers.set("x-request-id", REQUEST_ID);
    const body = readProblem({ status: response.status, headers: response.headers, text: await response.text() });
    expect(body).toMatchObject({
      detail: "query.sort: is not a sort",
      errors: [{ path: "query.sort", message: "is not a sort" }],
    });
    expect(outcomeOf(new Response())).toBe("ok");
  });
});
