/** Search text becomes a query that means its words and nothing else, whatever was typed: checked on the grammar and on SQLite's own FTS5. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchExpression, scopeTokens } from "../../src/domain/search.ts";
import { SEARCH_TERMS_MAX } from "../../src/limits.ts";

const MIGRATION = new URL("../../schema/workspace/0001_search.sql", import.meta.url);
const QUOTED = /"[^"]*"/gu;
const WORDS = /^"[\p{L}\p{N}\p{M}\p{Co} ]+"$/u;
/** What is left of a query without its quoted parts. */
const SKELETON = /^(?:[(){} :*]|scope|title|description|AND|OR)+$/u;
const FILTER = /^scope : "[bsc][0-9a-f]+"$/u;
const PREFIX = /\{title description\} : "[^"]*" \*/gu;

/** Everything that means something to FTS5, or to SQL. */
const hostile = fc.constantFrom(
  ...Array.from("\"'()*:^{}+-;,.\\/%_"),
  " ",
  "\0",
  "AND",
  "OR",
  "NOT",
  "NEAR(",
  "scope",
  "title",
  "--",
  "𝕏",
  "é",
  "e\u0301",
  "\u0301",
  "\uE000",
  "日本",
  "1",
  "\uD800",
);
const typed = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(hostile, { maxLength: 30 }).map((parts) => parts.join("")),
  fc.array(fc.constantFrom("a", "b1", "é", "NOT"), { maxLength: 20 }).map((parts) => parts.join(" ")),
);
const category = fc.string({ unit: "grapheme", minLength: 1 });
const scope = fc.record({
  boardId: fc.integer({ min: 1, max: 1_000 }),
  status: fc.option(fc.constantFrom("open", "planned"), { nil: undefined }),
  category: fc.option(category, { nil: undefined }),
});

describe("search", () => {
  it("[U14] no text of the caller stands outside quotes", () => {
    fc.assert(
      fc.property(typed, scope, (text, where) => {
        const expression = matchExpression(text, where);
        if (expression === null) return;
        const quoted = expression.match(QUOTED) ?? [];
        expect(quoted.every((part) => WORDS.test(part))).toBe(true);
        expect(expression.replace(QUOTED, "")).toMatch(SKELETON);
        const prefixes = expression.match(PREFIX) ?? [];
        expect(prefixes.length).toBeGreaterThan(0);
        expect(prefixes.length).toBeLessThanOrEqual(SEARCH_TERMS_MAX);
        expect(expression.split(" AND ").filter((part) => FILTER.test(part))).toHaveLength(scopeTokens(where).length);
      }),
      { numRuns: 2_000 },
    );
  });

  it("[U15] FTS5 takes every expression, and finds only what is in scope", () => {
    const database = new DatabaseSync(":memory:");
    database.exec(readFileSync(MIGRATION, "utf8"));
    const insert = database.prepare(
      "insert into feedback_search (rowid, title, description, scope) values (?, ?, ?, ?)",
    );
    insert.run(1, "Dark mode", "NOT bright OR (scope", scopeTokens({ boardId: 1, status: "open" }).join(" "));
    insert.run(2, "Dark mode", "s6f70656e b1", scopeTokens({ boardId: 2, status: "open" }).join(" "));
    const find = database.prepare("select rowid as id from feedback_search where feedback_search match ?");
    const search = (text: string, where: { boardId: number; status?: string; category?: string }) => {
      const expression = matchExpression(text, where);
      return expression === null ? [] : find.all(expression).map((row) => row["id"]);
    };
    expect(search("dar mo", { boardId: 1 })).toEqual([1]);
    expect(search("scope : b2", { boardId: 1 })).toEqual([]);
    expect(search("b1", { boardId: 2 })).toEqual([2]);
    expect(search("open", { boardId: 1 })).toEqual([]);
    expect(search("dark", { boardId: 2, status: "open", category: "b1" })).toEqual([]);
    fc.assert(
      fc.property(typed, fc.constantFrom(1, 2, 3), (text, boardId) => {
        for (const id of search(text, { boardId })) expect(id).toBe(boardId);
      }),
      { numRuns: 2_000 },
    );
    database.close();
  });

  it("[U16] text without a letter or digit asks for nothing", () => {
    for (const text of ["", " ", '"', "***", "()", "' -- ;", "\0", "🙂"]) {
      expect(matchExpression(text, { boardId: 1 })).toBeNull();
    }
  });

  it("[U17] different categories never share a token, nor one with a status or a board", () => {
    fc.assert(
      fc.property(category, category, (one, other) => {
        const tokens = (category: string) => scopeTokens({ boardId: 1, status: "open", category });
        expect(new Set(tokens(one)).size).toBe(3);
        expect(tokens(one).every((token) => /^[bsc][0-9a-f]+$/u.test(token))).toBe(true);
        if (one !== other) expect(tokens(one)).not.toEqual(tokens(other));
      }),
    );
  });
});
