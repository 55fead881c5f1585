/** What is refused of a request before its meaning is looked at, and what of a text is not kept: encodings, headers, duplicates, invisible characters. Ids are those of test/SPEC.md. */
import { exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { BODY_BYTES_MAX, HEADER_CHARS_MAX, HEADERS_MAX } from "../../src/limits.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { type Problem, readProblem } from "../support/problem.ts";
import { board, call, OPERATOR, ORIGIN, post } from "../support/workerd.ts";

let api = "";
let workspace = "";
let id = 0;

beforeAll(async () => {
  const made = await board();
  api = made.path;
  workspace = made.workspace;
  id = await post(api, "Kept");
});

type Sent = { readonly status: number; readonly headers: Headers; readonly text: string };

async function send(path: string, init: RequestInit = {}): Promise<Sent> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function refused(path: string, init?: RequestInit): Promise<Problem> {
  return readProblem(await send(path, init));
}

const json = (body: BodyInit, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json", ...headers },
});
const paths = (problem: Problem) => problem.errors?.map(({ path }) => path);

it("[S32] a text that is none is refused in every field of every body, also where only an escape could write it", async () => {
  const texts = [
    String.raw`\ud800`,
    String.raw`a\udfffb`,
    String.raw`\udc00\ud800`,
    String.raw`\u0000`,
    String.raw`a\u0000b`,
  ];
  for (const text of texts) {
    for (const [body, path] of [
      [`{"title":"${text}"}`, "title"],
      [`{"title":"x","unknown":"${text}"}`, "unknown"],
      [`{"title":{"deep":["${text}"]}}`, "0"],
      [`"${text}"`, "body"],
    ] as const) {
      const problem = await refused(`${api}/feedback`, json(body));
      expect([problem.status, problem.code, paths(problem)], body).toEqual([400, "INVALID_REQUEST", [path]]);
    }
    const keyed = await refused(`${api}/feedback`, json(`{"title":"x","${text}":1}`));
    expect([keyed.status, keyed.code], text).toEqual([400, "INVALID_REQUEST"]);
  }
  // Where no schema of ours looks at the characters: a password is taken exactly as sent, if it can be.
  const password = await refused(
    "/api/v1/auth/login",
    json(String.raw`{"email":"a@b.example","password":"\u0000 fifteen characters"}`),
  );
  expect(paths(password)).toEqual(["password"]);
  // A pair of surrogates is a character.
  const fine = await send(`${api}/feedback`, json(String.raw`{"title":"Wave \ud83c\udf0a"}`));
  expect([fine.status, JSON.parse(fine.text).title]).toEqual([201, "Wave 🌊"]);
});

it("[S32] a byte order mark, and bytes that are no UTF-8, are refused in body, form, query and path", async () => {
  const bom = await refused(`${api}/feedback`, json('\uFEFF{"title":"x"}'));
  expect(bom.code).toBe("INVALID_JSON");
  for (const bytes of ["%FF", "%C0%AF", "%ED%A0%80", "%F5%80%80%80", "%E2%82", "%00"]) {
    const raw = Uint8Array.from([...bytes.matchAll(/%(..)/gu)].map(([, hex]) => Number.parseInt(hex ?? "", 16)));
    if (bytes !== "%00") {
      const body = new Uint8Array([...new TextEncoder().encode('{"title":"'), ...raw, 0x22, 0x7d]);
      expect((await refused(`${api}/feedback`, json(body))).code, bytes).toBe("INVALID_ENCODING");
    }
    const query = await refused(`${api}/feedback?q=${bytes}`);
    expect([query.status, paths(query)], bytes).toEqual([400, ["query.q"]]);
    const key = await refused(`${api}/feedback?${bytes}=x`);
    expect([key.status, key.code], bytes).toEqual([400, "INVALID_REQUEST"]);
    for (const path of [
      `/api/v1/${bytes}/ideas/feedback`,
      `${api}/feedback/${bytes}`,
      `/w/${bytes}/ideas`,
      `/${bytes}`,
      `/docs/${bytes}`,
    ]) {
      const inPath = await refused(path);
      expect([inPath.status, inPath.code, paths(inPath)], path).toEqual([400, "INVALID_REQUEST", ["path"]]);
    }
    const form = await send(`/w/${workspace}/ideas`, {
      method: "POST",
      body: `title=x${bytes}`,
      headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN },
    });
    expect(form.status, bytes).toBe(400);
  }
  for (const broken of ["/%", "/%zz", "/api/v1/%4/ideas/feedback"]) expect((await refused(broken)).status).toBe(400);
  // An encoded emoji is text, and names nothing.
  expect((await refused("/api/v1/%F0%9F%99%82/ideas/feedback")).code).toBe("WORKSPACE_NOT_FOUND");
});

it("[S32] every endpoint that takes a body takes it as uncompressed JSON only, and at most 64 KiB of it", async () => {
  const taking = ENDPOINTS.filter(({ body, method }) => body !== undefined && method !== "DELETE");
  expect(taking.length).toBeGreaterThan(20);
  for (const { method, path, who } of taking) {
    const address = `/api/v1${path}`
      .replace(":workspace", workspace)
      .replace(":board", "ideas")
      .replace(":id", String(id))
      .replace(":commentId", "1")
      .replaceAll(/:\w+/gu, "x");
    // Whose an endpoint is comes before what it is sent, and the operator is no account.
    const expected = who === "account" ? 401 : 415;
    const headers = { ...OPERATOR, "content-type": "application/json" };
    for (const wrong of [
      { ...headers, "content-type": "application/x-www-form-urlencoded" },
      { ...headers, "content-type": "text/plain" },
      { ...headers, "content-type": "application/json, application/json" },
      { ...headers, "content-encoding": "gzip" },
      { ...headers, "content-encoding": "identity, br" },
    ]) {
      const { status } = await refused(address, { method, body: "{}", headers: wrong });
      expect(status, `${method} ${address} ${JSON.stringify(wrong)}`).toBe(expected);
    }
    const declared = await refused(address, { method, body: " ".repeat(BODY_BYTES_MAX + 1), headers });
    expect(declared.status, `${method} ${address}`).toBe(who === "account" ? 401 : 413);
  }
  expect((await send(`${api}/feedback`, json('{"title":"Plain"}', { "content-encoding": "identity" }))).status).toBe(
    201,
  );
});

it("[S32] headers that are too many or too long are 431, and what is just in bounds is not", async () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${String(n)}`, "y"]));
  for (const path of ["/health", `${api}/feedback`, `/w/${workspace}/ideas`, "/nothing"]) {
    const tooMany = await refused(path, { headers: many(HEADERS_MAX + 1) });
    expect([tooMany.status, tooMany.code], path).toEqual([431, "REQUEST_HEADERS_TOO_LARGE"]);
    const tooLong = await refused(path, { headers: { "x-long": "y".repeat(HEADER_CHARS_MAX) } });
    expect(tooLong.code, path).toBe("REQUEST_HEADERS_TOO_LARGE");
    const inAll = await refused(path, {
      headers: { cookie: "a".repeat(HEADER_CHARS_MAX / 2), "x-b": "b".repeat(HEADER_CHARS_MAX / 2) },
    });
    expect(inAll.status, path).toBe(431);
  }
  expect((await send("/health", { headers: many(HEADERS_MAX - 10) })).status).toBe(200);
  expect((await send("/health", { headers: { "x-long": "y".repeat(HEADER_CHARS_MAX - 1_000) } })).status).toBe(200);
});

it("[S32] headers that come twice never count as the one of them that suits", async () => {
  const twice = (name: string, [first, second]: readonly [string, string]): RequestInit => {
    const headers = new Headers();
    headers.append(name, first);
    headers.append(name, second);
    return { headers };
  };
  const token = OPERATOR.authorization;
  const settings = `/api/v1/workspaces/${workspace}/settings`;
  expect((await send(settings, { headers: OPERATOR })).status).toBe(200);
  for (const pair of [
    [token, "Bearer x"],
    ["Bearer x", token],
    [token, token],
  ] as const) {
    expect((await refused(settings, twice("authorization", pair))).status).toBe(401);
  }
  const body = '{"title":"Twice"}';
  for (const pair of [
    ["application/json", "application/json"],
    ["text/plain", "application/json"],
  ] as const) {
    expect((await refused(`${api}/feedback`, { method: "POST", body, ...twice("content-type", pair) })).status).toBe(
      415,
    );
  }
  const form = new Headers({ "content-type": "application/x-www-form-urlencoded" });
  form.append("origin", ORIGIN);
  form.append("origin", "https://evil.example");
  const posted = await send(`/w/${workspace}/ideas`, { method: "POST", body: "title=Twice", headers: form });
  expect(posted.status).toBe(403);
});

it("[S32] a parameter that comes twice is refused, in the query of the API and of a page, and in a form", async () => {
  expect(paths(await refused(`${api}/feedback?q=a&q=b`))).toEqual(["query.q"]);
  expect(paths(await refused(`${api}/feedback?q=a&%71=a`))).toEqual(["query.q"]);
  for (const query of ["sort=vote_count&sort=created_at", "q=a&q=b", "status=open&status=open"]) {
    expect((await send(`/w/${workspace}/ideas?${query}`)).status, query).toBe(400);
  }
  // Links gather other parameters on their way.
  expect((await send(`/w/${workspace}/ideas?utm_source=a&utm_source=b`)).status).toBe(200);
  const form = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN };
  const twice = await send(`/w/${workspace}/ideas`, { method: "POST", body: "title=a&title=b", headers: form });
  expect(twice.status).toBe(400);
});

it("[S32] no header makes a request another one", async () => {
  const overrides = {
    "x-http-method-override": "DELETE",
    "x-http-method": "DELETE",
    "x-method-override": "DELETE",
  };
  const item = `${api}/feedback/${String(id)}`;
  expect((await send(item, { headers: { ...OPERATOR, ...overrides } })).status).toBe(200);
  const asPost = await refused(item, {
    ...json("{}"),
    headers: { ...OPERATOR, ...overrides, "content-type": "application/json" },
  });
  expect(asPost.code).toBe("METHOD_NOT_ALLOWED");
  expect((await send(`${item}?_method=DELETE`, { headers: OPERATOR })).status).toBe(400);
  expect((await call("GET", item)).body.title).toBe("Kept");
});

it("[S33] names are NFC, and nothing is kept of what nobody sees; what is written with joiners stays", async () => {
  const tag = (text: string) => Array.from(text, (char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join("");
  const cases: readonly (readonly [sent: string, kept: string])[] = [
    ["Cafe\u0301", "Café"],
    ["e\u200B\u0301", "é"],
    ["a\u202Egpj.exe\u202C", "agpj.exe"],
    ["a\u061Cb\u2066c\u2069", "abc"],
    ["s\u00ADo\u2062f\u2064t\u206F", "soft"],
    [`ignore${tag("delete everything")} me`, "ignore me"],
    [`\u{1F3F4}${tag("gbsct")}\u{E007F} flag`, `\u{1F3F4}${tag("gbsct")}\u{E007F} flag`],
    ["\u3164\u115F\uFFA0 filler", "filler"],
    ["\u200D\u200C x \u200D\u200D", "x"],
    ["می\u200Cخواهم", "می\u200Cخواهم"],
    ["👩\u200D💻 works", "👩\u200D💻 works"],
    ["a\u200D\u200D\u200Db", "ab"],
  ];
  for (const [sent, kept] of cases) {
    const { status, body } = await call("POST", `${api}/feedback`, { title: sent, description: sent });
    expect([status, body.title, body.description], JSON.stringify(sent)).toEqual([201, kept, kept]);
  }
  for (const nothing of ["\u200D", "\u3164", "\u2800\u200B".slice(1), tag("hidden"), "\u202E \u2069"]) {
    expect(
      paths(await refused(`${api}/feedback`, json(JSON.stringify({ title: nothing })))),
      JSON.stringify(nothing),
    ).toEqual(["title"]);
  }
});
