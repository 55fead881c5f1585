/** Comments on the real object: threads, who may say and change what, tombstones, pages, limits, what is done once. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { COMMENT_CHARS_MAX, COMMENT_DEPTH_MAX, PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import { account, ACCOUNTS_TIMEOUT_MS, type TestAccount } from "../support/accounts.ts";
import { commentsOf, countOf, listed, note, recountComments, said, say } from "../support/comments.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { join, workspaceOf } from "../support/team.ts";
import { board, call, OPERATOR, post } from "../support/workerd.ts";

type Stub = Awaited<ReturnType<typeof board>>["stub"];
const inside = <T>(stub: Stub, look: (sql: SqlStorage) => T) =>
  runInDurableObject(stub, (_, { storage }) => look(storage.sql));
const recount = (stub: Stub) => inside(stub, recountComments);

/** A board with an item; Ada and Bob come signed. */
async function discussion() {
  const made = await board();
  const secret = await makeSecret(made.workspace);
  const as = async (sub: string, more = {}) => bearer(await identity(secret, made.workspace, sub, more));
  const item = await post(made.path, "Item");
  return { ...made, item, as, ada: await as("ada", { name: "Ada" }), bob: await as("bob") };
}

let owner: TestAccount;
let moderator: TestAccount;
let member: TestAccount;
beforeAll(async () => {
  [owner, moderator, member] = [await account("Olga"), await account("Mo"), await account("Max")];
}, ACCOUNTS_TIMEOUT_MS);

/** A workspace with a team, a board and an item. */
async function teamDiscussion() {
  const workspace = await workspaceOf(owner);
  await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "ideas", name: "Ideas" }, owner.headers);
  await join(workspace, owner, moderator, "moderator");
  await join(workspace, owner, member, "member");
  const path = `/api/v1/${workspace}/ideas`;
  return { workspace, path, item: await post(path, "Item") };
}

describe("threads", () => {
  it("[CM1] are told by parentId, oldest first, with what a comment needs to be shown; the item counts them", async () => {
    const { path, item, stub, ada } = await discussion();
    const first = await say(path, item, " First **thing** \r\n", {}, ada);
    expect(first.body).toEqual({
      id: 1,
      feedbackId: item,
      parentId: null,
      depth: 0,
      body: "First **thing**",
      authorName: "Ada",
      isOfficial: false,
      isDeleted: false,
      createdAt: expect.any(String),
      editedAt: null,
      isInternal: false,
      moderationState: "approved",
    });
    expect(first.headers.get("location")).toBe(`${commentsOf(path, item)}/1`);
    expect(Number(first.headers.get("x-seq"))).toBeGreaterThan(0);
    const second = await said(path, item, "Second");
    const reply = await said(path, item, "Reply", { parentId: 1 });
    const { isInternal: _i, moderationState: _m, ...shown } = first.body;
    const list = await listed(path, item);
    expect(list[0]).toEqual(shown);
    expect(list.map(({ id, parentId, depth }) => [id, parentId, depth])).toEqual([
      [1, null, 0],
      [second, null, 0],
      [reply, 1, 1],
    ]);
    expect(await countOf(path, item)).toBe(3);
    const { body } = await call("GET", `${path}/feedback`);
    expect(body[0].commentCount).toBe(3);
    await recount(stub);
  });

  it("[CM2] go COMMENT_DEPTH_MAX deep and stay on their item: anything else is refused on parentId", async () => {
    const { path, item, stub } = await discussion();
    const other = await post(path, "Other");
    let parentId = await said(path, item, "0");
    for (let depth = 1; depth <= COMMENT_DEPTH_MAX; depth++) parentId = await said(path, item, "deeper", { parentId });
    const refused = [
      await say(path, item, "Too deep", { parentId }),
      await say(path, other, "Elsewhere", { parentId: 1 }),
      await say(path, item, "To nothing", { parentId: 999 }),
    ];
    for (const { status, body } of refused) {
      expect([status, body.code, body.errors[0].path]).toEqual([400, "INVALID_REQUEST", "parentId"]);
    }
    expect(await countOf(path, item)).toBe(1 + COMMENT_DEPTH_MAX);
    await recount(stub);
  });

  it("[CM3] deleting: a leaf goes for good, what has replies leaves its place without text and author, and places without replies go too", async () => {
    const { path, item, stub, ada } = await discussion();
    const top = await said(path, item, "Top secret words", {}, ada);
    const middle = await said(path, item, "Middle", { parentId: top });
    const leaf = await said(path, item, "Leaf", { parentId: middle });
    const remove = (id: number) => call("DELETE", `${commentsOf(path, item)}/${id}`, undefined, OPERATOR);
    expect((await remove(middle)).status).toBe(204);
    expect((await remove(top)).status).toBe(204);
    expect(await countOf(path, item)).toBe(1);
    expect((await listed(path, item)).map(({ id, isDeleted, body, authorName }) => [id, isDeleted, body, authorName]))
      // oxfmt-ignore
      .toEqual([
        [top, true, "", null],
        [middle, true, "", null],
        [leaf, false, "Leaf", null],
      ]);
    await recount(stub);
    const kept = await inside(stub, (sql) => JSON.stringify(sql.exec("select * from feedback_comments").toArray()));
    expect(kept).not.toMatch(/secret|Middle/u);
    for (const id of [top, middle]) {
      expect((await remove(id)).body.code).toBe("COMMENT_NOT_FOUND");
      expect((await say(path, item, "Late", { parentId: id })).body.errors[0].path).toBe("parentId");
    }
    await remove(leaf);
    expect(await listed(path, item, OPERATOR)).toEqual([]);
    expect(await said(path, item, "Next")).toBe(leaf + 1);
    await recount(stub);
  });

  it("[CM4] come in pages by cursor, which stay where they are while comments come and go", async () => {
    const { path, item } = await discussion();
    for (let n = 1; n <= 7; n++) await said(path, item, `Comment ${n}`);
    const first = await call("GET", `${commentsOf(path, item)}?limit=3`);
    const cursor = first.headers.get("x-next-cursor") ?? "";
    expect(first.headers.get("link")).toBe(`<${commentsOf(path, item)}?limit=3&cursor=${cursor}>; rel="next"`);
    await call("DELETE", `${commentsOf(path, item)}/3`, undefined, OPERATOR);
    await call("DELETE", `${commentsOf(path, item)}/5`, undefined, OPERATOR);
    const rest = await call("GET", `${commentsOf(path, item)}?limit=3&cursor=${cursor}`);
    expect([first, rest].map(({ body }) => body.map(({ id }: { id: number }) => id))).toEqual([
      [1, 2, 3],
      [4, 6, 7],
    ]);
    expect(rest.headers.get("link")).toBeNull();
    expect((await call("GET", `${commentsOf(path, item)}?limit=2&page=2`)).body[0].id).toBe(4);
    const votes = (await call("GET", `${path}/feedback?limit=1`)).headers.get("x-next-cursor");
    for (const bad of ["limit=101", "limit=0", "sort=new", "cursor=x", `cursor=${votes}`, `page=2&cursor=${cursor}`])
      expect((await call("GET", `${commentsOf(path, item)}?${bad}`)).status, bad).toBe(400);
  });
});

describe("who may", () => {
  it("[CM5] edit and delete: whoever wrote it, as far as we know them, and moderators; others not", async () => {
    const { path, item, workspace } = await teamDiscussion();
    const secret = await makeSecret(workspace);
    const [ada, bob] = [
      bearer(await identity(secret, workspace, "ada")),
      bearer(await identity(secret, workspace, "bob")),
    ];
    const id = await said(path, item, "Mine", {}, ada);
    const at = `${commentsOf(path, item)}/${id}`;
    const edit = (body: string, headers = {}) => call("PATCH", at, { body }, headers);
    expect((await edit("x", bob)).body.code).toBe("FORBIDDEN");
    expect((await edit("x", member.headers)).body.code).toBe("FORBIDDEN");
    expect((await edit("x")).body.code).toBe("UNAUTHENTICATED");
    expect((await call("DELETE", at, undefined, bob)).body.code).toBe("FORBIDDEN");
    const edited = await edit("Mine, better", ada);
    expect(edited.body).toMatchObject({ id, body: "Mine, better", editedAt: expect.any(String) });
    // The same words again are no edit.
    const { seq, editedAt } = { seq: edited.headers.get("x-seq"), editedAt: edited.body.editedAt };
    const again = await edit("Mine, better", ada);
    expect([again.headers.get("x-seq"), again.body.editedAt]).toEqual([seq, editedAt]);
    expect((await edit("Moderated", moderator.headers)).body.body).toBe("Moderated");
    expect((await call("DELETE", at, undefined, moderator.headers)).status).toBe(204);
    // A bare id is nobody's word: what somebody says by it, they cannot change.
    const bare = await said(path, item, "By a bare id", { externalUserId: "carl" });
    const other = await call("PATCH", `${commentsOf(path, item)}/${bare}`, { body: "x" }, bob);
    expect(other.body.code).toBe("FORBIDDEN");
    // Neither by the way of another item.
    const elsewhere = await post(path, "Other");
    const strayed = await call("PATCH", `${commentsOf(path, elsewhere)}/${bare}`, { body: "x" }, moderator.headers);
    expect(strayed.body.code).toBe("COMMENT_NOT_FOUND");
  });

  it("[CM6] official is what the team says for itself, not what it says on somebody's behalf", async () => {
    const { path, item, workspace } = await teamDiscussion();
    const keyed = async (scopes: string[]) =>
      bearer(
        (await call("POST", `/api/v1/workspaces/${workspace}/api-keys`, { name: "k", scopes }, owner.headers)).body.key,
      );
    const [writer, all] = [await keyed(["write"]), await keyed(["read", "write"])];
    const official = async (headers: Record<string, string>, more = {}) => {
      const { body } = await say(path, item, crypto.randomUUID(), more, headers);
      return [body.isOfficial, body.authorName];
    };
    const secret = await makeSecret(workspace);
    expect([
      await official(member.headers),
      await official(writer),
      await official(OPERATOR),
      await official(member.headers, { externalUserId: "ada" }),
      await official(all, { externalUserId: "ada" }),
      await official(bearer(await identity(secret, workspace, "ada", { name: "Ada" }))),
      await official({}),
      // An account that is no member of this team.
      await official((await account("Stranger")).headers),
    ]).toEqual([
      [true, "Max"],
      [true, null],
      [true, null],
      [false, null],
      [false, null],
      [false, "Ada"],
      [false, null],
      [false, null],
    ]);
    expect((await say(path, item, "x", { isInternal: true }, writer)).body.code).toBe("FORBIDDEN");
    expect((await say(path, item, "x", { isInternal: true }, all)).status).toBe(201);
    // Bare ids of people whom the customer vouches for are refused, and nobody speaks as somebody else.
    expect((await say(path, item, "x", { externalUserId: "ada" })).body.code).toBe("UNAUTHENTICATED");
    const bob = bearer(await identity(secret, workspace, "bob"));
    expect((await say(path, item, "x", { externalUserId: "ada" }, bob)).body.code).toBe("FORBIDDEN");
  }, 60_000);

  it("[CM7] on a private board, a hidden item and one that is not there, there is nothing to read or say; whose it is may while it waits", async () => {
    const { path, item, workspace, ada, bob, as } = await discussion();
    const hidden = await post(path, "Hidden");
    await said(path, hidden, "Before it was hidden");
    await call("PATCH", `${path}/feedback/${hidden}`, { isHidden: true }, OPERATOR);
    for (const id of [hidden, 999]) {
      const answers = [
        await call("GET", commentsOf(path, id), undefined, bob),
        await say(path, id, "x", {}, bob),
        await call("PATCH", `${commentsOf(path, id)}/1`, { body: "x" }, bob),
        await call("DELETE", `${commentsOf(path, id)}/1`, undefined, bob),
      ];
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
        Array.from({ length: 4 }, () => [404, "FEEDBACK_NOT_FOUND"]),
      );
    }
    expect((await listed(path, hidden, OPERATOR)).length).toBe(1);
    const { body } = await call("POST", `${path}/feedback`, { title: "Waits" }, ada);
    await call("PATCH", `${path}/feedback/${body.id}`, { moderationState: "pending" }, OPERATOR);
    expect((await say(path, body.id, "Any news?", {}, ada)).status).toBe(201);
    expect((await call("GET", commentsOf(path, body.id), undefined, bob)).status).toBe(404);
    const at = `/api/v1/workspaces/${workspace}/boards/ideas`;
    await call("PATCH", at, { visibility: "private" }, OPERATOR);
    await call("POST", `${at}/guests`, { externalUserId: "ada" }, OPERATOR);
    expect((await call("GET", commentsOf(path, item), undefined, bob)).body.code).toBe("BOARD_NOT_FOUND");
    expect((await say(path, item, "x", {}, bob)).body.code).toBe("BOARD_NOT_FOUND");
    expect((await say(path, item, "x")).body.code).toBe("BOARD_NOT_FOUND");
    expect((await say(path, item, "Welcome", {}, await as("ada"))).status).toBe(201);
  });
});

describe("writing", () => {
  it("[CM8] takes 1 to COMMENT_CHARS_MAX characters of well-formed text and no unknown field", async () => {
    const { path, item } = await discussion();
    const bodies = ["", " \n ", "x".repeat(COMMENT_CHARS_MAX + 1), "a\u0000b", "\uD800", 7, null, undefined];
    for (const body of bodies) {
      const refused = await call("POST", commentsOf(path, item), { body });
      expect([refused.status, refused.body.errors[0].path], JSON.stringify(body)).toEqual([400, "body"]);
    }
    const more = [{ isOfficial: true }, { parentId: "1" }, { parentId: 0 }, { isInternal: "yes" }, { authorName: "x" }];
    for (const fields of more) {
      const refused = await call("POST", commentsOf(path, item), { body: "x", ...fields });
      expect(refused.status, JSON.stringify(fields)).toBe(400);
    }
    expect((await say(path, item, "x".repeat(COMMENT_CHARS_MAX))).status).toBe(201);
    expect((await say(path, item, "a\u202Eb\u200Bc")).body.body).toBe("abc");
  });

  it("[CM10] is done once with an Idempotency-Key, also when many tries come at once", async () => {
    const { path, item, stub, ada } = await discussion();
    const headers = { ...ada, "idempotency-key": crypto.randomUUID() };
    const tries = await Promise.all(Array.from({ length: 5 }, () => say(path, item, "Once", {}, headers)));
    expect(new Set(tries.map(({ body }) => body.id)).size).toBe(1);
    expect(await countOf(path, item)).toBe(1);
    expect((await say(path, item, "Other", {}, headers)).status).toBe(422);
    await recount(stub);
  });

  it("[CM11] leaves one event with the words, and counts in the day's figures; the team's notes do not", async () => {
    const { path, item, stub, ada } = await discussion();
    const id = await said(path, item, "Said", {}, ada);
    await note(path, item, "Noted");
    await call("PATCH", `${commentsOf(path, item)}/${id}`, { body: "Said again" }, ada);
    await call("DELETE", `${commentsOf(path, item)}/${id}`, undefined, OPERATOR);
    const events = await inside(stub, (sql) =>
      sql.exec("select * from events where type like 'comment.%' order by seq").toArray(),
    );
    expect(events.map(({ type, actor_kind, actor_id, subject }) => [type, actor_kind, actor_id, subject])).toEqual([
      ["comment.created", "person", "ada", "1"],
      ["comment.created", "operator", null, "2"],
      ["comment.updated", "person", "ada", "1"],
      ["comment.deleted", "operator", null, "1"],
    ]);
    const words = events.map(({ before, after }) =>
      [before, after].map((text) => (text === null ? null : JSON.parse(String(text)).body)),
    );
    expect(words).toEqual([
      [null, "Said"],
      [null, "Noted"],
      ["Said", "Said again"],
      ["Said again", null],
    ]);
    expect(await inside(stub, (sql) => sql.exec("select sum(comments) n from daily_stats").one())).toEqual({ n: 1 });
  });
});

describe("the end", () => {
  it("[CM12] of an item, a board, a workspace takes its comments along, in slices", async () => {
    const { path, item, stub, workspace } = await discussion();
    const other = await post(path, "Other");
    await said(path, other, "Stays a while");
    const first = await said(path, item, "One", { externalUserId: "ada" });
    await said(path, item, "Reply", { parentId: first });
    await note(path, item, "Note");
    const many = 2 * PURGE_ROWS_PER_SLICE;
    await inside(stub, (sql) => {
      sql.exec(
        `insert into feedback_comments (id, feedback_id, board_id, depth, body, is_internal, is_official, moderation_state,
           spam_score, visible, listed, reply_count, listed_replies, seq, created_at)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < ${many})
         select 1000 + i, ${item}, (select board_id from feedback_items where id = ${item}), 0, 'x', 0, 0, 'approved', 0, 1, 1, 0, 0, 1, 1 from n`,
      );
      sql.exec(
        "insert into comment_search (rowid, body, scope) select id, 'x', 'b1' from feedback_comments where id > 1000",
      );
    });
    expect((await call("DELETE", `${path}/feedback/${item}`, undefined, OPERATOR)).status).toBe(204);
    const left = () =>
      inside(stub, (sql) =>
        sql
          .exec(
            "select (select count(*) from feedback_comments) as comments, (select count(*) from comment_search) as found",
          )
          .one(),
      );
    expect(Number((await left())["comments"])).toBeGreaterThan(1);
    for (let n = 0; n < 5; n++) await runDurableObjectAlarm(stub);
    await expect.poll(left).toEqual({ comments: 1, found: 1 });
    await call("DELETE", `/api/v1/workspaces/${workspace}`, undefined, OPERATOR);
    for (let n = 0; n < 5; n++) await runDurableObjectAlarm(stub);
    await expect.poll(left).toEqual({ comments: 0, found: 0 });
  });
});
