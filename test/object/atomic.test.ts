/** Whichever statement of a command fails, nothing has changed and nobody was told. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import type { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { board, call, OPERATOR, Peer, post, uniqueSlug } from "../support/workerd.ts";
import { dump, StatementFault } from "./fault-injection.ts";

type Setting = { readonly workspace: string; readonly path: string; readonly items: readonly [number, number, number] };
type Verb = {
  readonly name: string;
  readonly run: (setting: Setting) => Promise<{ readonly status: number }>;
  /** Frames that the success sends to who watches; none for what the public does not see. */
  readonly tells: readonly string[];
};

const api = (workspace: string) => `/api/v1/workspaces/${workspace}`;
const patch =
  (changes: Record<string, unknown>) =>
  ({ path, items }: Setting) =>
    call("PATCH", `${path}/feedback/${items[0]}`, changes, OPERATOR);

const VERBS: readonly Verb[] = [
  {
    name: "rename the workspace",
    run: ({ workspace }) => call("PATCH", api(workspace), { name: "Other" }, OPERATOR),
    tells: [],
  },
  {
    name: "delete the workspace",
    run: ({ workspace }) => call("DELETE", api(workspace), undefined, OPERATOR),
    tells: ["close"],
  },
  {
    name: "create a board",
    run: ({ workspace }) => call("POST", `${api(workspace)}/boards`, { slug: "bugs", name: "Bugs" }, OPERATOR),
    tells: [],
  },
  {
    name: "change a board",
    run: ({ workspace }) => call("PATCH", `${api(workspace)}/boards/ideas`, { name: "Other" }, OPERATOR),
    tells: [],
  },
  {
    name: "delete a board",
    run: ({ workspace }) => call("DELETE", `${api(workspace)}/boards/ideas`, undefined, OPERATOR),
    tells: ["close"],
  },
  {
    name: "post",
    run: ({ path }) => call("POST", `${path}/feedback`, { title: "New", category: "api", externalUserId: "new" }),
    tells: ["feedback"],
  },
  {
    name: "edit",
    run: patch({ title: "Edited", description: "More", category: "ui", status: "planned" }),
    tells: ["feedback"],
  },
  { name: "hide", run: patch({ isHidden: true }), tells: ["feedback"] },
  {
    name: "approve",
    run: ({ path, items }) => call("PATCH", `${path}/feedback/${items[1]}`, { moderationState: "approved" }, OPERATOR),
    tells: ["feedback"],
  },
  {
    name: "edit what is hidden",
    run: ({ path, items }) => call("PATCH", `${path}/feedback/${items[1]}`, { title: "Edited" }, OPERATOR),
    tells: [],
  },
  {
    name: "delete",
    run: ({ path, items }) => call("DELETE", `${path}/feedback/${items[0]}`, undefined, OPERATOR),
    tells: ["feedback"],
  },
  {
    name: "vote, a new person",
    run: ({ path, items }) => call("POST", `${path}/feedback/${items[0]}/votes`, { externalUserId: "new" }),
    tells: ["votes"],
  },
  {
    name: "vote with a weight",
    run: ({ path, items }) =>
      call("POST", `${path}/feedback/${items[0]}/votes`, { externalUserId: "ada", weight: 9 }, OPERATOR),
    tells: ["votes"],
  },
  {
    name: "take a vote back",
    run: ({ path, items }) => call("DELETE", `${path}/feedback/${items[0]}/votes`, { externalUserId: "ada" }),
    tells: ["votes"],
  },
];
const SWEEP_MAX = 60;

const fault = new StatementFault();
beforeEach(() => fault.install());
afterEach(() => vi.restoreAllMocks());

/** A board with three items, one of them pending, and some votes. */
async function setting(): Promise<Setting & { stub: ReturnType<typeof env.WORKSPACE.getByName> }> {
  const { workspace, path, stub } = await board();
  const items = [
    await post(path, "One", { category: "api" }),
    await post(path, "Two"),
    await post(path, "Three"),
  ] as const;
  for (const [id, person] of [
    [items[0], "ada"],
    [items[0], "bob"],
    [items[1], "ada"],
  ]) {
    await call("POST", `${path}/feedback/${id}/votes`, { externalUserId: person });
  }
  await call("PATCH", `${path}/feedback/${items[1]}`, { moderationState: "pending" }, OPERATOR);
  return { workspace, path, items, stub };
}

/** The rows, and what the object answers from memory. */
async function stateOf(
  stub: ReturnType<typeof env.WORKSPACE.getByName>,
  { workspace, path }: Setting,
): Promise<unknown> {
  const rows = await runInDurableObject(stub, (_, { storage }) => dump(storage));
  const list = await call("GET", `${path}/feedback`);
  const boards = await call("GET", `${api(workspace)}/boards`);
  return { rows, boards: boards.body, list: list.body, seq: list.headers.get("x-seq") };
}

async function watch(path: string): Promise<Peer> {
  const peer = await Peer.open(path, "?externalUserId=watcher");
  peer.send({ type: "hello", since: null });
  await peer.until(({ frames }) => frames.length === 1);
  return peer;
}

describe("a failing statement", () => {
  it.each(VERBS)(
    "[D3] $name: whichever statement fails, nothing has changed and no frame was sent",
    async ({ run, tells }) => {
      const { stub, ...at } = await setting();
      const peer = await watch(at.path);
      const state = () => stateOf(stub, at);
      const before = await state();
      let failures = 0;
      for (let failAt = 1; ; failAt++) {
        expect(failAt).toBeLessThan(SWEEP_MAX);
        fault.arm(failAt);
        const { status } = await run(at);
        const { fired } = fault;
        fault.arm(0);
        // A statement that fails after the commit (telling other objects is tried again later) fails no command.
        if (status < 300) break;
        expect(fired).toBe(true);
        failures += 1;
        expect(status, `statement ${String(failAt)}`).toBe(500);
        expect(await state(), `statement ${String(failAt)}`).toEqual(before);
      }
      expect(failures).toBeGreaterThan(0);
      expect(await state()).not.toEqual(before);
      // Frames keep their order: had one left before the success, it would stand here.
      await call("PATCH", `${at.path}/feedback/${at.items[2]}`, { title: "Last" }, OPERATOR);
      const closes = tells.includes("close");
      await peer.until(({ frames, closed }) => (closes ? closed !== null : frames.length > tells.length + 1));
      expect(peer.frames.slice(1).map(({ type }) => type)).toEqual(closes ? [] : [...tells, "feedback"]);
    },
  );

  it("[D4] over a socket: no ack, no votes, the socket closes, and the vote that is tried again counts once", async () => {
    const { stub, path, items } = await setting();
    const peer = await watch(path);
    const state = () => runInDurableObject(stub, (_, { storage }) => dump(storage));
    const before = await state();
    for (let failAt = 1; ; failAt++) {
      expect(failAt).toBeLessThan(SWEEP_MAX);
      const voter = await Peer.open(path);
      fault.arm(failAt);
      voter.send({ type: "vote", requestId: "1", feedbackId: items[0], externalUserId: "new" });
      await voter.until(({ frames, closed }) => frames.length > 0 || closed !== null);
      const { fired } = fault;
      fault.arm(0);
      if (!fired) {
        expect(voter.frames).toMatchObject([{ type: "ack", voteCount: 3, voted: true }]);
        break;
      }
      expect(voter).toMatchObject({ frames: [], closed: { code: 1011, reason: "internal error" } });
      expect(await state(), `statement ${String(failAt)}`).toEqual(before);
    }
    await peer.until(({ frames }) => frames.length === 2);
    expect(peer.frames[1]).toMatchObject({ type: "votes", changes: [{ id: items[0], voteCount: 3 }] });
  });

  // Once more, for another test's object may run its alarm meanwhile and take the statement that is to fail.
  it("[D5] creating a workspace: the slug stays free", { retry: 2 }, async () => {
    for (let failAt = 1; ; failAt++) {
      expect(failAt).toBeLessThan(2 * SWEEP_MAX);
      const slug = uniqueSlug();
      const create = () => call("POST", "/api/v1/workspaces", { slug, name: "New" }, OPERATOR);
      fault.arm(failAt);
      const { status } = await create();
      fault.arm(0);
      if (status === 201) return expect(failAt).toBeGreaterThan(10);
      expect(status, `statement ${String(failAt)}`).toBe(500);
      expect((await call("GET", api(slug), undefined, OPERATOR)).status, `statement ${String(failAt)}`).toBe(404);
      expect((await create()).status, `statement ${String(failAt)}`).toBe(201);
    }
  });

  it("[D6] in an alarm: the purge goes on where it was, and ends with nothing left", async () => {
    for (let failAt = 1; ; failAt++) {
      expect(failAt).toBeLessThan(2 * SWEEP_MAX);
      const { stub, workspace } = await setting();
      // A workspace that may not purge by itself meanwhile: its alarm is run by hand only.
      const later = Date.now() + 60 * 60 * 1_000;
      vi.spyOn(Date, "now").mockReturnValue(later);
      await call("DELETE", `${api(workspace)}/boards/ideas`, undefined, OPERATOR);
      fault.arm(failAt);
      await runDurableObjectAlarm(stub).catch(() => false);
      const { fired } = fault;
      fault.arm(0);
      // Tasks that failed wait a minute.
      vi.spyOn(Date, "now").mockReturnValue(later + 120_000);
      for (let alarms = 0; alarms < 10; alarms++) {
        await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(later + 120_000));
        await runDurableObjectAlarm(stub);
      }
      vi.spyOn(Date, "now").mockRestore();
      await runInDurableObject(stub, (_, { storage }) => {
        const left = storage.sql.exec(
          `select (select count(*) from boards) + (select count(*) from feedback_items) + (select count(*) from feedback_votes)
             + (select count(*) from feedback_search) + (select count(*) from feedback_tombstones) as n, (select count(*) from schedule where task <> 'forget-texts') as tasks`,
        );
        expect(left.one(), `statement ${String(failAt)}`).toEqual({ n: 0, tasks: 0 });
      });
      if (!fired) return;
    }
  });
});
