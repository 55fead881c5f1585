/** Moderation on the real Worker: what waits, for whom; the queue; what moderators decide. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { account } from "../support/accounts.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { board, call, OPERATOR, Peer } from "../support/workerd.ts";
import { queueRows, recountedQueue } from "./moderation-queue.ts";

const SPAM = "Best SEO services https://seo.spam.example/buy";
const LINKS = "Buy https://a.example https://b.example https://c.example https://d.example https://e.example";

async function moderated(mode: "open" | "first-post" | "all" = "open") {
  const made = await board();
  const root = `/api/v1/workspaces/${made.workspace}`;
  const set = (body: object) => call("PATCH", `${root}/settings`, body, OPERATOR);
  await set({ moderation: mode });
  const secret = await makeSecret(made.workspace);
  const as = async (sub: string) => bearer(await identity(secret, made.workspace, sub));
  const key = async (...scopes: string[]) =>
    bearer((await call("POST", `${root}/api-keys`, { name: "Key", scopes }, OPERATOR)).body.key);
  const send = (title: string, headers: Record<string, string> = {}, more: object = {}) =>
    call("POST", `${made.path}/feedback`, { title, ...more }, headers);
  const decide = (action: string, ...ids: number[]) =>
    call("POST", `${root}/moderation`, { action, entries: ids.map((id) => ({ kind: "feedback", id })) }, OPERATOR);
  const queue = async (query = "") => (await call("GET", `${root}/moderation${query}`, undefined, OPERATOR)).body;
  const listed = async () =>
    (await call("GET", `${made.path}/feedback?limit=100`)).body.map(({ title }: { title: string }) => title).toSorted();
  return { ...made, root, set, as, key, send, decide, queue, listed };
}

const isHeld = ({ headers }: { readonly headers: Headers }) => headers.get("x-moderation") === "pending";

describe("what waits", () => {
  it.each([
    ["open", { nobody: [false, false], bare: [false, false], signed: [false, false], account: [false, false] }],
    ["first-post", { nobody: [true, true], bare: [true, false], signed: [true, false], account: [true, false] }],
    ["all", { nobody: [true, true], bare: [true, true], signed: [true, true], account: [true, true] }],
  ] as const)(
    "[MO4] %s: before and after something of theirs was let through; never the team's, a key's or the operator's",
    async (mode, expected) => {
      const { send, as, key, decide } = await moderated(mode);
      const senders = {
        nobody: () => send("From nobody"),
        bare: () => send("From a bare id", {}, { externalUserId: "ada" }),
        signed: async () => send("From somebody signed", await as("bob")),
        account: async () => send("From an account", stranger.headers),
      };
      const stranger = await account("Stranger");
      const seen: Record<string, boolean[]> = {};
      for (const [name, sender] of Object.entries(senders)) {
        const first = await sender();
        await decide("approve", first.body.id);
        const second = await sender();
        expect([first.status, second.status]).toEqual([201, 201]);
        seen[name] = [isHeld(first), isHeld(second)];
      }
      expect(seen).toEqual(expected);
      for (const team of [OPERATOR, await key("write")]) {
        for (const more of [{}, { externalUserId: "on-behalf" }]) {
          expect(isHeld(await send(SPAM, team, more))).toBe(false);
        }
      }
    },
  );

  it("[MO5] what looks like spam waits in any mode, whoever sends it outside the team, and its author's trust ends with the word spam", async () => {
    for (const mode of ["open", "first-post"] as const) {
      const { send, as, decide } = await moderated(mode);
      const ada = await as("ada");
      await decide("approve", (await send("Fine", ada)).body.id);
      expect(isHeld(await send("Fine too", ada))).toBe(false);
      const spam = await send(
        "Cheap https://a.example https://b.example https://c.example https://d.example https://e.example",
        ada,
      );
      expect(isHeld(spam)).toBe(true);
      expect(isHeld(await send("Still trusted", ada))).toBe(false);
      await decide("spam", spam.body.id);
      expect(isHeld(await send("Not any more", ada))).toBe(mode === "first-post");
    }
  });

  it("[MO6] who posted while all was open is known when first posts begin to wait; what was taken back in between is not", async () => {
    const { send, set, as } = await moderated("open");
    await send("Before", await as("ada"));
    await set({ moderation: "first-post" });
    expect(isHeld(await send("After", await as("ada")))).toBe(false);
    expect(isHeld(await send("New", await as("bob")))).toBe(true);
  });

  it("[MO7] a text that keeps coming waits, by whatever names, and is forgotten after a week", async () => {
    const { send, stub } = await moderated();
    const text = { description: "Visit our store for the very best prices on everything you need" };
    const held: boolean[] = [];
    for (let n = 0; n < 5; n++) held.push(isHeld(await send("Visit us", {}, { ...text, externalUserId: `p${n}` })));
    expect(held).toEqual([false, false, false, true, true]);
    const count = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("select count(*) as rows, max(count) as count from text_hashes").one(),
      );
    expect(await count()).toEqual({ rows: 1, count: 5 });
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("update text_hashes set last_at = last_at - 7 * 86400000");
      storage.sql.exec("update schedule set due_at = 0 where task = 'forget-texts'");
    });
    expect(isHeld(await send("Visit us", {}, text))).toBe(false);
    expect(await count()).toEqual({ rows: 1, count: 1 });
    await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("update text_hashes set last_at = 0"));
    await runDurableObjectAlarm(stub);
    expect(await count()).toEqual({ rows: 0, count: null });
  });

  it("[MO8] an author's edit is looked at like a post: spam put in later disappears until somebody looks; a moderator's edit is not", async () => {
    const { path, send, as, listed, queue } = await moderated();
    const ada = await as("ada");
    const { body } = await send("Fine", ada);
    const edit = (title: string, headers: Record<string, string>) =>
      call("PATCH", `${path}/feedback/${body.id}`, { title }, headers);
    expect(isHeld(await edit("Fine, with a correction", ada))).toBe(false);
    expect(isHeld(await edit(LINKS, ada))).toBe(true);
    expect(await listed()).toEqual([]);
    expect(await queue()).toMatchObject([{ id: body.id, state: "pending" }]);
    // What waits stays where it is, however harmless it is made.
    expect(isHeld(await edit("Fine again", ada))).toBe(true);
    const approved = await call("PATCH", `${path}/feedback/${body.id}`, { moderationState: "approved" }, OPERATOR);
    expect([isHeld(approved), await queue(), await listed()]).toEqual([false, [], ["Fine again"]]);
    expect(isHeld(await edit(LINKS, OPERATOR))).toBe(false);
    expect((await edit("x", await as("eve"))).status).toBe(403);
  });

  it("[MO9] where everything waits, so does an author's edit of the words; of the category it does not", async () => {
    const { path, send, as, decide, listed } = await moderated("all");
    const ada = await as("ada");
    const { body } = await send("Fine", ada);
    await decide("approve", body.id);
    const edit = (change: object) => call("PATCH", `${path}/feedback/${body.id}`, change, ada);
    expect(isHeld(await edit({ category: "api" }))).toBe(false);
    expect(await listed()).toEqual(["Fine"]);
    expect(isHeld(await edit({ title: "Something else altogether" }))).toBe(true);
    expect(await listed()).toEqual([]);
  });
});

describe("what waits is nobody's", () => {
  it("[MO10] but the team's and its author's, by its id: not in the list, the search, the votes, the counts, the socket, nor for anybody else", async () => {
    const { path, root, send, as } = await moderated("all");
    const watcher = await Peer.open(path, "?externalUserId=watcher");
    watcher.send({ type: "hello", since: null });
    await watcher.until(({ frames }) => frames.length === 1);
    const { body, headers } = await send("Canary of the mine", await as("ada"), { description: "canary" });
    const item = `${path}/feedback/${body.id}`;
    expect(headers.get("location")).toBe(item);
    const reader = await as("ada");
    expect(await call("GET", item, undefined, reader)).toMatchObject({
      status: 200,
      body: { title: "Canary of the mine" },
    });
    expect((await call("GET", item, undefined, OPERATOR)).body).toMatchObject({ moderationState: "pending" });
    const stranger = await account("Stranger");
    for (const other of [{}, await as("eve"), stranger.headers]) {
      for (const [method, address, sent] of [
        ["GET", item],
        ["PATCH", item, { title: "Mine" }],
        ["DELETE", item],
        ["POST", `${item}/votes`, "authorization" in other ? {} : { externalUserId: "eve" }],
        ["DELETE", `${item}/votes`, "authorization" in other ? {} : { externalUserId: "eve" }],
      ] as const) {
        const answer = await call(method, address, sent, other);
        expect([404, 401], `${method} ${address}`).toContain(answer.status);
        expect(JSON.stringify(answer.body)).not.toMatch(/canary/iu);
      }
      for (const address of [
        `${path}/feedback`,
        `${path}/feedback?q=canary`,
        `${path}/feedback?sort=created_at`,
        `${path}/votes?ids=${body.id}&externalUserId=ada`,
        `${root}/boards`,
        `${root}/boards/ideas`,
        `${root}/moderation`,
        `${root}/moderation/counts`,
      ]) {
        const answer = await call("GET", address, undefined, other);
        expect(JSON.stringify(answer.body), address).not.toMatch(/canary/iu);
        if (address.endsWith("/boards/ideas")) expect(answer.body).toMatchObject({ feedbackCount: 0, voteCount: 0 });
      }
    }
    // A bare id is anybody's: it proves nothing.
    expect((await call("GET", `${item}?externalUserId=ada`)).status).toBe(400);
    const late = await Peer.open(path, "?externalUserId=late");
    late.send({ type: "hello", since: 0 });
    await late.until(({ frames }) => frames.length > 0);
    for (const peer of [watcher, late]) expect(JSON.stringify(peer.frames)).not.toMatch(/canary/iu);
  });

  it("[MO11] its author reads and deletes what waits, and no more once it was refused or hidden", async () => {
    const { path, send, as, decide } = await moderated("all");
    const ada = await as("ada");
    for (const action of ["reject", "spam", "hide"]) {
      const { body } = await send(`To ${action}`, ada);
      const item = `${path}/feedback/${body.id}`;
      const read = await call("GET", item, undefined, ada);
      expect([read.status, isHeld(read), "moderationState" in read.body]).toEqual([200, true, false]);
      await decide(action, body.id);
      expect((await call("GET", item, undefined, ada)).status).toBe(404);
    }
    const { body } = await send("To delete", ada);
    expect((await call("DELETE", `${path}/feedback/${body.id}`, undefined, ada)).status).toBe(204);
  });

  it("[MO12] once approved it appears to whoever watches, as new", async () => {
    const { path, send, decide, listed } = await moderated("all");
    const peer = await Peer.open(path, "?externalUserId=watcher");
    peer.send({ type: "hello", since: null });
    await peer.until(({ frames }) => frames.length === 1);
    const { body } = await send("Waited");
    await decide("approve", body.id);
    await peer.until(({ frames }) => frames.length === 2);
    expect(peer.frames[1]).toMatchObject({ type: "feedback", op: "created", item: { title: "Waited" } });
    expect(await listed()).toEqual(["Waited"]);
    expect((await call("GET", `${path}/feedback?q=waited`)).body).toHaveLength(1);
  });

  it("[MO13] a post that comes again with its Idempotency-Key says again that it waits", async () => {
    const { path } = await moderated("all");
    const headers = { "idempotency-key": crypto.randomUUID() };
    const [first, again] = [
      await call("POST", `${path}/feedback`, { title: "Once" }, headers),
      await call("POST", `${path}/feedback`, { title: "Once" }, headers),
    ];
    expect([isHeld(first), isHeld(again), again.headers.get("idempotent-replayed"), again.body]).toEqual([
      true,
      true,
      "true",
      first.body,
    ]);
  });
});

describe("the queue", () => {
  it("[MO14] has an entry for each post that waits, was refused or is hidden, newest first, by state, kind and board, page by page", async () => {
    const { path, root, send, decide, queue } = await moderated("all");
    await call("POST", `${root}/boards`, { slug: "bugs", name: "Bugs" }, OPERATOR);
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) ids.push((await send(`Idea ${n}`, {}, { description: "x".repeat(n * 300) })).body.id);
    const bug = (
      await call("POST", `${path.replace(/ideas$/u, "bugs")}/feedback`, { title: "Bug", externalUserId: "ada" })
    ).body.id;
    const of = async (query: string) => (await queue(query)).map(({ id }: { id: number }) => id);
    expect(await of("")).toEqual([bug, ...ids.toReversed()]);
    expect(await of("?board=bugs")).toEqual([bug]);
    expect(await of("?board=ideas&limit=2")).toEqual([ids[4], ids[3]]);
    expect(await of("?kind=comment")).toEqual([]);
    const pages: number[] = [];
    let next: string | null = `${root}/moderation?limit=4`;
    for (let turn = 0; next !== null && turn < 5; turn++) {
      const page: Awaited<ReturnType<typeof call>> = await call("GET", next, undefined, OPERATOR);
      pages.push(...page.body.map(({ id }: { id: number }) => id));
      next = /<([^>]+)>/u.exec(page.headers.get("link") ?? "")?.[1] ?? null;
    }
    expect(pages).toEqual([bug, ...ids.toReversed()]);
    const [entry] = await queue("?board=ideas");
    expect(entry).toEqual({
      kind: "feedback",
      id: ids[4],
      feedbackId: ids[4],
      board: "ideas",
      title: "Idea 4",
      excerpt: "x".repeat(600),
      isExcerpted: true,
      authorName: null,
      authorEmail: null,
      isNewcomer: true,
      state: "pending",
      spamScore: expect.any(Number),
      createdAt: expect.any(String),
      url: `/w/${root.split("/").at(-1)}/ideas/${ids[4]}`,
    });
    await decide("reject", ids[0] ?? 0);
    await decide("spam", ids[1] ?? 0);
    await decide("approve", ids[2] ?? 0);
    await decide("hide", ids[2] ?? 0);
    for (const [state, id] of [
      ["rejected", ids[0]],
      ["spam", ids[1]],
      ["hidden", ids[2]],
    ]) {
      expect(await of(`?state=${state}`)).toEqual([id]);
    }
    expect((await call("GET", `${root}/moderation/counts`, undefined, OPERATOR)).body).toEqual({
      pending: 3,
      spam: 1,
      rejected: 1,
      hidden: 1,
    });
    for (const wrong of ["?state=approved", "?kind=vote", "?cursor=x", "?limit=101", "?page=1", "?board=nowhere"]) {
      expect([400, 404], wrong).toContain(
        (await call("GET", `${root}/moderation${wrong}`, undefined, OPERATOR)).status,
      );
    }
  });

  it("[MO15] is for moderators: a key that may not read private boards sees and decides nothing of them", async () => {
    const { root, workspace, decide, key } = await moderated("open");
    await call("POST", `${root}/boards`, { slug: "secret", name: "Secret", visibility: "private" }, OPERATOR);
    const { body } = await call("POST", `/api/v1/${workspace}/secret/feedback`, { title: "Canary" }, OPERATOR);
    await decide("hide", body.id);
    const blind = await key("moderate");
    const seeing = await key("moderate", "read");
    expect((await call("GET", `${root}/moderation?state=hidden`, undefined, blind)).status).toBe(403);
    expect((await call("GET", `${root}/moderation?state=hidden`, undefined, seeing)).body).toHaveLength(1);
    const command = { action: "approve", entries: [{ kind: "feedback", id: body.id }] };
    expect((await call("POST", `${root}/moderation`, { ...command, action: "unhide" }, blind)).body).toMatchObject([
      { result: "refused", code: "FEEDBACK_NOT_FOUND", moderationState: null },
    ]);
    expect((await call("POST", `${root}/moderation`, command, await key("write"))).status).toBe(403);
    expect((await call("GET", `${root}/moderation`)).status).toBe(401);
  });
});

describe("what moderators decide", () => {
  it("[MO16] each of many by itself, in one transaction, with a seq and an event of its own; what is not there holds nothing up", async () => {
    const { root, stub, send, listed } = await moderated("all");
    const ids: number[] = [];
    for (let n = 0; n < 4; n++) ids.push((await send(`Idea ${n}`)).body.id);
    const entries = [...ids, 999, ids[0] ?? 0].map((id) => ({ kind: "feedback", id }));
    const before = (await call("GET", root, undefined, OPERATOR)).body.seq;
    const { status, body } = await call("POST", `${root}/moderation`, { action: "approve", entries }, OPERATOR);
    expect(status).toBe(200);
    const changed = (id: number) => ({
      kind: "feedback",
      id,
      result: "changed",
      code: null,
      moderationState: "approved",
      isHidden: false,
    });
    expect(body).toEqual([
      ...ids.map(changed),
      {
        kind: "feedback",
        id: 999,
        result: "refused",
        code: "FEEDBACK_NOT_FOUND",
        moderationState: null,
        isHidden: null,
      },
      { ...changed(ids[0] ?? 0), result: "unchanged" },
    ]);
    expect(await listed()).toEqual(["Idea 0", "Idea 1", "Idea 2", "Idea 3"]);
    const events = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql
        .exec("select seq, feedback_id as id, type, after from events where seq > ? order by seq", before)
        .toArray(),
    );
    expect(events).toEqual(
      ids.map((id, n) => ({
        seq: before + 1 + n,
        id,
        type: "feedback.updated",
        after: '{"moderationState":"approved"}',
      })),
    );
    const gone = await call("POST", `${root}/moderation`, { action: "delete", entries }, OPERATOR);
    expect(gone.body.map(({ result }: { result: string }) => result)).toEqual([
      ...ids.map(() => "changed"),
      "refused",
      "refused",
    ]);
    expect(await queueRows(stub)).toEqual([]);
    for (const wrong of [
      { action: "approve", entries: [] },
      { action: "pin", entries },
      { action: "approve", entries: [{ kind: "vote", id: 1 }] },
      { action: "approve", entries: Array.from({ length: 101 }, () => ({ kind: "feedback", id: 1 })) },
    ]) {
      expect((await call("POST", `${root}/moderation`, wrong, OPERATOR)).status).toBe(400);
    }
  });

  it("[MO17] the queue has what the items' states say, whatever was done to them in whatever order", async () => {
    const { path, stub, send, decide, set, workspace } = await moderated("all");
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const ids: number[] = [];
    const pick = () => ids[random(ids.length)] ?? 1;
    for (let step = 0; step < 120; step++) {
      const turn = random(8);
      if (turn < 2 || ids.length < 3)
        ids.push((await send(`Idea ${step}`, {}, { externalUserId: `p${random(4)}` })).body.id);
      else if (turn < 5)
        await decide(
          ["approve", "reject", "spam", "hide", "unhide", "delete"][random(6)] ?? "",
          pick(),
          pick(),
          pick(),
        );
      else if (turn < 7) {
        const change = [
          { moderationState: "pending" },
          { moderationState: "approved" },
          { isHidden: true },
          { isHidden: false, title: "x" },
        ];
        await call("PATCH", `${path}/feedback/${pick()}`, change[random(4)], OPERATOR);
      } else await set({ moderation: ["open", "first-post", "all"][random(3)] });
      if (step % 10 === 9) expect(await queueRows(stub), `seed 7, step ${step}`).toEqual(await recountedQueue(stub));
    }
    expect((await queueRows(stub)).length).toBeGreaterThan(0);
    await call("DELETE", `/api/v1/workspaces/${workspace}/boards/ideas`, undefined, OPERATOR);
    for (let turn = 0; turn < 10; turn++) await runDurableObjectAlarm(stub);
    expect(await queueRows(stub)).toEqual([]);
  });
});
