/** Moderation of comments, decisions about many under faults, and what the queue costs. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { board, call, OPERATOR, Peer } from "../support/workerd.ts";
import { MeteredSql } from "../../objects/shared/metered-storage.ts";
import { dump, StatementFault } from "./fault-injection.ts";
import { queueRows, recountedQueue } from "./moderation-queue.ts";

afterEach(() => vi.restoreAllMocks());

async function held() {
  const made = await board();
  const root = `/api/v1/workspaces/${made.workspace}`;
  await call("PATCH", `${root}/settings`, { moderation: "all" }, OPERATOR);
  const send = async (title: string, headers = {}) =>
    (await call("POST", `${made.path}/feedback`, { title }, headers)).body.id as number;
  const decide = async (action: string, entries: readonly { kind: string; id: number }[]) =>
    call("POST", `${root}/moderation`, { action, entries }, OPERATOR);
  return { ...made, root, send, decide };
}

describe("comments", () => {
  it("[MO20] wait like posts; approved they are counted and told, refused they are gone; delete leaves the queue", async () => {
    const { path, root, stub, send, decide } = await held();
    const id = await send("An idea", OPERATOR);
    const comments = `${path}/feedback/${id}/comments`;
    const say = (body: string, externalUserId: string) => call("POST", comments, { body, externalUserId });
    const said = [await say("First", "ada"), await say("Second", "bob"), await say("Third", "bob")];
    for (const answer of said) expect([answer.status, answer.headers.get("x-moderation")]).toEqual([201, "pending"]);
    const ids = said.map(({ body }) => body.id as number);
    const read = async () => (await call("GET", comments)).body.map(({ body }: { body: string }) => body);
    const count = async () => (await call("GET", `${path}/feedback/${id}`)).body.commentCount;
    expect([await read(), await count()]).toEqual([[], 0]);
    const queue = (await call("GET", `${root}/moderation?kind=comment`, undefined, OPERATOR)).body;
    expect(queue.map((entry: object) => entry)).toMatchObject([
      { kind: "comment", id: ids[2], feedbackId: id, title: "An idea", excerpt: "Third" },
      { kind: "comment", id: ids[1], excerpt: "Second" },
      { kind: "comment", id: ids[0], excerpt: "First", isNewcomer: true },
    ]);
    const one = (n: number) => [{ kind: "comment", id: ids[n] ?? 0 }];
    expect((await decide("approve", one(0))).body).toMatchObject([{ result: "changed", moderationState: "approved" }]);
    expect([await read(), await count()]).toEqual([["First"], 1]);
    expect((await decide("hide", one(0))).body).toMatchObject([{ result: "refused", code: "INVALID_REQUEST" }]);
    await decide("spam", one(1));
    expect(await queueRows(stub)).toEqual(await recountedQueue(stub));
    for (const action of ["reject", "spam", "approve", "reject"]) {
      await decide(action, one(0));
      expect(await queueRows(stub), action).toEqual(await recountedQueue(stub));
    }
    expect([await read(), await count()]).toEqual([[], 0]);
    const note = (await call("POST", comments, { body: "Among us", isInternal: true }, OPERATOR)).body.id;
    const refused = await decide("spam", [{ kind: "comment", id: note }]);
    expect(refused.body).toMatchObject([{ result: "refused", code: "INVALID_REQUEST" }]);
    await decide("approve", one(1));
    await decide("delete", [...one(2), ...one(0)]);
    expect([await read(), await queueRows(stub)]).toEqual([["Second"], []]);
    expect((await decide("approve", one(2))).body).toMatchObject([{ result: "refused", code: "COMMENT_NOT_FOUND" }]);
    const trusted = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select external_id as who from end_users where trusted_at is not null order by 1").toArray(),
    );
    expect(trusted).toEqual([{ who: "ada" }, { who: "bob" }]);
    // A comment that waits goes with its item.
    await say("Fourth", "eve");
    await call("DELETE", `${path}/feedback/${id}`, undefined, OPERATOR);
    expect(await queueRows(stub)).toEqual([]);
  });
});

describe("a decision about many", () => {
  it.each(["approve", "delete"])(
    "[MO21] %s: whichever statement fails, nothing has changed and no frame was sent",
    async (action) => {
      const { path, stub, send, decide } = await held();
      const id = await send("An idea", OPERATOR);
      const comment = (await call("POST", `${path}/feedback/${id}/comments`, { body: "Said", externalUserId: "ada" }))
        .body.id;
      const ids = [await send("One"), await send("Two")];
      const entries = [
        ...ids.map((each) => ({ kind: "feedback", id: each })),
        { kind: "comment", id: comment as number },
      ];
      const peer = await Peer.open(path, "?externalUserId=watcher");
      peer.send({ type: "hello", since: null });
      await peer.until(({ frames }) => frames.length === 1);
      const state = () => runInDurableObject(stub, (_, { storage }) => dump(storage));
      const fault = new StatementFault();
      fault.install();
      const before = await state();
      let failures = 0;
      for (let failAt = 1; ; failAt++) {
        expect(failAt).toBeLessThan(120);
        fault.arm(failAt);
        const { status } = await decide(action, entries);
        fault.arm(0);
        if (status === 200) break;
        failures += 1;
        expect([status, await state()], `statement ${failAt}`).toEqual([500, before]);
      }
      expect(failures).toBeGreaterThan(15);
      // Two posts and a count of comments; what was deleted nobody had seen.
      const told = action === "approve" ? 4 : 1;
      await peer.until(({ frames }) => frames.length >= told);
      expect(peer.frames).toHaveLength(told);
      expect(await queueRows(stub)).toEqual([]);
    },
  );
});

describe("what it costs", () => {
  it("[MO22] a page reads few rows at 20,000 entries, whatever is asked for; counts are bounded; a hundred deleted at once too", async () => {
    const { root, stub, send, decide } = await held();
    const first = await send("An idea");
    await runInDurableObject(stub, (_, { storage }) => {
      const many = "with recursive n(i) as (select 2 union all select i + 1 from n where i < 20000)";
      const columns = storage.sql
        .exec("select name from pragma_table_info('feedback_items') where name <> 'id'")
        .toArray()
        .map(({ name }) => String(name))
        .join();
      storage.sql.exec(
        `${many} insert into feedback_items (id, ${columns}) select ${first} + i, ${columns} from n, feedback_items where id = ${first}`,
      );
      storage.sql.exec(
        `${many} insert into moderation_queue (kind, subject_id, feedback_id, board_id, state, spam_score, created_at)
           select 'feedback', ${first} + i, ${first} + i, board_id, state, 0, 0 from n, moderation_queue where subject_id = ${first}`,
      );
      storage.sql.exec(`update settings set last_feedback_id = 30000`);
    });
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
    const { exec } = MeteredSql.prototype;
    vi.spyOn(MeteredSql.prototype, "exec").mockImplementation(function counted(this: MeteredSql, query, ...bindings) {
      const cursor = exec.call(this, query, ...bindings);
      counting.push(cursor);
      return cursor;
    });
    const counting: { readonly rowsRead: number }[] = [];
    const cost = async (address: string) => {
      counting.length = 0;
      const { status } = await call("GET", `${root}/moderation${address}`, undefined, OPERATOR);
      expect(status).toBe(200);
      return counting.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
    };
    await cost("");
    for (const query of [
      "?limit=50",
      "?limit=50&kind=feedback",
      "?limit=50&board=ideas",
      "?limit=50&board=ideas&kind=feedback",
    ]) {
      expect(await cost(query), query).toBeLessThanOrEqual(5 * 50 + 10);
    }
    expect(await cost("?limit=50&state=hidden")).toBeLessThanOrEqual(10);
    expect(await cost("/counts")).toBeLessThanOrEqual(110);
    const entries = Array.from({ length: 100 }, (_, n) => ({ kind: "feedback", id: first + 2 + n }));
    for (const action of ["approve", "hide", "delete"]) {
      expect((await decide(action, entries)).body.every(({ result }: { result: string }) => result === "changed")).toBe(
        true,
      );
    }
  });
});
