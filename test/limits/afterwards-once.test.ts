/** Idempotency-Keys after what they were for has changed: removed people, deleted workspaces, requests that were overtaken. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/durable-sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANSWERS_TASK, FirstAnswers } from "../../objects/shared/idempotency.ts";
import { idempotencyKeys } from "../../schema/user.ts";
import type { Call } from "../../src/call.ts";
import { DAY_MS, FIRST_ANSWERS_MAX, IDEMPOTENCY_RUNNING_MS } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { account, AUTH, CALL, callWith, PASSWORD, uniqueEmail } from "../support/accounts.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { join, remove, workspaceOf } from "../support/team.ts";
import { type Answer, board, call, OPERATOR, post, uniqueSlug } from "../support/workerd.ts";
import { fromNewAddress, newUser } from "./quota-user.ts";

const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());

function newKey(): { readonly "idempotency-key": string } {
  return { "idempotency-key": crypto.randomUUID() };
}

/** What a client sees of whether it was done before. */
function seen({ status, headers }: Answer) {
  return { status, replayed: headers.get("idempotent-replayed") };
}

describe("whoever is no more what they were", () => {
  it("[S27] a moderator who was removed is not told again what they changed", async () => {
    const [owner, moderator] = [await account("Owner"), await account("Moderator")];
    const slug = await workspaceOf(owner);
    await call("POST", `/api/v1/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" }, owner.headers);
    await join(slug, owner, moderator, "moderator");
    const made = await call("POST", `/api/v1/${slug}/ideas/feedback`, { title: "Secret" }, owner.headers);
    const path = `/api/v1/${slug}/ideas/feedback/${String(made.body.id)}`;
    const keyed = { ...moderator.headers, ...newKey() };
    const hide = async () => seen(await call("PATCH", path, { isHidden: true }, keyed));
    expect(await hide()).toEqual({ status: 200, replayed: null });
    expect(await hide()).toEqual({ status: 200, replayed: "true" });
    expect((await remove(slug, owner, moderator)).status).toBe(204);
    const { status: read } = await call("GET", path, undefined, moderator.headers);
    expect({ read, again: await hide() }).toEqual({ read: 404, again: { status: 422, replayed: null } });
  });

  it("[S27] whoever became somebody else there posts nothing twice", async () => {
    const [owner, member] = [await account("Owner"), await account("Member")];
    const slug = await workspaceOf(owner);
    await call("POST", `/api/v1/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" }, owner.headers);
    const keyed = { ...member.headers, ...newKey() };
    const postIt = async () => seen(await call("POST", `/api/v1/${slug}/ideas/feedback`, { title: "Once" }, keyed));
    expect(await postIt()).toEqual({ status: 201, replayed: null });
    await join(slug, owner, member, "moderator");
    expect(await postIt()).toEqual({ status: 422, replayed: null });
    expect((await call("GET", `/api/v1/${slug}/ideas/feedback`)).body).toHaveLength(1);
  });

  it("[S27] a guest who was removed is told of the private board no more, not even what they did there", async () => {
    const { workspace, path } = await board();
    const guests = `/api/v1/workspaces/${workspace}/boards/ideas/guests`;
    const ada = bearer(await identity(await makeSecret(workspace), workspace, "ada"));
    await call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility: "private" }, OPERATOR);
    expect((await call("POST", guests, { externalUserId: "ada" }, OPERATOR)).status).toBeLessThan(300);
    const [posting, voting] = [
      { ...ada, ...newKey() },
      { ...ada, ...newKey() },
    ];
    const add = () => call("POST", `${path}/feedback`, { title: "Mine" }, posting);
    const made = await add();
    const cast = () => call("POST", `${path}/feedback/${String(made.body.id)}/votes`, {}, voting);
    expect([made.status, (await cast()).status]).toEqual([201, 201]);
    expect([seen(await add()), seen(await cast())]).toEqual([
      { status: 201, replayed: "true" },
      { status: 201, replayed: "true" },
    ]);
    expect((await call("DELETE", `${guests}/ada`, undefined, OPERATOR)).status).toBe(204);
    const none = { status: 404, replayed: null };
    expect([seen(await add()), seen(await cast())]).toEqual([none, none]);
  });
});

describe("after a workspace was deleted", () => {
  it("[S27] its owner, an account, is told again that it was", async () => {
    const owner = await account();
    const slug = await workspaceOf(owner);
    const keyed = { ...owner.headers, ...newKey() };
    const end = async (headers: Record<string, string>) =>
      seen(await call("DELETE", `/api/v1/workspaces/${slug}`, undefined, headers));
    expect(await end(keyed)).toEqual({ status: 204, replayed: null });
    expect(await end(keyed)).toEqual({ status: 204, replayed: "true" });
    expect(await end({ ...owner.headers, ...newKey() })).toEqual({ status: 404, replayed: null });
  });

  it("[S27] the post that opened it is made anew, not answered with what is gone", async () => {
    const slug = uniqueSlug();
    const path = `/api/v1/${slug}/ideas/feedback`;
    const keyed = { ...newKey(), ...fromNewAddress() };
    const open = () => call("POST", path, { title: "First" }, keyed);
    expect(seen(await open())).toEqual({ status: 201, replayed: null });
    expect(seen(await open())).toEqual({ status: 201, replayed: "true" });
    expect((await call("DELETE", `/api/v1/workspaces/${slug}`, undefined, OPERATOR)).status).toBe(204);
    for (let n = 0; n < 5; n++) await runDurableObjectAlarm(env.WORKSPACE.getByName(slug));
    const again = await open();
    expect(seen(again)).toEqual({ status: 201, replayed: null });
    expect((await call("GET", `${path}/${String(again.body.id)}`)).status).toBe(200);
  });
});

describe("which request it is", () => {
  it("[S27] the order of a record's fields makes no difference", async () => {
    const { workspace } = await board();
    const keyed = { ...OPERATOR, ...newKey() };
    const set = async (json: string) =>
      seen(await call("PATCH", `/api/v1/workspaces/${workspace}/rate-limits`, json, keyed));
    expect(await set('{"read":5,"api-key":7}')).toEqual({ status: 200, replayed: null });
    expect(await set('{"api-key":7,"read":5}')).toEqual({ status: 200, replayed: "true" });
    expect(await set('{"api-key":5,"read":7}')).toMatchObject({ status: 422 });
  });

  it("[S27] an answer that was not given before does not say it was, whatever of it was done before", async () => {
    const key = newKey();
    const sent = { email: uniqueEmail(), password: PASSWORD };
    const register = (from: Record<string, string>) =>
      callWith({ MAILER: "" }, "POST", `${AUTH}/register`, sent, { ...key, ...from });
    const here = fromNewAddress();
    const first = await register(here);
    const elsewhere = await register(fromNewAddress());
    expect([seen(first), seen(elsewhere)]).toEqual([
      { status: 201, replayed: null },
      { status: 201, replayed: null },
    ]);
    expect(elsewhere.body.user.id).toBe(first.body.user.id);
    expect(elsewhere.body.refreshToken).not.toBe(first.body.refreshToken);
    const again = await register(here);
    expect({ ...seen(again), body: again.body }).toEqual({ status: 201, replayed: "true", body: first.body });
  });

  it("[S27] a request that was given up releases and finishes nothing of the one that took its place", async () => {
    const stub = env.VISITOR.getByName("v-00");
    const key = crypto.randomUUID();
    const callOf = (fingerprint: string): Call => ({ ...CALL, visitor: key, idempotency: { key, fingerprint } });
    const [slow, next] = [callOf("one"), callOf("two")];
    const admitted = { ok: true, value: { answer: null } };
    const inProgress = { ok: false, error: { code: "IDEMPOTENCY_IN_PROGRESS" } };
    expect(await stub.admit(slow)).toMatchObject(admitted);
    clock.advance(IDEMPOTENCY_RUNNING_MS);
    expect(await stub.admit(next)).toMatchObject(admitted);
    await stub.release(slow);
    expect(await stub.admit(next)).toMatchObject(inProgress);
    await stub.finish(slow, "the slow one's");
    expect(await stub.admit(next)).toMatchObject(inProgress);
    await stub.finish(next, "the next one's");
    await stub.finish(slow, "the slow one's");
    expect(await stub.admit(next)).toMatchObject({ ok: true, value: { answer: "the next one's" } });
  });
});

describe("how first answers are forgotten", () => {
  it("[S27] many that end one after the other wake the object once, and all go", async () => {
    const { path, stub } = await board();
    const id = await post(path, "Dark mode");
    const answers = 100;
    for (let n = 0; n < answers; n++) {
      clock.advance(1_000);
      const { status } = await call(
        "POST",
        `${path}/feedback/${String(id)}/votes`,
        { externalUserId: `p${String(n)}` },
        { ...fromNewAddress(), ...newKey() },
      );
      expect(status).toBe(201);
    }
    const state = () =>
      runInDurableObject(stub, (_, { storage: { sql } }) => {
        const due = sql.exec("select due_at from schedule where task = ?", ANSWERS_TASK).toArray()[0]?.["due_at"];
        const kept = sql.exec("select count(*) as n from idempotency_keys").one()["n"];
        return { isDue: due !== undefined && Number(due) <= clock.now, kept };
      });
    /** How often the alarm comes while the answers end, and once more after a while. */
    const alarmsIn = async (seconds: number) => {
      let alarms = 0;
      for (let n = 0; n < seconds; n++) {
        clock.advance(1_000);
        if (!(await state()).isDue) continue;
        alarms += 1;
        await runDurableObjectAlarm(stub);
      }
      return alarms;
    };
    clock.advance(DAY_MS - answers * 1_000);
    expect((await state()).kept).toBe(answers);
    expect(await alarmsIn(2 * answers)).toBe(1);
    clock.advance(15 * 60_000);
    expect(await alarmsIn(2)).toBe(1);
    expect((await state()).kept).toBe(0);
  });

  it("[S27] of more than an object keeps, the oldest goes before its time", async () => {
    const { stub } = await newUser();
    await runInDurableObject(stub, (_, { storage }) => {
      const answers = new FirstAnswers(drizzle(storage), idempotencyKeys);
      const keep = (key: string) => {
        answers.keep({ key, fingerprint: key }, "", key, clock.now, () => undefined);
      };
      const isKept = (key: string) => {
        const first = answers.find({ key, fingerprint: key }, "", clock.now);
        return first.ok && first.value !== null;
      };
      const kept = () => ["a", "b", "c"].filter(isKept);
      storage.sql.exec("delete from idempotency_keys");
      keep("a");
      keep("b");
      expect(kept()).toEqual(["a", "b"]);
      // As if the object had kept all of them.
      storage.sql.exec("update idempotency_keys set id = ? where key = 'b'", FIRST_ANSWERS_MAX);
      keep("c");
      expect(kept()).toEqual(["b", "c"]);
    });
  });
});
