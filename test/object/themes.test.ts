/** Themes on the real Worker and object, whose alarm is run slice by slice. Ids are those of test/SPEC.md. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { THEME_ITEMS_PER_SLICE, THEMES_DELAY_MS } from "../../src/limits.ts";
import { titlesOf } from "../support/topics.ts";
import { board, call, OPERATOR, post } from "../support/workerd.ts";

type Made = Awaited<ReturnType<typeof board>>;
type Theme = {
  id: number;
  name: string;
  terms: string[];
  itemCount: number;
  voteCount: number;
  pinned: boolean;
  samples: { id: number; title: string }[];
};

async function boardWith(count: number): Promise<Made & { readonly root: string; readonly ids: number[] }> {
  const made = await board();
  const ids: number[] = [];
  for (const { title } of titlesOf(count)) ids.push(await post(made.path, title));
  return { ...made, root: `/api/v1/workspaces/${made.workspace}`, ids };
}

/** One slice now; false when nothing is left to do but later. */
async function slice(stub: Made["stub"]): Promise<boolean> {
  const isDue = await runInDurableObject(stub, (_object, { storage }) => {
    const [row] = storage.sql.exec("select due_at from schedule where task = 'themes'").toArray();
    if (row === undefined || Number(row["due_at"]) > Date.now() + 2 * THEMES_DELAY_MS) return false;
    storage.sql.exec("update schedule set due_at = 0 where task = 'themes'");
    return true;
  });
  if (!isDue) return false;
  await runInDurableObject(stub, (_object, { storage }) => storage.setAlarm(Date.now() + 60_000));
  await runDurableObjectAlarm(stub);
  return true;
}

/** As if the last rebuild had been a while ago: they come once a minute. */
async function later(stub: Made["stub"]): Promise<void> {
  await runInDurableObject(stub, (_object, { storage }) => {
    storage.sql.exec("update theme_state set rebuilt_at = rebuilt_at - 120000");
  });
}

/** Until the alarm has no more to do; `between` runs after every slice. */
async function work(stub: Made["stub"], between: () => Promise<void> = async () => {}): Promise<number> {
  let slices = 0;
  while (await slice(stub)) {
    await between();
    slices += 1;
    if (slices > 500) throw new Error("it never ends");
  }
  return slices;
}

const list = async (root: string): Promise<Theme[]> => (await call("GET", `${root}/themes`, undefined, OPERATOR)).body;
const itemsOf = async (root: string, id: number): Promise<{ id: number; title: string }[]> =>
  (await call("GET", `${root}/themes/${String(id)}/items?limit=100`, undefined, OPERATOR)).body;
const rebuild = async (made: { root: string; stub: Made["stub"] }) => {
  await later(made.stub);
  expect((await call("POST", `${made.root}/themes/rebuild`, undefined, OPERATOR)).status).toBe(202);
  return work(made.stub);
};
const withoutTimes = (themes: readonly Theme[]) =>
  themes.map(({ id, name, terms, itemCount, voteCount, samples }) => ({
    id,
    name,
    terms,
    itemCount,
    voteCount,
    samples,
  }));

/** Counters against the rows they count. */
async function recount(stub: Made["stub"]): Promise<void> {
  const wrong = await runInDurableObject(stub, (_object, { storage }) =>
    storage.sql
      .exec(
        `select id, item_count, vote_count from themes t where merged_into is null and (
           item_count <> (select count(*) from theme_items i where i.theme_id = t.id) or
           vote_count <> (select coalesce(sum(votes), 0) from theme_items i where i.theme_id = t.id))`,
      )
      .toArray(),
  );
  expect(wrong).toEqual([]);
}

it("[TH6] themes are found by the alarm; with an eviction after every slice they are the same", async () => {
  const calm = await boardWith(60);
  const restless = await boardWith(60);
  expect(await list(calm.root)).toEqual([]);
  const slices = await work(calm.stub);
  const themes = await list(calm.root);
  expect(themes.length).toBeGreaterThanOrEqual(4);
  expect(await work(restless.stub, () => evictDurableObject(restless.stub))).toBe(slices);
  expect(withoutTimes(await list(restless.root))).toEqual(withoutTimes(themes));
  for (const { id, itemCount, samples } of themes) {
    const items = await itemsOf(calm.root, id);
    expect(items).toHaveLength(itemCount);
    expect(samples).toEqual(items.slice(0, 3));
    // The topic of an item follows from its id: see titlesOf.
    expect(new Set(items.map((item) => (item.id - 1) % 4)).size, JSON.stringify(items.map(({ title }) => title))).toBe(
      1,
    );
  }
  await recount(calm.stub);
});

it("[TH7] a rebuild keeps ids and names; what is new is placed before the next one", async () => {
  const made = await boardWith(60);
  await work(made.stub);
  const before = await list(made.root);
  await rebuild(made);
  expect(withoutTimes(await list(made.root))).toEqual(withoutTimes(before));
  const id = await post(made.path, "A dark mode for the whole app");
  const plain = await post(made.path, "Zebras, quite unlike anything");
  await work(made.stub);
  const dark = (await list(made.root)).filter(({ terms }) => terms.some((term) => /dark/iu.test(term)));
  const darkItems = await Promise.all(dark.map((theme) => itemsOf(made.root, theme.id)));
  expect(darkItems.flat().map((item) => item.id)).toContain(id);
  const all = await Promise.all((await list(made.root)).map((theme) => itemsOf(made.root, theme.id)));
  expect(all.flat().map((item) => item.id)).not.toContain(plain);
  // What was edited goes where it belongs.
  await call("PATCH", `${made.path}/feedback/${String(id)}`, { title: "CSV export of all reports" }, OPERATOR);
  await call("POST", `${made.path}/feedback/${String(id)}/votes`, { externalUserId: "u1" });
  await work(made.stub);
  const exported = (await list(made.root)).find(({ name }) => /export/iu.test(name));
  expect((await itemsOf(made.root, exported?.id ?? 0)).map((item) => item.id)).toContain(id);
  expect(exported?.voteCount).toBe(1);
  // Enough is new for a rebuild, which is not due for an hour: what comes in until then is placed all the same.
  for (let n = 0; n < 12; n += 1) await post(made.path, `CSV export of report ${String(n)}`);
  await work(made.stub);
  const late = await post(made.path, "Excel export of reports");
  await work(made.stub);
  expect((await itemsOf(made.root, exported?.id ?? 0)).map((item) => item.id)).toContain(late);
  await recount(made.stub);
});

it("[TH8] renamed, pinned and merged themes survive rebuilds; the log says who did it", async () => {
  const made = await boardWith(60);
  await work(made.stub);
  const { root } = made;
  const [first, second, third] = await list(root);
  if (first === undefined || second === undefined || third === undefined) throw new Error("no themes");
  const theme = (id: number) => `${root}/themes/${String(id)}`;
  expect((await call("PATCH", theme(first.id), { name: "Evenings" }, OPERATOR)).status).toBe(204);
  expect((await call("PATCH", theme(second.id), { pinned: true }, OPERATOR)).status).toBe(204);
  expect((await call("POST", `${theme(third.id)}/merge`, { intoId: first.id }, OPERATOR)).status).toBe(204);
  const changed = await list(root);
  expect(changed[0]).toMatchObject({ id: second.id, pinned: true, isNamed: false });
  expect(changed.find(({ id }) => id === first.id)).toMatchObject({
    name: "Evenings",
    isNamed: true,
    itemCount: first.itemCount + third.itemCount,
  });
  await recount(made.stub);
  expect((await call("GET", `${theme(third.id)}/items`, undefined, OPERATOR)).body.code).toBe("THEME_NOT_FOUND");
  expect((await call("POST", `${theme(first.id)}/merge`, { intoId: first.id }, OPERATOR)).status).toBe(400);
  expect((await call("POST", `${theme(first.id)}/merge`, { intoId: third.id }, OPERATOR)).status).toBe(404);

  await rebuild(made);
  const after = await list(root);
  expect(after[0]).toMatchObject({ id: second.id, pinned: true, name: second.name });
  expect(after.find(({ id }) => id === first.id)).toMatchObject({
    name: "Evenings",
    itemCount: first.itemCount + third.itemCount,
  });
  expect(after.some(({ id }) => id === third.id)).toBe(false);
  await recount(made.stub);
  // Everything it was about goes; a theme that somebody keeps stays, and is empty.
  const topic = ((await itemsOf(root, second.id))[0]?.id ?? 0) % 4;
  for (const id of made.ids.filter((each) => each % 4 === topic)) {
    await call("DELETE", `${made.path}/feedback/${String(id)}`, undefined, OPERATOR);
  }
  await rebuild(made);
  expect((await list(root)).find(({ id }) => id === second.id)).toMatchObject({ itemCount: 0, samples: [] });
  const log = await runInDurableObject(made.stub, (_object, { storage }) =>
    storage.sql
      .exec("select type, subject, before, after from events where type like 'theme.%' order by seq")
      .toArray(),
  );
  expect(log).toEqual([
    {
      type: "theme.updated",
      subject: String(first.id),
      before: JSON.stringify({ name: first.name, pinned: false }),
      after: '{"name":"Evenings","pinned":false}',
    },
    {
      type: "theme.updated",
      subject: String(second.id),
      before: JSON.stringify({ name: second.name, pinned: false }),
      after: JSON.stringify({ name: second.name, pinned: true }),
    },
    {
      type: "theme.merged",
      subject: String(third.id),
      before: JSON.stringify({ name: third.name }),
      after: JSON.stringify({ intoId: first.id }),
    },
  ]);
});

it("[TH9] what is hidden, waiting, deleted, or on a board that is gone shows in no theme, at once and for good", async () => {
  const made = await boardWith(60);
  const { root, path, stub } = made;
  await call("POST", `${root}/boards`, { slug: "other", name: "Other" }, OPERATOR);
  const elsewhere = await post(path.replace("ideas", "other"), "Dark mode canary of another board");
  const [hidden, waiting, deleted] = [
    await post(path, "Dark mode canary one"),
    await post(path, "Dark theme canary two"),
    await post(path, "Night theme canary three"),
  ];
  await work(stub);
  const seen = async () => {
    const themes = await list(root);
    const pages = await Promise.all(themes.map(({ id }) => itemsOf(root, id)));
    return {
      counted: themes.reduce((sum, { itemCount }) => sum + itemCount, 0),
      shown: [...pages.flat(), ...themes.flatMap(({ samples }) => samples)],
    };
  };
  const canaries = async () =>
    new Set((await seen()).shown.filter(({ title }) => title.includes("canary")).map(({ id }) => id));
  expect(await canaries()).toEqual(new Set([hidden, waiting, deleted, elsewhere]));
  const { counted } = await seen();
  await call("PATCH", `${path}/feedback/${String(hidden)}`, { isHidden: true }, OPERATOR);
  await call("PATCH", `${path}/feedback/${String(waiting)}`, { moderationState: "pending" }, OPERATOR);
  await call("DELETE", `${path}/feedback/${String(deleted)}`, undefined, OPERATOR);
  await call("DELETE", `${root}/boards/other`, undefined, OPERATOR);
  expect(await canaries()).toEqual(new Set());
  await work(stub);
  expect(await canaries()).toEqual(new Set());
  expect((await seen()).counted).toBe(counted - 4);
  await recount(stub);
  // Shown again, it is back.
  await call("PATCH", `${path}/feedback/${String(hidden)}`, { isHidden: false }, OPERATOR);
  await work(stub);
  expect(await canaries()).toEqual(new Set([hidden]));
  // What was hidden before a rebuild names nothing.
  await call("PATCH", `${path}/feedback/${String(hidden)}`, { isHidden: true, title: "Xyzzy canary" }, OPERATOR);
  await rebuild(made);
  expect(JSON.stringify(await list(root))).not.toMatch(/xyzzy|canary/iu);
});

it("[TH10] a slice looks at a bounded number of items, and writes nothing that is so already", async () => {
  const { stub, root } = await boardWith(10);
  await runInDurableObject(stub, (_object, { storage }) => {
    storage.sql.exec(
      `insert into feedback_items (id, board_id, title, description, status, vote_count, comment_count, trending, pinned, moderation_state, is_hidden, visible, seq, content_seq, visible_seq, created_at, updated_at)
       with recursive n(x) as (select 11 union all select x + 1 from n where x < 1000)
       select x, 1, case x % 5 when 0 then 'Dark mode for the app ' || x when 1 then 'Export reports as CSV' when 2 then 'Battery of the phone drains' when 3 then 'Single sign-on for companies' else 'Calendar of holidays' end, '', 'open', 0, 0, 0, 0, 'approved', 0, 1, 100 + x, 100 + x, 100 + x, 0, 0 from n`,
    );
    storage.sql.exec("update settings set last_feedback_id = 1000, seq = 2000");
  });
  const costs: { read: number; written: number }[] = [];
  const measured = async () => {
    await later(stub);
    await call("POST", `${root}/themes/rebuild`, undefined, OPERATOR);
    costs.length = 0;
    for (;;) {
      const waits = await runInDurableObject(stub, async (object, { storage: { sql } }) => {
        sql.exec("update schedule set due_at = 0 where task = 'themes'");
        if (sql.exec("select 1 from schedule where task = 'themes'").toArray().length === 0) return false;
        const exec = sql.exec.bind(sql);
        const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
        const metered = (query: string, ...bindings: unknown[]) => {
          const cursor = exec(query, ...bindings);
          cursors.push(cursor);
          return cursor;
        };
        Object.defineProperty(sql, "exec", { configurable: true, value: metered });
        try {
          await (object as unknown as { onAlarm(): Promise<void> }).onAlarm();
        } finally {
          Object.defineProperty(sql, "exec", { configurable: true, value: exec });
        }
        const sum = (of: "rowsRead" | "rowsWritten") => cursors.reduce((all, cursor) => all + cursor[of], 0);
        costs.push({ read: sum("rowsRead"), written: sum("rowsWritten") });
        return true;
      });
      if (!waits)
        return {
          slices: costs.length,
          read: Math.max(...costs.map(({ read }) => read)),
          written: costs.reduce((sum, { written }) => sum + written, 0),
        };
    }
  };
  const first = await measured();
  expect((await list(root)).reduce((sum, { itemCount }) => sum + itemCount, 0)).toBeGreaterThan(900);
  const second = await measured();
  expect(first.slices).toBeGreaterThan((3 * 1000) / THEME_ITEMS_PER_SLICE);
  expect(first.read).toBeLessThan(6 * THEME_ITEMS_PER_SLICE + 400);
  expect(second.read).toBeLessThan(6 * THEME_ITEMS_PER_SLICE + 400);
  // The rows of its own progress, and no item's.
  expect(second.written).toBeLessThan(first.written / 4);
});

it("[TH11] themes are the team's, and go with their workspace", async () => {
  const made = await boardWith(40);
  await work(made.stub);
  const { root, stub } = made;
  const [theme] = await list(root);
  for (const [method, path, body] of [
    ["GET", "", undefined],
    ["POST", "/rebuild", undefined],
    ["GET", `/${String(theme?.id)}/items`, undefined],
    ["PATCH", `/${String(theme?.id)}`, { name: "Mine" }],
    ["POST", `/${String(theme?.id)}/merge`, { intoId: 1 }],
  ] as const) {
    expect((await call(method, `${root}/themes${path}`, body)).status, `${method} ${path}`).toBe(401);
  }
  for (const wrong of [{}, { name: "" }, { name: "x".repeat(101) }, { pinned: "yes" }, { terms: [] }]) {
    expect((await call("PATCH", `${root}/themes/${String(theme?.id)}`, wrong, OPERATOR)).status).toBe(400);
  }
  expect((await call("GET", `${root}/themes/999/items`, undefined, OPERATOR)).body.code).toBe("THEME_NOT_FOUND");
  expect((await call("GET", `${root}/themes/${String(theme?.id)}/items?cursor=x`, undefined, OPERATOR)).body.code).toBe(
    "INVALID_CURSOR",
  );
  // Page by page it is the same list.
  const whole = await itemsOf(root, theme?.id ?? 0);
  const paged: unknown[] = [];
  let next = `${root}/themes/${String(theme?.id)}/items?limit=3`;
  while (next !== "") {
    const { body, headers } = await call("GET", next, undefined, OPERATOR);
    paged.push(...body);
    next = /<([^>]+)>/u.exec(headers.get("link") ?? "")?.[1] ?? "";
  }
  expect(paged).toEqual(whole);
  await call("DELETE", root, undefined, OPERATOR);
  for (let turn = 0; turn < 20; turn += 1) await runDurableObjectAlarm(stub);
  const left = await runInDurableObject(stub, (_object, { storage }) =>
    ["themes", "theme_items", "theme_state", "theme_drafts"].map(
      (table) => storage.sql.exec(`select count(*) as n from ${table}`).one()["n"],
    ),
  );
  expect(left).toEqual([0, 0, 0, 0]);
  // Whoever has the name next begins with nothing, and finds themes of their own.
  expect((await call("POST", "/api/v1/workspaces", { slug: made.workspace, name: "Next" }, OPERATOR)).status).toBe(201);
  expect(await list(root)).toEqual([]);
  await call("POST", `${root}/boards`, { slug: "ideas", name: "Ideas" }, OPERATOR);
  for (const { title } of titlesOf(20)) await post(made.path, title);
  await work(stub);
  expect((await list(root)).length).toBeGreaterThan(0);
});
