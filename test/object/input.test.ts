/** Bad input against the real Worker: each is refused with problem+json that names what was wrong, and changes nothing. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeCursor } from "../../src/domain/cursor.ts";
import type { FailureCode } from "../../src/errors.ts";
import { RESERVED_SLUGS } from "../../src/ids.ts";
import { BODY_BYTES_MAX, JSON_DEPTH_MAX, URL_CHARS_MAX } from "../../src/limits.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { type Problem, readProblem } from "../support/problem.ts";
import { board, call, OPERATOR, ORIGIN, post, uniqueSlug } from "../support/workerd.ts";

/** The board's API path, and one item on it. */
let api = "";
let workspace = "";
let id = 0;

beforeAll(async () => {
  const made = await board();
  api = made.path;
  workspace = made.workspace;
  id = await post(api, "Dark mode");
});

async function send(method: string, path: string, body?: BodyInit | null, headers: Record<string, string> = {}) {
  const init: RequestInit = { method, headers: { "content-type": "application/json", ...headers } };
  if (body !== undefined) init.body = body;
  const response = await exports.default.fetch(`${ORIGIN}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function refused(...request: Parameters<typeof send>): Promise<Problem> {
  return readProblem(await send(...request));
}

/** Every field the problem names. */
const paths = (problem: Problem) => [...new Set(problem.errors?.map(({ path }) => path))];

const text = (value: unknown) => JSON.stringify(value);
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const bytes = (...values: number[]) =>
  new Uint8Array([...new TextEncoder().encode('{"title":"'), ...values, 0x22, 0x7d]);

describe("what is not there", () => {
  it("[I10] unknown workspaces, boards, items and addresses are 404, each with its own code", async () => {
    const cases: readonly (readonly [method: string, path: string, code: FailureCode, body?: unknown])[] = [
      ["GET", "/api/v1/no-such/ideas/feedback", "WORKSPACE_NOT_FOUND"],
      ["GET", "/api/v1/workspaces/no-such", "WORKSPACE_NOT_FOUND"],
      ["GET", "/api/v1/workspaces/no-such/boards", "WORKSPACE_NOT_FOUND"],
      ["GET", "/api/v1/NO-SUCH/ideas/feedback", "WORKSPACE_NOT_FOUND"],
      ["GET", "/api/v1/%F0%9F%99%82/ideas/feedback", "WORKSPACE_NOT_FOUND"],
      ["GET", "/api/v1/__proto__/constructor/feedback", "WORKSPACE_NOT_FOUND"],
      ["POST", `/api/v1/no-such/ideas/feedback/1/votes`, "WORKSPACE_NOT_FOUND", { externalUserId: "ada" }],
      ["GET", `/api/v1/${workspace}/no-such/feedback`, "BOARD_NOT_FOUND"],
      ["GET", `/api/v1/${workspace}/__proto__/feedback`, "BOARD_NOT_FOUND"],
      ["GET", `/api/v1/workspaces/${workspace}/boards/no-such`, "BOARD_NOT_FOUND"],
      ["GET", `/api/v1/${workspace}/no-such/votes?ids=1&externalUserId=ada`, "BOARD_NOT_FOUND"],
      ["POST", `/api/v1/${workspace}/no-such/feedback/${id}/votes`, "BOARD_NOT_FOUND", { externalUserId: "ada" }],
      ["GET", `${api}/feedback/999999`, "FEEDBACK_NOT_FOUND"],
      ["GET", `${api}/feedback/999999999999999`, "FEEDBACK_NOT_FOUND"],
      ["POST", `${api}/feedback/999999/votes`, "FEEDBACK_NOT_FOUND", { externalUserId: "ada" }],
      ["DELETE", `${api}/feedback/999999/votes?externalUserId=ada`, "FEEDBACK_NOT_FOUND"],
      ["GET", "/api/v1", "NOT_FOUND"],
      ["GET", "/api/v2/workspaces", "NOT_FOUND"],
      ["GET", `${api}/feedback/`, "NOT_FOUND"],
      ["GET", `${api}/feedback/${id}/x.css`, "NOT_FOUND"],
      ["GET", "/favicon.ico", "NOT_FOUND"],
      ["GET", "//api/v1/workspaces", "NOT_FOUND"],
    ];
    for (const [method, path, code, body] of cases) {
      const problem = await refused(method, path, body === undefined ? undefined : text(body));
      expect(problem.code, `${method} ${path}`).toBe(code);
    }
  });

  it("[I11] an item of another board is not on this one", async () => {
    await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "bugs", name: "Bugs" }, OPERATOR);
    const other = `/api/v1/${workspace}/bugs/feedback/${id}`;
    expect((await refused("GET", other)).code).toBe("FEEDBACK_NOT_FOUND");
    expect((await refused("POST", `${other}/votes`, text({ externalUserId: "ada" }))).code).toBe("FEEDBACK_NOT_FOUND");
    expect((await refused("PATCH", other, text({ title: "Mine" }), OPERATOR)).code).toBe("FEEDBACK_NOT_FOUND");
    expect((await refused("DELETE", other, null, OPERATOR)).code).toBe("FEEDBACK_NOT_FOUND");
    expect((await call("GET", `${api}/feedback/${id}`)).body.title).toBe("Dark mode");
  });
});

describe("bodies", () => {
  it("[I12] fields of the wrong type, length or name are refused by name, and several at once", async () => {
    const cases: readonly (readonly [body: unknown, ...fields: string[]])[] = [
      [{}, "title"],
      [[], "body"],
      [null, "body"],
      ["text", "body"],
      [7, "body"],
      [{ title: 7 }, "title"],
      [{ title: null }, "title"],
      [{ title: ["a"] }, "title"],
      [{ title: { toString: "x" } }, "title"],
      [{ title: "" }, "title"],
      [{ title: " \t\u200B " }, "title"],
      [{ title: "x".repeat(201) }, "title"],
      [{ title: "x", description: "x".repeat(10_001) }, "description"],
      [{ title: "x", description: 1 }, "description"],
      [{ title: "x", category: "" }, "category"],
      [{ title: "x", category: "x".repeat(49) }, "category"],
      [{ title: "x", externalUserId: "" }, "externalUserId"],
      [{ title: "x", externalUserId: "x".repeat(201) }, "externalUserId"],
      [{ title: "x", externalUserId: 8271 }, "externalUserId"],
      [{ title: "x", role: "owner" }, "role"],
      [{ title: "x", voteCount: 9_000 }, "voteCount"],
      [{ title: "x", workspaceId: "other" }, "workspaceId"],
      [{ title: "x", id: 1 }, "id"],
      [{ title: "x", status: "planned" }, "status"],
      [{ title: "x", pinned: true, isHidden: false }, "pinned", "isHidden"],
      [{ title: 7, description: 7, role: "owner" }, "title", "description", "role"],
      [{ title: "lone \uD800 surrogate" }, "title"],
      [{ title: "x", description: "\uDC00" }, "description"],
      [{ title: "x", externalUserId: "\uD83D" }, "externalUserId"],
      [{ title: "a\0b" }, "title"],
      [{ title: "x", description: "\u0007" }, "description"],
      [{ title: "x", category: "\u001B[31m" }, "category"],
      [{ title: "x", externalUserId: "a\u007F" }, "externalUserId"],
    ];
    for (const [body, ...fields] of cases) {
      const problem = await refused("POST", `${api}/feedback`, text(body));
      expect(problem.code, text(body)).toBe("INVALID_REQUEST");
      expect(paths(problem).toSorted(), text(body).slice(0, 100)).toEqual(fields.toSorted());
    }
  });

  it("[I13] votes, workspaces, boards and changes are as strict", async () => {
    const boards = `/api/v1/workspaces/${workspace}/boards`;
    const cases: readonly (readonly [method: string, path: string, body: unknown, field: string])[] = [
      ["POST", `${api}/feedback/${id}/votes`, {}, "externalUserId"],
      ["POST", `${api}/feedback/${id}/votes`, { externalUserId: "ada", weight: 0 }, "weight"],
      ["POST", `${api}/feedback/${id}/votes`, { externalUserId: "ada", weight: 1_001 }, "weight"],
      ["POST", `${api}/feedback/${id}/votes`, { externalUserId: "ada", weight: 1.5 }, "weight"],
      ["POST", `${api}/feedback/${id}/votes`, { externalUserId: "ada", weight: "5" }, "weight"],
      ["POST", `${api}/feedback/${id}/votes`, { externalUserId: "ada", voteCount: 5 }, "voteCount"],
      ["DELETE", `${api}/feedback/${id}/votes`, { externalUserId: 5 }, "externalUserId"],
      ["DELETE", `${api}/feedback/${id}/votes`, { externalUserId: "ada", weight: 5 }, "weight"],
      ["PATCH", `${api}/feedback/${id}`, {}, "body"],
      ["PATCH", `${api}/feedback/${id}`, { voteCount: 5 }, "voteCount"],
      ["PATCH", `${api}/feedback/${id}`, { status: "done" }, "status"],
      ["PATCH", `${api}/feedback/${id}`, { moderationState: "maybe" }, "moderationState"],
      ["PATCH", `${api}/feedback/${id}`, { pinned: "true" }, "pinned"],
      ["POST", "/api/v1/workspaces", { slug: "a b", name: "A" }, "slug"],
      ["POST", "/api/v1/workspaces", { slug: "UPPER", name: "A" }, "slug"],
      ["POST", "/api/v1/workspaces", { slug: "x".repeat(49), name: "A" }, "slug"],
      ["POST", "/api/v1/workspaces", { slug: "", name: "A" }, "slug"],
      ["POST", "/api/v1/workspaces", { slug: "a\n", name: "A" }, "slug"],
      ["POST", "/api/v1/workspaces", { slug: "fine" }, "name"],
      ["POST", "/api/v1/workspaces", { slug: "fine", name: "A", role: "owner" }, "role"],
      ["PATCH", `/api/v1/workspaces/${workspace}`, { slug: "other" }, "slug"],
      ["POST", boards, { slug: "fine", name: "x".repeat(101) }, "name"],
      ["POST", boards, { slug: "fine", name: "Fine", description: "x".repeat(501) }, "description"],
      ["PATCH", `${boards}/ideas`, {}, "body"],
      ["PATCH", `${boards}/ideas`, { feedbackCount: 0 }, "feedbackCount"],
    ];
    for (const [method, path, body, field] of cases) {
      const problem = await refused(method, path, text(body), OPERATOR);
      expect(problem.code, text(body)).toBe("INVALID_REQUEST");
      expect(paths(problem), `${method} ${path} ${text(body).slice(0, 100)}`).toContain(field);
    }
  });

  it("[I14] what is not JSON, or not UTF-8, or nested too deep, is 400 with a code that says so", async () => {
    const cases: readonly (readonly [body: BodyInit, code: FailureCode])[] = [
      ["", "INVALID_JSON"],
      ["{", "INVALID_JSON"],
      ["{'title':'x'}", "INVALID_JSON"],
      ['{"title":"x",}', "INVALID_JSON"],
      ['{"title":"x"} {}', "INVALID_JSON"],
      ['{"title":NaN}', "INVALID_JSON"],
      ['{"title":"a\u0000b"}', "INVALID_JSON"],
      ['\uFEFF{"title":"x"}', "INVALID_JSON"],
      ["title=x", "INVALID_JSON"],
      [nested(JSON_DEPTH_MAX + 1), "INVALID_JSON"],
      ["[".repeat(BODY_BYTES_MAX), "INVALID_JSON"],
      [`${'{"a":'.repeat(10_000)}1${"}".repeat(5_000)}`, "INVALID_JSON"],
      [bytes(0xff), "INVALID_ENCODING"],
      [bytes(0xc0, 0xaf), "INVALID_ENCODING"],
      [bytes(0xed, 0xa0, 0x80), "INVALID_ENCODING"],
      [bytes(0xf0, 0x9f, 0x99), "INVALID_ENCODING"],
      [bytes(0xf5, 0x80, 0x80, 0x80), "INVALID_ENCODING"],
      [new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]), "INVALID_ENCODING"],
      [nested(JSON_DEPTH_MAX), "INVALID_REQUEST"],
      [text({ title: "[".repeat(150) + '\\"'.repeat(20), role: "x" }), "INVALID_REQUEST"],
    ];
    for (const [body, code] of cases) {
      const problem = await refused("POST", `${api}/feedback`, body);
      expect(problem.code, typeof body === "string" ? body.slice(0, 60) : String(body)).toBe(code);
    }
  });

  it("[I15] keys that reach an object's prototype are refused at any depth", async () => {
    for (const key of ["__proto__", "constructor", "prototype"]) {
      for (const body of [
        `{"title":"x","${key}":{"operator":true}}`,
        `{"title":{"a":[{"${key}":1}]}}`,
        `[{"${key}":1}]`,
      ]) {
        const problem = await refused("POST", `${api}/feedback`, body);
        expect(problem.code).toBe("INVALID_REQUEST");
        expect(paths(problem)).toEqual([key]);
      }
    }
    const escaped = await refused("POST", `${api}/feedback`, String.raw`{"title":"x","__pr\u006fto__":{}}`);
    expect(paths(escaped)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["operator"]).toBeUndefined();
  });

  it("[I16] 64 KiB is the most: with Content-Length, streamed, and in the form of a page", async () => {
    const sized = (size: number) => `{"title":"Just fits"}${" ".repeat(size - 21)}`;
    expect((await send("POST", `${api}/feedback`, sized(BODY_BYTES_MAX))).status).toBe(201);
    const tooLarge = sized(BODY_BYTES_MAX + 1);
    expect((await refused("POST", `${api}/feedback`, tooLarge)).code).toBe("BODY_TOO_LARGE");
    // Through a stream of our own: the platform knows the length of a blob's and sends it.
    const streamed = (size: number) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          const whole = new TextEncoder().encode(sized(size));
          for (let at = 0; at < size; at += 10_000) controller.enqueue(whole.subarray(at, at + 10_000));
          controller.close();
        },
      });
    expect((await send("POST", `${api}/feedback`, streamed(BODY_BYTES_MAX))).status).toBe(201);
    expect((await refused("POST", `${api}/feedback`, streamed(BODY_BYTES_MAX + 1))).code).toBe("BODY_TOO_LARGE");
    const form = await exports.default.fetch(`${ORIGIN}/w/${workspace}/ideas`, {
      method: "POST",
      body: `title=${"x".repeat(BODY_BYTES_MAX)}`,
      headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN },
    });
    expect(form.status).toBe(413);
    await form.text();
  });

  it("[I17] a stream without an end is cut off, not collected", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    expect((await refused("POST", `${api}/feedback`, endless)).code).toBe("BODY_TOO_LARGE");
    expect(sent).toBeLessThan(32 * BODY_BYTES_MAX);
  });

  it("[I18] other content types are 415, JSON in another spelling is not", async () => {
    const body = text({ title: "Typed" });
    const wrong = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/xml",
    ];
    for (const type of [...wrong, "application/json; charset=utf-16", "application/jsonp", "text/json", ""]) {
      expect((await refused("POST", `${api}/feedback`, body, { "content-type": type })).code, type).toBe(
        "UNSUPPORTED_MEDIA_TYPE",
      );
    }
    const bare = await exports.default.fetch(`${ORIGIN}${api}/feedback`, {
      method: "POST",
      body: new TextEncoder().encode(body),
    });
    expect(bare.status).toBe(415);
    await bare.text();
    for (const type of ["application/json;charset=UTF-8", 'APPLICATION/JSON; charset="utf-8"', "application/json "]) {
      expect((await send("POST", `${api}/feedback`, body, { "content-type": type })).status, type).toBe(201);
    }
  });

  it("[I19] what was refused left nothing behind", async () => {
    const titles = (await call("GET", `${api}/feedback?limit=100`)).body.map((item: { title: string }) => item.title);
    expect(new Set(titles)).toEqual(new Set(["Dark mode", "Just fits", "Typed"]));
    expect(
      (await call("GET", `/api/v1/workspaces/${workspace}/boards`)).body.map((row: { slug: string }) => row.slug),
    ).toEqual(["ideas", "bugs"]);
  });
});

describe("addresses", () => {
  it("[I20] an id is a positive integer without decoration", async () => {
    const wrong = [
      "0",
      "-1",
      "+1",
      "01",
      "1.0",
      "1e3",
      "0x1",
      "abc",
      "1%20",
      "%31x",
      "9007199254740993",
      "1".repeat(100),
    ];
    for (const bad of [...wrong, "__proto__", "NaN", "Infinity", "١"]) {
      for (const path of [`${api}/feedback/${bad}`, `${api}/feedback/${bad}/votes?externalUserId=ada`]) {
        const problem = await refused(path.includes("votes") ? "DELETE" : "GET", path);
        expect(problem.code, path).toBe("INVALID_REQUEST");
        expect(paths(problem)).toEqual(["path.id"]);
      }
    }
    const long = await refused("GET", `/api/v1/${"x".repeat(201)}/ideas/feedback`);
    expect(paths(long)).toEqual(["path.workspace"]);
  });

  it("[I21] a list's query is refused by the name of the parameter", async () => {
    const foreign = encodeCursor("created_at", { value: 1, id: 1 });
    const cases: readonly (readonly [query: string, field: string, code?: FailureCode])[] = [
      ["limit=0", "query.limit"],
      ["limit=101", "query.limit"],
      ["limit=-1", "query.limit"],
      ["limit=1.5", "query.limit"],
      ["limit=ten", "query.limit"],
      ["limit=", "query.limit"],
      ["limit=1e1", "query.limit"],
      ["page=0", "query.page"],
      ["page=-1", "query.page"],
      ["page=x", "query.page"],
      ["page=999999999", "query.page"],
      ["page=52", "query.page"],
      ["page=999999", "query.page"],
      [`page=1&cursor=${encodeCursor("vote_count", { value: 1, id: 1 })}`, "query.page"],
      ["sort=votes", "query.sort"],
      ["sort=VOTE_COUNT", "query.sort"],
      ["sort=__proto__", "query.sort"],
      ["status=done", "query.status"],
      ["category=", "query.category"],
      [`category=${"x".repeat(200)}`, "query.category"],
      [`q=${"x".repeat(201)}`, "query.q"],
      ["q=%00", "query.q"],
      ["q=%FF", "query.q"],
      ["q=%ED%A0%80", "query.q"],
      ["q=%F0%9F%99", "query.q"],
      ["offset=1", "query.offset"],
      ["workspaceId=other", "query.workspaceId"],
      ["limit=1&limit=2", "query.limit"],
      ["q=a&q=a", "query.q"],
      ["__proto__=1", "query.__proto__"],
      ["constructor=1", "query.constructor"],
      ["cursor=garbage", "query.cursor", "INVALID_CURSOR"],
      ["cursor=", "query.cursor", "INVALID_CURSOR"],
      ["cursor=%00", "query.cursor"],
      ["cursor=W10", "query.cursor", "INVALID_CURSOR"],
      [`cursor=${foreign}`, "query.cursor", "INVALID_CURSOR"],
      [`sort=trending&cursor=${foreign}`, "query.cursor", "INVALID_CURSOR"],
      [`cursor=${"A".repeat(513)}`, "query.cursor"],
    ];
    for (const [query, field, code = "INVALID_REQUEST"] of cases) {
      const problem = await refused("GET", `${api}/feedback?${query}`);
      expect(problem.code, query).toBe(code);
      expect(paths(problem), query).toEqual([field]);
    }
    expect((await call("GET", `${api}/feedback?sort=created_at&cursor=${foreign}`)).status).toBe(200);
  });

  it("[I22] a look-up of votes says whose and of what", async () => {
    const ids = Array.from({ length: 101 }, (_, n) => n + 1).join(",");
    const cases = [
      ["externalUserId=ada", "query.ids"],
      ["ids=1", "externalUserId"],
      ["ids=1&externalUserId=", "query.externalUserId"],
      ["ids=&externalUserId=ada", "query.ids"],
      ["ids=1,,2&externalUserId=ada", "query.ids"],
      ["ids=1,x&externalUserId=ada", "query.ids"],
      ["ids=-1&externalUserId=ada", "query.ids"],
      [`ids=${ids}&externalUserId=ada`, "query.ids"],
      ["ids=1&externalUserId=ada&externalUserId=bob", "query.externalUserId"],
    ] as const;
    for (const [query, field] of cases)
      expect(paths(await refused("GET", `${api}/votes?${query}`)), query).toEqual([field]);
  });

  it("[I23] endpoints without a query take none", async () => {
    for (const path of [`/api/v1/workspaces/${workspace}`, `${api}/feedback/${id}`]) {
      expect(paths(await refused("GET", `${path}?debug=1`))).toEqual(["query.debug"]);
    }
  });

  it("[I24] a URL over 8 KiB is 414", async () => {
    const url = (size: number) => `${api}/feedback?q=`.padEnd(size - ORIGIN.length, "x");
    expect((await refused("GET", url(URL_CHARS_MAX + 1))).code).toBe("URL_TOO_LONG");
    expect((await refused("GET", url(URL_CHARS_MAX))).code).toBe("INVALID_REQUEST");
    expect((await refused("GET", `/${"a/".repeat(URL_CHARS_MAX)}`)).code).toBe("URL_TOO_LONG");
  });

  it("[I25] reserved words become neither workspace nor board, by command or by a first post", async () => {
    for (const slug of RESERVED_SLUGS) {
      expect(paths(await refused("POST", "/api/v1/workspaces", text({ slug, name: "X" }), OPERATOR)), slug).toEqual([
        "slug",
      ]);
      const made = await refused("POST", `/api/v1/workspaces/${workspace}/boards`, text({ slug, name: "X" }), OPERATOR);
      expect(paths(made), slug).toEqual(["slug"]);
    }
    for (const slug of ["admin", "settings", "UPPER", "a.b", "a%20b", "x".repeat(49)]) {
      const fresh = uniqueSlug();
      expect((await refused("POST", `/api/v1/${fresh}/${slug}/feedback`, text({ title: "x" }))).status, slug).toBe(404);
      expect((await refused("POST", `/api/v1/${slug}/ideas/feedback`, text({ title: "x" }))).status, slug).toBe(404);
      expect((await refused("GET", `/api/v1/workspaces/${fresh}`)).code).toBe("WORKSPACE_NOT_FOUND");
    }
  });
});

describe("who may", () => {
  it("[I26] every operator's endpoint is 401 without the token or with a wrong one, before anything is read", async () => {
    const endpoints = ENDPOINTS.filter(({ who }) => who === "operator");
    expect(endpoints.length).toBeGreaterThan(0);
    const token = OPERATOR.authorization;
    const wrong = [
      undefined,
      "Bearer ",
      "Bearer wrong",
      `${token}x`,
      token.slice(0, -1),
      token.slice(7),
      `Basic ${btoa(token)}`,
      `Basic ${token.slice(7)}`,
    ];
    for (const { method, path } of endpoints) {
      const address = `/api/v1${path}`
        .replace(":workspace", workspace)
        .replace(":board", "ideas")
        .replace(":id", String(id));
      for (const authorization of [...wrong, `Bearer ${token.slice(7).toUpperCase()}`, `Bearer  ${token.slice(7)}`]) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const answer = await send(method, address, method === "GET" ? undefined : "{not json", headers);
        // A token that is none is said to be: whoever sends one wants to be somebody.
        const code = authorization === undefined ? "UNAUTHENTICATED" : "INVALID_TOKEN";
        expect(readProblem(answer).code, `${method} ${address} ${authorization}`).toBe(code);
        expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /u);
      }
    }
    expect((await call("GET", `/api/v1/workspaces/${workspace}`, undefined, OPERATOR)).status).toBe(200);
    expect(env.OPERATOR_TOKEN).toBe(token.slice(7));
  });

  it("[I27] a wrong token gives nothing, not even what is everybody's: who sends one wants to be somebody", async () => {
    const headers = { authorization: "Bearer wrong" };
    const weighted = text({ externalUserId: "eve", weight: 5 });
    for (const [method, path, body] of [
      ["GET", `${api}/feedback/${id}`],
      ["POST", `${api}/feedback/${id}/votes`, weighted],
    ] as const) {
      const answer = await refused(method, path, body, headers);
      expect(answer.code).toBe("INVALID_TOKEN");
    }
    expect((await refused("POST", `${api}/feedback/${id}/votes`, weighted)).code).toBe("FORBIDDEN");
  });
});

describe("methods and origins", () => {
  it("[I28] HEAD is GET without the body, for answers and refusals alike", async () => {
    for (const path of [
      `${api}/feedback`,
      `${api}/feedback/${id}`,
      "/health",
      "/openapi.json",
      `${api}/feedback/999999`,
      "/nothing",
    ]) {
      const [head, get] = [await send("HEAD", path), await send("GET", path)];
      expect(head.text).toBe("");
      expect(head.status, path).toBe(get.status);
      for (const name of ["content-type", "x-seq", "cache-control", "access-control-allow-origin"]) {
        expect(head.headers.get(name), `${path} ${name}`).toBe(get.headers.get(name));
      }
    }
  });

  it("[I29] any origin may use the API without credentials, and reads the headers it needs", async () => {
    const preflight = await send("OPTIONS", `${api}/feedback`, undefined, {
      origin: "https://customer.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,authorization",
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, POST, PUT, PATCH, DELETE");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("content-type");
    expect(Number(preflight.headers.get("access-control-max-age"))).toBeGreaterThan(0);
    const answers = [
      preflight,
      await send("GET", `${api}/feedback`, undefined, { origin: "https://customer.example" }),
      await send("POST", `${api}/feedback`, "{", { origin: "https://customer.example" }),
      await send("GET", "/api/v1/nothing", undefined, { origin: "null" }),
    ];
    for (const { headers } of answers) {
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.has("access-control-allow-credentials")).toBe(false);
      const exposed = headers.get("access-control-expose-headers")?.split(", ") ?? [];
      for (const name of ["X-Seq", "X-Next-Cursor", "Link", "X-Request-Id"]) expect(exposed).toContain(name);
    }
    const page = await send("GET", `/w/${workspace}/ideas`, undefined, { origin: "https://customer.example" });
    expect(page.headers.has("access-control-allow-origin")).toBe(false);
  });

  it("[I30] a live socket is refused like anything else", async () => {
    const upgrade = { upgrade: "websocket", "sec-websocket-protocol": "groundswell.v1" };
    const cases: readonly (readonly [path: string, headers: Record<string, string>, code: FailureCode])[] = [
      [`${api}/live`, {}, "UPGRADE_REQUIRED"],
      [`${api}/live`, { upgrade: "h2c" }, "UPGRADE_REQUIRED"],
      [`${api}/live`, { upgrade: "websocket" }, "INVALID_REQUEST"],
      [`${api}/live`, { ...upgrade, "sec-websocket-protocol": "groundswell.v0" }, "INVALID_REQUEST"],
      [`${api}/live?externalUserId=`, upgrade, "INVALID_REQUEST"],
      [`${api}/live?externalUserId=${"x".repeat(201)}`, upgrade, "INVALID_REQUEST"],
      [`${api}/live?externalUserId=a&externalUserId=b`, upgrade, "INVALID_REQUEST"],
      [`${api}/live?token=secret`, upgrade, "INVALID_REQUEST"],
      [`/api/v1/${workspace}/no-such/live`, upgrade, "BOARD_NOT_FOUND"],
      [`/api/v1/${workspace}/%F0%9F%99%82/live`, upgrade, "BOARD_NOT_FOUND"],
      ["/api/v1/no-such/ideas/live", upgrade, "WORKSPACE_NOT_FOUND"],
      [`/api/v1/${"x".repeat(201)}/ideas/live`, upgrade, "WORKSPACE_NOT_FOUND"],
      [`/api/v1/${"%F0%9F%99%82".repeat(500)}/ideas/live`, upgrade, "WORKSPACE_NOT_FOUND"],
    ];
    for (const [path, headers, code] of cases) {
      const response = await exports.default.fetch(`${ORIGIN}${path}`, { headers });
      const problem = readProblem({ status: response.status, headers: response.headers, text: await response.text() });
      expect(problem.code, path.slice(0, 100)).toBe(code);
    }
  });
});
