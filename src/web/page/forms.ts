/** What pages take from visitors: the query of a list and the fields of the post form, checked with the REST schemas, told in a person's words. */
import type { z } from "zod";
import { type Failure, failure, type FieldError, invalidField } from "../../errors.ts";
import { CreateFeedback, ListFeedback } from "../../protocol/rest/feedback.ts";
import { err, ok, type Result } from "../../result.ts";
import { CHALLENGE_FIELD } from "./challenge-field.ts";

const LIST_KEYS = ["sort", "status", "category", "q", "cursor"] as const;
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set(["description", "category", CHALLENGE_FIELD]);

/**
 * A page's query. Other parameters are ignored, since links to pages gather them on their way (`utm_source`); empty ones count as absent,
 * as a GET form sends every field. Errors: INVALID_REQUEST.
 */
export function parseList(query: URLSearchParams): Result<ListFeedback, Failure> {
  const given = new Map<string, string>();
  for (const key of LIST_KEYS) {
    const [sent, ...more] = query.getAll(key);
    if (more.length > 0) return err(invalidField(key, "is given more than once"));
    const value = sent?.trim();
    if (value !== undefined && value !== "") given.set(key, value);
  }
  const parsed = ListFeedback.safeParse(Object.fromEntries(given));
  if (parsed.success) return ok(parsed.data);
  const errors = fieldErrors(parsed.error);
  const [first] = errors;
  return err(
    failure(
      "INVALID_REQUEST",
      first === undefined ? "The address is not valid." : `In the address, ${first.path} ${first.message}.`,
      errors,
    ),
  );
}

/** The post form. A browser sends empty optional fields, which means absent. */
export function parseDraft(
  form: Readonly<Record<string, string>>,
  externalUserId: string | undefined,
): Result<CreateFeedback, readonly FieldError[]> {
  for (const path of ["externalUserId", "turnstileToken"])
    if (form[path] !== undefined) return err([{ path, message: "This form has no such field." }]);
  const given = Object.entries(form).filter(([key, value]) => value.trim() !== "" || !OPTIONAL_FIELDS.has(key));
  const { [CHALLENGE_FIELD]: turnstileToken, ...fields } = Object.fromEntries(given);
  const parsed = CreateFeedback.safeParse({ title: "", ...fields, externalUserId, turnstileToken });
  return parsed.success ? ok(parsed.data) : err(parsed.error.issues.map(inWords));
}

function fieldErrors(error: z.ZodError): readonly FieldError[] {
  return error.issues.map((issue) => ({ path: issue.path.join(".") || "query", message: issue.message.toLowerCase() }));
}

function inWords(issue: z.core.$ZodIssue): FieldError {
  const path = issue.path.join(".");
  if (issue.code === "too_small")
    return { path, message: path === "title" ? "Please give it a title." : "Please fill this in." };
  if (issue.code === "too_big") return { path, message: `Please keep this to ${String(issue.maximum)} characters.` };
  if (issue.code === "unrecognized_keys")
    return { path: issue.keys.join(", "), message: `This form has no field “${issue.keys.join(", ")}”.` };
  return { path, message: `This ${issue.message}.` };
}
