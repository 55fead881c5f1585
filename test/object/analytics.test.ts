/** Analytics on the real Worker and object: what is counted, who may ask, and that the cost is bounded. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { dateOf, dayOf } from "../../src/domain/analytics.ts";
import { ANALYTICS_ROWS_PER_SLICE } from "../../src/limits.ts";
import { board, call, callAs, OPERATOR, post } from "../support/workerd.ts";

const TODAY = dayOf(Date.now());

async function counted() {
  const made = await board();
  const root = `/api/v1/workspaces/${made.workspace}`;
  const ask = async (query = "") => (await call("GET", `${root}/analytics${query}`, undefined, OPERATOR)).body;
  return { ...made, root, ask };
}

/** Figures of days long ago, which no test can live through. */
async function plant(
  stub: Awaited<ReturnType<typeof board>>["stub"],
  { days, boards, statuses, categories }: Record<"days" | "boards" | "statuses" | "categories", number>,
) {
  await runInDurableObject(stub, (_object, state) => {
    const upTo = (end: number) =>
      `(with recursive n(x) as (select 0 union all select x + 1 from n where x < ${String(end - 1)}) select x from n)`;
    state.storage.sql.exec(
      `insert into daily_stats select ${String(TODAY)} - d.x, 1 + b.x,
         case s.x when 0 then 'open' when 1 then 'under_review' when 2 then 'planned' when 3 then 'in_progress' when 4 then 'completed' else 'closed' end,
         'category ' || c.x, 1, 2, 3, 1, 1000
       from ${upTo(days)} d, ${upTo(boards)} b, ${upTo(statuses)} s, ${upTo(categories)} c where true
       on conflict do nothing`,
    );
  });
}

it("[AN6] posts, votes and changes of status are counted by day, status, category and board as they were", async () => {
  const { path, root, ask } = await counted();
  await call("POST", `${root}/boards`, { slug: "apps", name: "Apps" }, OPERATOR);
  const dark = await post(path, "Dark mode", { category: "Looks" });
  await post(path, "Export");
  await post(path.replace("ideas", "apps"), "Widget", { category: "Looks" });
  await call("POST", `${path}/feedback/${String(dark)}/votes`, { externalUserId: "u1" });
  await call("POST", `${path}/feedback/${String(dark)}/votes`, { externalUserId: "u2" });
  await call("DELETE", `${path}/feedback/${String(dark)}/votes?externalUserId=u1`);
  await call("PATCH", `${path}/feedback/${String(dark)}`, { status: "planned" }, OPERATOR);
  await call("POST", `${path}/feedback/${String(dark)}/votes`, { externalUserId: "u3" });

  const byStatus = await ask();
  const today = dateOf(TODAY);
  expect(byStatus).toMatchObject({ to: today, from: dateOf(TODAY - 89), interval: "day", groupBy: "status" });
  expect(byStatus.buckets).toHaveLength(90);
  expect(byStatus.buckets.at(-1)).toBe(today);
  expect(byStatus.groups.map((group: any) => [group.key, group.totals, group.posts.at(-1)])).toEqual([
    ["open", { posts: 3, votes: 1, comments: 0 }, 3],
    ["planned", { posts: 0, votes: 1, comments: 0 }, 0],
  ]);
  expect(byStatus.totals).toEqual({ posts: 3, votes: 2, comments: 0 });
  expect(byStatus.trend).toEqual({ votesThisWeek: 2, votesLastWeek: 0, change: 2, acceleration: 2 });
  expect(byStatus.timeInStatus.map((each: any) => [each.status, each.departures])).toEqual([
    ["open", 1],
    ["under_review", 0],
    ["planned", 0],
    ["in_progress", 0],
    ["completed", 0],
    ["closed", 0],
  ]);
  expect(byStatus.timeInStatus[0].averageMs).toBeGreaterThanOrEqual(0);
  expect(byStatus.timeInStatus[0].averageMs).toBeLessThan(60_000);

  const byCategory = await ask("?groupBy=category&interval=month");
  expect(byCategory.groups.map((group: any) => [group.kind, group.key, group.totals.posts])).toEqual([
    ["group", "Looks", 2],
    ["none", null, 1],
  ]);
  const byBoard = await ask("?groupBy=board&interval=week");
  expect(byBoard.groups.map((group: any) => [group.key, group.name, group.totals.posts])).toEqual([
    ["ideas", "Ideas", 2],
    ["apps", "Apps", 1],
  ]);
  // What happened stays; the board's name goes with it.
  await call("DELETE", `${root}/boards/apps`, undefined, OPERATOR);
  expect((await ask("?groupBy=board")).groups.map((group: any) => [group.kind, group.key, group.totals.posts])).toEqual(
    [
      ["group", "ideas", 2],
      ["none", null, 1],
    ],
  );
});

it("[AN7] is the team's; what is no question is refused", async () => {
  const { root } = await counted();
  expect((await call("GET", `${root}/analytics`)).status).toBe(401);
  for (const query of [
    "?from=2026-02-30",
    "?from=yesterday",
    "?interval=hour",
    "?groupBy=author",
    "?from=2026-02-02&to=2026-02-01",
    "?from=2020-01-01&to=2026-01-01",
    "?form=2026-01-01",
  ]) {
    expect((await call("GET", `${root}/analytics${query}`, undefined, OPERATOR)).status, query).toBe(400);
  }
});

it("[AN8] a call of the object adds up a bounded number of rows, and a range of two years takes as many calls as it needs", async () => {
  const { stub, ask } = await counted();
  const size = { days: 61, boards: 10, statuses: 6, categories: 20 };
  await plant(stub, size);
  const rows = size.days * size.boards * size.statuses * size.categories;
  expect(rows).toBeGreaterThan(3 * ANALYTICS_ROWS_PER_SLICE);
  const from = { day: TODAY - 90, boardId: 0, status: "", category: "" };
  const asked = { from, to: TODAY, departuresFrom: from.day, groupBy: "category" } as const;
  const part = (await stub.readFigures(callAs("operator", "internal.read"), asked)) as any;
  expect(part.value.next).not.toBeNull();
  expect(part.value.figures.reduce((sum: number, { posts }: any) => sum + posts, 0)).toBe(ANALYTICS_ROWS_PER_SLICE);

  const answer = await ask(`?groupBy=category&interval=week&from=${dateOf(TODAY - 730)}`);
  expect(answer.totals).toEqual({ posts: rows, votes: 2 * rows, comments: 3 * rows });
  expect(answer.groups).toHaveLength(20);
  const perWeek = (rows / size.days) * 7 * 2;
  expect(answer.trend).toEqual({ votesThisWeek: perWeek, votesLastWeek: perWeek, change: 0, acceleration: 0 });
  expect(answer.timeInStatus[0]).toEqual({ status: "open", departures: rows / 6, averageMs: 1000 });
  // Departures of the days before the range, which are read for the trends, do not count.
  const short = await ask(`?from=${dateOf(TODAY)}`);
  expect(short.timeInStatus[0].departures).toBe(rows / 6 / size.days);
  expect(short.trend).toEqual(answer.trend);
});
