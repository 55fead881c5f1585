/** The roadmap on the real object: phases, items, their order, what feedback takes from it, and who sees what. Ids are those of test/SPEC.md. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import type { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ROADMAP_EXCERPT_CHARS_MAX, ROADMAP_ITEMS_PER_PHASE_MAX, ROADMAP_PHASES_MAX } from "../../src/limits.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { roadmapOf, titles } from "../support/roadmap.ts";
import { board, call, OPERATOR, Peer, post } from "../support/workerd.ts";

async function roadmap() {
  const made = await board();
  return { ...made, ...roadmapOf(made.workspace) };
}

const eventsOf = (stub: ReturnType<typeof env.WORKSPACE.getByName>) =>
  runInDurableObject(stub, (_, { storage }) =>
    storage.sql
      .exec<{ seq: number; type: string; subject: string | null; before: string | null; after: string | null }>(
        "select seq, type, subject, before, after from events order by seq",
      )
      .toArray(),
  );

describe("phases", () => {
  it("[RO1] stand in the order that they are moved to, at most twenty, and go only when they are empty; each change has a seq and an event", async () => {
    const { root, team, phase, item, stub } = await roadmap();
    const ids = [await phase("Later"), await phase("Next", { status: "planned" }), await phase("Now")] as const;
    const names = async () => (await team("GET", "/phases")).map((row: { name: string }) => row.name);
    await team("PATCH", `/phases/${ids[2]}`, { position: 0 });
    expect(await names()).toEqual(["Now", "Later", "Next"]);
    await team("PATCH", `/phases/${ids[2]}`, { position: 19 });
    expect(await names()).toEqual(["Later", "Next", "Now"]);
    await team("PATCH", `/phases/${ids[1]}`, { name: "Soon", status: null, isPublic: false, position: 0 });
    expect((await team("GET", "/phases"))[0]).toMatchObject({
      name: "Soon",
      status: null,
      isPublic: false,
      position: 0,
    });
    const events = (await eventsOf(stub)).filter(({ type }) => type.startsWith("phase."));
    const all = await eventsOf(stub);
    // What changes nothing takes no seq.
    await team("PATCH", `/phases/${ids[1]}`, { name: "Soon", position: 0 });
    expect(await eventsOf(stub)).toEqual(all);
    expect(events.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 3 }, () => "phase.created"),
      ...Array.from({ length: 3 }, () => "phase.updated"),
    ]);
    expect(JSON.parse(events[5]?.after ?? "")).toEqual({ name: "Soon", position: 0, status: null, isPublic: false });
    const { id } = await item(ids[0], { title: "Something" });
    expect(await call("DELETE", `${root}/phases/${ids[0]}`, undefined, OPERATOR)).toMatchObject({
      status: 409,
      body: { code: "PHASE_NOT_EMPTY" },
    });
    await team("DELETE", `/items/${id}`);
    await team("DELETE", `/phases/${ids[0]}`);
    expect(await team("GET", "/phases")).toMatchObject([
      { name: "Soon", position: 0 },
      { name: "Now", position: 1 },
    ]);
    for (let n = 2; n < ROADMAP_PHASES_MAX; n += 1) await phase(`Phase ${String(n)}`);
    const over = await call("POST", `${root}/phases`, { name: "One more" }, OPERATOR);
    expect([over.status, over.body.code]).toEqual([409, "LIMIT_REACHED"]);
    for (const path of ["/phases/9999", "/items/9999"]) {
      expect((await call("PATCH", root + path, { isPublic: false }, OPERATOR)).status).toBe(404);
      expect((await call("DELETE", root + path, undefined, OPERATOR)).status).toBe(404);
    }
  });
});

/** mulberry32 */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe("the order of items", () => {
  const seeds = [1, 7, 42, Date.now() % 1_000_000];
  it.each(seeds)(
    "[RO2] equals a plain model's after random moves, additions and removals, with evictions (seed %i)",
    async (seed) => {
      const { team, phase, item, move, items, stub } = await roadmap();
      const pick = random(seed);
      const model = new Map<number, number[]>();
      for (const name of ["A", "B", "C"]) model.set(await phase(name), []);
      const phases = [...model.keys()];
      const any = <T>(from: readonly T[]): T | undefined => from[pick(Math.max(1, from.length))];
      const where = (id: number) => phases.find((phaseId) => model.get(phaseId)?.includes(id)) ?? 0;
      const take = (id: number) =>
        model.set(
          where(id),
          (model.get(where(id)) ?? []).filter((other) => other !== id),
        );
      for (let step = 0; step < 60; step += 1) {
        const phaseId = any(phases) ?? 0;
        const list = model.get(phaseId) ?? [];
        const every = [...model.values()].flat();
        const id = any(every);
        const action = pick(10);
        if (id === undefined || action === 0) {
          list.push((await item(phaseId, { title: `Item ${String(step)}` })).id);
        } else if (action === 1) {
          await team("DELETE", `/items/${id}`);
          take(id);
        } else if (action === 2 || list.filter((other) => other !== id).length === 0) {
          await move(id, { phaseId });
          if (where(id) !== phaseId) {
            take(id);
            model.get(phaseId)?.push(id);
          }
        } else {
          const beside = any(list.filter((other) => other !== id)) ?? 0;
          const isAfter = pick(2) === 0;
          await move(id, { ...(pick(2) === 0 ? { phaseId } : {}), [isAfter ? "afterId" : "beforeId"]: beside });
          take(id);
          const now = model.get(phaseId) ?? [];
          now.splice(now.indexOf(beside) + (isAfter ? 1 : 0), 0, id);
        }
        if (pick(12) === 0) await evictDurableObject(stub);
      }
      const expected = [...model].flatMap(([phaseId, ids]) => ids.map((id) => [phaseId, id]));
      expect((await items()).map(({ phaseId, id }) => [phaseId, id])).toEqual(expected);
    },
  );

  it("[RO2] holds where no gap is left: thirty items moved one after the other right behind the first", async () => {
    const { phase, item, move, items } = await roadmap();
    const phaseId = await phase("A");
    const ids = [];
    for (let n = 0; n < 30; n += 1) ids.push((await item(phaseId, { title: String(n) })).id);
    const [first = 0, ...others] = ids;
    for (const id of others) await move(id, { afterId: first });
    expect((await items()).map(({ id }) => id)).toEqual([first, ...others.toReversed()]);
  });

  it("[RO3] is asked for clearly: one neighbour, another item, in that phase; what is linked keeps the feedback's words", async () => {
    const { root, path, phase, item } = await roadmap();
    const [a, b] = [await phase("A"), await phase("B")];
    const id = await post(path, "An idea");
    const [one, other, linked] = [
      (await item(a, { title: "One" })).id,
      (await item(b, { title: "Other" })).id,
      (await item(a, { feedbackId: id })).id,
    ];
    const refused = async (method: string, to: string, body: object) => {
      const answer = await call(method, `${root}/items${to}`, body, OPERATOR);
      return `${String(answer.status)} ${answer.body.code as string}`;
    };
    expect(await refused("PATCH", `/${one}`, { beforeId: one })).toBe("400 INVALID_REQUEST");
    expect(await refused("PATCH", `/${one}`, { beforeId: 999 })).toBe("400 INVALID_REQUEST");
    expect(await refused("PATCH", `/${one}`, { phaseId: a, beforeId: other })).toBe("400 INVALID_REQUEST");
    expect(await refused("PATCH", `/${one}`, { beforeId: other, afterId: other })).toBe("400 INVALID_REQUEST");
    expect(await refused("PATCH", `/${one}`, {})).toBe("400 INVALID_REQUEST");
    expect(await refused("PATCH", `/${one}`, { phaseId: 999 })).toBe("404 PHASE_NOT_FOUND");
    expect(await refused("PATCH", `/${linked}`, { title: "Mine" })).toBe("400 INVALID_REQUEST");
    expect(await refused("POST", "", { phaseId: a, feedbackId: id })).toBe("409 ALREADY_ON_ROADMAP");
    expect(await refused("POST", "", { phaseId: a, feedbackId: 999 })).toBe("404 FEEDBACK_NOT_FOUND");
    expect(await refused("POST", "", { phaseId: 999, title: "X" })).toBe("404 PHASE_NOT_FOUND");
    expect(await refused("POST", "", { phaseId: a })).toBe("400 INVALID_REQUEST");
    expect(await refused("POST", "", { phaseId: a, title: "X", feedbackId: id })).toBe("400 INVALID_REQUEST");
  });
});

describe("linked feedback", () => {
  it("[RO4] takes the status of the phase that it comes to, with a seq and an event of its own, and open boards hear of it", async () => {
    const { path, phase, item, move, stub } = await roadmap();
    const planned = await phase("Planned", { status: "planned" });
    const done = await phase("Done", { status: "completed" });
    const free = await phase("Ideas");
    const id = await post(path, "An idea");
    const peer = await Peer.open(path);
    peer.send({ type: "hello", since: null });
    await peer.until(({ frames }) => frames.length === 1);
    const status = async () => (await call("GET", `${path}/feedback/${id}`)).body.status;
    const linked = await item(planned, { feedbackId: id });
    expect([linked.status, await status()]).toEqual(["planned", "planned"]);
    expect(await move(linked.id, { phaseId: done })).toMatchObject({ phaseId: done, status: "completed" });
    await move(linked.id, { phaseId: free });
    expect(await status()).toBe("completed");
    await move(linked.id, { isPublic: false });
    const events = (await eventsOf(stub)).filter(
      ({ type }) => type.startsWith("roadmap") || type === "feedback.updated",
    );
    expect(events.map(({ type }) => type)).toEqual([
      "roadmap-item.created",
      "feedback.updated",
      "roadmap-item.updated",
      "feedback.updated",
      "roadmap-item.updated",
      "roadmap-item.updated",
    ]);
    expect(events.map(({ seq }) => seq - (events[0]?.seq ?? 0))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(JSON.parse(events[3]?.after ?? "")).toEqual({ status: "completed" });
    await peer.until(({ frames }) => frames.length === 3);
    expect(peer.frames.slice(1)).toMatchObject([
      { type: "feedback", op: "updated", item: { status: "planned" } },
      { type: "feedback", op: "updated", item: { status: "completed" } },
    ]);
  });

  it("[RO5] leaves the roadmap with its deletion, in the same transaction, and its board's", async () => {
    const { workspace, path, phase, item, items, seen, stub } = await roadmap();
    const a = await phase("A");
    const [one, two] = [await post(path, "One"), await post(path, "Two")];
    await item(a, { feedbackId: one });
    await item(a, { feedbackId: two });
    await item(a, { title: "By itself" });
    await call("DELETE", `${path}/feedback/${one}`, undefined, OPERATOR);
    expect(titles(await seen())).toEqual([["Two", "By itself"]]);
    expect((await items()).map(({ title }) => title)).toEqual(["Two", "By itself"]);
    expect((await eventsOf(stub)).slice(-2).map(({ type }) => type)).toEqual([
      "feedback.deleted",
      "roadmap-item.deleted",
    ]);
    await call("DELETE", `/api/v1/workspaces/${workspace}/boards/ideas`, undefined, OPERATOR);
    expect(titles(await seen())).toEqual([["By itself"]]);
    await runDurableObjectAlarm(stub);
    await expect.poll(async () => (await items()).map(({ title }) => title)).toEqual(["By itself"]);
  });
});

describe("merged feedback", () => {
  it("[RO21] hands its place to what it was merged into and gets it back, along chains too; where both have a place, each keeps its own", async () => {
    const { path, phase, item, items, seen } = await roadmap();
    const a = await phase("A");
    const [one, two, three] = [await post(path, "One"), await post(path, "Two"), await post(path, "Three")];
    const merge = (id: number, intoId: number) => call("POST", `${path}/feedback/${id}/merge`, { intoId }, OPERATOR);
    const unmerge = (id: number) => call("POST", `${path}/feedback/${id}/unmerge`, undefined, OPERATOR);
    const on = async () =>
      (await items()).map(({ feedbackId, isShown }) => (isShown ? feedbackId : `(${String(feedbackId)})`));
    await item(a, { feedbackId: one });
    expect((await merge(one, two)).status).toBe(200);
    expect([await on(), titles(await seen())]).toEqual([[two], [["Two"]]]);
    await merge(two, three);
    expect(await on()).toEqual([three]);
    await unmerge(one);
    expect(await on()).toEqual([one]);
    await unmerge(two);
    await merge(one, two);
    await merge(two, three);
    expect(await on()).toEqual([three]);
    await unmerge(two);
    expect(await on()).toEqual([two]);
    await unmerge(one);
    expect(await on()).toEqual([one]);
    await item(a, { feedbackId: two });
    await merge(one, two);
    expect([await on(), titles(await seen())]).toEqual([[`(${one})`, two], [["Two"]]]);
    const again = await call(
      "POST",
      `${path.replace(/\/ideas$/u, "").replace("/v1/", "/v1/workspaces/")}/roadmap/items`,
      { phaseId: a, feedbackId: one },
      OPERATOR,
    );
    expect([again.status, again.body.code]).toEqual([409, "FEEDBACK_MERGED"]);
    await unmerge(one);
    expect(await on()).toEqual([one, two]);
  });
});

describe("everybody", () => {
  it("[RO6] sees public items of public phases only, in order; nothing hidden, pending, merged or on a private board, unless invited there", async () => {
    const { workspace, path, phase, item, items, move, seen } = await roadmap();
    const secret = await makeSecret(workspace);
    const boards = `/api/v1/workspaces/${workspace}/boards`;
    await call("POST", boards, { slug: "inner", name: "Inner", visibility: "private" }, OPERATOR);
    await call("POST", `${boards}/inner/guests`, { externalUserId: "ada" }, OPERATOR);
    const inner = `/api/v1/${workspace}/inner`;
    const [a, hiddenPhase, b] = [await phase("A"), await phase("Canary", { isPublic: false }), await phase("B")];
    const titled = async (title: string) => post(path, title, { category: "api", description: "x".repeat(400) });
    const shown = await titled("Shown");
    const [hidden, pending, internal] = [await titled("Canary 1"), await titled("Canary 2"), await titled("Canary 3")];
    const { body: private_ } = await call("POST", `${inner}/feedback`, { title: "For guests" }, OPERATOR);
    for (const feedbackId of [hidden, pending, shown, private_.id]) await item(a, { feedbackId });
    await item(a, { feedbackId: internal, isPublic: false });
    await item(hiddenPhase, { title: "Canary 4" });
    const own = await item(b, { title: "Our own", description: "In **our** words" });
    await call("PATCH", `${path}/feedback/${hidden}`, { isHidden: true }, OPERATOR);
    await call("PATCH", `${path}/feedback/${pending}`, { moderationState: "pending" }, OPERATOR);
    await call("POST", `${path}/feedback/${shown}/votes`, { externalUserId: "ada" });
    const columns = await seen();
    expect(columns).toEqual([
      {
        id: a,
        name: "A",
        status: null,
        items: [
          {
            id: expect.any(Number),
            title: "Shown",
            description: `${"x".repeat(ROADMAP_EXCERPT_CHARS_MAX)}…`,
            feedbackId: shown,
            board: "ideas",
            status: "open",
            category: "api",
            voteCount: 1,
            commentCount: 0,
          },
        ],
      },
      {
        id: b,
        name: "B",
        status: null,
        items: [expect.objectContaining({ id: own.id, feedbackId: null, voteCount: null })],
      },
    ]);
    const as = async (who: string) => bearer(await identity(secret, workspace, who));
    expect(titles(await seen("", await as("ada")))).toEqual([["Shown", "For guests"], ["Our own"]]);
    expect(titles(await seen("", await as("bob")))).toEqual([["Shown"], ["Our own"]]);
    expect(titles(await seen("", OPERATOR))).toEqual([["Shown", "For guests"], ["Our own"]]);
    expect((await call("GET", `/api/v1/${workspace}/roadmap?board=inner`)).body.code).toBe("BOARD_NOT_FOUND");
    // The team sees all of it, in lists as by itself.
    const all = await items();
    expect(all.map(({ isShown }) => isShown)).toEqual([false, false, true, false, false, false, true]);
    for (const one of all) expect(await move(one.id, { isPublic: one.isPublic })).toEqual(one);
    // What comes to light again is there again, where it was.
    await call("PATCH", `${path}/feedback/${hidden}`, { isHidden: false }, OPERATOR);
    await move(own.id, { phaseId: a, beforeId: (await seen())[0]?.items[0]?.id });
    expect(titles(await seen())).toEqual([["Our own", "Canary 1", "Shown"], []]);
  });

  it("[RO7] filters by board and by category; what stands by itself has neither", async () => {
    const { workspace, path, phase, item, seen } = await roadmap();
    await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "bugs", name: "Bugs" }, OPERATOR);
    const a = await phase("A");
    for (const [to, title, category] of [
      [path, "Idea", "api"],
      [path, "Other idea", "ui"],
      [`/api/v1/${workspace}/bugs`, "Bug", "api"],
    ] as const)
      await item(a, { feedbackId: await post(to, title, { category }) });
    await item(a, { title: "By itself" });
    expect(titles(await seen())).toEqual([["Idea", "Other idea", "Bug", "By itself"]]);
    expect(titles(await seen("?board=ideas"))).toEqual([["Idea", "Other idea"]]);
    expect(titles(await seen("?category=api"))).toEqual([["Idea", "Bug"]]);
    expect(titles(await seen("?category=api&board=bugs"))).toEqual([["Bug"]]);
    expect((await call("GET", `/api/v1/${workspace}/roadmap?board=none`)).status).toBe(404);
    expect((await call("GET", `/api/v1/${workspace}/roadmap?status=open`)).status).toBe(400);
  });
});

describe("with the workspace", () => {
  it("[RO8] everything goes, at once for those who look, in slices from the disk", async () => {
    const { workspace, stub, phase, item } = await roadmap();
    const a = await phase("A");
    await runInDurableObject(stub, (_, { storage }) => {
      for (let n = 0; n < ROADMAP_ITEMS_PER_PHASE_MAX * 4; n += 1)
        storage.sql.exec(
          "insert into roadmap_items (phase_id, title, description, position, is_public, seq, created_at, updated_at) values (?, 'x', '', ?, 1, 1, 0, 0)",
          a + Math.floor(n / ROADMAP_ITEMS_PER_PHASE_MAX),
          n,
        );
    });
    await expect(item(a, { title: "One more" })).rejects.toThrow("LIMIT_REACHED");
    await call("DELETE", `/api/v1/workspaces/${workspace}`, undefined, OPERATOR);
    expect((await call("GET", `/api/v1/${workspace}/roadmap`)).status).toBe(404);
    const left = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql
          .exec("select (select count(*) from roadmap_items) + (select count(*) from roadmap_phases) as n")
          .one(),
      );
    for (let n = 0; n < 5; n += 1) await runDurableObjectAlarm(stub);
    await expect.poll(left).toEqual({ n: 0 });
  });
});
