/**
 * What the verbs of boards, feedback and votes cost in statements, rows read and rows written, counted on the real object and compared with the committed `bench/verbs/baseline.json`; the other
 * `verbs-*` files have the other verbs. Counts are deterministic, so a difference is a change of the code: mend it, or take it over with `npm run bench verbs -- --write`, which runs these
 * files and writes what the tests report in their `meta`. Rates and times are the benches'.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { CREATE, LIMITS, LIST, VOTE } from "../../bench/floor/statements.ts";
import type { Call } from "../../src/call.ts";
import { ListFeedback, SORTS } from "../../src/protocol/rest/feedback.ts";
import type { Policy } from "../../src/protocol/rest/rate-limits.ts";
import { compare, cost, costAlone, costOf, type Costs, done, statementsOf } from "../support/counted-verbs.ts";
import { FILLING_TIMEOUT_MS, variedBoard } from "../support/varied-board.ts";
import { callAs, Peer, uniqueSlug } from "../support/workerd.ts";

/** Enough that no statement gets away with reading the whole board. */
const ITEMS = 300;
const EQUAL_ITEMS = 150;
const QUIET_MS = 50;

const OPERATOR = callAs("operator", "workspace.configure");
const READER = callAs("anonymous", "board.read");
const VISITOR = callAs("anonymous", "feedback.write");
const OPENING = callAs("anonymous", "feedback.write", { openWorkspaces: true });

const workspace = uniqueSlug();
const stub = env.WORKSPACE.getByName(workspace);
const live = `/api/v1/${workspace}/ideas`;

function list(query: Record<string, string>) {
  return stub.listFeedback(READER, "ideas", ListFeedback.parse(query));
}

beforeAll(async () => {
  await done(stub.createWorkspace(OPERATOR, { slug: workspace, name: "Baseline" }));
  await scheduler.wait(QUIET_MS);
  await variedBoard(stub, ITEMS);
}, FILLING_TIMEOUT_MS);

it("[B2] the floor of the load bench runs the statements of the verbs", async () => {
  const floor = {
    list: [LIST],
    create: [...Object.values(CREATE), LIMITS.save],
    vote: [LIMITS.load, ...Object.values(VOTE), LIMITS.saveTwo],
  };
  const posting: Call = { ...VISITOR, limit: "feedback-create", visitor: "somebody" };
  const voting: Call = { ...VISITOR, limit: "vote", visitor: "somebody" };
  // From here on the address is known, and the alarms that forget counts and texts are armed, and known to be.
  await done(stub.createFeedback(posting, "ideas", { title: "The first that is counted" }));
  await done(stub.createFeedback(posting, "ideas", { title: "The second" }));
  await done(stub.castVote(voting, "ideas", 5, { externalUserId: "counted" }));
  const item = { title: "A title", description: "A description" };
  const run = {
    list: await statementsOf(() => list({})),
    create: await statementsOf(() => stub.createFeedback(posting, "ideas", item)),
    vote: await statementsOf(() => stub.castVote(voting, "ideas", 5, { externalUserId: "floor" })),
  };
  expect(run).toEqual(floor);
});

describe("cost of every verb", () => {
  it("[B1] lists: every sort and filter, first page, cursor, page and search", async (context) => {
    const costs: Costs = {};
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

  it("[B1] limits: what counting adds", async (context) => {
    const counted = (policy: Policy, visitor: string): Call => ({ ...VISITOR, limit: policy, visitor });
    const item = { title: "Dark mode", description: "For the evening." };
    const vote = (visitor: string, externalUserId: string) =>
      stub.castVote(counted("vote", visitor), "ideas", 7, { externalUserId });
    const post = (visitor: string) => stub.createFeedback(counted("feedback-create", visitor), "ideas", item);
    await done(vote("armed", "armed"));
    const costs = {
      "vote, not counted": await cost(() => stub.castVote(VISITOR, "ideas", 7, { externalUserId: "nobody counts" })),
      "vote of a new person at a new address": await cost(() => vote("one", "one")),
      "vote of a new person at a known address": await cost(() => vote("one", "two")),
      "vote again": await cost(() => vote("one", "two")),
      "post, not counted": await cost(() => stub.createFeedback(VISITOR, "ideas", item)),
      "post from a new address": await cost(() => post("one")),
      "post from a known address": await cost(() => post("one")),
      "list, counted": await cost(() =>
        stub.listFeedback({ ...READER, limit: "read", visitor: "one" }, "ideas", ListFeedback.parse({})),
      ),
    };
    compare(context, "limits", costs);
  });

  it("[B1] lists: a cursor among 150 items of equal value", async (context) => {
    await done(stub.createBoard(OPERATOR, { slug: "equal", name: "Equal" }));
    for (let n = 0; n < EQUAL_ITEMS; n++)
      await done(stub.createFeedback(VISITOR, "equal", { title: `Idea ${String(n)}` }));
    const costs: Costs = {};
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
      "similar to a title": await cost(() =>
        stub.findSimilar(READER, "ideas", { title: "Idea about export", limit: 5 }),
      ),
    };
    compare(context, "votes", costs);
  });

  it("[B1] pages and sockets: board page, open, hello, resume, vote", async (context) => {
    const query = ListFeedback.parse({});
    const costs: Costs = {
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

const FILTERS = [{}, { status: "planned" }, { category: "api" }, { status: "planned", category: "api" }] as const;

async function hello(peer: Peer, since: number | null, answer: string): Promise<void> {
  const before = peer.frames.length;
  peer.send({ type: "hello", since });
  await peer.until(({ frames }) => frames.slice(before).some(({ type }) => type === answer));
}
