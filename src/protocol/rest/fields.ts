/** The fields that several resources share. Every schema is strict: an unknown key is an error, never ignored. */
import * as z from "zod";
import { ACCOUNT_PERSON_PREFIX, RESERVED_SLUGS, SLUG_PATTERN } from "../../ids.ts";
import {
  BOARD_DESCRIPTION_CHARS_MAX,
  CATEGORY_CHARS_MAX,
  DESCRIPTION_CHARS_MAX,
  EXTERNAL_USER_ID_CHARS_MAX,
  NAME_CHARS_MAX,
  TITLE_CHARS_MAX,
} from "../../limits.ts";
import { visibleText } from "./visible-text.ts";

/** Control characters other than tab and newline; NUL among them. */
// oxlint-disable-next-line no-control-regex -- the point of this pattern
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/u;

function wellFormed(text: z.ZodString) {
  return text
    .refine((value) => value.isWellFormed(), "must be well-formed Unicode (no lone surrogates)")
    .refine((value) => !CONTROL.test(value), "must not contain control characters");
}

/** One line: normalised as `visibleText` does, runs of white space folded; 1 to `max` characters remain. */
export function line(max: number) {
  return wellFormed(z.string())
    .overwrite((value) => visibleText(value).replace(/\s+/gu, " ").trim())
    .min(1)
    .max(max);
}

/** Several lines: normalised as `visibleText` does, trimmed; up to `max` characters. */
export function prose(max: number) {
  return wellFormed(z.string())
    .overwrite((value) => visibleText(value).replace(/\r\n?/gu, "\n").trim())
    .max(max);
}

export const slug = z
  .string()
  .regex(SLUG_PATTERN, "must be 1 to 48 of a-z, 0-9 and -")
  .refine((value) => !RESERVED_SLUGS.has(value), "is a reserved word")
  .meta({ description: "A name in URLs", example: "ideas" });
export const name = line(NAME_CHARS_MAX);
export const boardDescription = prose(BOARD_DESCRIPTION_CHARS_MAX);
export const title = line(TITLE_CHARS_MAX);
export const description = prose(DESCRIPTION_CHARS_MAX);
export const category = line(CATEGORY_CHARS_MAX);

/** The customer's own id of a person. Opaque; belongs to one workspace. */
export const externalUserId = wellFormed(z.string().min(1).max(EXTERNAL_USER_ID_CHARS_MAX))
  .refine((id) => !id.startsWith(ACCOUNT_PERSON_PREFIX), `must not begin with ${ACCOUNT_PERSON_PREFIX}`)
  .meta({
    description: "Your own id of the person who acts. Opaque to us; one vote per id and item.",
    example: "user-8271",
  });

export const feedbackId = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
/** The same id as a path segment: decimal, no sign, no leading zero. */
export const feedbackIdParam = z
  .string()
  .regex(/^[1-9][0-9]{0,14}$/u, "must be a positive integer")
  .transform(Number)
  .pipe(feedbackId)
  .meta({ override: { type: "integer", minimum: 1 } });

export const instant = z.iso.datetime().meta({ description: "ISO 8601, UTC" });

/** A path slug is only checked for its shape: what does not exist is 404, not 400. */
const pathSlug = z.string().max(200);
export const workspaceParams = z.strictObject({ workspace: pathSlug });
export const boardParams = z.strictObject({ workspace: pathSlug, board: pathSlug });
export const feedbackParams = z.strictObject({ workspace: pathSlug, board: pathSlug, id: feedbackIdParam });
