/** The roadmap's socket, what it costs, and what a failing statement leaves behind. Ids are those of test/SPEC.md. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ROADMAP_FRAME_INTERVAL_MS, ROADMAP_ITEMS_PER_PHASE_MAX, ROADMAP_PHASES_MAX } from "../../src/limits.ts";
import { cost } from "../support/counted-verbs.ts";
import { RoadmapPeer, roadmapOf } from "../support/roadmap.ts";
import { board, call, callAs, OPERATOR, post } from "../support/workerd.ts";
import { dump, StatementFault } from "./fault-injection.ts";

const TIMER_SLACK_MS = 10;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

afterEach(() => vi.restoreAllMocks());

async function setting() {
  const made = await board();
  const road = roadmapOf(made.workspace);
  const phases = [await road.phase("A"), await road.phase("B", { status: "planned" })] as const;
  const linked = await post(made.path, "Linked", { category: "api" });
  const { id: itemId } = await road.item(phases[0], { feedbackId: linked });
  return { ...made, ...road, phases, linked, itemId };
}

const seqOf = async (workspace: string) =>
  Number((await call("GET", `/api/v1/${workspace}/roadmap`)).headers.get("x-seq"));
const vote = (path: string, id: number, person: string) =>
  call("POST", `${path}/feedback/${id}/votes`, { externalUserId: person });

describe("the roadmap's socket", () => {
  it("[RO9] welcomes, says resync to whoever is behind, and tells of what everybody sees: changes, and votes and comments of what is on it", async () => {
    const { workspace, path, move, phases, linked, itemId } = await setting();
    const seq = await seqOf(workspace);
    const peer = await RoadmapPeer.greeted(workspace, seq);
    expect(peer.frames).toEqual([{ type: "welcome", seq, online: 1 }]);
    const behind = await RoadmapPeer.greeted(workspace, seq - 1);
    await behind.until(() => behind.frames.length === 2);
    expect(behind.frames).toEqual([
      { type: "welcome", seq: seq - 1, online: 2 },
      { type: "resync", seq },
    ]);
    const other = await post(path, "Not on it");
    await vote(path, other, "ada");
    await vote(path, linked, "ada");
    await peer.until(() => peer.frames.length === 2);
    expect(peer.frames[1]).toMatchObject({ type: "votes", changes: [{ id: linked, voteCount: 1 }] });
    await pause(ROADMAP_FRAME_INTERVAL_MS);
    await move(itemId, { phaseId: phases[1] });
    await peer.until(() => peer.ofType("roadmap").length > 0);
    await peer.until(() => peer.frames.at(-1)?.type === "roadmap");
    await expect.poll(() => (peer.frames.at(-1) as { seq: number }).seq).toBe(await seqOf(workspace));
    // The protocol of boards: a vote is not taken, what is no frame closes.
    peer.socket.send(JSON.stringify({ type: "vote", requestId: "1", feedbackId: linked, externalUserId: "bob" }));
    await peer.until(() => peer.ofType("error").length === 1);
    peer.socket.send("{}");
    await peer.until(() => peer.closed !== null);
    expect(peer.closed?.code).toBe(1008);
  });

  it("[RO9] says so when what is on it is edited, hidden, shown again and deleted, or its board turns private", async () => {
    const { workspace, path, linked } = await setting();
    const peer = await RoadmapPeer.greeted(workspace);
    const told = async (does: () => Promise<unknown>) => {
      const before = peer.ofType("roadmap").length;
      await does();
      await peer.until(() => peer.ofType("roadmap").length > before);
      await pause(ROADMAP_FRAME_INTERVAL_MS + TIMER_SLACK_MS);
    };
    const patch = (body: object) => () => call("PATCH", `${path}/feedback/${linked}`, body, OPERATOR);
    const boardIs = (visibility: string) => () =>
      call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility }, OPERATOR);
    await told(patch({ title: "Edited" }));
    await told(patch({ isHidden: true }));
    await told(patch({ isHidden: false }));
    await told(boardIs("private"));
    await told(boardIs("public"));
    await told(() => call("DELETE", `${path}/feedback/${linked}`, undefined, OPERATOR));
    await call("DELETE", `/api/v1/workspaces/${workspace}`, undefined, OPERATOR);
    await peer.until(() => peer.closed !== null);
    expect(peer.closed).toEqual({ code: 1008, reason: "board removed" });
  });

  it("[RO10] leaves at once and then at most every 250 ms, the newest counts only; it survives an eviction", async () => {
    const { workspace, path, stub, linked, phase } = await setting();
    const peer = await RoadmapPeer.greeted(workspace);
    const sentAt: number[] = [];
    await runInDurableObject(stub, (_, ctx) => {
      for (const socket of ctx.getWebSockets()) {
        const send = socket.send.bind(socket);
        vi.spyOn(socket, "send").mockImplementation((text) => {
          sentAt.push(Date.now());
          send(text);
        });
      }
    });
    await Promise.all(Array.from({ length: 60 }, (_, n) => vote(path, linked, `person-${String(n)}`)));
    for (let n = 0; n < 5; n += 1) await phase(`Phase ${String(n)}`);
    const newest = () => peer.frames.findLast((frame) => frame.type === "votes");
    await peer.until(() => peer.ofType("roadmap").length > 0);
    await pause(2 * ROADMAP_FRAME_INTERVAL_MS);
    expect(sentAt.length).toBe(peer.frames.length - 1);
    expect(sentAt.length).toBeLessThan(12);
    for (const [index, at] of sentAt.slice(1).entries())
      expect(at - (sentAt[index] ?? 0)).toBeGreaterThanOrEqual(ROADMAP_FRAME_INTERVAL_MS - TIMER_SLACK_MS);
    vi.restoreAllMocks();
    await evictDurableObject(stub);
    await vote(path, linked, "late");
    await peer.until(() => newest()?.type === "votes" && JSON.stringify(newest()).includes('"voteCount":61'));
  });

  it("[RO11] nothing private is told: not of hidden phases and items, nor of private boards, whoever opened the socket", async () => {
    const { workspace, path, phase, item, move } = await setting();
    const boards = `/api/v1/workspaces/${workspace}/boards`;
    await call("POST", boards, { slug: "inner", name: "Inner", visibility: "private" }, OPERATOR);
    const inner = `/api/v1/${workspace}/inner`;
    const secret = (await call("POST", `${inner}/feedback`, { title: "Secret" }, OPERATOR)).body.id;
    const kept = await post(path, "Kept back");
    const [open, hidden] = [await phase("Open"), await phase("Hidden", { isPublic: false })];
    const onInner = await item(open, { feedbackId: secret });
    const held = await item(open, { feedbackId: kept, isPublic: false });
    const unseen = await item(hidden, { title: "Unseen" });
    const peer = await RoadmapPeer.open(workspace, "", OPERATOR);
    peer.socket.send(JSON.stringify({ type: "hello", since: null }));
    await peer.until(() => peer.frames.length === 1);
    await move(unseen.id, { title: "Still unseen" });
    await move(held.id, { afterId: onInner.id });
    await move(onInner.id, { afterId: held.id });
    await call("PATCH", `${inner}/feedback/${secret}`, { title: "More secret" }, OPERATOR);
    await call("POST", `${inner}/feedback/${secret}/votes`, { externalUserId: "ada" }, OPERATOR);
    await vote(path, kept, "ada");
    await call("PATCH", `/api/v1/workspaces/${workspace}/roadmap/phases/${hidden}`, { name: "Other" }, OPERATOR);
    await pause(2 * ROADMAP_FRAME_INTERVAL_MS);
    expect(peer.frames.map(({ type }) => type)).toEqual(["welcome"]);
  });
});

describe("cost", () => {
  it("[RO12] a vote costs no statement more while the roadmap is watched, nor because it is on it", async () => {
    const { workspace, path, stub, linked } = await setting();
    const other = await post(path, "Not on it");
    const visitor = callAs("anonymous", "feedback.write");
    let person = 0;
    const voting = (id: number) =>
      cost(() => stub.castVote(visitor, "ideas", id, { externalUserId: `person-${String((person += 1))}` }));
    await voting(linked);
    const unwatched = await voting(linked);
    await RoadmapPeer.greeted(workspace);
    // The first one after a change reads what is on the roadmap.
    await voting(other);
    expect(await voting(linked)).toEqual(unwatched);
    expect((await voting(other)).statements).toBe(unwatched.statements);
  });

  it("[RO12] a move within a phase costs the same among three items as among two hundred", async () => {
    const { stub, phase, item } = await setting();
    const moderator = callAs("operator", "feedback.moderate");
    const inFew = await phase("Few");
    const inMany = await phase("Many");
    const costAmong = async (phaseId: number, items: number) => {
      const first = await item(phaseId, { title: "First" });
      await runInDurableObject(stub, (_, { storage }) => {
        for (let n = 1; n < items - 1; n += 1)
          storage.sql.exec(
            "insert into roadmap_items (phase_id, title, description, position, is_public, seq, created_at, updated_at) values (?, 'x', '', ?, 1, 1, 0, 0)",
            phaseId,
            n * 65_536,
          );
      });
      const last = await item(phaseId, { title: "Last" });
      return await cost(() => stub.updateRoadmapItem(moderator, last.id, { afterId: first.id }));
    };
    const few = await costAmong(inFew, 3);
    console.log(`a move: ${JSON.stringify(few)}`);
    expect(await costAmong(inMany, ROADMAP_ITEMS_PER_PHASE_MAX)).toEqual(few);
    expect(few.rowsRead).toBeLessThanOrEqual(20);
  });

  it("[RO12] the whole public roadmap, as large as it may be, is one bounded read", async () => {
    const { stub, path, team } = await setting();
    const feedbackIds = [await post(path, "One"), await post(path, "Two")];
    const items = ROADMAP_PHASES_MAX * ROADMAP_ITEMS_PER_PHASE_MAX;
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("delete from roadmap_items");
      storage.sql.exec("delete from roadmap_phases");
      for (let n = 0; n < ROADMAP_PHASES_MAX; n += 1)
        storage.sql.exec(
          "insert into roadmap_phases (name, position, is_public, created_at, updated_at) values ('P', ?, 1, 0, 0)",
          n,
        );
      const columns = storage.sql
        .exec<{ name: string }>("select name from pragma_table_info('feedback_items') where name <> 'id'")
        .toArray()
        .map(({ name }) => name)
        .join(", ");
      const first = Number(storage.sql.exec("select min(id) as id from roadmap_phases").one()["id"]);
      storage.sql.exec(
        `with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?)
         insert into feedback_items (id, ${columns}) select 1000 + i, ${columns} from feedback_items, n where feedback_items.id = ?`,
        items,
        feedbackIds[0] ?? 0,
      );
      storage.sql.exec(
        `with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?)
         insert into roadmap_items (phase_id, feedback_id, title, description, position, is_public, seq, created_at, updated_at) select ? + i / 200, 1000 + i, '', '', i, 1, 1, 0, 0 from n`,
        items,
        first,
      );
    });
    await evictDurableObject(stub);
    const reader = callAs("anonymous", "board.read");
    await stub.readBoard(reader, "ideas");
    const startedAt = performance.now();
    const counted = await cost(() => stub.readRoadmap(reader, {}));
    const ms = performance.now() - startedAt;
    console.log(`roadmap of ${String(items)} items: ${JSON.stringify(counted)}, ${ms.toFixed(0)} ms`);
    expect(counted.rowsRead).toBeLessThanOrEqual(3 * items + 4 * ROADMAP_PHASES_MAX);
    expect(counted.statements).toBeLessThanOrEqual(6);
    expect(counted.rowsWritten).toBe(0);
    expect(await team("GET", "/items")).toHaveLength(items);
  });
});

describe("a failing statement", () => {
  const fault = new StatementFault();
  type At = Awaited<ReturnType<typeof setting>> & { readonly second: number };
  const verbs: readonly (readonly [string, (at: At) => Promise<{ status: number }>])[] = [
    ["add a phase", ({ root }) => call("POST", `${root}/phases`, { name: "New" }, OPERATOR)],
    ["move a phase", ({ root, phases }) => call("PATCH", `${root}/phases/${phases[1]}`, { position: 0 }, OPERATOR)],
    [
      "add an item",
      ({ root, phases }) => call("POST", `${root}/items`, { phaseId: phases[1], title: "New" }, OPERATOR),
    ],
    [
      "move it to a phase with a status",
      ({ root, itemId, phases }) => call("PATCH", `${root}/items/${itemId}`, { phaseId: phases[1] }, OPERATOR),
    ],
    [
      "move it where no gap is left",
      ({ root, itemId, second }) => call("PATCH", `${root}/items/${itemId}`, { afterId: second }, OPERATOR),
    ],
    ["take it off", ({ root, itemId }) => call("DELETE", `${root}/items/${itemId}`, undefined, OPERATOR)],
    ["delete the feedback", ({ path, linked }) => call("DELETE", `${path}/feedback/${linked}`, undefined, OPERATOR)],
  ];

  it.each(verbs)(
    "[RO13] %s: whichever statement fails, nothing has changed and nobody was told",
    async (_name, run) => {
      const made = await setting();
      const { stub, workspace, phases, itemId } = made;
      const others = [await made.item(phases[0], { title: "Second" }), await made.item(phases[0], { title: "Third" })];
      const [second = 0, third = 0] = others.map(({ id }) => id);
      await runInDurableObject(stub, (_, { storage }) => {
        for (const [index, id] of [itemId, second, third].entries())
          storage.sql.exec("update roadmap_items set position = ? where id = ?", index, id);
      });
      const at = { ...made, second };
      const peer = await RoadmapPeer.greeted(workspace);
      fault.install();
      const state = () => runInDurableObject(stub, (_, { storage }) => dump(storage));
      const before = await state();
      let failures = 0;
      for (let failAt = 1; failAt < 60; failAt += 1) {
        fault.arm(failAt);
        const { status } = await run(at);
        fault.arm(0);
        if (status < 300) break;
        failures += 1;
        expect(status).toBe(500);
        expect(await state(), `statement ${String(failAt)}`).toEqual(before);
      }
      expect(failures).toBeGreaterThan(2);
      expect(await state()).not.toEqual(before);
      await peer.until(() => peer.ofType("roadmap").length > 0);
      expect(peer.frames.map(({ type }) => type)).toEqual(["welcome", "roadmap"]);
    },
  );
});
