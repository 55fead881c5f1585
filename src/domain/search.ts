/**
 * The words of the full-text index: which an item has, and which are asked for. What a person typed becomes an FTS5 query that cannot fail: every word is quoted, so no input is ever read as query
 * syntax.
 */
import { SEARCH_TERMS_MAX, SIMILAR_LEAD_CHARS } from "../limits.ts";
import { termsOf, unspacedParts, unspacedRuns } from "./terms.ts";

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

/** Of the tokens that stand in the `scope` column, too: characters for private use, which the tokenizer takes for letters. */
const TERM = "\uE000";
const TITLE_TERM = "\uE001";
const PART = "\uE002";

/** What an item is found by besides its words: its terms for `similar`, and the parts of what is written without spaces, for search. */
export function contentTokens(title: string, description: string): string[] {
  const named = termsOf(title);
  const titleTerms = new Set([...named.stems, ...named.compounds]);
  const terms = new Set([...titleTerms, ...termsOf(description.slice(0, SIMILAR_LEAD_CHARS)).stems]);
  return [
    ...Array.from(titleTerms, (term) => TITLE_TERM + term),
    ...Array.from(terms, (term) => TERM + term),
    ...partTokens(title),
    ...partTokens(description),
  ];
}

/** In their order, for they are asked for as phrases. */
export function partTokens(text: string): string[] {
  return unspacedRuns(text).flatMap((run) => [...unspacedParts(run).map((part) => PART + part), PART]);
}

/** Items that have all of these terms, in the title or anywhere, and are on none of those boards. */
export function termsExpression(
  terms: readonly string[],
  where: "title" | "anywhere",
  boardsLeftOut: readonly number[],
): string {
  const mark = where === "title" ? TITLE_TERM : TERM;
  const wanted = terms.map((term) => `"${mark}${term}"`).join(" AND ");
  const filter = boardsLeftOut.map((boardId) => `"b${String(boardId)}"`).join(" OR ");
  return filter === "" ? `scope : (${wanted})` : `scope : (${wanted}) NOT scope : (${filter})`;
}

/**
 * Words of letters and digits, each matched as a prefix in one of the columns, all required; null when the text has none. What is written without spaces is found in the middle of a word, too.
 */
export function matchExpression(text: string, scope: Scope, columns = "title description"): string | null {
  const words = text.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)?.slice(0, SEARCH_TERMS_MAX) ?? [];
  if (words.length === 0) return null;
  const filters = scopeTokens(scope).map((token) => `scope : "${token}"`);
  const terms = words.map((word) => {
    const asPrefix = `{${columns}} : "${word}" *`;
    const runs = unspacedRuns(word);
    return runs.length === 0 ? asPrefix : `(${asPrefix} OR (${runs.map(runExpression).join(" AND ")}))`;
  });
  return [...filters, ...terms].join(" AND ");
}

/** Its parts but the last, which is its last character alone; of one that is no more than that, whatever begins with it. */
function runExpression(run: string): string {
  const parts = unspacedParts(run);
  if (parts.length === 1) return `scope : "${PART}${run}" *`;
  const phrase = parts.slice(0, -1).map((part) => PART + part);
  return `scope : "${phrase.join(" ")}"`;
}

function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
