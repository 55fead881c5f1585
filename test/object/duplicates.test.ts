/** Likely duplicates on the real object: what is suggested and when, what moderators decide, and what becomes of a group when its items go. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { DUPLICATES_PER_GROUP_MAX, MERGE_VOTES_MAX } from "../../src/limits.ts";
import { board, call, OPERATOR, post, uniqueSlug } from "../support/workerd.ts";
import { dump, StatementFault } from "./fault-injection.ts";

type At = Awaited<ReturnType<typeof board>>;
const groups = async ({ workspace }: At, status = "suggested") =>
  (await call("GET", `/api/v1/workspaces/${workspace}/duplicates?status=${status}`, undefined, OPERATOR)).body;
const decide = ({ workspace }: At, id: number, verb: string, body?: object) =>
  call("POST", `/api/v1/workspaces/${workspace}/duplicates/${id}/${verb}`, body, OPERATOR);
const together = ({ workspace }: At, feedbackIds: readonly number[]) =>
  call("POST", `/api/v1/workspaces/${workspace}/duplicates`, { feedbackIds }, OPERATOR);
const idsOf = (group: { items: { id: number }[] }) => group.items.map(({ id }) => id).toSorted((a, b) => a - b);

/** As if the minutes had gone by. */
async function compared({ stub }: At): Promise<void> {
  for (let slices = 0; slices < 10; slices++) {
    await runInDurableObject(stub, async (_, { storage }) => {
      storage.sql.exec("update schedule set due_at = 0 where task like 'duplicates%'");
      await storage.setAlarm(Date.now());
    });
    await runDurableObjectAlarm(stub);
  }
}

const DARK = "Dark mode for the whole application";
/** Words that nothing else has: what is alike is told by how rare its words are. */
const OTHERS = ["Export invoices as spreadsheet", "Keyboard shortcuts for the editor", "Sign in with a passkey"];

async function crowd(at: At): Promise<void> {
  for (const title of OTHERS) await post(at.path, title);
}

describe("suggestions", () => {
  it("[DU1] what is posted and much alike stands in one group, the rest in none; each post is compared once", async () => {
    const at = await board();
    await crowd(at);
    const a = await post(at.path, DARK);
    const b = await post(at.path, "Dark mode for the application");
    expect(await groups(at)).toEqual([]);
    await compared(at);
    const [group, ...more] = await groups(at);
    expect(more).toEqual([]);
    expect(idsOf(group)).toEqual([a, b]);
    const c = await post(at.path, "A dark mode for the whole application");
    await compared(at);
    expect((await groups(at)).map(idsOf)).toEqual([[a, b, c]]);
    const left = await runInDurableObject(at.stub, (_, { storage: { sql } }) =>
      sql.exec("select task from schedule where task like 'duplicates%'").toArray(),
    );
    expect(left).toEqual([]);
  });

  it("[DU2] only what the public sees is compared; what is approved later is, too", async () => {
    const at = await board();
    await crowd(at);
    await post(at.path, DARK);
    const held = await post(at.path, DARK);
    await call("PATCH", `${at.path}/feedback/${held}`, { moderationState: "pending" }, OPERATOR);
    await compared(at);
    expect(await groups(at)).toEqual([]);
    await call("PATCH", `${at.path}/feedback/${held}`, { moderationState: "approved" }, OPERATOR);
    await compared(at);
    expect(await groups(at)).toHaveLength(1);
  });

  it("[DU3] nor does a pair that was merged and taken apart", async () => {
    const at = await board();
    await crowd(at);
    const [a, b] = [await post(at.path, DARK), await post(at.path, DARK)];
    await compared(at);
    const [group] = await groups(at);
    await decide(at, group.id, "confirm", { intoId: a });
    // Edited, it is looked at anew when it is shown again.
    await call("PATCH", `${at.path}/feedback/${b}`, { status: "planned" }, OPERATOR);
    await call("POST", `${at.path}/feedback/${b}/unmerge`, undefined, OPERATOR);
    await compared(at);
    expect(await groups(at)).toEqual([]);
  });

  it("[DU3] a pair that was dismissed never comes again, whatever else is posted", async () => {
    const at = await board();
    await crowd(at);
    const [a, b] = [await post(at.path, DARK), await post(at.path, DARK)];
    await compared(at);
    const [group] = await groups(at);
    expect((await decide(at, group.id, "dismiss")).body).toMatchObject({ status: "dismissed", decidedBy: "operator" });
    expect((await decide(at, group.id, "dismiss")).body.code).toBe("GROUP_NOT_FOUND");
    for (const id of [a, b]) {
      for (const isHidden of [true, false]) {
        await call("PATCH", `${at.path}/feedback/${id}`, { isHidden }, OPERATOR);
      }
    }
    await compared(at);
    expect(await groups(at)).toEqual([]);
    const c = await post(at.path, DARK);
    await compared(at);
    const [later] = await groups(at);
    expect(idsOf(later)).toContain(c);
    expect(idsOf(later)).toHaveLength(2);
    expect((await groups(at, "dismissed")).map(idsOf)).toEqual([[a, b]]);
  });
});

describe("decisions", () => {
  it("[DU4] confirming merges the others into the chosen one, in one transaction, with an event for each", async () => {
    const at = await board();
    const ids = [await post(at.path, "One"), await post(at.path, "Two"), await post(at.path, "Three")] as const;
    for (const id of ids) await call("POST", `${at.path}/feedback/${id}/votes`, { externalUserId: "ada" });
    await call("POST", `${at.path}/feedback/${ids[2]}/votes`, { externalUserId: "bob" });
    const made = await together(at, ids);
    expect(made).toMatchObject({ status: 201, body: { status: "suggested", score: 1 } });
    expect((await decide(at, made.body.id, "confirm", { intoId: 999 })).body.errors[0].path).toBe("intoId");
    const confirmed = await decide(at, made.body.id, "confirm", { intoId: ids[1] });
    expect(confirmed).toMatchObject({ status: 200, body: { status: "confirmed" } });
    const target = await call("GET", `${at.path}/feedback/${ids[1]}`, undefined, OPERATOR);
    expect(target.body).toMatchObject({ voteCount: 2, mergedCount: 2 });
    expect((await call("GET", `${at.path}/feedback`)).body).toHaveLength(1);
    const { body: log } = await call(
      "GET",
      `/api/v1/workspaces/${at.workspace}/events?since=0&limit=100`,
      undefined,
      OPERATOR,
    );
    const types = log.map(({ type }: { type: string }) => type);
    expect(types.slice(-5)).toEqual(["duplicates.confirmed", ...Array<string>(4).fill("feedback.merged")]);
  });

  it("[DU5] if one cannot be merged, none is, and the group stays open", async () => {
    const at = await board();
    const ids = [await post(at.path, "One"), await post(at.path, "Two"), await post(at.path, "Three")] as const;
    await runInDurableObject(at.stub, (_, { storage: { sql } }) => {
      const n = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?2)";
      sql.exec(`insert into feedback_votes ${n} select ?1, 1000 + i, 1, 0 from n`, ids[2], MERGE_VOTES_MAX + 1);
    });
    const { body: group } = await together(at, ids);
    const state = () => runInDurableObject(at.stub, (_, { storage }) => dump(storage));
    const before = await state();
    expect((await decide(at, group.id, "confirm", { intoId: ids[0] })).body.code).toBe("LIMIT_REACHED");
    expect(await state()).toEqual(before);
    expect((await decide(at, group.id, "confirm", { intoId: ids[2] })).status).toBe(200);
  });

  it("[DU6] a group of two is none any more when one is merged elsewhere or goes", async () => {
    const at = await board();
    const [a, b, c] = [await post(at.path, "One"), await post(at.path, "Two"), await post(at.path, "Three")];
    await together(at, [a, b]);
    await together(at, [a, b, c]);
    await call("POST", `${at.path}/feedback/${a}/merge`, { intoId: c }, OPERATOR);
    expect((await groups(at)).map(idsOf)).toEqual([[b, c]]);
    await call("DELETE", `${at.path}/feedback/${b}`, undefined, OPERATOR);
    expect(await groups(at)).toEqual([]);
    const rows = await runInDurableObject(at.stub, (_, { storage: { sql } }) =>
      sql
        .exec("select (select count(*) from duplicate_groups) + (select count(*) from duplicate_group_items) as n")
        .one(),
    );
    expect(rows["n"]).toBe(0);
  });

  it("[DU7] groups that make no sense are refused by name", async () => {
    const at = await board();
    const [a, b] = [await post(at.path, "One"), await post(at.path, "Two")];
    expect((await together(at, [a])).body.errors[0].path).toBe("feedbackIds");
    expect((await together(at, [a, a])).body.errors[0].path).toBe("feedbackIds");
    const many = Array.from({ length: DUPLICATES_PER_GROUP_MAX + 1 }, (_, n) => n + 1);
    expect((await together(at, many)).body.errors[0].path).toBe("feedbackIds");
    expect((await together(at, [a, 999])).body.code).toBe("FEEDBACK_NOT_FOUND");
    await call("POST", `${at.path}/feedback/${a}/merge`, { intoId: b }, OPERATOR);
    expect((await together(at, [a, b])).body.code).toBe("FEEDBACK_MERGED");
    expect((await decide(at, 999, "dismiss")).body.code).toBe("GROUP_NOT_FOUND");
    const page = `/api/v1/workspaces/${at.workspace}/duplicates?cursor=nonsense`;
    expect((await call("GET", page, undefined, OPERATOR)).body.code).toBe("INVALID_CURSOR");
  });

  it("[DU8] a key that may moderate but not read sees nothing of a private board's posts", async () => {
    const at = await board();
    const lab = `/api/v1/${at.workspace}/lab`;
    const boards = `/api/v1/workspaces/${at.workspace}/boards`;
    await call("POST", boards, { slug: "lab", name: "Lab", visibility: "private" }, OPERATOR);
    const a = await post(at.path, "Public one");
    const secret = (await call("POST", `${lab}/feedback`, { title: "Canary" }, OPERATOR)).body.id;
    const { body: group } = await together(at, [a, secret]);
    const keys = `/api/v1/workspaces/${at.workspace}/api-keys`;
    const { body: made } = await call("POST", keys, { name: uniqueSlug(), scopes: ["moderate"] }, OPERATOR);
    const headers = { authorization: `Bearer ${made.key}` };
    const path = `/api/v1/workspaces/${at.workspace}/duplicates`;
    const answers = [
      await call("GET", path, undefined, headers),
      await call("POST", `${path}/${group.id}/dismiss`, undefined, headers),
      await call("POST", path, { feedbackIds: [a, secret] }, headers),
      await call("POST", `${at.path}/feedback/${a}/merge`, { intoId: secret }, headers),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404, 404]);
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain("Canary");
    expect(answers[0]?.body).toEqual([]);
  });
});

describe("a failing statement", () => {
  const fault = new StatementFault();
  beforeEach(() => {
    fault.install();
    return () => vi.restoreAllMocks();
  });

  async function setting(): Promise<At & { ids: number[]; group: number }> {
    const at = await board();
    const ids = [await post(at.path, "One"), await post(at.path, "Two"), await post(at.path, "Three")];
    for (const id of ids) await call("POST", `${at.path}/feedback/${id}/votes`, { externalUserId: "ada" });
    const { body } = await together(at, ids);
    return { ...at, ids, group: body.id };
  }

  const merge = (path: string, id?: number, intoId?: number) =>
    call("POST", `${path}/feedback/${id}/merge`, { intoId }, OPERATOR);
  type Case = {
    readonly name: string;
    readonly prepare?: (at: Awaited<ReturnType<typeof setting>>) => Promise<unknown>;
    readonly run: (at: Awaited<ReturnType<typeof setting>>) => Promise<{ readonly status: number }>;
  };
  const cases: readonly Case[] = [
    { name: "merge", run: ({ path, ids }) => merge(path, ids[0], ids[1]) },
    {
      name: "unmerge below another merge",
      prepare: async ({ path, ids }) => {
        await merge(path, ids[0], ids[1]);
        await merge(path, ids[1], ids[2]);
      },
      run: ({ path, ids }) => call("POST", `${path}/feedback/${ids[0]}/unmerge`, undefined, OPERATOR),
    },
    { name: "confirm", run: (at) => decide(at, at.group, "confirm", { intoId: at.ids[1] }) },
    { name: "dismiss", run: (at) => decide(at, at.group, "dismiss") },
    {
      name: "delete in the middle of a chain",
      prepare: async ({ path, ids }) => {
        await merge(path, ids[0], ids[1]);
        await merge(path, ids[1], ids[2]);
      },
      run: ({ path, ids }) => call("DELETE", `${path}/feedback/${ids[1]}`, undefined, OPERATOR),
    },
    {
      name: "vote where votes are carried",
      prepare: ({ path, ids }) => merge(path, ids[0], ids[1]),
      run: ({ path, ids }) =>
        call("POST", `${path}/feedback/${ids[1]}/votes`, { externalUserId: "ada", weight: 4 }, OPERATOR),
    },
  ];

  it.each(cases)("[ME12] $name: whichever statement fails, nothing has changed", async ({ prepare, run }) => {
    const at = await setting();
    await prepare?.(at);
    const state = () => runInDurableObject(at.stub, (_, { storage }) => dump(storage));
    const before = await state();
    for (let failAt = 1; ; failAt++) {
      expect(failAt).toBeLessThan(150);
      fault.arm(failAt);
      const { status } = await run(at);
      const { fired } = fault;
      fault.arm(0);
      if (status < 300) break;
      expect([fired, status], `statement ${String(failAt)}`).toEqual([true, 500]);
      expect(await state(), `statement ${String(failAt)}`).toEqual(before);
    }
    expect(await state()).not.toEqual(before);
  });
});
