/**
 * Keyset cursors: the sort value and id of the last row of a page. Opaque to clients, so their form may change. A cursor belongs to one sort;
 * rows that move between two pages may be seen twice or not at all, but the pages never shift under the reader.
 */
import type { Failure } from "../errors.ts";
import { invalidField } from "../errors.ts";
import type { Sort } from "../protocol/rest/feedback.ts";
import { err, ok, type Result } from "../result.ts";

export type Cursor = { readonly value: number; readonly id: number };

export function encodeCursor(sort: Sort, cursor: Cursor): string {
  return btoa(JSON.stringify([sort, cursor.value, cursor.id]))
    .replaceAll("=", "")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** Errors: INVALID_CURSOR for anything that `encodeCursor` did not make for this sort. */
export function decodeCursor(sort: Sort, text: string): Result<Cursor, Failure> {
  const bad = err(invalidField("query.cursor", `is not a cursor of sort=${sort}`, "INVALID_CURSOR"));
  try {
    const parts: unknown = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== sort) return bad;
    const [, value, id] = parts as unknown[];
    if (typeof value !== "number" || !Number.isFinite(value) || !Number.isSafeInteger(id)) return bad;
    return ok({ value, id: id as number });
  } catch {
    return bad;
  }
}
