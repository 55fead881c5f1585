/**
 * What every verb of the Workspace object costs in statements, rows read and rows written, counted on the real object and compared with the
 * committed `bench/verbs/baseline.json`. Counts are deterministic, so a difference is a change of the code: mend it, or take it over with
 * `npm run bench verbs -- --write`, which runs this file and writes what the tests report in their `meta`. Rates and times are the benches'.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, type TestContext, vi } from "vitest";
import { CREATE, LIST, VOTE } from "../../bench/floor/statements.ts";
import baseline from "../../bench/verbs/baseline.json" with { type: "json" };
import { CallLog } from "../../objects/shared/call-log.ts";
import { type Cost, MeteredSql } from "../../objects/shared/metered-storage.ts";
import type { Failure } from "../../src/errors.ts";
import { ListFeedback, SORTS } from "../../src/protocol/rest/feedback.ts";
import { base64url } from "../../src/ids.ts";
import type { Result } from "../../src/result.ts";
import type { Call } from "../../src/call.ts";
import { identity } from "../support/identity.ts";
import { callAs, Peer, uniqueSlug } from "../support/workerd.ts";

declare module "vitest" {
  interface TaskMeta {
    /** For `bench/verbs/reporter.ts`: the group's name in the baseline, and its cost by case. */
    group?: string;
    costs?: Record<string, Cost>;
  }
}

/** Enough that no statement gets away with reading the whole board. */
const ITEMS = 300;
const CATEGORIES = ["api", "billing", "mobile"] as const;
const EQUAL_ITEMS = 150;
const PLANNED_EVERY = 5;
const VOTES_MAX = 40;
const QUIET_MS = 50;

const OPERATOR = callAs("operator", "workspace.configure");
const READER = callAs("anonymous", "board.read");
const VISITOR = callAs("anonymous", "feedback.write");
const OPENING = callAs("anonymous", "feedback.write", { openWorkspaces: true });

const workspace = uniqueSlug();
const stub = env.WORKSPACE.getByName(workspace);
const live = `/api/v1/${workspace}/ideas`;
const ZERO: Cost = { statements: 0, rowsRead: 0, rowsWritten: 0 };

/** The object takes its count once per call, for the log line: here it is added up on the way. Test and object share one isolate. */
let counted = ZERO;
let meter: MeteredSql | null = null;
let running: string | null = null;
/** Work that follows a call, in its own time. */
const BACKGROUND = /^(?:alarm|outbox|membership)\./u;

// oxlint-disable-next-line typescript/unbound-method -- called with its object below
const { take } = MeteredSql.prototype;
MeteredSql.prototype.take = function taken(this: MeteredSql): Cost {
  const cost = take.call(this);
  if (running === null || BACKGROUND.test(running)) return cost;
  // oxlint-disable-next-line typescript/no-this-alias, unicorn/no-this-assignment -- what is left over is taken below
  meter = this;
  counted = add(counted, cost);
  return cost;
};
// oxlint-disable-next-line typescript/unbound-method -- called with its object below
const { run } = CallLog.prototype;
CallLog.prototype.run = function noted<T>(
  this: CallLog,
  verb: string,
  requestId: string,
  call: () => T,
  outcomeOf: (result: T) => string,
): T {
  const outer = running;
  running = verb;
  try {
    return (run<T>).call(this, verb, requestId, call, outcomeOf);
  } finally {
    running = outer;
  }
};

/** What an RPC method costs, which must succeed. */
async function cost<T>(call: () => Promise<Result<T, Failure>>): Promise<Cost> {
  await quiet();
  counted = ZERO;
  await done(call());
  return counted;
}

/** The same, then gives the members' objects time to hear of it, so that this is not counted with the next call. */
async function costAlone<T>(call: () => Promise<Result<T, Failure>>): Promise<Cost> {
  const found = await cost(call);
  await scheduler.wait(QUIET_MS);
  return found;
}

/** What the object does for a socket, also outside of calls. */
async function costOf(act: () => Promise<unknown>): Promise<Cost> {
  await quiet();
  counted = ZERO;
  await act();
  return add(counted, meter === null ? ZERO : take.call(meter));
}

/** Waits until nothing follows the call before, such as the news to its operator. */
async function quiet(): Promise<void> {
  const waitedFor = meter;
  if (waitedFor === null) return;
  while (take.call(waitedFor).statements > 0) await scheduler.wait(QUIET_MS);
}

async function done<T>(call: Promise<Result<T, Failure>>): Promise<T> {
  const result = await call;
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

function add(a: Cost, b: Cost): Cost {
  const statements = a.statements + b.statements;
  return { statements, rowsRead: a.rowsRead + b.rowsRead, rowsWritten: a.rowsWritten + b.rowsWritten };
}

function list(query: Record<string, string>) {
  return stub.listFeedback(READER, "ideas", ListFeedback.parse(query));
}

function compare({ task }: TestContext, group: keyof typeof baseline, costs: Record<string, Cost>): void {
  Object.assign(task.meta, { group, costs });
  expect(costs).toEqual(baseline[group]);
}

beforeAll(async () => {
  await done(stub.createWorkspace(OPERATOR, { slug: workspace, name: "Baseline" }));
  await scheduler.wait(QUIET_MS);
  await done(stub.createBoard(OPERATOR, { slug: "ideas", name: "Ideas" }));
  for (let n = 1; n <= ITEMS; n++) {
    const category = CATEGORIES[n % (CATEGORIES.length + 1)];
    const title = `Idea ${String(n)}: export to ${["csv", "pdf", "calendar"][n % 3] ?? ""}`;
    const item = {
      title,
      description: "What it should do, in a sentence or two.",
      ...(category === undefined ? {} : { category }),
    };
    await done(stub.createFeedback(VISITOR, "ideas", item));
    if (n % PLANNED_EVERY === 0) await done(stub.updateFeedback(OPERATOR, "ideas", n, { status: "planned" }));
    await done(stub.castVote(OPERATOR, "ideas", n, { externalUserId: "first", weight: 1 + ((n * 7) % VOTES_MAX) }));
  }
});

it("[B2] the floor of the load bench runs the statements of the verbs", async () => {
  const floor = { list: [LIST], create: Object.values(CREATE), vote: Object.values(VOTE) };
  const item = { title: "A title", description: "A description" };
  const run = {
    list: await statementsOf(() => list({})),
    create: await statementsOf(() => stub.createFeedback(VISITOR, "ideas", item)),
    vote: await statementsOf(() => stub.castVote(VISITOR, "ideas", 5, { externalUserId: "floor" })),
  };
  expect(run).toEqual(floor);
});

describe("cost of every verb", () => {
  it("[B1] lists: every sort and filter, first page, cursor, page and search", async (context) => {
    const costs: Record<string, Cost> = {};
    for (const sort of SORTS) {
      for (const filter of FILTERS) {
        const name = [sort, ...Object.keys(filter)].join(" + ");
        const { nextCursor } = await done(list({ sort, ...filter }));
        costs[name] = await cost(() => list({ sort, ...filter }));
        if (nextCursor !== null)
          costs[`${name}, by cursor`] = await cost(() => list({ sort, ...filter, cursor: nextCursor }));
      }
    }
    costs["vote_count, limit 100"] = await cost(() => list({ limit: "100" }));
    costs["vote_count, page 10"] = await cost(() => list({ page: "10" }));
    costs["search of one word"] = await cost(() => list({ q: "calendar" }));
    costs["search of two prefixes + status"] = await cost(() => list({ q: "exp cal", status: "planned" }));
    costs["search without a match"] = await cost(() => list({ q: "nowhere" }));
    compare(context, "lists", costs);
  });

  it("[B1] lists: a cursor among 150 items of equal value", async (context) => {
    await done(stub.createBoard(OPERATOR, { slug: "equal", name: "Equal" }));
    for (let n = 0; n < EQUAL_ITEMS; n++)
      await done(stub.createFeedback(VISITOR, "equal", { title: `Idea ${String(n)}` }));
    const costs: Record<string, Cost> = {};
    let cursor: string | undefined;
    for (const page of ["first", "second", "third", "fourth", "fifth", "sixth"]) {
      const query = ListFeedback.parse({ cursor });
      const { nextCursor } = await done(stub.listFeedback(READER, "equal", query));
      costs[`${page} page`] = await cost(() => stub.listFeedback(READER, "equal", query));
      cursor = nextCursor ?? undefined;
    }
    compare(context, "equal", costs);
  });

  it("[B1] feedback: create, read, update, delete", async (context) => {
    const item = { title: "Dark mode", description: "For the evening." };
    const costs = {
      "create without a person": await cost(() => stub.createFeedback(VISITOR, "ideas", item)),
      "create, a new person": await cost(() =>
        stub.createFeedback(VISITOR, "ideas", { ...item, externalUserId: "ada" }),
      ),
      "create, a known person": await cost(() =>
        stub.createFeedback(VISITOR, "ideas", { ...item, externalUserId: "ada" }),
      ),
      "create where posts may open boards": await cost(() => stub.createFeedback(OPENING, "ideas", item)),
      "create that opens a board": await cost(() => stub.createFeedback(OPENING, "opened", item)),
      read: await cost(() => stub.readFeedback(READER, "ideas", 1)),
      "read by the operator": await cost(() => stub.readFeedback(OPERATOR, "ideas", 1)),
      "update of the status": await cost(() => stub.updateFeedback(OPERATOR, "ideas", 1, { status: "completed" })),
      "update that changes nothing": await cost(() =>
        stub.updateFeedback(OPERATOR, "ideas", 1, { status: "completed" }),
      ),
      "update that hides": await cost(() => stub.updateFeedback(OPERATOR, "ideas", 1, { isHidden: true })),
      "update that shows again": await cost(() => stub.updateFeedback(OPERATOR, "ideas", 1, { isHidden: false })),
      "delete, one vote": await cost(() => stub.deleteFeedback(OPERATOR, "ideas", 2)),
    };
    compare(context, "feedback", costs);
  });

  it("[B1] votes: cast, again, taken back, looked up", async (context) => {
    const ids = Array.from({ length: 20 }, (_, n) => n + 10);
    const vote = (externalUserId: string) => stub.castVote(VISITOR, "ideas", 10, { externalUserId });
    const costs = {
      "first vote of a new person": await cost(() => vote("bea")),
      "vote again": await cost(() => vote("bea")),
      "vote of a known person": await cost(() => stub.castVote(VISITOR, "ideas", 11, { externalUserId: "bea" })),
      "vote with another weight": await cost(() =>
        stub.castVote(OPERATOR, "ideas", 10, { externalUserId: "bea", weight: 5 }),
      ),
      "vote taken back": await cost(() => stub.removeVote(VISITOR, "ideas", 10, "bea")),
      "vote taken back again": await cost(() => stub.removeVote(VISITOR, "ideas", 10, "bea")),
      "look-up of 20 items": await cost(() => stub.lookUpVotes(READER, "ideas", ids, "bea")),
      "look-up, an unknown person": await cost(() => stub.lookUpVotes(READER, "ideas", ids, "nobody")),
    };
    compare(context, "votes", costs);
  });

  it("[B1] pages and sockets: board page, open, hello, resume, vote", async (context) => {
    const query = ListFeedback.parse({});
    const costs: Record<string, Cost> = {
      "board page": await cost(() => stub.boardPage(READER, "ideas", query, null)),
      "board page of a known person": await cost(() => stub.boardPage(READER, "ideas", query, "first")),
    };
    costs["socket open"] = await costOf(() => Peer.open(live, "?externalUserId=first"));
    const opened = await Peer.open(live, "?externalUserId=first");
    const { seq } = await done(stub.readWorkspace(READER));
    costs["hello without a past"] = await costOf(() => hello(opened, null, "welcome"));
    for (let id = 20; id < 30; id++) await done(stub.castVote(VISITOR, "ideas", id, { externalUserId: "cleo" }));
    const late = await Peer.open(live);
    costs["hello, resume with 10 changes"] = await costOf(() => hello(late, seq, "votes"));
    const newest = (await done(stub.readWorkspace(READER))).seq;
    costs["hello, nothing missed"] = await costOf(() => hello(late, newest, "welcome"));
    costs["vote over a socket"] = await costOf(async () => {
      late.send({ type: "vote", requestId: "v", feedbackId: 31, externalUserId: "cleo" });
      await late.until(({ frames }) => frames.some(({ type }) => type === "ack"));
    });
    compare(context, "sockets", costs);
  });

  it("[B1] keys, signing secrets, settings, guests, and whoever comes with them", async (context) => {
    const key = await done(stub.createApiKey(OPERATOR, { name: "Reader", scopes: ["read"] }));
    const reader = callAs("anonymous", "board.read", { caller: { kind: "key", hash: await sha256(key.key) } });
    const secret = await done(stub.createSigningSecret(OPERATOR));
    const signed = async (sub: string, more = {}) =>
      callAs("anonymous", "feedback.write", {
        caller: { kind: "identity", token: await identity(secret, workspace, sub, more) },
      });
    const dora = await signed("dora", { name: "Dora", email: "dora@customer.example" });
    const renamed = await signed("dora", { name: "Dora D." });
    const vote = (call: Call, id: number) => cost(() => stub.castVote(call, "ideas", id, {}));
    const query = ListFeedback.parse({});
    const costs: Record<string, Cost> = {
      "key create": await cost(() => stub.createApiKey(OPERATOR, { name: "Other", scopes: ["read"] })),
      "key list": await cost(() => stub.listApiKeys(OPERATOR)),
      "list by a key, the hour's first": await cost(() => stub.listFeedback(reader, "ideas", query)),
      "list by a key": await cost(() => stub.listFeedback(reader, "ideas", query)),
      "key revoke": await cost(() => stub.revokeApiKey(OPERATOR, key.id)),
      "secret create": await cost(() => stub.createSigningSecret(OPERATOR)),
      "secret list": await cost(() => stub.listSigningSecrets(OPERATOR)),
    };
    // What was made is read once, by the first request that is checked against it.
    await done(stub.removeVote(dora, "ideas", 50, undefined));
    costs["signed vote of a new person"] = await vote(dora, 50);
    costs["signed vote again"] = await vote(dora, 50);
    costs["signed vote of a known person"] = await vote(dora, 51);
    costs["signed vote that brings another name"] = await vote(renamed, 71);
    costs["signed list"] = await cost(() => stub.listFeedback({ ...dora, action: "board.read" }, "ideas", query));
    const { item } = await done(stub.createFeedback(dora, "ideas", { title: "Hers" }));
    costs["own edit"] = await cost(() =>
      stub.updateFeedback({ ...dora, action: "own.edit" }, "ideas", item.id, { title: "Hers, too" }),
    );
    costs["settings read"] = await cost(() => stub.readSettings(OPERATOR));
    costs["settings change"] = await cost(() => stub.updateSettings(OPERATOR, { anonymousPosting: true }));
    costs["branding read"] = await cost(() => stub.readBranding(READER));
    costs["branding change"] = await cost(() => stub.updateBranding(OPERATOR, { accentColor: "#000000" }));
    costs["widget configuration"] = await cost(() => stub.readWidgetConfig(READER));
    await done(stub.createBoard(OPERATOR, { slug: "inner", name: "Inner", visibility: "private" }));
    costs["guest invite"] = await cost(() => stub.inviteGuest(OPERATOR, "inner", "dora"));
    costs["guest list"] = await cost(() => stub.listGuests(OPERATOR, "inner"));
    costs["private list by a guest"] = await cost(() =>
      stub.listFeedback({ ...dora, action: "board.read" }, "inner", query),
    );
    costs["guest remove"] = await cost(() => stub.removeGuest(OPERATOR, "inner", "dora"));
    costs["board made private"] = await cost(() => stub.updateBoard(OPERATOR, "equal", { visibility: "private" }));
    compare(context, "people", costs);
    // Being known costs a voter nothing more: the same as the bare ids' on items of the same kind.
    expect(costs["signed vote of a known person"]).toEqual(baseline.votes["vote of a known person"]);
    expect(costs["signed vote again"]).toEqual(baseline.votes["vote again"]);
    expect(costs["signed vote of a new person"]).toEqual(baseline.votes["first vote of a new person"]);
  });

  it("[B1] boards and the workspace, deletions last", async (context) => {
    const other = env.WORKSPACE.getByName(uniqueSlug());
    const costs = {
      "workspace read": await cost(() => stub.readWorkspace(READER)),
      "workspace rename": await costAlone(() => stub.updateWorkspace(OPERATOR, { name: "Renamed" })),
      "board create": await cost(() => stub.createBoard(OPERATOR, { slug: "bugs", name: "Bugs" })),
      "board list": await cost(() => stub.listBoards(READER)),
      "board read": await cost(() => stub.readBoard(READER, "bugs")),
      "board rename": await cost(() => stub.updateBoard(OPERATOR, "bugs", { name: "Defects" })),
      // Its rows go by alarm, so nothing of this object is counted after it.
      "board delete": await cost(() => stub.deleteBoard(OPERATOR, "ideas")),
      "workspace create, migrations included": await costAlone(() =>
        other.createWorkspace(OPERATOR, { slug: "other", name: "Other" }),
      ),
      "workspace delete": await costAlone(() => other.deleteWorkspace(OPERATOR)),
    };
    compare(context, "workspaces", costs);
  });
});

async function statementsOf<T>(call: () => Promise<Result<T, Failure>>): Promise<string[]> {
  const exec = vi.spyOn(MeteredSql.prototype, "exec");
  await done(call());
  const statements = exec.mock.calls.map(([query]) => query);
  exec.mockRestore();
  return statements;
}

const FILTERS = [{}, { status: "planned" }, { category: "api" }, { status: "planned", category: "api" }] as const;

async function sha256(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

async function hello(peer: Peer, since: number | null, answer: string): Promise<void> {
  const before = peer.frames.length;
  peer.send({ type: "hello", since });
  await peer.until(({ frames }) => frames.slice(before).some(({ type }) => type === answer));
}
