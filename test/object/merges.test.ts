/** Merging over HTTP: what the public, open pages and the team see of it, what it refuses, and what becomes of merges when an item or a board goes. The votes: merges-model.test.ts. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { MERGE_DEPTH_MAX, MERGE_VOTES_MAX, MERGED_ITEMS_MAX } from "../../src/limits.ts";
import { board, call, callAs, OPERATOR, ORIGIN, Peer, post } from "../support/workerd.ts";
import { exports } from "cloudflare:workers";
import { rowsRead, statementsOf } from "./large-board.ts";

const PURGE_ALARMS = 20;

const vote = (path: string, id: number, person: string, weight?: number) =>
  call("POST", `${path}/feedback/${id}/votes`, { externalUserId: person, ...(weight && { weight }) }, OPERATOR);
const merge = (path: string, id: number, intoId: number, headers = OPERATOR) =>
  call("POST", `${path}/feedback/${id}/merge`, { intoId }, headers);
const unmerge = (path: string, id: number) => call("POST", `${path}/feedback/${id}/unmerge`, undefined, OPERATOR);
const read = (path: string, id: number, headers = {}) => call("GET", `${path}/feedback/${id}`, undefined, headers);
const change = (path: string, id: number, changes: object) =>
  call("PATCH", `${path}/feedback/${id}`, changes, OPERATOR);
/** Redirects are answers here. */
const fetched = (path: string) => exports.default.fetch(`${ORIGIN}${path}`, { redirect: "manual" });

async function secondBoard(workspace: string, visibility = "public"): Promise<string> {
  const slug = "lab";
  await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug, name: "Lab", visibility }, OPERATOR);
  return `/api/v1/${workspace}/${slug}`;
}

/** Three items: ada and bob voted for the first, bob and cleo for the second. */
async function setting() {
  const at = await board();
  const { path } = at;
  const [a, b, c] = [await post(path, "Night mode"), await post(path, "Dark mode"), await post(path, "Dark theme")];
  await vote(path, a, "ada", 3);
  await vote(path, a, "bob");
  await vote(path, b, "bob", 2);
  await vote(path, b, "cleo");
  return { ...at, a, b, c };
}

describe("a merge", () => {
  it("[ME2] carries each person once, the higher weight, and taken out again all is what it was, votes cast since kept", async () => {
    const { workspace, path, a, b } = await setting();
    const before = { a: (await read(path, a)).body, b: (await read(path, b)).body };
    const merged = await merge(path, a, b);
    expect(merged).toMatchObject({ status: 200, body: { feedbackId: a, mergedInto: b } });
    expect(merged.body.target).toEqual({ id: b, board: "ideas", voteCount: 6, mergedCount: 1 });
    const votes = await call("GET", `${path}/votes?ids=${a},${b}&externalUserId=ada`);
    expect(votes.body).toEqual({ [b]: 3 });
    const boards = await call("GET", `/api/v1/workspaces/${workspace}/boards`);
    expect(boards.body[0]).toMatchObject({ feedbackCount: 2, voteCount: 6 });
    // Since then: dan is new, ada says so herself, cleo takes hers back, bob his, although it was carried too.
    await vote(path, b, "dan");
    expect(await vote(path, b, "ada")).toMatchObject({ status: 200, body: { voteCount: 7, voted: true } });
    await call("DELETE", `${path}/feedback/${b}/votes`, { externalUserId: "cleo" });
    await call("DELETE", `${path}/feedback/${b}/votes`, { externalUserId: "bob" });
    expect((await read(path, b)).body.voteCount).toBe(4);
    expect((await unmerge(path, a)).body.target).toEqual({ id: b, board: "ideas", voteCount: 2, mergedCount: 0 });
    expect((await read(path, a)).body).toEqual(before.a);
    expect((await read(path, b)).body).toEqual({ ...before.b, voteCount: 2 });
    expect((await call("GET", `${path}/votes?ids=${a},${b}&externalUserId=bob`)).body).toEqual({ [a]: 1 });
    expect((await unmerge(path, a)).body.code).toBe("NOT_MERGED");
  });

  it("[ME3] of a chain carries all of it, and taking out its first corrects the last", async () => {
    const { workspace, path, a, b } = await setting();
    const other = await secondBoard(workspace);
    const end = await post(other, "Appearance");
    await merge(path, a, b);
    expect((await merge(path, b, end)).body.target).toEqual({ id: end, board: "lab", voteCount: 6, mergedCount: 1 });
    expect((await unmerge(path, a)).body.target).toMatchObject({ id: b, voteCount: 3 });
    expect((await read(other, end)).body.voteCount).toBe(3);
    expect((await unmerge(path, b)).body.target).toMatchObject({ id: end, voteCount: 0 });
  });

  it("[ME4] refuses itself, what is merged already, what is not there, and more than one request can carry", async () => {
    const { path, stub, a, b, c } = await setting();
    expect((await merge(path, a, a)).body).toMatchObject({ code: "INVALID_REQUEST", errors: [{ path: "intoId" }] });
    expect((await merge(path, a, 999)).body.code).toBe("FEEDBACK_NOT_FOUND");
    await merge(path, a, b);
    expect((await merge(path, a, c)).body).toMatchObject({ status: 409, code: "FEEDBACK_MERGED", mergedInto: b });
    expect((await merge(path, c, a)).body).toMatchObject({ status: 409, code: "FEEDBACK_MERGED", mergedInto: b });
    let last = b;
    for (let step = 2; step <= MERGE_DEPTH_MAX; step++) {
      const next = await post(path, `Step ${String(step)}`);
      expect((await merge(path, last, next)).status).toBe(200);
      last = next;
    }
    expect((await merge(path, last, c)).body.code).toBe("LIMIT_REACHED");
    expect((await read(path, last)).status).toBe(200);
    const [loud, full] = [await post(path, "Loud"), await post(path, "Full")];
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const n = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?2)";
      sql.exec(`insert into feedback_votes ${n} select ?1, 1000 + i, 1, 0 from n`, loud, MERGE_VOTES_MAX + 1);
      sql.exec(
        `insert into feedback_items (id, board_id, title, description, status, vote_count, comment_count, trending, pinned, moderation_state, is_hidden, merged_into, visible,
           seq, content_seq, visible_seq, created_at, updated_at)
         select 10000 + n.i, board_id, title, description, status, 0, 0, trending, 0, moderation_state, 0, ?1, 0, seq, content_seq, visible_seq, created_at, updated_at
         from feedback_items cross join (${n} select i from n) n where id = ?1`,
        full,
        MERGED_ITEMS_MAX,
      );
    });
    expect((await merge(path, loud, c)).body.code).toBe("LIMIT_REACHED");
    expect((await merge(path, c, full)).body.code).toBe("LIMIT_REACHED");
    // The large one is the target, whatever it has.
    expect((await merge(path, c, loud)).status).toBe(200);
  });

  it("[ME5] sends the public on, and lets nobody vote, edit or delete where it was", async () => {
    const { workspace, path, a, b, c } = await setting();
    await merge(path, a, b);
    await merge(path, b, c);
    const sent = await fetched(`${path}/feedback/${a}`);
    expect([sent.status, sent.headers.get("location"), sent.headers.get("cache-control")]).toEqual([
      301,
      `${path}/feedback/${c}`,
      "no-store",
    ]);
    const page = await fetched(`/w/${workspace}/ideas/${a}`);
    expect([page.status, page.headers.get("location")]).toEqual([301, `/w/${workspace}/ideas/${c}`]);
    const framed = await fetched(`/embed/${workspace}/ideas/${a}`);
    expect(framed.headers.get("location")).toBe(`/embed/${workspace}/ideas/${c}`);
    expect((await read(path, a, OPERATOR)).body).toMatchObject({ id: a, mergedInto: b, mergedCount: 0 });
    expect((await vote(path, a, "eve")).body).toMatchObject({ status: 409, code: "FEEDBACK_MERGED", mergedInto: c });
    const back = await call("DELETE", `${path}/feedback/${a}/votes`, { externalUserId: "ada" });
    expect(back.body.code).toBe("FEEDBACK_MERGED");
    const list = await call("GET", `${path}/feedback`);
    expect(list.body.map(({ id }: { id: number }) => id)).toEqual([c]);
  });

  it("[ME6] tells nobody of a hidden end: the way is not there, nor the title, nor the id", async () => {
    const { workspace, path, a, b, c } = await setting();
    const secret = await secondBoard(workspace, "private");
    const inner = (await call("POST", `${secret}/feedback`, { title: "Inner" }, OPERATOR)).body.id;
    await change(path, a, { isHidden: true });
    await merge(path, a, c);
    // A hidden source: to the public it was never there.
    expect((await fetched(`${path}/feedback/${a}`)).status).toBe(404);
    expect((await vote(path, a, "eve")).body).toMatchObject({ status: 409 });
    expect((await call("POST", `${path}/feedback/${a}/votes`, { externalUserId: "eve" })).body.code).toBe(
      "FEEDBACK_NOT_FOUND",
    );
    expect((await call("GET", `${path}/feedback/${c}/merged`)).body).toEqual([]);
    expect((await call("GET", `${path}/feedback/${c}/merged`, undefined, OPERATOR)).body).toMatchObject([
      { id: a, isHidden: true },
    ]);
    // A target that the public may not see, hidden or on a private board.
    await merge(path, b, inner);
    for (const answer of [
      await fetched(`${path}/feedback/${b}`),
      await fetched(`/w/${workspace}/ideas/${b}`),
      await exports.default.fetch(`${ORIGIN}${path}/feedback/${b}/votes`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ externalUserId: "eve" }),
      }),
    ]) {
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain(`${inner}`.padStart(3, ":"));
    }
    await change(path, c, { isHidden: true });
    await change(path, a, { isHidden: false });
    expect((await fetched(`${path}/feedback/${a}`)).status).toBe(404);
    expect((await call("GET", `${path}/feedback/${c}/merged`)).body.code).toBe("FEEDBACK_NOT_FOUND");
    await change(path, c, { isHidden: false });
    expect((await fetched(`${path}/feedback/${a}`)).status).toBe(301);
  });

  it("[ME7] open pages see the one go and the count of the other move, and both come back; a resume from before says the same", async () => {
    const { workspace, path, stub, a, b } = await setting();
    const other = await secondBoard(workspace);
    const end = await post(other, "Appearance");
    const peers = [await Peer.open(path), await Peer.open(other)] as const;
    const since = Number((await call("GET", `${path}/feedback`)).headers.get("x-seq"));
    for (const peer of peers) {
      peer.send({ type: "hello", since: null });
      await peer.until(({ frames }) => frames.length === 1);
    }
    await merge(path, a, end);
    await unmerge(path, a);
    await merge(path, b, end);
    const [ideas, lab] = peers;
    const items = () => ideas.frames.filter(({ type }) => type === "feedback");
    await ideas.until(() => items().length === 3);
    await lab.until(({ frames }) =>
      frames.some((frame) => frame.type === "votes" && frame.changes[0]?.voteCount === 3),
    );
    expect(items()).toMatchObject([
      { type: "feedback", op: "removed", item: { id: a } },
      { type: "feedback", op: "created", item: { id: a, voteCount: 4 } },
      { type: "feedback", op: "removed", item: { id: b } },
    ]);
    // A client that is cut off between two frames of one merge resumes from the first: no two rows share a seq.
    const rows = await runInDurableObject(stub, (_, { storage: { sql } }) =>
      sql.exec("select seq from feedback_items").toArray(),
    );
    const seqs = rows.map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(seqs.length);
    const late = await Peer.open(path);
    late.send({ type: "hello", since });
    await late.until(({ frames }) => frames.some(({ type }) => type === "votes"));
    expect(late.frames).toContainEqual(expect.objectContaining({ op: "removed", item: { id: b } }));
    expect(late.frames).toContainEqual(
      expect.objectContaining({ op: "created", item: expect.objectContaining({ id: a }) }),
    );
  });

  it("[ME8] a target that goes gives back what was merged into it; a merged one that goes takes its votes along", async () => {
    const { path, stub, a, b, c } = await setting();
    await merge(path, a, b);
    await merge(path, b, c);
    // The middle one goes: the first is back, the last has nothing of either.
    expect((await call("DELETE", `${path}/feedback/${b}`, undefined, OPERATOR)).status).toBe(204);
    expect((await read(path, a)).body.voteCount).toBe(4);
    expect((await read(path, c, OPERATOR)).body).toMatchObject({ voteCount: 0, mergedCount: 0 });
    await alarms(stub);
    await nothingDangles(stub);
    await merge(path, a, c);
    expect((await call("DELETE", `${path}/feedback/${c}`, undefined, OPERATOR)).status).toBe(204);
    expect((await read(path, a, OPERATOR)).body).toMatchObject({ voteCount: 4, mergedInto: null });
    await alarms(stub);
    await nothingDangles(stub);
  });

  it("[ME9] a board that goes gives back what other boards merged into it, open pages see it, and takes its own out of theirs", async () => {
    const { workspace, path, stub, a, b } = await setting();
    const other = await secondBoard(workspace);
    const [inner, outer] = [await post(other, "Inner"), await post(other, "Outer")];
    await vote(other, outer, "zoe", 5);
    await merge(path, a, inner);
    await merge(other, outer, b);
    expect((await read(path, b)).body.voteCount).toBe(8);
    const peer = await Peer.open(path);
    peer.send({ type: "hello", since: null });
    await peer.until(({ frames }) => frames.length === 1);
    await call("DELETE", `/api/v1/workspaces/${workspace}/boards/lab`, undefined, OPERATOR);
    await alarms(stub);
    expect((await read(path, a)).body.voteCount).toBe(4);
    expect((await read(path, b)).body.voteCount).toBe(3);
    await peer.until(({ frames }) => frames.some((frame) => frame.type === "feedback" && frame.op === "created"));
    await nothingDangles(stub);
  });

  it("[ME10] costs what the merged item has, whatever the target has", async () => {
    const { stub, a, c } = await setting();
    const act = async () => {
      const moderator = callAs("operator", "feedback.moderate");
      await stub.mergeFeedback(moderator, "ideas", a, { intoId: c });
      await stub.unmergeFeedback(moderator, "ideas", a);
    };
    await act();
    const small = rowsRead(await statementsOf(act));
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const n = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)";
      sql.exec(`insert into feedback_votes ${n} select ?1, 1000 + i, 1, 0 from n`, c);
    });
    expect(rowsRead(await statementsOf(act))).toBeLessThanOrEqual(small);
  });

  it("[ME11] leaves one event on each item that it changed, with what changed", async () => {
    const { workspace, path, a, b } = await setting();
    await merge(path, a, b);
    await unmerge(path, a);
    const { body } = await call("GET", `/api/v1/workspaces/${workspace}/events?since=0&limit=100`, undefined, OPERATOR);
    const about = body.filter(({ type }: { type: string }) => type.endsWith("merged"));
    expect(about).toMatchObject([
      { type: "feedback.merged", feedbackId: a, before: { mergedInto: null }, after: { mergedInto: b } },
      { type: "feedback.merged", feedbackId: b, before: { voteCount: 3 }, after: { voteCount: 6, mergedCount: 1 } },
      { type: "feedback.unmerged", feedbackId: a, before: { mergedInto: b }, after: { mergedInto: null } },
      { type: "feedback.unmerged", feedbackId: b, before: { voteCount: 6 }, after: { voteCount: 3, mergedCount: 0 } },
    ]);
  });
});

async function alarms(stub: DurableObjectStub): Promise<void> {
  for (let n = 0; n < PURGE_ALARMS; n++) {
    await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(Date.now()));
    await runDurableObjectAlarm(stub);
  }
}

async function nothingDangles(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub, (_, { storage: { sql } }) => {
    const dangling = sql.exec(
      `select 'into' as what, id from feedback_items where merged_into is not null and merged_into not in (select id from feedback_items)
       union all select 'count', id from feedback_items i where merged_count <> (select count(*) from feedback_items where merged_into = i.id)
       union all select 'carried', feedback_id from carried_votes where feedback_id not in (select id from feedback_items where merged_count > 0)
       union all select 'vote', feedback_id from feedback_votes where feedback_id not in (select id from feedback_items)
       union all select 'group', feedback_id from duplicate_group_items where feedback_id not in (select id from feedback_items)`,
    );
    expect(dangling.toArray()).toEqual([]);
  });
}
