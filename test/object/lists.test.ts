/** Lists on a board of 100,000 items: what a page costs and by which index, and that cursors walk all of a board in order. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { PAGE_ROWS_SKIPPED_MAX, SEARCH_MATCHES_MAX } from "../../src/limits.ts";
import { SORTS, type Sort } from "../../src/protocol/rest/feedback.ts";
import { type Answer, board, call, OPERATOR, Peer, post } from "../support/workerd.ts";
import { CATEGORIES, fill, rowsRead, statementsOf } from "./large-board.ts";

const ITEMS = 100_000;
const SMALL = 1_100;
const PAGE = 20;
const FILTERS: readonly Record<string, string>[] = [
  {},
  { status: "planned" },
  { category: CATEGORIES[1] },
  { status: "planned", category: CATEGORIES[1] },
];
const CASES = SORTS.flatMap((sort) =>
  FILTERS.map((filter) => ({ sort, filter, name: [sort, ...Object.keys(filter)].join(", ") })),
);
const COLUMN = {
  vote_count: "vote_count",
  created_at: "created_at",
  updated_at: "updated_at",
  trending: "trending",
} as const satisfies Record<Sort, string>;

type Board = Awaited<ReturnType<typeof board>>;
let large: Board;
let small: Board;

beforeAll(async () => {
  large = await board();
  small = await board();
  await fill(large.stub, ITEMS);
  await fill(small.stub, SMALL);
});

const list = ({ path }: Board, query: Record<string, string | number>) =>
  call(
    "GET",
    `${path}/feedback?${new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]))}`,
  );

function ids({ body }: Answer): number[] {
  return (body as { id: number }[]).map(({ id }) => id);
}

/** All ids in order, as the database sorts them. */
async function inOrder({ stub }: Board, sort: Sort, filter: Record<string, string>): Promise<number[]> {
  return await runInDurableObject(stub, (_, { storage }) => {
    const where = Object.entries(filter).map(([column, value]) => `and ${column} = '${value}'`);
    const query = `select id from feedback_items where +visible = 1 ${where.join(" ")} order by ${COLUMN[sort]} desc, id desc`;
    return storage.sql
      .exec(query)
      .toArray()
      .map((row) => Number(row["id"]));
  });
}

async function walk(of: Board, query: Record<string, string | number>): Promise<number[]> {
  const seen: number[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const answer: Answer = await list(of, cursor === "" ? query : { ...query, cursor });
    expect(answer.status).toBe(200);
    seen.push(...ids(answer));
    cursor = answer.headers.get("x-next-cursor");
  }
  return seen;
}

/** A client that missed the last two changes comes back. */
async function resume({ path }: Board): Promise<void> {
  const { headers } = await call("GET", `${path}/feedback?limit=1`);
  const peer = await Peer.open(path);
  peer.send({ type: "hello", since: Number(headers.get("x-seq")) - 2 });
  await peer.until(({ frames }) => frames.some(({ type }) => type === "votes"));
  expect(peer.frames).toHaveLength(4);
  peer.socket.close();
}

describe("a page's cost at 100,000 items", () => {
  it.each(CASES)("[F1] reads at most 2 rows per item and 10 more: $name", async ({ sort, filter }) => {
    for (const limit of [1, PAGE, 100]) {
      let cursor: string | null = null;
      for (const page of ["first", "second", "third"]) {
        let answer: Answer | null = null;
        const statements = await statementsOf(async () => {
          answer = await list(large, { sort, ...filter, limit, ...(cursor === null ? {} : { cursor }) });
        });
        expect(answer).toMatchObject({ status: 200, body: { length: limit } });
        expect(rowsRead(statements), `${page} page of ${String(limit)}`).toBeLessThanOrEqual(2 * limit + 10);
        expect(rowsRead(statements), "the measure works").toBeGreaterThanOrEqual(limit);
        cursor = (answer as Answer | null)?.headers.get("x-next-cursor") ?? null;
        expect(cursor).not.toBeNull();
      }
    }
  });

  it.each(CASES)("[F2] is found by an index alone, with no scan and no sort: $name", async ({ sort, filter }) => {
    const first = await list(large, { sort, ...filter });
    const cursor = first.headers.get("x-next-cursor") ?? "";
    const statements = [
      ...(await statementsOf(() => list(large, { sort, ...filter }))),
      ...(await statementsOf(() => list(large, { sort, ...filter, cursor }))),
      ...(await statementsOf(() => list(large, { sort, ...filter, page: 2 }))),
    ].filter(({ query }) => query.includes("feedback_items"));
    // Two for a page after a cursor: the rest of the rows that tie with it, and those below.
    expect(statements.length).toBeGreaterThanOrEqual(3);
    const plans = await runInDurableObject(large.stub, (_, { storage }) =>
      statements.map(({ query, bindings }) =>
        storage.sql
          .exec(`explain query plan ${query}`, ...bindings)
          .toArray()
          .map((row) => String(row["detail"]))
          .join("\n"),
      ),
    );
    for (const plan of plans) {
      expect(plan).toMatch(/^SEARCH feedback_items USING (COVERING )?INDEX feedback_by_\w+ \(/u);
      expect(plan).not.toMatch(/SCAN|TEMP B-TREE/u);
    }
  });

  it("[F3] an item, a vote, a look-up, a board and a resume read no more of a large board than of a small one", async () => {
    const verbs: readonly ((of: Board) => Promise<unknown>)[] = [
      ({ path }) => call("GET", `${path}/feedback/7`),
      ({ path }) => call("POST", `${path}/feedback/7/votes`, { externalUserId: "ada" }),
      ({ path }) => call("DELETE", `${path}/feedback/7/votes`, { externalUserId: "ada" }),
      ({ path }) => call("GET", `${path}/votes?ids=1,2,3,4,5&externalUserId=ada`),
      ({ workspace }) => call("GET", `/api/v1/workspaces/${workspace}/boards/ideas`),
      ({ path }) => call("PATCH", `${path}/feedback/8`, { title: "Edited" }, OPERATOR),
      ({ path }) => post(path, "New"),
      resume,
    ];
    for (const verb of verbs) {
      const [few, many] = [await statementsOf(() => verb(small)), await statementsOf(() => verb(large))];
      expect(rowsRead(many), verb.toString()).toBeLessThanOrEqual(Math.max(rowsRead(few), 1));
    }
  });
});

describe("pages", () => {
  it("[F9] where all of a board ties, a page in the middle costs and shows no more than any other", async () => {
    const tied = await board();
    await fill(tied.stub, SMALL);
    await runInDurableObject(tied.stub, (_, { storage }) => {
      storage.sql.exec("update feedback_items set vote_count = 0, trending = 0, created_at = 0, updated_at = 0");
    });
    for (const sort of SORTS) {
      expect(await walk(tied, { sort, limit: 100 })).toEqual(await inOrder(tied, sort, {}));
      let cursor = (await list(tied, { sort, limit: 100 })).headers.get("x-next-cursor") ?? "";
      for (let page = 2; page <= 9; page++) {
        const statements = await statementsOf(async () => {
          cursor = (await list(tied, { sort, limit: 100, cursor })).headers.get("x-next-cursor") ?? "";
        });
        expect(rowsRead(statements)).toBeLessThanOrEqual(210);
      }
    }
  });

  it.each(CASES)(
    "[F4] cursors walk a board exactly once, in order, ties by id, and page= shows the same: $name",
    async ({ sort, filter }) => {
      const expected = await inOrder(small, sort, filter);
      expect(expected.length).toBeGreaterThan(PAGE);
      expect(await walk(small, { sort, ...filter, limit: 17 })).toEqual(expected);
      expect(await walk(small, { sort, ...filter, limit: 100 })).toEqual(expected);
      const pages: number[] = [];
      for (let page = 1; ; page++) {
        const found = ids(await list(small, { sort, ...filter, limit: PAGE, page }));
        pages.push(...found);
        if (found.length < PAGE) break;
      }
      expect(pages).toEqual(expected);
    },
  );

  it("[F5] Link and X-Next-Cursor lead to the next page with the same query, and are absent on the last", async () => {
    const query = { sort: "created_at", status: "open", category: "ui" };
    const first = await list(small, { ...query, limit: PAGE, page: 1 });
    const cursor = first.headers.get("x-next-cursor") ?? "";
    const link = /^<(?<path>[^>]+)>; rel="next"$/u.exec(first.headers.get("link") ?? "")?.groups?.["path"] ?? "";
    expect(Object.fromEntries(new URL(link, "https://x.test").searchParams)).toEqual({
      ...query,
      limit: String(PAGE),
      cursor,
    });
    const second = await call("GET", link);
    expect(ids(second)).toEqual(ids(await list(small, { ...query, limit: PAGE, page: 2 })));
    const all = await inOrder(small, "created_at", { status: "open", category: "ui" });
    const last = await list(small, { ...query, limit: 100 });
    expect(ids(last)).toEqual(all);
    expect([last.headers.get("link"), last.headers.get("x-next-cursor")]).toEqual([null, null]);
  });

  it("[F6] rows that do not move are seen exactly once, whatever moves meanwhile", async () => {
    const { path } = await board();
    const items: number[] = [];
    for (let n = 0; n < 30; n++) items.push(await post(path, `Item ${String(n)}`));
    const [still, moving] = [items.slice(0, 20), items.slice(20)];
    for (const [index, id] of still.entries()) {
      await call("POST", `${path}/feedback/${id}/votes`, { externalUserId: "ada", weight: 1 + (index % 5) }, OPERATOR);
    }
    const seen: number[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const answer: Answer = await call("GET", `${path}/feedback?limit=4${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...ids(answer));
      cursor = answer.headers.get("x-next-cursor");
      for (const id of moving) {
        await call(
          "POST",
          `${path}/feedback/${id}/votes`,
          { externalUserId: "bob", weight: 1 + ((seen.length * id) % 9) },
          OPERATOR,
        );
      }
      await post(path, "Another");
    }
    expect(seen.filter((id) => still.includes(id)).toSorted((a, b) => a - b)).toEqual(still);
  });

  it("[F7] a page that would skip more than 1,000 rows, and a cursor of another sort, are refused by name", async () => {
    const deepest = PAGE_ROWS_SKIPPED_MAX / PAGE + 1;
    expect((await list(large, { limit: PAGE, page: deepest })).status).toBe(200);
    const deeper = await list(large, { limit: PAGE, page: deepest + 1 });
    expect(deeper).toMatchObject({ status: 400, body: { errors: [{ path: "query.page" }] } });
    const cursor = (await list(large, { sort: "trending" })).headers.get("x-next-cursor") ?? "";
    const other = await list(large, { sort: "vote_count", cursor });
    expect(other).toMatchObject({ status: 400, body: { code: "INVALID_CURSOR", errors: [{ path: "query.cursor" }] } });
  });
});

describe("a search's cost at 100,000 items", () => {
  it.each([
    ["a word in every item", "item"],
    ["a word in one item", "n54321"],
    ["a prefix of many", "wor n1"],
    ["nothing", "nowhere"],
  ])("[F8] reads a bounded number of rows: %s", async (_what, q) => {
    for (const sort of SORTS) {
      for (const filter of FILTERS) {
        const statements = await statementsOf(() => list(large, { q, sort, ...filter, limit: PAGE }));
        expect(rowsRead(statements)).toBeLessThanOrEqual(4 * SEARCH_MATCHES_MAX + 2 * PAGE + 10);
      }
    }
  });
});
