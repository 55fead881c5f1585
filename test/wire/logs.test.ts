/** What the server says about its work: one JSON line per request and per object call, with the fields of src/log.ts, and nothing of anybody's secrets. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import * as z from "zod";
import { FAILURES } from "../../src/errors.ts";
import { type Server, startServer } from "../support/server.ts";

const stamp = { level: z.enum(["info", "warn", "error"]), time: z.iso.datetime() };
const outcome = z.enum(["ok", ...Object.keys(FAILURES)]);
const ms = z.number().min(0).max(60_000);
const count = z.int().min(0);

const RequestLine = z.strictObject({
  ...stamp,
  kind: z.literal("request"),
  requestId: z.string().regex(/^[\w-]{22}$/u),
  method: z.string(),
  route: z.string(),
  path: z.string().startsWith("/"),
  status: z.int(),
  ms,
  workspace: z.string().optional(),
  outcome,
});
const ObjectLine = z.strictObject({
  ...stamp,
  kind: z.literal("object"),
  requestId: z.string().min(1),
  workspace: z.string().optional(),
  object: z.enum(["Visitor", "Workspace", "User", "Identity", "OAuthFlow", "Keyring"]),
  verb: z.string().regex(/^[a-z]+\.[a-z-]+$/u),
  ms,
  statements: count,
  rowsRead: count,
  rowsWritten: count,
  seq: count.optional(),
  outcome,
});
const Line = z.discriminatedUnion("kind", [RequestLine, ObjectLine]);
type Line = z.infer<typeof Line>;

/** What must never be printed; each test adds what it sends. */
const canaries: string[] = [];
function canary(what: string): string {
  const word = `canary-${what}-${String(canaries.length)}-zq`;
  canaries.push(word);
  return word;
}

let server: Server;

beforeAll(async () => {
  server = await startServer({ vars: { LOG_LEVEL: "info" } });
  canaries.push(server.operatorToken);
});

afterAll(async () => {
  await server.stop();
});

/** Everything the server printed that is JSON; the rest is what it said when it started. */
function lines(): readonly Line[] {
  return server
    .logs()
    .filter((line) => line.startsWith("{"))
    .map((line) => Line.parse(JSON.parse(line)));
}

async function linesOf(requestId: string): Promise<readonly Line[]> {
  const found = () => lines().filter((line) => line.requestId === requestId);
  // The request's own line is the last.
  await expect.poll(() => found().some(({ kind }) => kind === "request")).toBe(true);
  return found();
}

type Sent = { readonly status: number; readonly requestId: string; readonly body: string };

async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await fetch(`${server.origin}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
  const requestId = response.headers.get("x-request-id") ?? "missing";
  return { status: response.status, requestId, body: await response.text() };
}

const operator = () => ({ authorization: `Bearer ${server.operatorToken}` });

describe("logs", () => {
  it("[O20] a request that reaches an object is two lines with one id, and says what it cost", async () => {
    // The first post opens the board, which takes more.
    await send("POST", "/api/v1/acme/ideas/feedback", JSON.stringify({ title: "Light mode" }));
    const posted = await send("POST", "/api/v1/acme/ideas/feedback", JSON.stringify({ title: "Dark mode" }));
    const { id } = JSON.parse(posted.body) as { id: number };
    const read = await send("GET", `/api/v1/acme/ideas/feedback/${String(id)}?`);
    const [object, request, ...more] = await linesOf(read.requestId);
    expect(more).toEqual([]);
    expect(object).toMatchObject({
      kind: "object",
      object: "Workspace",
      workspace: "acme",
      verb: "feedback.read",
      outcome: "ok",
    });
    expect(object).toMatchObject({ statements: 1, rowsRead: 1, rowsWritten: 0 });
    expect(request).toMatchObject({
      kind: "request",
      method: "GET",
      route: "/api/v1/:workspace/:board/feedback/:id",
      path: `/api/v1/acme/ideas/feedback/${String(id)}`,
      status: 200,
      workspace: "acme",
      outcome: "ok",
    });
    const written = (await linesOf(posted.requestId)).filter(({ kind }) => kind === "object");
    expect(written.map((line) => "verb" in line && line.verb)).toEqual(["feedback.create"]);
    for (const line of written) expect("rowsWritten" in line && line.rowsWritten).toBeGreaterThan(0);
  });

  it("[O21] refusals are lines with their code, also those that reach no object", async () => {
    const cases = [
      ["GET", "/api/v1/nobody/ideas/feedback", "WORKSPACE_NOT_FOUND", 1],
      ["GET", "/api/v1/acme/nothing/feedback", "BOARD_NOT_FOUND", 1],
      ["GET", "/nothing", "NOT_FOUND", 0],
      ["PUT", "/health", "METHOD_NOT_ALLOWED", 0],
      ["POST", "/api/v1/acme/ideas/feedback", "INVALID_JSON", 0],
      ["GET", `/${"x".repeat(9_000)}`, "URL_TOO_LONG", 0],
      ["DELETE", "/api/v1/workspaces/acme", "UNAUTHENTICATED", 0],
    ] as const;
    for (const [method, path, code, objects] of cases) {
      const { requestId, status } = await send(method, path, method === "POST" ? "{" : undefined);
      const found = await linesOf(requestId);
      expect(found.at(-1), path.slice(0, 50)).toMatchObject({ kind: "request", status, outcome: code, level: "info" });
      expect(found.length - 1, path.slice(0, 50)).toBe(objects);
      for (const line of found) expect(JSON.stringify(line).length).toBeLessThan(1_000);
    }
  });

  it("[O22] every request is one line, and a socket's commands are lines of its object", async () => {
    const before = lines().length;
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await send("GET", "/api/v1/acme/ideas/feedback")).requestId),
    );
    for (const id of ids) {
      const found = await linesOf(id);
      expect(found.map(({ kind }) => kind)).toEqual(["object", "request"]);
    }
    expect(lines().length).toBe(before + 100);
    const socket = await live("");
    socket.send(
      JSON.stringify({
        type: "vote",
        requestId: "socket-vote",
        feedbackId: 1,
        externalUserId: canary("socket-person"),
      }),
    );
    await expect
      .poll(() => lines().find((line) => line.requestId === "socket:socket-vote"))
      .toMatchObject({
        kind: "object",
        verb: "vote.cast",
        workspace: "acme",
        outcome: "ok",
      });
    socket.close();
  });

  it("[O23] no body, query, person, token or cookie is ever printed, however the request ends", async () => {
    const feedback = "/api/v1/acme/ideas/feedback";
    const person = canary("person");
    const query = `externalUserId=${person}&q=${canary("search")}&cursor=${canary("cursor")}&${canary("name")}=1`;
    const body = JSON.stringify({ title: canary("title"), description: canary("description"), externalUserId: person });
    await send("POST", feedback, body);
    await send("POST", feedback, `${body}!${canary("broken")}`);
    await send("POST", feedback, JSON.stringify({ title: "x", [canary("field")]: canary("value") }));
    await send("POST", feedback, JSON.stringify({ title: canary("long").repeat(100) }));
    await send("POST", feedback, canary("text"), { "content-type": `text/${canary("type")}` });
    await send("POST", `${feedback}?${query}`, body);
    await send("GET", `${feedback}?${query}`);
    await send("GET", `${feedback}?q=${canary("found")}`);
    await send("GET", `/api/v1/acme/ideas/votes?ids=1&externalUserId=${person}`);
    await send("POST", `${feedback}/1/votes`, JSON.stringify({ externalUserId: person }));
    await send("DELETE", `${feedback}/1/votes?externalUserId=${person}`);
    await send("PATCH", `${feedback}/1`, JSON.stringify({ title: canary("patched") }), operator());
    await send("PATCH", `${feedback}/1`, "{}", { authorization: `Bearer ${canary("token")}` });
    await send(
      "POST",
      "/api/v1/workspaces",
      JSON.stringify({ slug: "other", name: canary("workspace-name") }),
      operator(),
    );
    await send("DELETE", `/api/v1/workspaces/acme/boards/ideas/guests/${person}`, undefined, operator());
    await send("DELETE", `/api/v1/workspaces/acme/members/${canary("member")}`, undefined, operator());
    await send("PATCH", "/api/v1/workspaces/other", JSON.stringify({ name: canary("renamed") }), operator());
    await send("GET", `/w/acme/ideas?q=${canary("page-search")}`, undefined, {
      cookie: `gs_visitor=${canary("visitor")}`,
    });
    await send("POST", "/w/acme/ideas", `title=${canary("form-title")}`, {
      "content-type": "application/x-www-form-urlencoded",
      origin: server.origin,
      cookie: `gs_visitor=v_${canary("visitor")}`,
    });
    await send("GET", "/nothing", undefined, {
      referer: `https://x.example/?${canary("referer")}`,
      "user-agent": canary("agent"),
      "x-request-id": canary("request-id"),
      "x-forwarded-for": canary("address"),
    });
    const socket = await live(`?externalUserId=${person}`);
    socket.send(JSON.stringify({ type: "hello", since: 0 }));
    socket.send(JSON.stringify({ type: "vote", requestId: "1", feedbackId: 999, externalUserId: canary("voter") }));
    socket.send(`{"type":"${canary("frame-type")}"}`);
    await new Promise((settle) => socket.once("close", settle));
    await send("GET", `/api/v1/acme/ideas/live?externalUserId=${person}`);
    const last = await send("GET", "/health");
    await linesOf(last.requestId);
    await sleep(200);

    // The token is printed once, when the server starts, for the one at the terminal.
    const printed = server.logs().filter((line) => !line.includes("Authorization: Bearer"));
    expect(printed.length).toBeGreaterThan(100);
    expect(canaries.length).toBeGreaterThan(20);
    for (const word of canaries)
      expect(
        printed.filter((line) => line.includes(word)),
        word,
      ).toEqual([]);
    expect(printed.filter((line) => line.startsWith("{") && line.includes("?"))).toEqual([]);
    expect(() => lines()).not.toThrow();
  });
});

async function live(query: string): Promise<WebSocket> {
  const socket = new WebSocket(
    `${server.origin.replace("http", "ws")}/api/v1/acme/ideas/live${query}`,
    "groundswell.v1",
  );
  await new Promise((settle, fail) => {
    socket.once("open", settle);
    socket.once("error", fail);
  });
  return socket;
}
