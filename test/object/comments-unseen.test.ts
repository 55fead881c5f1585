/** What the public must not learn of a discussion, and what it is told of the rest while it watches; and that a failing statement leaves nothing behind. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setCommentState } from "../../objects/workspace/comments/visibility.ts";
import type { WorkspaceStore } from "../../objects/workspace/store.ts";
import type { ModerationState } from "../../src/protocol/rest/feedback.ts";
import { commentsOf, countOf, listed, note, recountComments, said, say } from "../support/comments.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { board, call, OPERATOR, Peer, post } from "../support/workerd.ts";
import { dump, StatementFault } from "./fault-injection.ts";

const CANARY = "canary";

type Stub = Awaited<ReturnType<typeof board>>["stub"];

async function discussion() {
  const made = await board();
  const item = await post(made.path, "Item");
  const secret = await makeSecret(made.workspace);
  const as = async (sub: string, more = {}) => bearer(await identity(secret, made.workspace, sub, more));
  return { ...made, item, as };
}

const recount = (stub: Stub) => runInDurableObject(stub, (_, { storage }) => recountComments(storage.sql));

/** As moderation does it. */
function judge(stub: Stub, id: number, state: ModerationState): Promise<void> {
  return runInDurableObject(stub, (object) => {
    const { store } = object as unknown as { readonly store: WorkspaceStore };
    const row = store.statements.commentById.get({ id });
    if (row === undefined) throw new Error("no such comment");
    setCommentState(store, row, state, store.nextSeq());
  });
}

async function watch(path: string, since: number | null = null): Promise<Peer> {
  const peer = await Peer.open(path);
  peer.send({ type: "hello", since });
  await peer.until(({ frames }) => frames.length > 0);
  return peer;
}

/** All that the public can read of an item: bodies and headers. */
async function publicView(path: string, item: number): Promise<string> {
  const ways = [
    `${path}/feedback`,
    `${path}/feedback?q=${CANARY}`,
    `${path}/feedback/${item}`,
    commentsOf(path, item),
    path.replace("/api/v1", "/w"),
    `${path.replace("/api/v1", "/w")}/${item}`,
    `${path.replace("/api/v1", "/embed")}/${item}`,
    `${path}/similar?title=${CANARY}`,
  ];
  const answers = await Promise.all(ways.map((way) => call("GET", way)));
  return JSON.stringify(answers.map(({ body, headers }) => [body, [...headers].filter(([name]) => name !== "x-seq")]));
}

describe("internal notes", () => {
  it("[CM13] are for the team alone: no list, page, count, search, frame or header tells of one", async () => {
    const { path, item, stub, as } = await discussion();
    const open = await said(path, item, "Open words");
    const peer = await watch(path);
    const before = await publicView(path, item);
    const internal = await note(path, item, `${CANARY} note`);
    const reply = await note(path, item, `${CANARY} reply`, { parentId: open });
    // A reply to a note is one, whatever is asked for.
    const answer = await say(path, item, `${CANARY} below`, { parentId: internal, isInternal: false }, OPERATOR);
    expect(answer.body.isInternal).toBe(true);
    const below = answer.body.id;
    await call("PATCH", `${commentsOf(path, item)}/${internal}`, { body: `${CANARY} edited` }, OPERATOR);
    await call("DELETE", `${commentsOf(path, item)}/${internal}`, undefined, OPERATOR);
    const after = await publicView(path, item);
    expect(after).not.toContain(CANARY);
    expect(withoutTimes(after)).toBe(withoutTimes(before));
    // The next frame after the hello is that of the next public comment.
    await said(path, item, "More");
    await peer.until(({ frames }) => frames.length > 1);
    expect(peer.frames.slice(1)).toMatchObject([{ type: "comments", id: item, commentCount: 2 }]);
    const ada = await as("ada");
    for (const headers of [{}, ada]) {
      expect((await listed(path, item, headers)).map(({ id }) => id)).toEqual([open, below + 1]);
    }
    for (const id of [internal, reply, below, 999]) {
      const tried = [
        await call("PATCH", `${commentsOf(path, item)}/${id}`, { body: "x" }, ada),
        await call("DELETE", `${commentsOf(path, item)}/${id}`, undefined, ada),
      ];
      expect(tried.map(({ body }) => body.code)).toEqual(["COMMENT_NOT_FOUND", "COMMENT_NOT_FOUND"]);
      const replied = await say(path, item, "x", { parentId: id }, ada);
      expect(replied.body.errors).toEqual([{ path: "parentId", message: "there is no such comment on this item" }]);
    }
    expect((await say(path, item, "x", { isInternal: true }, ada)).body.code).toBe("FORBIDDEN");
    expect((await say(path, item, "x", { isInternal: true })).body.code).toBe("FORBIDDEN");
    const team = await listed(path, item, OPERATOR);
    expect(team.filter(({ isInternal }) => isInternal).map(({ id, isDeleted }) => [id, isDeleted])).toEqual([
      [internal, true],
      [reply, false],
      [below, false],
    ]);
    expect(await countOf(path, item)).toBe(2);
    await recount(stub);
  });

  it("[CM14] a deleted comment that only notes reply to is gone for the public, and is the team's tombstone", async () => {
    const { path, item, stub } = await discussion();
    const open = await said(path, item, "Open");
    const reply = await note(path, item, "Note", { parentId: open });
    await call("DELETE", `${commentsOf(path, item)}/${open}`, undefined, OPERATOR);
    expect(await listed(path, item)).toEqual([]);
    expect((await listed(path, item, OPERATOR)).map(({ id }) => id)).toEqual([open, reply]);
    await recount(stub);
  });
});

describe("what a moderator takes away", () => {
  it("[CM15] leaves counts, list and search at once and comes back with them; with public replies it only keeps its place", async () => {
    const { path, item, stub } = await discussion();
    const top = await said(path, item, `${CANARY} top`, { externalUserId: "ada" });
    const reply = await said(path, item, "Reply", { parentId: top });
    const found = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("select rowid as id from comment_search where comment_search match ?", CANARY).toArray(),
      );
    expect(await found()).toEqual([{ id: top }]);
    const searched = async (q: string) =>
      (await call("GET", `${path}/feedback?q=${encodeURIComponent(q)}`)).body.length;
    expect([await searched("canar"), await searched("nothing"), await searched("b1")]).toEqual([1, 0, 0]);
    await judge(stub, top, "spam");
    expect([await countOf(path, item), await found(), await searched("canar")]).toEqual([1, [], 0]);
    expect((await listed(path, item)).map(({ id, isDeleted, body }) => [id, isDeleted, body])).toEqual([
      [top, true, ""],
      [reply, false, "Reply"],
    ]);
    expect(await publicView(path, item)).not.toContain(CANARY);
    expect((await listed(path, item, OPERATOR))[0]).toMatchObject({ body: `${CANARY} top`, moderationState: "spam" });
    await recount(stub);
    await judge(stub, reply, "rejected");
    expect(await listed(path, item)).toEqual([]);
    await recount(stub);
    await judge(stub, top, "approved");
    await judge(stub, reply, "approved");
    expect([await countOf(path, item), await found(), await searched("canar")]).toEqual([2, [{ id: top }], 1]);
    await recount(stub);
    // The comments of a hidden item are found no more, although they are indexed.
    await call("PATCH", `${path}/feedback/${item}`, { isHidden: true }, OPERATOR);
    expect(await searched("canar")).toBe(0);
  });

  it("[CM16] what waits for a moderator is not counted nor told, its author is told so, and may change it", async () => {
    const { path, item, stub, workspace, as } = await discussion();
    const mode = await call("PATCH", `/api/v1/workspaces/${workspace}/settings`, { moderation: "all" }, OPERATOR);
    expect(mode.status).toBe(200);
    const ada = await as("ada");
    const peer = await watch(path);
    const { body, headers } = await say(path, item, `${CANARY} waits`, {}, ada);
    expect([body.moderationState, headers.get("x-moderation")]).toEqual(["pending", "pending"]);
    const edited = await call("PATCH", `${commentsOf(path, item)}/${body.id}`, { body: `${CANARY} still` }, ada);
    expect(edited.body).toMatchObject({ body: `${CANARY} still`, moderationState: "pending" });
    expect(await publicView(path, item)).not.toContain(CANARY);
    expect(await countOf(path, item)).toBe(0);
    const queue = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("select kind, subject_id, state from moderation_queue").toArray(),
      );
    expect(await queue()).toEqual([{ kind: "comment", subject_id: body.id, state: "pending" }]);
    await judge(stub, body.id, "approved");
    expect([await countOf(path, item), await queue()]).toEqual([1, []]);
    // What the author of an approved comment writes then is looked at anew.
    await call("PATCH", `${commentsOf(path, item)}/${body.id}`, { body: "Other words" }, ada);
    expect([await countOf(path, item), (await queue()).length]).toEqual([0, 1]);
    await call("DELETE", `${commentsOf(path, item)}/${body.id}`, undefined, ada);
    expect(await queue()).toEqual([]);
    // The team waits for nobody.
    await said(path, item, "Hello", {}, OPERATOR);
    await peer.until(({ frames }) => frames.at(-1)?.type === "comments");
    expect(peer.frames.at(-1)).toMatchObject({ type: "comments", commentCount: 1 });
    await recount(stub);
  });
});

describe("live", () => {
  it("[CM17] whoever watches the board is told of each public change in order of seq, after the votes before it; others hear nothing", async () => {
    const { path, item, workspace } = await discussion();
    await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "other", name: "Other" }, OPERATOR);
    const [peer, elsewhere] = [await watch(path), await watch(`/api/v1/${workspace}/other`)];
    await call("POST", `${path}/feedback/${item}/votes`, { externalUserId: "a" });
    await call("POST", `${path}/feedback/${item}/votes`, { externalUserId: "b" });
    const id = await said(path, item, "One");
    await call("PATCH", `${commentsOf(path, item)}/${id}`, { body: "Edited" }, OPERATOR);
    await call("DELETE", `${commentsOf(path, item)}/${id}`, undefined, OPERATOR);
    await peer.until(({ frames }) => frames.filter(({ type }) => type === "comments").length === 3);
    const frames = peer.frames.filter((frame) => frame.type === "comments" || frame.type === "votes");
    const seqs = frames.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(frames.slice(-3)).toMatchObject([
      { type: "comments", id: item, commentCount: 1 },
      { type: "comments", id: item, commentCount: 1 },
      { type: "comments", id: item, commentCount: 0 },
    ]);
    expect(frames.at(-4)).toMatchObject({ type: "votes", changes: [{ id: item, voteCount: 2 }] });
    // A hidden item's discussion is nobody's news.
    await call("PATCH", `${path}/feedback/${item}`, { isHidden: true }, OPERATOR);
    await said(path, item, "Behind the scenes", {}, OPERATOR);
    await call("PATCH", `${path}/feedback/${item}`, { isHidden: false }, OPERATOR);
    await peer.until(({ frames: all }) => all.at(-1)?.type === "feedback" && all.length > 6);
    expect(peer.frames.filter(({ type }) => type === "comments").length).toBe(3);
    expect(elsewhere.frames.map(({ type }) => type)).toEqual(["welcome"]);
  });

  it("[CM18] who was away is told of the item with its new count, and only then", async () => {
    const { path, item } = await discussion();
    const seq = async () => Number((await call("GET", `${path}/feedback`)).headers.get("x-seq"));
    const since = await seq();
    await said(path, item, "One");
    const peer = await watch(path, since);
    await peer.until(({ frames }) => frames.length === 3);
    expect(peer.frames.slice(1)).toMatchObject([
      { type: "feedback", op: "updated", item: { id: item, commentCount: 1 } },
      { type: "votes", changes: [] },
    ]);
    const quiet = await seq();
    await note(path, item, "Note");
    const later = await watch(path, quiet);
    await later.until(({ frames }) => frames.length === 2);
    expect(later.frames[1]).toMatchObject({ type: "votes", changes: [] });
  });
});

describe("a failing statement", () => {
  const fault = new StatementFault();
  beforeEach(() => fault.install());
  afterEach(() => vi.restoreAllMocks());

  type At = { readonly path: string; readonly item: number; readonly ids: readonly number[] };
  const one = ({ path, item, ids }: At, index: number) => `${commentsOf(path, item)}/${String(ids[index])}`;
  const verbs: readonly (readonly [string, (at: At) => Promise<{ readonly status: number }>])[] = [
    ["reply", ({ path, item, ids }) => say(path, item, "New", { parentId: ids[0] ?? 0, externalUserId: "new" })],
    ["write a note", ({ path, item }) => say(path, item, "New", { isInternal: true }, OPERATOR)],
    ["edit", (at) => call("PATCH", one(at, 0), { body: "New" }, OPERATOR)],
    ["delete what has replies", (at) => call("DELETE", one(at, 0), undefined, OPERATOR)],
    ["delete the last reply of what was deleted", (at) => call("DELETE", one(at, 2), undefined, OPERATOR)],
    ["delete the item", ({ path, item }) => call("DELETE", `${path}/feedback/${item}`, undefined, OPERATOR)],
  ];

  it.each(verbs)("[CM19] to %s: whichever fails, nothing has changed and nobody was told", async (_name, run) => {
    const { path, item, stub } = await discussion();
    const first = await said(path, item, "First", { externalUserId: "ada" });
    const gone = await said(path, item, "Gone", { parentId: first });
    const last = await said(path, item, "Last", { parentId: gone });
    await call("DELETE", `${commentsOf(path, item)}/${gone}`, undefined, OPERATOR);
    const at = { path, item, ids: [first, gone, last] };
    const peer = await watch(path);
    const state = () => runInDurableObject(stub, (_, { storage }) => dump(storage));
    const before = await state();
    let failures = 0;
    for (let failAt = 1; ; failAt++) {
      expect(failAt).toBeLessThan(60);
      fault.arm(failAt);
      const { status } = await run(at);
      const { fired } = fault;
      fault.arm(0);
      if (status < 300) break;
      expect(fired).toBe(true);
      failures += 1;
      expect(status, `statement ${failAt}`).toBe(500);
      expect(await state(), `statement ${failAt}`).toEqual(before);
      expect(peer.frames.length).toBe(1);
    }
    expect(failures).toBeGreaterThan(3);
    expect(await state()).not.toEqual(before);
    await recount(stub);
  });
});

/** Ages are told in words, pages carry nonces. */
function withoutTimes(text: string): string {
  return text
    .replaceAll(/[0-9a-f-]{36}|[\w-]{22}(?=")/gu, "")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, "")
    .replaceAll(/total;dur=[\d.]+/gu, "")
    .replaceAll(/"x-ratelimit[^\]]*\]/gu, "")
    .replaceAll(/\\"seq\\":\d+/gu, "");
}
