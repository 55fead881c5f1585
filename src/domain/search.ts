/** Turns what a person typed into an FTS5 query that cannot fail: every word is quoted, so no input is ever read as query syntax. */
import { SEARCH_TERMS_MAX } from "../limits.ts";

/** Tokens of the `scope` column: they filter by board, status and category inside the index. Hex, for a tokenizer must keep them whole. */
export type Scope = {
  readonly boardId: number;
  readonly status?: string | undefined;
  readonly category?: string | null | undefined;
};

export function scopeTokens(scope: Scope): string[] {
  const tokens = [`b${String(scope.boardId)}`];
  if (scope.status !== undefined) tokens.push(`s${hex(scope.status)}`);
  if (scope.category !== undefined && scope.category !== null) tokens.push(`c${hex(scope.category)}`);
  return tokens;
}

/** Words of letters and digits, each matched as a prefix, all required; null when the text has none. */
export function matchExpression(text: string, scope: Scope): string | null {
  const words = text.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)?.slice(0, SEARCH_TERMS_MAX) ?? [];
  if (words.length === 0) return null;
  const filters = scopeTokens(scope).map((token) => `scope : "${token}"`);
  const terms = words.map((word) => `{title description} : "${word}" *`);
  return [...filters, ...terms].join(" AND ");
}

function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
