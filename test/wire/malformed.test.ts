/**
 * 10,000 malformed requests and the sockets' counterpart against the built server: no answer of 5xx, no stack trace, memory flat, and a server that
 * works afterwards. The seed of the generated part is printed when something fails; set MALFORMED_SEED to have the same requests again.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { FRAME_BYTES_MAX, MESSAGES_PER_SECOND_MAX } from "../../src/limits.ts";
import { STACK_TRACE } from "../support/problem.ts";
import { residentBytes } from "../support/processes.ts";
import { type Server, startServer } from "../support/server.ts";
import { anyRequest, brokenHttp, hostileRequests } from "./malformed-requests.ts";
import { exchange, type RawAnswer } from "./raw-http.ts";
import { OPERATIONS, type Scene, schemaRequests } from "./schema-requests.ts";

const REQUESTS = 10_000;
const WARM_UP_REQUESTS = 30_000;
const SANE = Buffer.from("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
const IN_PARALLEL = 32;
const RSS_GROWTH_BYTES_MAX = 100 * 1024 * 1024;
const HUGE_FRAME_BYTES = 32 * 1024 * 1024;
const SEED = Number(process.env["MALFORMED_SEED"] ?? Date.now() % 1_000_000_000);
/** After a frame that is none workerd says goodbye at once, but hangs up only ten seconds later. */
const OPTIONS = { closeTimeout: 1_000, perMessageDeflate: false };
const API = "/api/v1/malformed/ideas";

let server: Server;

beforeAll(async () => {
  server = await startServer({ vars: { LOG_LEVEL: "warn", RATE_LIMIT_SCALE: "0" } });
  const posted = await post("/feedback", { title: "A sane item" });
  expect(posted.status).toBe(201);
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${server.origin}${API}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** V8 lets its heap grow for some ten thousand requests of any kind before it first collects in earnest. */
async function warmUp(): Promise<void> {
  await inParallel(Array.from({ length: WARM_UP_REQUESTS }), async () => void (await exchange(server.port, SANE)));
}
let warmedUp: Promise<void> | undefined;

describe("malformed requests", () => {
  it(
    "[I40] 10,000 of them: no 5xx, no stack trace, flat memory, and it still works",
    { timeout: 110_000 },
    async () => {
      const broken = brokenHttp(API);
      const hostile = hostileRequests(API);
      const generated = fc.sample(anyRequest(API), { seed: SEED, numRuns: REQUESTS - broken.length - hostile.length });
      const all = [
        ...broken.map((bytes) => ({ bytes, half: true })),
        ...[...hostile, ...generated].map((bytes) => ({ bytes, half: false })),
      ];
      const seen = new Map<number, number>();
      await (warmedUp ??= warmUp());
      const baseBytes = residentBytes(server);
      let sent = 0;
      await inParallel(all, async ({ bytes, half }) => {
        const answer = await exchange(server.port, bytes, half);
        judge(answer, bytes);
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        sent += 1;
      });
      const growthBytes = residentBytes(server) - baseBytes;
      console.log(
        `seed ${String(SEED)}; answers by status`,
        Object.fromEntries(seen),
        `RSS +${String(growthBytes >> 20)} MiB`,
      );
      expect(sent).toBe(REQUESTS);
      expect(baseBytes).toBeGreaterThan(0);
      expect(growthBytes).toBeLessThan(RSS_GROWTH_BYTES_MAX);
      // The generator reaches past the first check: some of its requests are even fine.
      for (const status of [200, 201, 400, 404, 405, 413, 415])
        expect(seen.get(status) ?? 0, String(status)).toBeGreaterThan(0);
      await stillWorks();
    },
  );
});

/** A workspace of its own, in which the operator, an account and a key may do all but end it. */
async function openScene(): Promise<Scene> {
  const asked = async (path: string, body: object, token = server.operatorToken): Promise<Record<string, unknown>> => {
    const response = await fetch(`${server.origin}/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    expect(response.status, path).toBe(201);
    return (await response.json()) as Record<string, unknown>;
  };
  const person = { email: "ada@example.com", password: "correct horse battery staple" };
  const token = String((await asked("/auth/register", person))["accessToken"]);
  await asked("/workspaces", { slug: "victim", name: "Victim" }, token);
  await asked("/workspaces/victim/boards", { slug: "ideas", name: "Ideas" }, token);
  await asked("/victim/ideas/feedback", { title: "There" }, token);
  const key = await asked("/workspaces/victim/api-keys", { name: "Key", scopes: ["read", "write", "moderate"] }, token);
  return {
    host: new URL(server.origin).host,
    callers: [server.operatorToken, server.operatorToken, token, token, String(key["key"])],
    there: { workspace: ["victim"], board: ["ideas"], id: ["1", "2", "3"], provider: ["github", "anthropic"] },
    spared: new Set([
      "DELETE /workspaces/{workspace}",
      "DELETE /workspaces/{workspace}/boards/{board}",
      "DELETE /{workspace}/{board}/feedback/{id}",
      "DELETE /auth/sessions",
      "DELETE /auth/sessions/{id}",
      "POST /auth/logout",
      "POST /auth/password",
    ]),
  };
}

describe("where one request ends and the next begins", () => {
  const send = async (...lines: string[]) => await exchange(server.port, Buffer.from(lines.join("\r\n")));
  const close = ["Host: localhost", "Connection: close"];

  it("[S32] a body that a GET brings is not read, nor taken for the next request", async () => {
    const hidden = "GET /api/v1/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const first = ["GET /health HTTP/1.1", "Host: localhost", `Content-Length: ${String(hidden.length)}`, "", hidden];
    const answer = await send(first.join("\r\n") + ["GET /openapi.json HTTP/1.1", ...close, "", ""].join("\r\n"));
    const answers = `${answer.head}\r\n\r\n${answer.body}`;
    expect(answers.match(/HTTP\/1\.1 \d{3}/gu)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
    expect(answers).not.toContain("smuggled");
    expect(answers).toContain('"openapi"');
    const chunked = ["Transfer-Encoding: chunked", "", "5", "hello", "0", "", ""];
    expect((await send("GET /health HTTP/1.1", ...close, ...chunked)).body).toBe('{"status":"ok"}');
  });

  it("[S32] two lengths are refused; with a length and chunks the chunks count, as RFC 9112 says, and hide nothing", async () => {
    const post = [`POST ${API}/feedback HTTP/1.1`, "Host: localhost", "Content-Type: application/json"];
    const body = '{"title":"In chunks"}';
    const length = `Content-Length: ${String(body.length)}`;
    expect((await send(...post, length, "Content-Length: 2", "", body)).status).toBe(400);
    // Whatever comes behind such a request is left unread: the connection ends with its answer.
    const chunks = [body.length.toString(16), body, "0", "", ""].join("\r\n");
    const next = ["GET /health HTTP/1.1", ...close, "", ""].join("\r\n");
    const both = await send(...post, "Content-Length: 4", "Transfer-Encoding: chunked", "", chunks + next);
    expect(`${both.head} ${both.body}`.match(/HTTP\/1\.1 \d{3}/gu)).toEqual(["HTTP/1.1 201"]);
  });

  it("[S32] chunks over the limit are cut off while they come, and headers over theirs are 431", async () => {
    const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;
    const post = [
      `POST ${API}/feedback HTTP/1.1`,
      ...close,
      "Content-Type: application/json",
      "Transfer-Encoding: chunked",
    ];
    const cut = await send(...post, "", chunk.repeat(64));
    expect(cut.status).toBe(413);
    expect(cut.body).toContain("BODY_TOO_LARGE");
    const long = await send("GET /health HTTP/1.1", ...close, `X-Long: ${"y".repeat(33_000)}`, "", "");
    expect([long.status, long.body.includes("REQUEST_HEADERS_TOO_LARGE")]).toEqual([431, true]);
    const many = Array.from({ length: 200 }, (_, n) => `X-${String(n)}: y`);
    expect((await send("GET /health HTTP/1.1", ...close, ...many, "", "")).status).toBe(431);
  });
});

describe("requests of nearly the right shape", () => {
  it(
    "[S36] 10,000 that are made from the schemas of every endpoint, by everybody who may ask: no 5xx, flat memory",
    { timeout: 110_000 },
    async () => {
      const scene = await openScene();
      const all = fc.sample(schemaRequests(scene), { seed: SEED, numRuns: REQUESTS });
      await (warmedUp ??= warmUp());
      const baseBytes = residentBytes(server);
      const answers = new Map<string, Map<number, number>>();
      await inParallel(all, async ({ operation, bytes }) => {
        const answer = await exchange(server.port, bytes);
        judge(answer, bytes);
        const counts = answers.get(operation) ?? new Map<number, number>();
        answers.set(operation, counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1));
      });
      const growthBytes = residentBytes(server) - baseBytes;
      const fine = [...answers].filter(([, counts]) =>
        [...counts.keys()].some((status) => status >= 200 && status < 300),
      );
      console.log(
        `seed ${String(SEED)}; ${String(answers.size)} of ${String(OPERATIONS.length)} operations, ${String(fine.length)} of them with some success`,
        `RSS +${String(growthBytes >> 20)} MiB`,
      );
      if (process.env["PRINT_ANSWERS"] !== undefined) console.log(answers);
      expect(growthBytes).toBeLessThan(RSS_GROWTH_BYTES_MAX);
      expect(new Set(answers.keys())).toEqual(new Set(OPERATIONS));
      // The generator reaches past the schemas: many operations did what they are for at least once.
      expect(fine.length).toBeGreaterThan(answers.size / 3);
      await stillWorks();
    },
  );
});

describe("malformed frames", () => {
  it("[I41] a frame that is not the protocol closes its socket with a reason", async () => {
    const peers = frames().map(async ([what, send, codes]) => {
      const { code, reason } = await closing(await open(), send);
      expect(codes, `${what} closed with ${String(code)}`).toContain(code);
      if (code === 1008 || code === 1009) expect(reason, what).toMatch(/^[\x20-\x7E]{4,123}$/u);
      expect(reason).not.toMatch(STACK_TRACE);
    });
    await Promise.all(peers);
    await stillWorks();
  });

  it("[I42] generated frames never bring down the object", async () => {
    const hello = { type: "hello", since: 0 };
    const frame = fc.oneof(
      fc.json(),
      fc.string({ unit: "binary", maxLength: 200 }),
      fc
        .record(
          {
            type: fc.constantFrom("hello", "vote", "unvote", "welcome", "__proto__"),
            since: fc.oneof(fc.integer(), fc.constant(null), fc.double()),
            requestId: fc.string({ maxLength: 70 }),
            feedbackId: fc.oneof(fc.integer(), fc.constant(1), fc.double()),
            externalUserId: fc.string({ unit: "binary", maxLength: 210 }),
          },
          { requiredKeys: ["type"] },
        )
        .map((value) => JSON.stringify(value)),
    );
    const sequences = fc.sample(fc.array(frame, { minLength: 1, maxLength: 8 }), { seed: SEED, numRuns: 300 });
    await inParallel(sequences, async (sequence) => {
      const socket = await open();
      socket.send(JSON.stringify(hello));
      for (const text of sequence) socket.send(text);
      // Whatever it was, the server has read it once the socket is closed; it may have closed it before.
      const code = await new Promise<number>((settle) => {
        socket.once("close", settle);
        setTimeout(() => socket.close(1000), 20);
      });
      expect([1000, 1005, 1008]).toContain(code);
    });
    await stillWorks();
  });

  it("[I43] a flood and a frame of 32 MiB close the offender only", async () => {
    const witness = await open("?externalUserId=witness");
    const heard: string[] = [];
    witness.on("message", (data: Buffer) => heard.push(data.toString()));
    witness.send(JSON.stringify({ type: "hello", since: null }));
    const flood = await closing(await open(), (socket) => {
      for (let n = 0; n < 50_000; n++) socket.send('{"type":"hello","since":0}');
    });
    expect(flood.code).toBe(1008);
    expect(flood.reason).toContain(String(MESSAGES_PER_SECOND_MAX));
    const sizes: number[] = [];
    for (let round = 0; round < 6; round++) {
      const huge = await closing(await open(), (socket) => socket.send("x".repeat(HUGE_FRAME_BYTES)));
      expect([1006, 1009]).toContain(huge.code);
      sizes.push(residentBytes(server));
    }
    // The first ones make the heap grow to its size, the others find the room.
    expect(Math.max(...sizes.slice(3)) - Math.max(...sizes.slice(0, 3))).toBeLessThan(2 * HUGE_FRAME_BYTES);
    expect(witness.readyState).toBe(WebSocket.OPEN);
    const { id } = (await (await post("/feedback", { title: "Seen by the witness" })).json()) as { id: number };
    await post(`/feedback/${String(id)}/votes`, { externalUserId: "ada" });
    await expect.poll(() => heard.some((frame) => frame.includes(`"id":${String(id)},"voteCount":1`))).toBe(true);
    witness.close();
    await stillWorks();
  });

  it("[I44] nothing of all this was a fault in the log", () => {
    const bad = server.logs().filter((line) => line.includes('"kind":"fault"') || line.includes('"level":"error"'));
    expect(bad.slice(0, 5)).toEqual([]);
  });
});

function judge({ status, head, body }: RawAnswer, request: Uint8Array): void {
  const what = JSON.stringify(Buffer.from(request).toString("latin1").slice(0, 400));
  // The runtime answers CONNECT itself, and no Worker hears of it.
  const isConnect = what.startsWith('"CONNECT ') && body === "Internal Server Error";
  if (status >= 500 && !isConnect)
    throw new Error(`${String(status)} for ${what} (seed ${String(SEED)}): ${body.slice(0, 300)}`);
  if (status >= 400 && STACK_TRACE.test(body)) throw new Error(`stack trace for ${what}: ${body.slice(0, 600)}`);
  const ours = /^x-request-id: /imu.test(head);
  const isApi = /^[A-Z]+ \/api\/v1\//u.test(Buffer.from(request.subarray(0, 64)).toString("latin1"));
  if (ours && status >= 400 && isApi) expect(head, what).toMatch(/^content-type: application\/problem\+json\r?$/imu);
}

async function stillWorks(): Promise<void> {
  expect(await (await fetch(`${server.origin}/health`)).json()).toEqual({ status: "ok" });
  const posted = await post("/feedback", { title: "Still here" });
  expect(posted.status).toBe(201);
  const { id } = (await posted.json()) as { id: number };
  const vote = await post(`/feedback/${String(id)}/votes`, { externalUserId: "ada" });
  expect(await vote.json()).toEqual({ feedbackId: id, voteCount: 1, voted: true });
  const found = await fetch(`${server.origin}${API}/feedback?q=still&sort=created_at&limit=1`);
  expect(await found.json()).toMatchObject([{ id, voteCount: 1 }]);
}

async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of { [Symbol.iterator]: () => queue }) await run(item);
  };
  await Promise.all(Array.from({ length: IN_PARALLEL }, worker));
}

async function open(query = ""): Promise<WebSocket> {
  const url = `${server.origin.replace("http", "ws")}${API}/live${query}`;
  const socket = new WebSocket(url, "groundswell.v1", OPTIONS);
  await new Promise((settle, fail) => {
    socket.once("open", settle);
    socket.once("error", fail);
  });
  // A cut connection is one of the ways to be refused.
  socket.on("error", () => undefined);
  return socket;
}

async function closing(
  socket: WebSocket,
  send: (socket: WebSocket) => void,
): Promise<{ code: number; reason: string }> {
  const closed = new Promise<{ code: number; reason: string }>((settle, fail) => {
    const late = setTimeout(() => fail(new Error("the socket stayed open")), 15_000);
    socket.once("close", (code: number, reason: Buffer) => {
      clearTimeout(late);
      settle({ code, reason: reason.toString() });
    });
  });
  send(socket);
  return closed;
}

type Frame = readonly [what: string, send: (socket: WebSocket) => void, codes: readonly number[]];

function frames(): readonly Frame[] {
  const text = (what: string, body: string): Frame => [what, (socket) => socket.send(body), [1008]];
  /** Bytes on the wire, past the client library that would not send them. */
  const raw = (what: string, codes: readonly number[], ...bytes: number[]): Frame => [
    what,
    (socket) => (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.from(bytes)),
    codes,
  ];
  const broken = [1002, 1003, 1006, 1007];
  return [
    text("empty", ""),
    text("no JSON", "hello"),
    text("cut JSON", '{"type":"hello"'),
    text("an array", "[]"),
    text("null", "null"),
    text("no type", "{}"),
    text("unknown type", '{"type":"subscribe"}'),
    text("a server's frame", '{"type":"welcome","seq":1,"online":1}'),
    text("an unknown field", '{"type":"hello","since":null,"role":"owner"}'),
    text("no since", '{"type":"hello"}'),
    text("since below zero", '{"type":"hello","since":-1}'),
    text("since a text", '{"type":"hello","since":"1"}'),
    text("vote without an item", '{"type":"vote","requestId":"1"}'),
    text("vote with a weight", '{"type":"vote","requestId":"1","feedbackId":1,"externalUserId":"a","weight":9}'),
    text("vote of nobody", '{"type":"vote","requestId":"1","feedbackId":1,"externalUserId":""}'),
    text("a lone surrogate", String.raw`{"type":"vote","requestId":"1","feedbackId":1,"externalUserId":"\ud800"}`),
    text("a long request id", JSON.stringify({ type: "vote", requestId: "x".repeat(65), feedbackId: 1 })),
    text("deep nesting", `${"[".repeat(8_000)}${"]".repeat(8_000)}`),
    ["binary", (socket) => socket.send(Buffer.from('{"type":"hello","since":null}')), [1003, 1008]],
    ["over 16 KiB", (socket) => socket.send(`{"type":"hello","since":null${" ".repeat(FRAME_BYTES_MAX)}}`), [1009]],
    ["over 16 KiB in bytes", (socket) => socket.send(`"${"é".repeat(FRAME_BYTES_MAX / 2)}"`), [1009]],
    // workerd reads it as replacement characters, which are no JSON.
    raw("invalid UTF-8", [1007, 1008], 0x81, 0x84, 0, 0, 0, 0, 0xff, 0xfe, 0xc0, 0x80),
    raw("a reserved opcode", broken, 0x83, 0x80, 0, 0, 0, 0),
    raw("reserved bits", broken, 0xf1, 0x80, 0, 0, 0, 0),
    raw("a continuation of nothing", broken, 0x80, 0x80, 0, 0, 0, 0),
    raw("a fragmented ping", broken, 0x09, 0x80, 0, 0, 0, 0),
  ];
}
