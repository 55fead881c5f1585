/** What the forms of a discussion take, checked with the REST schema, and refusals in a person's words. */
import type { Failure } from "../../errors.ts";
import { COMMENT_CHARS_MAX, CURSOR_CHARS_MAX } from "../../limits.ts";
import { CreateComment } from "../../protocol/rest/comments.ts";
import { feedbackIdParam } from "../../protocol/rest/fields.ts";
import { inWords } from "./in-words.ts";

export type CommentForm = {
  readonly action: string;
  readonly body: string;
  readonly parentId: number | undefined;
  readonly isInternal: boolean;
  /** The part of the discussion that the form stood on. */
  readonly after: string | null;
  /** What is wrong with what was written. */
  readonly problem?: string;
};

export function parseCommentForm(fields: Readonly<Record<string, string>>): CommentForm {
  const { action = "", body = "", parentId, internal, after = "" } = fields;
  const parent = parentId === undefined ? undefined : feedbackIdParam.safeParse(parentId).data;
  const form = {
    action,
    parentId: parent,
    isInternal: internal === "yes",
    after: after === "" || after.length > CURSOR_CHARS_MAX ? null : after,
  };
  if (parentId !== undefined && parent === undefined) return { ...form, body, problem: "There is no such comment." };
  const parsed = CreateComment.shape.body.safeParse(body);
  if (parsed.success) return { ...form, body: parsed.data };
  const [issue] = parsed.error.issues;
  const problem =
    issue?.code === "too_small"
      ? "Please write something."
      : issue?.code === "too_big"
        ? `Please keep this to ${String(COMMENT_CHARS_MAX)} characters.`
        : `This ${issue?.message ?? "is not valid"}.`;
  return { ...form, body, problem };
}

/** Whether the page with the form can say what is wrong; else there is nothing to write on any more. */
export function isCommentProblem({ code }: Failure): boolean {
  return !["WORKSPACE_NOT_FOUND", "BOARD_NOT_FOUND", "FEEDBACK_NOT_FOUND", "FEEDBACK_MERGED", "INTERNAL"].includes(
    code,
  );
}

export function whyNotSaid(failed: Failure): string {
  const { code, errors } = failed;
  if (code === "COMMENT_NOT_FOUND") return "The comment is not there any more.";
  if (errors?.[0]?.path === "parentId") return `This cannot be answered: ${errors[0].message}.`;
  return inWords(failed).detail;
}
