/** The event log: what is in it, who may read it, how it is paged, and what it lets go. Ids are those of test/SPEC.md. */
import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import type { Workspace } from "../../objects/workspace.ts";
import { API_KEY_SCOPES } from "../../src/protocol/rest/api-keys.ts";
import { EVENTS_KEPT_MAX, EVENTS_SCANNED_MAX } from "../../src/limits.ts";
import { type EventType, WorkspaceEvent } from "../../src/protocol/rest/events.ts";
import { account, ACCOUNTS_TIMEOUT_MS, type TestAccount } from "../support/accounts.ts";
import { costsByVerb } from "../support/counted-verbs.ts";
import { invite, join, remove, setRole, tokenOf, workspaceOf } from "../support/team.ts";
import { type Answer, board, call, OPERATOR, post, uniqueSlug } from "../support/workerd.ts";

const MILLION = 1_000_000;
/** Of a page of 20: its rows and one more; the actors' names and the items' titles, asked for by a list of keys that is itself read as rows; the oldest. */
const PLAIN_ROWS_MAX = 7 * 20;
/** A filtered page looks through its share once for entries and once for where to go on. */
const FILTERED_ROWS_MAX = 2 * EVENTS_SCANNED_MAX + PLAIN_ROWS_MAX + 20;
const ALARMS_MAX = 60;

type Headers = Record<string, string>;

async function read(workspace: string, query = "", headers: Headers = OPERATOR): Promise<Answer> {
  return call("GET", `/api/v1/workspaces/${workspace}/events${query}`, undefined, headers);
}

/** All of them, checked against the contract. */
async function all(workspace: string, query = "", headers: Headers = OPERATOR): Promise<WorkspaceEvent[]> {
  const events: WorkspaceEvent[] = [];
  let path: string | null = `/api/v1/workspaces/${workspace}/events?limit=100${query}`;
  while (path !== null) {
    const answer: Answer = await call("GET", path, undefined, headers);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    for (const event of answer.body) events.push(WorkspaceEvent.parse(event));
    path = /<([^>]+)>; rel="next"/u.exec(answer.headers.get("link") ?? "")?.[1] ?? null;
  }
  return events;
}

const types = (events: readonly WorkspaceEvent[]) => events.map(({ type }) => type);

describe("what a change writes", () => {
  let owner: TestAccount;
  let other: TestAccount;
  beforeAll(async () => {
    [owner, other] = await Promise.all([account("Ada"), account("Bob")]);
  }, ACCOUNTS_TIMEOUT_MS);

  test("[EV1] every change of workspace, boards, team, keys and settings has one event, by whom it was done, with what changed", async () => {
    const workspace = await workspaceOf(owner, "Before");
    const base = `/api/v1/workspaces/${workspace}`;
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await call(method, `${base}${path}`, body, owner.headers);
      expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
      return answer.body;
    };
    await ask("PATCH", "", { name: "After" });
    await ask("POST", "/boards", { slug: "ideas", name: "Ideas" });
    await ask("PATCH", "/boards/ideas", { visibility: "private" });
    await ask("POST", "/boards/ideas/guests", { externalUserId: "guest-1" });
    await ask("DELETE", "/boards/ideas/guests/guest-1");
    await ask("PATCH", "/settings", { allowedOrigins: ["https://acme.example"], anonymousPosting: false });
    await ask("PATCH", "/branding", { accentColor: "#0a7c66" });
    await ask("PATCH", "/rate-limits", { "vote-person": 30 });
    const key = await ask("POST", "/api-keys", { name: "CI", scopes: ["read"] });
    await ask("DELETE", `/api-keys/${key.id}`);
    const secret = await ask("POST", "/signing-secrets");
    await ask("DELETE", `/signing-secrets/${secret.id}`);
    await join(workspace, owner, other, "admin");
    await invite(workspace, other, "third@example.com", "member");
    await setRole(workspace, owner, other, "member");
    await remove(workspace, owner, other);
    const last = await invite(workspace, owner, "third@example.com", "member");
    await ask("DELETE", `/invitations/${last.body.id}`);
    await ask("DELETE", "/boards/ideas");

    const events = await all(workspace, "", owner.headers);
    const by = { kind: "member", id: owner.userId, name: "Ada" };
    expect(events.map(({ type, actor, subject, before, after }) => ({ type, actor, subject, before, after }))).toEqual([
      { type: "workspace.created", actor: by, subject: null, before: null, after: { name: "Before" } },
      { type: "workspace.updated", actor: by, subject: null, before: { name: "Before" }, after: { name: "After" } },
      {
        type: "board.created",
        actor: by,
        subject: "ideas",
        before: null,
        after: { name: "Ideas", description: "", visibility: "public" },
      },
      {
        type: "board.updated",
        actor: by,
        subject: "ideas",
        before: { visibility: "public" },
        after: { visibility: "private" },
      },
      { type: "guest.invited", actor: by, subject: "guest-1", before: null, after: null },
      { type: "guest.removed", actor: by, subject: "guest-1", before: null, after: null },
      {
        type: "settings.updated",
        actor: by,
        subject: null,
        before: { anonymousPosting: true, allowedOrigins: [] },
        after: { anonymousPosting: false, allowedOrigins: ["https://acme.example"] },
      },
      {
        type: "branding.updated",
        actor: by,
        subject: null,
        before: { accentColor: null },
        after: { accentColor: "#0a7c66" },
      },
      {
        type: "rate-limits.updated",
        actor: by,
        subject: null,
        before: { "vote-person": null },
        after: { "vote-person": 30 },
      },
      {
        type: "api-key.created",
        actor: by,
        subject: key.id,
        before: null,
        after: { name: "CI", scopes: ["read"], expiresAt: null },
      },
      {
        type: "api-key.revoked",
        actor: by,
        subject: key.id,
        before: { name: "CI", scopes: ["read"], expiresAt: null },
        after: null,
      },
      { type: "signing-secret.created", actor: by, subject: secret.id, before: null, after: null },
      { type: "signing-secret.revoked", actor: by, subject: secret.id, before: null, after: null },
      {
        type: "invitation.created",
        actor: by,
        subject: expect.any(String),
        before: null,
        after: { email: other.email, role: "admin" },
      },
      {
        type: "member.joined",
        // Who is no member any more has a name only where the log says it.
        actor: { kind: "member", id: other.userId, name: null },
        subject: other.userId,
        before: null,
        after: { name: "Bob", email: other.email, role: "admin" },
      },
      {
        type: "invitation.created",
        actor: { kind: "member", id: other.userId, name: null },
        subject: expect.any(String),
        before: null,
        after: { email: "third@example.com", role: "member" },
      },
      {
        type: "member.updated",
        actor: by,
        subject: other.userId,
        before: { role: "admin" },
        after: { role: "member", invitationsWithdrawn: 1 },
      },
      {
        type: "member.removed",
        actor: by,
        subject: other.userId,
        before: { name: "Bob", email: other.email, role: "member" },
        after: null,
      },
      {
        type: "invitation.created",
        actor: by,
        subject: last.body.id,
        before: null,
        after: { email: "third@example.com", role: "member" },
      },
      {
        type: "invitation.revoked",
        actor: by,
        subject: last.body.id,
        before: { email: "third@example.com", role: "member" },
        after: null,
      },
      {
        type: "board.deleted",
        actor: by,
        subject: "ideas",
        before: { name: "Ideas", description: "", visibility: "private" },
        after: null,
      },
    ]);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    // Nothing that lets anybody in.
    const text = JSON.stringify(await rowsOf(workspace));
    for (const shown of [key.key, key.lastFour, secret.secret, secret.lastFour, tokenOf(last)]) {
      expect(text).not.toContain(`"${shown}"`);
      if (shown.length > 4) expect(text).not.toContain(shown);
    }
  });

  test("[EV2] what changes nothing takes no seq and writes no event", async () => {
    const { workspace } = await board();
    const base = `/api/v1/workspaces/${workspace}`;
    await call("POST", `${base}/boards/ideas/guests`, { externalUserId: "guest" }, OPERATOR);
    const before = await read(workspace);
    const repeats: [string, string, unknown?][] = [
      ["PATCH", "", { name: "Test" }],
      ["PATCH", "/boards/ideas", { name: "Ideas" }],
      ["POST", "/boards/ideas/guests", { externalUserId: "guest" }],
      ["DELETE", "/boards/ideas/guests/nobody"],
      ["PATCH", "/settings", { allowedOrigins: [], anonymousPosting: true }],
      ["PATCH", "/branding", { accentColor: null }],
      ["PATCH", "/rate-limits", { "vote-person": null }],
      ["DELETE", "/api-keys/none"],
    ];
    for (const [method, path, body] of repeats) await call(method, `${base}${path}`, body, OPERATOR);
    const after = await read(workspace);
    expect(after.body).toEqual(before.body);
    expect(after.headers.get("x-seq")).toBe(before.headers.get("x-seq"));
  });

  test("[EV3] the actor is the member, the account, the person, the key, the operator, or nobody in particular", async () => {
    const workspace = await workspaceOf(owner);
    const base = `/api/v1/workspaces/${workspace}`;
    await call("POST", `${base}/boards`, { slug: "ideas", name: "Ideas" }, owner.headers);
    const { body: key } = await call(
      "POST",
      `${base}/api-keys`,
      { name: "CI", scopes: [...API_KEY_SCOPES] },
      owner.headers,
    );
    const path = `/api/v1/${workspace}/ideas`;
    const askers: [Headers, Record<string, unknown>][] = [
      [{}, {}],
      [{}, { externalUserId: "ada" }],
      [other.headers, {}],
      [owner.headers, {}],
      [{ authorization: `Bearer ${key.key}` }, { externalUserId: "ada" }],
      [OPERATOR, {}],
    ];
    for (const [headers, more] of askers) await call("POST", `${path}/feedback`, { title: "T", ...more }, headers);
    const events = await all(workspace, "&type=feedback.created");
    expect(events.map(({ actor }) => actor)).toEqual([
      { kind: "anonymous", id: null, name: null },
      { kind: "person", id: "ada", name: null },
      { kind: "account", id: other.userId, name: null },
      { kind: "member", id: owner.userId, name: "Ada" },
      { kind: "api-key", id: key.id, name: "CI" },
      { kind: "operator", id: null, name: null },
    ]);
  });

  test("[EV4] a first post that opens the workspace has an event for each of the three", async () => {
    const workspace = uniqueSlug();
    await call("POST", `/api/v1/${workspace}/ideas/feedback`, { title: "First" });
    const events = await all(workspace);
    expect(types(events)).toEqual(["workspace.created", "board.created", "feedback.created"]);
    expect(events.map(({ actor }) => actor.kind)).toEqual(["anonymous", "anonymous", "anonymous"]);
    expect(events.at(-1)).toMatchObject({ board: "ideas", feedbackTitle: "First", seq: 3 });
  });
});

describe("who reads it", () => {
  test("[EV5] a key that may configure but not read learns that something happened, and nothing of what", async () => {
    const { workspace, path } = await board();
    const base = `/api/v1/workspaces/${workspace}`;
    const id = await post(path, "Canary title");
    await call("PATCH", `${path}/feedback/${id}`, { title: "Canary again" }, OPERATOR);
    await call("POST", `${base}/boards`, { slug: "canary", name: "Canary", visibility: "private" }, OPERATOR);
    await call("PATCH", `${base}/branding`, { accentColor: "#123456" }, OPERATOR);
    const keyOf = async (scopes: readonly string[]): Promise<Headers> => {
      const { body } = await call("POST", `${base}/api-keys`, { name: "Canary key", scopes }, OPERATOR);
      return { authorization: `Bearer ${body.key}` };
    };
    const blind = await all(workspace, "", await keyOf(["configure"]));
    expect(JSON.stringify(blind).toLowerCase()).not.toContain("canary");
    expect(types(blind)).toContain("feedback.updated");
    expect(blind.find(({ type }) => type === "branding.updated")?.after).toEqual({ accentColor: "#123456" });
    const seeing = await all(workspace, "", await keyOf(["configure", "read"]));
    expect(JSON.stringify(seeing)).toContain("Canary again");
    for (const scopes of [["read"], ["write"], ["moderate"]]) {
      expect(await read(workspace, "", await keyOf(scopes))).toMatchObject({ status: 403 });
    }
  });
});

describe("pages", () => {
  test("[EV6] pages walk the log exactly once in either order, also by type, actor, board and item; since takes what came after", async () => {
    const { workspace, path } = await board();
    await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "bugs", name: "Bugs" }, OPERATOR);
    const first = await post(path, "One", { externalUserId: "ada" });
    const second = await post(`/api/v1/${workspace}/bugs`, "Two", { externalUserId: "bob" });
    for (const person of ["ada", "bob", "eve"]) {
      await call("POST", `${path}/feedback/${first}/votes`, { externalUserId: person });
    }
    await call("PATCH", `${path}/feedback/${first}`, { status: "planned" }, OPERATOR);
    await call("DELETE", `${path}/feedback/${first}/votes`, { externalUserId: "ada" });
    const whole = await all(workspace);
    expect(types(whole)).toEqual([
      "workspace.created",
      "board.created",
      "board.created",
      "feedback.created",
      "feedback.created",
      "vote.cast",
      "vote.cast",
      "vote.cast",
      "feedback.updated",
      "vote.removed",
    ]);
    const some = async (query: string): Promise<number[]> => {
      const found: number[] = [];
      for (let cursor = ""; ;) {
        const answer = await read(workspace, `?limit=2${query}${cursor}`);
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        found.push(...answer.body.map(({ seq }: WorkspaceEvent) => seq));
        const next = answer.headers.get("x-next-cursor");
        if (next === null) return found;
        cursor = `&cursor=${next}`;
      }
    };
    const seqs = whole.map(({ seq }) => seq);
    const where = (keep: (event: WorkspaceEvent) => boolean) => whole.filter(keep).map(({ seq }) => seq);
    expect(await some("")).toEqual(seqs);
    expect(await some("&order=desc")).toEqual(seqs.toReversed());
    expect(await some("&since=4")).toEqual(seqs.slice(4));
    expect(await some("&since=4&order=desc")).toEqual(seqs.slice(4).toReversed());
    const asked: [string, (event: WorkspaceEvent) => boolean][] = [
      ["&type=vote.cast", ({ type }) => type === "vote.cast"],
      ["&type=vote.cast,board.created", ({ type }) => type === "vote.cast" || type === "board.created"],
      ["&type=board.created,feedback.updated", ({ type }) => type === "board.created" || type === "feedback.updated"],
      ["&actor=ada", ({ actor }) => actor.id === "ada"],
      ["&actor=kind:operator", ({ actor }) => actor.kind === "operator"],
      ["&board=bugs", ({ board: slug }) => slug === "bugs"],
      [`&feedbackId=${second}`, ({ feedbackId }) => feedbackId === second],
      [`&feedbackId=${first}`, ({ feedbackId, type }) => feedbackId === first && !type.startsWith("vote")],
    ];
    for (const [query, keep] of asked) {
      expect(await some(query), query).toEqual(where(keep));
      expect(await some(`${query}&order=desc`), query).toEqual(where(keep).toReversed());
    }
    expect((await read(workspace, `?since=${String(seqs.at(-1))}`)).body).toEqual([]);
  });

  test("[EV7] a type, cursor, order, since or board that is none is refused by name", async () => {
    const { workspace } = await board();
    const { headers } = await read(workspace, "?limit=1");
    const cursor = headers.get("x-next-cursor") ?? "";
    const refused: [string, string][] = [
      ["?type=nothing", "INVALID_REQUEST"],
      ["?type=", "INVALID_REQUEST"],
      ["?since=-1", "INVALID_REQUEST"],
      ["?since=x", "INVALID_REQUEST"],
      ["?order=up", "INVALID_REQUEST"],
      ["?cursor=x", "INVALID_CURSOR"],
      [`?order=desc&cursor=${cursor}`, "INVALID_CURSOR"],
      ["?board=nowhere", "BOARD_NOT_FOUND"],
      ["?limit=101", "INVALID_REQUEST"],
      ["?from=1", "INVALID_REQUEST"],
    ];
    for (const [query, code] of refused) expect((await read(workspace, query)).body.code, query).toBe(code);
  });
});

describe("a million events", () => {
  let workspace: string;
  let stub: DurableObjectStub<Workspace>;
  beforeAll(async () => {
    ({ workspace, stub } = await board());
    await fill(stub, MILLION);
  }, 120_000);

  test("[EV8] a page reads a bounded number of rows, whatever is asked for", async () => {
    const asked: [string, number][] = [
      ["?limit=20", PLAIN_ROWS_MAX],
      ["?limit=20&since=500000", PLAIN_ROWS_MAX],
      ["?limit=20&order=desc", PLAIN_ROWS_MAX],
      // All of its kind stands in an index by itself.
      ["?limit=20&type=settings.updated", PLAIN_ROWS_MAX + 20],
      ["?limit=20&order=desc&type=settings.updated,board.created", PLAIN_ROWS_MAX + 20],
      ["?limit=20&feedbackId=7", PLAIN_ROWS_MAX + 20],
      ["?limit=20&type=comment.created", FILTERED_ROWS_MAX],
      ["?limit=20&order=desc&type=comment.created&actor=nobody", FILTERED_ROWS_MAX],
      ["?limit=20&type=member.removed&actor=nobody", FILTERED_ROWS_MAX],
    ];
    const rowsOfPage = async (query: string) => {
      const costs = await costsByVerb(async () => expect((await read(workspace, query)).status).toBe(200));
      return costs("event.list").rowsRead;
    };
    for (const [query, most] of asked) {
      // What waking the object costs is not the page's.
      const rowsRead = Math.min(await rowsOfPage(query), await rowsOfPage(query));
      console.log(`events${query}: ${String(rowsRead)} rows`);
      expect(rowsRead, query).toBeLessThanOrEqual(most);
    }
  });

  test("[EV9] what is rare is found among a million votes on the first page; a filtered page goes on where it stopped looking", async () => {
    expect(types((await read(workspace, "?type=settings.updated&limit=5")).body)).toEqual(
      Array.from({ length: 5 }, () => "settings.updated" satisfies EventType),
    );
    const { body, headers } = await read(workspace, "?type=comment.created");
    expect(body).toEqual([]);
    const next = await read(workspace, `?type=comment.created&cursor=${headers.get("x-next-cursor") ?? ""}`);
    expect(next.body).toEqual([]);
    expect(next.headers.get("x-next-cursor")).not.toBe(headers.get("x-next-cursor"));
  });

  test("[EV10] the oldest go by alarm, in slices, and a since from before them is told that it missed something", async () => {
    const whole = await read(workspace, "?limit=1");
    expect(whole.headers.get("x-events-missed")).toBeNull();
    await advance(stub, 4_500);
    await settle(stub);
    const { seq, n, oldest } = await runInDurableObject(stub, (_, { storage }) => {
      const [row] = storage.sql
        .exec(
          "select (select seq from settings) seq, (select count(*) from events) n, (select min(seq) from events) oldest",
        )
        .toArray();
      return row as { seq: number; n: number; oldest: number };
    });
    expect(n).toBeLessThanOrEqual(EVENTS_KEPT_MAX);
    expect(oldest).toBe(seq - EVENTS_KEPT_MAX + 1);
    const late = await read(workspace, "?limit=1");
    expect(late.headers.get("x-events-missed")).toBe("true");
    expect(late.headers.get("x-oldest-seq")).toBe(String(oldest));
    expect(late.body[0].seq).toBe(oldest);
    const inTime = await read(workspace, `?limit=1&since=${String(oldest - 1)}`);
    expect(inTime.headers.get("x-events-missed")).toBeNull();
  });
});

describe("a workspace that is no more", () => {
  test("[EV11] its events and figures are purged in slices, the name is free only then, and who has it next reads nothing of it and has missed nothing", async () => {
    const { workspace, path, stub } = await board();
    await post(path, "Canary of the first owner");
    await fill(stub, 5_000);
    await call("DELETE", `/api/v1/workspaces/${workspace}`, undefined, OPERATOR);
    expect((await call("POST", "/api/v1/workspaces", { slug: workspace, name: "Second" }, OPERATOR)).status).toBe(409);
    expect((await read(workspace)).status).toBe(404);
    await settle(stub);
    const left = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select (select count(*) from events) + (select count(*) from daily_stats) n").one(),
    );
    expect(left).toEqual({ n: 0 });
    expect((await call("POST", "/api/v1/workspaces", { slug: workspace, name: "Second" }, OPERATOR)).status).toBe(201);
    const answer = await read(workspace);
    expect(answer.body.map(({ type }: WorkspaceEvent) => type)).toEqual(["workspace.created"]);
    expect(answer.headers.get("x-events-missed")).toBeNull();
    expect(JSON.stringify(answer.body)).not.toContain("Canary");
  });
});

async function rowsOf(workspace: string): Promise<unknown[]> {
  return runInDurableObject(env.WORKSPACE.getByName(workspace), (_, { storage }) =>
    storage.sql.exec("select * from events").toArray(),
  );
}

/** Votes, and a change of the settings for every 100,000 of them, straight into the table. */
async function fill(stub: DurableObjectStub<Workspace>, events: number): Promise<void> {
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec(
      `insert into events (seq, at, type, actor_kind, actor_id, board_id, feedback_id, subject, before, after)
       with recursive n(i) as (select (select seq from settings) + 1 union all select i + 1 from n where i < (select seq from settings) + ?)
       select i, 1700000000000 + i, iif(i % 100000 = 5, 'settings.updated', 'vote.cast'), 'person', 'person-' || (i % 1000), 1, i % 50, null, null, '{"weight":1}' from n`,
      events,
    );
    storage.sql.exec("update settings set seq = seq + ?", events);
  });
  await evictDurableObject(stub);
}

/** Changes that take a seq each. */
async function advance(stub: DurableObjectStub<Workspace>, changes: number): Promise<void> {
  await fill(stub, changes);
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec("insert or replace into schedule (task, due_at) values ('trim-events', 0)");
    return storage.setAlarm(Date.now());
  });
}

async function settle(stub: DurableObjectStub<Workspace>): Promise<void> {
  for (let alarms = 0; alarms < ALARMS_MAX; alarms++) {
    const due = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select count(*) n from schedule where task like 'purge-%' or task = 'trim-events'").one(),
    );
    if (due["n"] === 0) return;
    await runDurableObjectAlarm(stub);
  }
  const left = await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("select * from schedule").toArray());
  throw new Error(`the alarm does not come to an end: ${JSON.stringify(left)}`);
}
