/** Search on the real object: what a query finds, where it looks, and that no input makes it fail. Ids are those of test/SPEC.md. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { SEARCH_CHARS_MAX } from "../../src/limits.ts";
import { board, call, OPERATOR, post } from "../support/workerd.ts";

const RUNS = 1_000;

let path: string;
let workspace: string;
const ids = new Map<string, number>();

const ITEMS = [
  { title: "Dark mode", category: "ui" },
  { title: "Darkness at noon", description: "A theme for the night" },
  { title: "Éxport to CSV", description: "naïve Straße", category: "api" },
  { title: "日本語 support" },
  { title: "C++ and NEAR and OR" },
  { title: "Ångström units", category: "api" },
] as const;

beforeAll(async () => {
  ({ path, workspace } = await board());
  for (const item of ITEMS) ids.set(item.title, await post(path, item.title, item));
});

async function find(q: string, more: Record<string, string> = {}, from = path): Promise<string[]> {
  const { status, body } = await call("GET", `${from}/feedback?${new URLSearchParams({ q, ...more })}`);
  expect(status).toBe(200);
  return (body as { title: string }[]).map(({ title }) => title).toSorted();
}

describe("search", () => {
  it.each([
    ["dark", ["Dark mode", "Darkness at noon"]],
    ["DARKN", ["Darkness at noon"]],
    ["mode dark", ["Dark mode"]],
    ["ark", []],
    ["export", ["Éxport to CSV"]],
    ["ÉXP naive", ["Éxport to CSV"]],
    ["angstrom", ["Ångström units"]],
    ["Ångstro\u0308m", ["Ångström units"]],
    ["日本", ["日本語 support"]],
    ["night", ["Darkness at noon"]],
    ["near", ["C++ and NEAR and OR"]],
    ["c++", ["C++ and NEAR and OR", "Éxport to CSV"]],
    ["dark OR csv", []],
    ["dark NOT mode", []],
    ["title:dark", []],
    ["scope", []],
    ["b1", []],
    ["dark*", ["Dark mode", "Darkness at noon"]],
    ['"dark mode"', ["Dark mode"]],
  ])(
    "[F10] %s: every word is the beginning of a word, in any order, whatever the case and the accents",
    async (q, titles) => {
      expect(await find(q)).toEqual(titles);
    },
  );

  it("[F11] looks only in its own board, status and category, and only at what the public sees", async () => {
    await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "bugs", name: "Bugs" }, OPERATOR);
    const bugs = `/api/v1/${workspace}/bugs`;
    await post(bugs, "Dark corner");
    expect(await find("dark")).toEqual(["Dark mode", "Darkness at noon"]);
    expect(await find("dark", {}, bugs)).toEqual(["Dark corner"]);
    expect(await find("dark", { category: "ui" })).toEqual(["Dark mode"]);
    expect(await find("dark", { category: "u" })).toEqual([]);
    expect(await find("dark", { status: "open", category: "ui" })).toEqual(["Dark mode"]);
    expect(await find("dark", { status: "planned" })).toEqual([]);

    const item = `${path}/feedback/${String(ids.get("Dark mode"))}`;
    await call("PATCH", item, { status: "planned", category: "api", title: "Dim mode" }, OPERATOR);
    expect(await find("dim", { status: "planned", category: "api" })).toEqual(["Dim mode"]);
    expect(await find("dark")).toEqual(["Darkness at noon"]);
    await call("PATCH", item, { isHidden: true }, OPERATOR);
    expect(await find("dim")).toEqual([]);
    await call("PATCH", item, { isHidden: false }, OPERATOR);
    expect(await find("dim")).toEqual(["Dim mode"]);
    await call("DELETE", item, undefined, OPERATOR);
    expect(await find("dim")).toEqual([]);
  });

  it("[F12] sorts, pages and takes cursors as any list", async () => {
    const { path: many } = await board();
    const found: number[] = [];
    for (let n = 0; n < 25; n++) {
      const id = await post(many, `Match ${String(n)}`);
      found.push(id);
      await post(many, `Other ${String(n)}`);
      if (n % 3 === 0)
        await call("POST", `${many}/feedback/${id}/votes`, { externalUserId: "ada", weight: 1 + (n % 4) }, OPERATOR);
    }
    for (const sort of ["vote_count", "created_at", "trending"]) {
      const { body: all } = await call("GET", `${many}/feedback?q=match&sort=${sort}&limit=100`);
      expect((all as { id: number }[]).map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(found);
      const walked: unknown[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const page = await call(
          "GET",
          `${many}/feedback?q=match&sort=${sort}&limit=4${cursor === "" ? "" : `&cursor=${cursor}`}`,
        );
        walked.push(...page.body);
        cursor = page.headers.get("x-next-cursor");
      }
      expect(walked).toEqual(all);
      const { body: second } = await call("GET", `${many}/feedback?q=match&sort=${sort}&limit=10&page=2`);
      expect(second).toEqual((all as unknown[]).slice(10, 20));
    }
  });

  it("[F13] no text makes it fail: it finds, finds nothing, or is refused by name; what has no letter or digit finds nothing", async () => {
    const syntax = fc.constantFrom(
      '"',
      "'",
      "*",
      "^",
      "(",
      ")",
      "{",
      "}",
      ":",
      "+",
      "-",
      "AND",
      "OR",
      "NOT",
      "NEAR(a b, 3)",
      "title",
      "scope",
      "b1",
      ";",
      "--",
      "\\",
      "%",
      "_",
      "\u0000",
      "\u0301",
      "\u200d",
      "🎉",
      "👩‍👩‍👧",
      "\uD800",
      "ﬃ",
      "İ",
      "日本",
      "a",
      " ",
      "\n",
      "‮",
      "\uE000",
      "𞤀",
      "ⅷ",
      "٣",
    );
    const text = fc.oneof(
      fc.array(syntax, { maxLength: 30 }).map((parts) => parts.join("")),
      fc.array(syntax, { maxLength: 12 }).map((parts) => parts.join(" ")),
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.string({ unit: "binary-ascii", maxLength: 2 * SEARCH_CHARS_MAX }),
    );
    const seed = Math.trunc(Math.random() * 2 ** 31);
    console.log(`search.test.ts: seed ${String(seed)}`);
    const all = (await call("GET", `${path}/feedback?limit=100`)).body.length as number;
    const holds = fc.asyncProperty(text, async (q) => {
      const { status, body } = await call("GET", `${path}/feedback?${new URLSearchParams({ q, limit: "100" })}`);
      if (status === 400) {
        expect(body.errors[0].path).toBe("query.q");
        return;
      }
      expect(status).toBe(200);
      // Blank is no search at all.
      if (q.trim() === "") expect(body).toHaveLength(all);
      else if (!/[\p{L}\p{N}\p{Co}]/u.test(q)) expect(body).toEqual([]);
    });
    await fc.assert(holds, { seed, numRuns: RUNS });
  });

  it("[F14] one too long, or sent twice, is refused by name", async () => {
    for (const query of [`q=${"a".repeat(SEARCH_CHARS_MAX + 1)}`, "q=a&q=b"]) {
      const { status, body } = await call("GET", `${path}/feedback?${query}`);
      expect([status, body.errors[0].path]).toEqual([400, "query.q"]);
    }
    expect(await find("a".repeat(SEARCH_CHARS_MAX))).toEqual([]);
  });
});
