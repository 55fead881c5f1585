/**
 * The REST contract: what each endpoint answers, in status, headers and shape. Every answer is checked against the endpoint's own zod schema and
 * against the schema in the published OpenAPI document. What is refused stands in input.test.ts, votes and search in files of their own.
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { BOARDS_PER_WORKSPACE_MAX, PAGE_SIZE_DEFAULT, PURGE_ROWS_PER_SLICE } from "../../src/limits.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import type { Feedback } from "../../src/protocol/rest/feedback.ts";
import { readDocument, schemaReader } from "../support/openapi.ts";
import { readProblem } from "../support/problem.ts";
import { board, call, callAs, OPERATOR, ORIGIN, post, type Answer, uniqueSlug } from "../support/workerd.ts";

const document = readDocument(await (await exports.default.fetch(`${ORIGIN}/openapi.json`)).json());
const readSchema = schemaReader(document);

/** The calls of one operation, named as in the contract; every answer is held against both descriptions of it. */
async function ask(
  operationId: string,
  parameters: Readonly<Record<string, string | number>>,
  more: { query?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const endpoint = ENDPOINTS.find((one) => one.operationId === operationId);
  if (endpoint === undefined) throw new Error(`no endpoint ${operationId}`);
  const path = endpoint.path.replaceAll(/:(\w+)/gu, (_, name: string) => String(parameters[name]));
  const answer = await call(endpoint.method, `/api/v1${path}${more.query ?? ""}`, more.body, more.headers ?? {});
  expect(answer.headers.get("x-request-id")).toMatch(/^[\w-]{22}$/u);
  expect(answer.headers.get("server-timing")).toMatch(/^total;dur=\d+(\.\d+)?$/u);
  const described = endpoint.answers[answer.status];
  const operation = document.paths[endpoint.path.replaceAll(/:(\w+)/gu, "{$1}")]?.[lower(endpoint.method)];
  if (described === undefined) {
    const problem = readProblem({ status: answer.status, headers: answer.headers, text: JSON.stringify(answer.body) });
    check(operation?.responses["default"]?.content?.["application/problem+json"]?.schema, problem);
  } else if (described.schema === undefined) {
    expect(answer.body).toBe("");
  } else {
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(answer.body).toEqual(described.schema.parse(answer.body));
    check(operation?.responses[String(answer.status)]?.content?.["application/json"]?.schema, answer.body);
    for (const name of Object.keys(described.headers ?? {})) {
      if (!SOMETIMES.has(name)) expect(answer.headers.has(name), name).toBe(true);
    }
  }
  return answer;
}

/** Only where there is a next page, or where something waits for a moderator. */
const SOMETIMES: ReadonlySet<string> = new Set(["Link", "X-Next-Cursor", "X-Moderation"]);

const lower = (method: string) => method.toLowerCase() as "get" | "post" | "patch" | "delete";

function check(schema: unknown, value: unknown): void {
  expect(schema).toBeDefined();
  expect(readSchema(schema).parse(value)).toEqual(value);
}

const count = (stub: Awaited<ReturnType<typeof board>>["stub"], table: string) =>
  runInDurableObject(stub, (_, { storage }) => Number(storage.sql.exec(`SELECT count(*) n FROM ${table}`).one()["n"]));

describe("workspaces", () => {
  it("[R1] are created, read, renamed and deleted by the operator; a slug is taken once", async () => {
    const slug = uniqueSlug();
    const created = await ask(
      "createWorkspace",
      {},
      { body: { slug, name: "  Acme\u200B   Inc " }, headers: OPERATOR },
    );
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`/api/v1/workspaces/${slug}`);
    expect(created.body).toMatchObject({ slug, name: "Acme Inc", boardCount: 0 });
    expect((await call("GET", created.headers.get("location") ?? "")).body).toEqual(created.body);
    const again = await ask("createWorkspace", {}, { body: { slug, name: "Other" }, headers: OPERATOR });
    expect(again).toMatchObject({ status: 409, body: { code: "SLUG_TAKEN", errors: [{ path: "slug" }] } });
    const renamed = await ask("updateWorkspace", { workspace: slug }, { body: { name: "Acme" }, headers: OPERATOR });
    expect(renamed).toMatchObject({ status: 200, body: { slug, name: "Acme" } });
    const mine = await ask("listWorkspaces", {}, { headers: OPERATOR });
    expect(mine.body).toContainEqual(expect.objectContaining({ slug, name: "Acme", role: "owner" }));
    expect((await ask("deleteWorkspace", { workspace: slug }, { headers: OPERATOR })).status).toBe(204);
    expect(await ask("readWorkspace", { workspace: slug })).toMatchObject({
      status: 404,
      body: { code: "WORKSPACE_NOT_FOUND" },
    });
    expect((await ask("deleteWorkspace", { workspace: slug }, { headers: OPERATOR })).status).toBe(404);
  });

  it("[R2] a name of any script comes back as it was sent", async () => {
    for (const name of [
      "Ünïcödé ☂",
      "日本語のボード",
      "مرحبا",
      "👩‍👩‍👧 family",
      "O'Brien; DROP TABLE boards --",
      '<b>"&amp;</b>',
    ]) {
      const slug = uniqueSlug();
      const { body } = await ask("createWorkspace", {}, { body: { slug, name }, headers: OPERATOR });
      expect(body.name).toBe(name.normalize("NFC"));
    }
  });

  it("[R3] after a deletion everything is 404 at once; the slug is free again when the rows are gone, and seq goes on", async () => {
    const { workspace, path, stub } = await board();
    const ids = await Promise.all(["One", "Two", "Three"].map((title) => post(path, title, { externalUserId: "ada" })));
    for (const id of ids) await ask("castVote", { workspace, board: "ideas", id }, { body: { externalUserId: "bob" } });
    await ask("deleteFeedback", { workspace, board: "ideas", id: ids[0] ?? 0 }, { headers: OPERATOR });
    const { seq } = (await ask("readWorkspace", { workspace })).body;
    await ask("deleteWorkspace", { workspace }, { headers: OPERATOR });

    const where = { workspace, board: "ideas", id: ids[1] ?? 0 };
    for (const operationId of ["readWorkspace", "listBoards", "readBoard", "listFeedback", "readFeedback"]) {
      expect((await ask(operationId, where)).body.code, operationId).toBe("WORKSPACE_NOT_FOUND");
    }
    const vote = await ask("castVote", where, { body: { externalUserId: "eve" } });
    expect(vote.body.code).toBe("WORKSPACE_NOT_FOUND");

    await purged(stub);
    for (const table of ["boards", "feedback_items", "feedback_votes", "feedback_tombstones", "end_users", "members"]) {
      expect(await count(stub, table), table).toBe(0);
    }
    const reborn = await ask("createWorkspace", {}, { body: { slug: workspace, name: "Again" }, headers: OPERATOR });
    expect(reborn).toMatchObject({ status: 201, body: { name: "Again", boardCount: 0 } });
    expect(reborn.body.seq).toBeGreaterThan(seq);
    await ask("createBoard", { workspace }, { body: { slug: "ideas", name: "Ideas" }, headers: OPERATOR });
    expect((await ask("listFeedback", where)).body).toEqual([]);
    expect((await ask("listFeedback", where, { query: "?q=two" })).body).toEqual([]);
    expect(await post(path, "Four")).toBeGreaterThan(Math.max(...ids));
    expect((await ask("lookUpVotes", where, { query: `?ids=${ids.join(",")}&externalUserId=bob` })).body).toEqual({});
  });

  it("[R4] the first post to an unknown workspace and board makes both, where that is allowed", async () => {
    const workspace = uniqueSlug();
    const where = { workspace, board: "feature-requests" };
    expect((await ask("listFeedback", where)).body.code).toBe("WORKSPACE_NOT_FOUND");
    expect((await ask("createFeedback", where, { body: { title: "First" } })).status).toBe(201);
    expect((await ask("readWorkspace", where)).body).toMatchObject({ boardCount: 1 });
    expect((await ask("readBoard", where)).body).toMatchObject({ name: "Feature requests", feedbackCount: 1 });
    await ask("createFeedback", { ...where, board: "bugs" }, { body: { title: "Second" } });
    expect((await ask("listBoards", where)).body.map((row: { slug: string }) => row.slug)).toEqual([
      "feature-requests",
      "bugs",
    ]);

    const closed = env.WORKSPACE.getByName(uniqueSlug());
    const refused = await closed.createFeedback(callAs("anonymous", "feedback.write"), "ideas", {
      title: "No",
    });
    expect(refused).toMatchObject({ ok: false, error: { code: "WORKSPACE_NOT_FOUND" } });
    const tables = await runInDurableObject(closed, (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'boards'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("[R5] first posts in parallel make one workspace and one board, and lose none", async () => {
    const where = { workspace: uniqueSlug(), board: "ideas" };
    const titles = Array.from({ length: 20 }, (_, n) => `Post ${n}`);
    const answers = await Promise.all(titles.map((title) => ask("createFeedback", where, { body: { title } })));
    expect(answers.map(({ status }) => status)).toEqual(titles.map(() => 201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(20);
    expect((await ask("readBoard", where)).body.feedbackCount).toBe(20);
  });
});

describe("boards", () => {
  it("[R6] are created, listed oldest first, changed and deleted", async () => {
    const { workspace } = await board();
    const where = { workspace, board: "bugs" };
    const created = await ask("createBoard", where, {
      body: { slug: "bugs", name: "Bugs", description: " What\r\nbroke " },
      headers: OPERATOR,
    });
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`/api/v1/workspaces/${workspace}/boards/bugs`);
    expect(created.body).toMatchObject({
      slug: "bugs",
      name: "Bugs",
      description: "What\nbroke",
      feedbackCount: 0,
      voteCount: 0,
    });
    expect((await ask("createBoard", where, { body: { slug: "bugs", name: "B" }, headers: OPERATOR })).body.code).toBe(
      "SLUG_TAKEN",
    );
    expect((await ask("listBoards", where)).body.map((row: { slug: string }) => row.slug)).toEqual(["ideas", "bugs"]);
    const changed = await ask("updateBoard", where, { body: { description: "" }, headers: OPERATOR });
    expect(changed.body).toMatchObject({ name: "Bugs", description: "" });
    expect((await ask("readBoard", where)).body).toEqual(changed.body);
    expect((await ask("deleteBoard", where, { headers: OPERATOR })).status).toBe(204);
    expect((await ask("readBoard", where)).body.code).toBe("BOARD_NOT_FOUND");
    expect((await ask("createBoard", where, { body: { slug: "bugs", name: "New" }, headers: OPERATOR })).status).toBe(
      201,
    );
    expect((await ask("listFeedback", where)).body).toEqual([]);
  });

  it("[R7] the hundred-and-first is refused, and one may be made again after a deletion", async () => {
    const workspace = uniqueSlug();
    await ask("createWorkspace", {}, { body: { slug: workspace, name: "Many" }, headers: OPERATOR });
    const make = (n: number) =>
      ask("createBoard", { workspace }, { body: { slug: `b-${n}`, name: `B ${n}` }, headers: OPERATOR });
    for (let n = 0; n < BOARDS_PER_WORKSPACE_MAX; n++) expect((await make(n)).status).toBe(201);
    expect(await make(100)).toMatchObject({ status: 409, body: { code: "LIMIT_REACHED" } });
    const posted = await ask("createFeedback", { workspace, board: "one-more" }, { body: { title: "x" } });
    expect(posted).toMatchObject({ status: 409, body: { code: "LIMIT_REACHED" } });
    expect((await ask("listBoards", { workspace })).body).toHaveLength(BOARDS_PER_WORKSPACE_MAX);
    await ask("deleteBoard", { workspace, board: "b-7" }, { headers: OPERATOR });
    expect((await make(100)).status).toBe(201);
  });

  it("[R8] a deleted board's rows go by alarm, in slices of bounded size, until none is left", async () => {
    const { stub, workspace, path } = await board();
    const kept = await makeSecondBoard(workspace);
    for (const title of ["One", "Two", "Three"]) await post(path, title, { externalUserId: "ada" });
    const votesPerItem = 700;
    const slices = await runInDurableObject(stub, async (instance, { storage }) => {
      const rows = () =>
        ["feedback_items", "feedback_votes", "feedback_search"]
          .map((table) => Number(storage.sql.exec(`SELECT count(*) n FROM ${table}`).one()["n"]))
          .reduce((sum, n) => sum + n);
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO feedback_votes (feedback_id, end_user_id, weight, created_at)
         SELECT items.id, 1000 + i, 1, 0 FROM n, feedback_items items WHERE items.id <> ?`,
        votesPerItem,
        kept,
      );
      // No await between the deletion and the end: the object's own alarm cannot come in between.
      instance.deleteBoard(callAs("operator", "workspace.configure"), "ideas");
      const sizes: number[] = [];
      const running: Promise<void>[] = [];
      for (let left = rows(); sizes.length < 100;) {
        running.push(instance.onAlarm());
        const now = rows();
        sizes.push(left - now);
        left = now;
        if (storage.sql.exec("SELECT 1 FROM schedule WHERE task LIKE 'purge-%'").toArray().length === 0) break;
      }
      await Promise.all(running);
      return sizes;
    });
    // An item takes its row and its entry in the index with it.
    expect(slices.reduce((sum, size) => sum + size)).toBe(3 * votesPerItem + 3 + 3);
    expect(Math.max(...slices)).toBeLessThanOrEqual(2 * PURGE_ROWS_PER_SLICE);
    expect(slices.length).toBeGreaterThanOrEqual(Math.floor((3 * votesPerItem) / PURGE_ROWS_PER_SLICE));
    const left = await runInDurableObject(stub, (_, { storage }) => ({
      boards: storage.sql.exec("SELECT slug FROM boards").toArray(),
      items: storage.sql.exec("SELECT id FROM feedback_items").toArray(),
      votes: storage.sql.exec("SELECT 1 FROM feedback_votes").toArray(),
    }));
    expect(left).toEqual({ boards: [{ slug: "bugs" }], items: [{ id: kept }], votes: [] });
  });
});

describe("feedback", () => {
  it("[R9] a post answers 201 with where it lives, and reads back the same", async () => {
    const { workspace, path } = await board();
    const where = { workspace, board: "ideas" };
    const body = {
      title: " Dark\t mode ",
      description: "Please.\r\n\r\nThanks",
      category: "UI",
      externalUserId: "ada",
    };
    const created = await ask("createFeedback", where, { body });
    expect(created.headers.get("location")).toBe(`${path}/feedback/${created.body.id}`);
    expect(created.body).toMatchObject({
      board: "ideas",
      title: "Dark mode",
      description: "Please.\n\nThanks",
      status: "open",
      category: "UI",
      voteCount: 0,
      commentCount: 0,
      pinned: false,
    });
    const read = await ask("readFeedback", { ...where, id: created.body.id });
    expect(read.body).toEqual(created.body);
    expect(Number(read.headers.get("x-seq"))).toBe(Number(created.headers.get("x-seq")));
    expect(JSON.stringify(created.body)).not.toContain("ada");
    expect((await ask("listFeedback", where)).body).toEqual([created.body]);
  });

  it("[R10] pages follow each other by Link, by cursor and by number, without a gap or a repeat", async () => {
    const { workspace, path } = await board();
    const where = { workspace, board: "ideas" };
    for (let n = 0; n < 45; n++) await post(path, `Item ${n}`);
    const whole = (await ask("listFeedback", where, { query: "?limit=100&sort=created_at" })).body.map(
      ({ id }: Feedback) => id,
    );
    expect(whole).toHaveLength(45);
    const byLink: number[] = [];
    let query = "?sort=created_at";
    for (let pages = 0; query !== ""; pages++) {
      const page = await ask("listFeedback", where, { query });
      byLink.push(...page.body.map(({ id }: Feedback) => id));
      expect(page.body.length).toBe(pages < 2 ? PAGE_SIZE_DEFAULT : 5);
      const link = /^<(?<target>[^>]+)>; rel="next"$/u.exec(page.headers.get("link") ?? "")?.groups?.["target"] ?? "";
      expect(link === "").toBe(page.headers.get("x-next-cursor") === null);
      if (link !== "") {
        const next = new URL(link, ORIGIN);
        expect(next.pathname).toBe(`${path}/feedback`);
        expect(next.searchParams.get("cursor")).toBe(page.headers.get("x-next-cursor"));
        expect(next.searchParams.get("sort")).toBe("created_at");
      }
      query = link === "" ? "" : new URL(link, ORIGIN).search;
    }
    expect(byLink).toEqual(whole);
    const numbered = await Promise.all(
      [1, 2, 3, 4].map((page) => ask("listFeedback", where, { query: `?sort=created_at&limit=15&page=${page}` })),
    );
    expect(numbered.flatMap(({ body }) => body.map(({ id }: Feedback) => id))).toEqual(whole);
    expect(numbered.map(({ headers }) => headers.has("link"))).toEqual([true, true, false, false]);
    expect(new URL(linkOf(numbered[0]), ORIGIN).searchParams.has("page")).toBe(false);
  });

  it("[R11] what is hidden or not approved is gone for the public, and there for the operator", async () => {
    const { workspace, path } = await board();
    const where = { workspace, board: "ideas" };
    const id = await post(path, "Rude words", { externalUserId: "ada" });
    await ask("castVote", { ...where, id }, { body: { externalUserId: "bob" } });
    for (const change of [
      { isHidden: true },
      { isHidden: false, moderationState: "pending" },
      { moderationState: "rejected" },
      { moderationState: "spam" },
    ]) {
      const moderated = await ask("updateFeedback", { ...where, id }, { body: change, headers: OPERATOR });
      expect(moderated).toMatchObject({ status: 200, body: change });
      expect((await ask("readFeedback", { ...where, id })).body.code).toBe("FEEDBACK_NOT_FOUND");
      expect((await ask("listFeedback", where)).body).toEqual([]);
      expect((await ask("listFeedback", where, { query: "?q=rude" })).body).toEqual([]);
      expect((await ask("castVote", { ...where, id }, { body: { externalUserId: "eve" } })).body.code).toBe(
        "FEEDBACK_NOT_FOUND",
      );
      expect((await ask("readBoard", where)).body).toMatchObject({ feedbackCount: 0, voteCount: 0 });
      const read = await ask("readFeedback", { ...where, id }, { headers: OPERATOR });
      expect(read.body).toMatchObject({ title: "Rude words", voteCount: 1, ...change });
    }
    await ask("updateFeedback", { ...where, id }, { body: { moderationState: "approved" }, headers: OPERATOR });
    expect((await ask("readFeedback", { ...where, id })).body).not.toHaveProperty("moderationState");
    expect((await ask("readBoard", where)).body).toMatchObject({ feedbackCount: 1, voteCount: 1 });
    expect((await ask("listFeedback", where, { query: "?q=rude" })).body).toHaveLength(1);
  });

  it("[R12] a change sets what it names, takes a seq and a time; one that changes nothing takes neither", async () => {
    const { workspace, path } = await board();
    const where = { workspace, board: "ideas", id: await post(path, "Old", { description: "Kept", category: "UI" }) };
    const before = await ask("readFeedback", where);
    const change = { title: "New", status: "planned", category: null, pinned: true };
    const changed = await ask("updateFeedback", where, { body: change, headers: OPERATOR });
    expect(changed.body).toMatchObject({ ...change, description: "Kept" });
    expect(Number(changed.headers.get("x-seq"))).toBe(Number(before.headers.get("x-seq")) + 1);
    const again = await ask("updateFeedback", where, { body: change, headers: OPERATOR });
    expect(again.body).toEqual(changed.body);
    expect(again.headers.get("x-seq")).toBe(changed.headers.get("x-seq"));
    expect((await ask("listFeedback", where, { query: "?status=planned" })).body).toHaveLength(1);
    expect((await ask("listFeedback", where, { query: "?category=UI" })).body).toEqual([]);
    expect((await ask("listFeedback", where, { query: "?q=old" })).body).toEqual([]);
  });

  it("[R13] a deleted item is gone with its votes, and its id is never used again", async () => {
    const { workspace, path, stub } = await board();
    const where = { workspace, board: "ideas", id: await post(path, "Gone soon") };
    await ask("castVote", where, { body: { externalUserId: "ada" } });
    expect((await ask("deleteFeedback", where, { headers: OPERATOR })).status).toBe(204);
    expect((await ask("readFeedback", where, { headers: OPERATOR })).status).toBe(404);
    expect((await ask("deleteFeedback", where, { headers: OPERATOR })).status).toBe(404);
    expect((await ask("lookUpVotes", where, { query: `?ids=${where.id}&externalUserId=ada` })).body).toEqual({});
    expect(await count(stub, "feedback_votes")).toBe(0);
    expect((await ask("readBoard", where)).body).toMatchObject({ feedbackCount: 0, voteCount: 0 });
    expect(await post(path, "Next")).toBeGreaterThan(where.id);
  });

  it("[R14] seq only grows, by one for each change, and reads take none", async () => {
    const { workspace, path } = await board();
    const where = { workspace, board: "ideas" };
    const seqs: number[] = [];
    const note = (answer: Answer) => seqs.push(Number(answer.headers.get("x-seq")));
    const created = await ask("createFeedback", where, { body: { title: "One" } });
    note(created);
    const item = { ...where, id: created.body.id };
    note(await ask("castVote", item, { body: { externalUserId: "ada" } }));
    note(await ask("removeVote", item, { query: "?externalUserId=ada" }));
    note(await ask("updateFeedback", item, { body: { pinned: true }, headers: OPERATOR }));
    await ask("deleteFeedback", item, { headers: OPERATOR });
    note(await ask("createFeedback", where, { body: { title: "Two" } }));
    const [first = 0] = seqs;
    expect(seqs).toEqual([first, first + 1, first + 2, first + 3, first + 5]);
    for (const query of ["", "?sort=trending", "?q=two"]) {
      expect(Number((await ask("listFeedback", where, { query })).headers.get("x-seq"))).toBe(first + 5);
    }
    expect(await post(path, "Three")).toBeGreaterThan(0);
  });

  it("[R15] votes over REST: 201 then 200, with the count and the seq each time", async () => {
    const { workspace, path } = await board();
    const where = { workspace, board: "ideas", id: await post(path, "Votes") };
    const first = await ask("castVote", where, { body: { externalUserId: "ada" } });
    const second = await ask("castVote", where, { body: { externalUserId: "ada" } });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual({ feedbackId: where.id, voteCount: 1, voted: true });
    expect(second.headers.get("x-seq")).toBe(first.headers.get("x-seq"));
    const removed = await ask("removeVote", where, { body: { externalUserId: "ada" } });
    expect(removed).toMatchObject({ status: 200, body: { voteCount: 0, voted: false } });
    const looked = await ask("lookUpVotes", where, { query: `?ids=${where.id}&externalUserId=ada` });
    expect(looked).toMatchObject({ status: 200, body: {} });
  });

  it("[R16] health and the description answer without an object", async () => {
    expect((await call("GET", "/health")).body).toEqual({ status: "ok" });
    const described = await call("GET", "/openapi.json");
    expect(described.headers.get("content-type")).toContain("application/json");
    expect(described.headers.get("access-control-allow-origin")).toBe("*");
  });
});

const linkOf = (answer: Answer | undefined) => /^<([^>]+)>/u.exec(answer?.headers.get("link") ?? "")?.[1] ?? "";

/** Runs the object's alarms until nothing waits to be purged. */
async function purged(stub: Awaited<ReturnType<typeof board>>["stub"]): Promise<void> {
  for (let alarms = 0; alarms < 50; alarms++) {
    await runDurableObjectAlarm(stub);
    const waiting = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT task FROM schedule WHERE task LIKE 'purge-%'").toArray(),
    );
    if (waiting.length === 0) return;
  }
  throw new Error("still purging after 50 alarms");
}

/** A second board with one item, which must outlive the first; answers the item's id. */
async function makeSecondBoard(workspace: string): Promise<number> {
  await ask("createBoard", { workspace }, { body: { slug: "bugs", name: "Bugs" }, headers: OPERATOR });
  return post(`/api/v1/${workspace}/bugs`, "Stays");
}
