/**
 * Clients that are slow, and clients that are cut off, which mean no harm: whatever they sent is done once, whatever they are owed they get, and nobody waits for them. Against the built server. Ids are those of
 * test/SPEC.md.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Server, startServer } from "../support/server.ts";
import { ask, send } from "../support/site.ts";

const SLOW_VOTES = 300;
const PIECES = 6;
const PIECE_MS = 150;
const CUT_VOTES = 200;
const PIPELINED = 200;
const DEAF_MS = 1_500;
const DEAF = 5;
const CHANGES = 500;
/** With so much each, 5 MB in all, more than the operating system keeps for a client. */
const CHANGE_CHARS = 9_900;
const CAUGHT_UP = { timeout: 15_000 };

let server: Server;
beforeAll(async () => {
  server = await startServer({ vars: { LOG_LEVEL: "warn", RATE_LIMIT_SCALE: "100000" } });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const newItem = async (title: string): Promise<number> =>
  (await ask(server.origin, "POST", "/acme/ideas/feedback", { body: { title } })).id;
const countOf = async (item: number): Promise<number> =>
  (await ask(server.origin, "GET", `/acme/ideas/feedback/${String(item)}`)).voteCount;

function voteOf(item: number, person: string): string {
  const body = JSON.stringify({ externalUserId: person });
  const head = `POST /api/v1/acme/ideas/feedback/${String(item)}/votes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
  return `${head}Connection: close\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
}

function open(): Socket {
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  return socket;
}

it("[S36] 300 votes from clients that take a second to send one are all counted, once; meanwhile others vote as ever", async () => {
  const item = await newItem("Slow votes");
  const slow = Array.from({ length: SLOW_VOTES }, async (_, n) => {
    const text = voteOf(item, `slow-${String(n)}`);
    const socket = open();
    const answer = new Promise<string>((resolve) => {
      let all = "";
      socket.on("data", (data) => (all += data.toString("latin1")));
      socket.once("close", () => resolve(all));
    });
    const size = Math.ceil(text.length / PIECES);
    for (let at = 0; at < text.length; at += size) {
      socket.write(text.slice(at, at + size));
      await sleep(PIECE_MS);
    }
    return (await answer).slice(0, "HTTP/1.1 201".length);
  });
  const others = Array.from({ length: SLOW_VOTES }, async (_, n) => {
    await sleep(Math.random() * PIECES * PIECE_MS);
    const path = `/acme/ideas/feedback/${String(item)}/votes`;
    return (await send(server.origin, "POST", path, { body: { externalUserId: `quick-${String(n)}` } })).status;
  });
  expect(new Set(await Promise.all(others))).toEqual(new Set([201]));
  expect(new Set(await Promise.all(slow))).toEqual(new Set(["HTTP/1.1 201"]));
  expect(await countOf(item)).toBe(2 * SLOW_VOTES);
});

it("[S36] votes whose clients were cut off at any moment count once or not at all, and once when they are sent again", async () => {
  const item = await newItem("Cut votes");
  const cut = Array.from({ length: CUT_VOTES }, async (_, n) => {
    const socket = open();
    await new Promise((resolve) => socket.once("connect", resolve));
    const text = voteOf(item, `cut-${String(n)}`);
    // Some in the midst of the request, some while it is done, some in the midst of the answer.
    socket.write(n % 2 === 0 ? text : text.slice(0, Math.ceil(Math.random() * text.length)));
    await sleep(Math.random() * 10);
    socket.resetAndDestroy();
  });
  await Promise.all(cut);
  const path = `/acme/ideas/feedback/${String(item)}/votes`;
  expect(await countOf(item)).toBeLessThanOrEqual(CUT_VOTES);
  for (let n = 0; n < CUT_VOTES; n++) {
    const { status } = await send(server.origin, "POST", path, { body: { externalUserId: `cut-${String(n)}` } });
    expect([200, 201]).toContain(status);
  }
  expect(await countOf(item)).toBe(CUT_VOTES);
});

it("[S36] a client that asks 200 times and does not listen gets every answer when it does", async () => {
  const asked = Array.from(
    { length: PIPELINED },
    (_, n) => `GET /api/v1/acme/ideas/feedback?limit=${String((n % 100) + 1)}`,
  );
  const socket = open();
  socket.pause();
  socket.write(
    asked
      .map((line, n) => `${line} HTTP/1.1\r\nHost: x\r\n${n === PIPELINED - 1 ? "Connection: close\r\n" : ""}\r\n`)
      .join(""),
  );
  await sleep(DEAF_MS);
  expect((await send(server.origin, "GET", "/acme/ideas/feedback")).status).toBe(200);
  let all = "";
  socket.on("data", (data) => (all += data.toString("latin1")));
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  expect(all.match(/HTTP\/1\.1 200 OK\r\n/gu)).toHaveLength(PIPELINED);
});

it("[S36] sockets that do not listen for a while hold up nobody, and end with the server's state", async () => {
  const item = await newItem("Deaf");
  const deaf = await Promise.all(Array.from({ length: DEAF }, () => watch()));
  const watcher = await watch();
  for (const { raw } of deaf) raw.pause();
  const path = `/acme/ideas/feedback/${String(item)}`;
  const token = server.operatorToken;
  for (let n = 0; n < CHANGES; n++) {
    await ask(server.origin, "POST", `${path}/votes`, { body: { externalUserId: `p-${String(n)}` } });
    await ask(server.origin, "PATCH", path, { body: { description: String(n).padEnd(CHANGE_CHARS, ".") }, token });
  }
  await expect.poll(() => watcher.counts.get(item), CAUGHT_UP).toBe(CHANGES);
  for (const { counts, raw } of deaf) {
    expect(counts.get(item)).toBeUndefined();
    raw.resume();
  }
  for (const { counts } of deaf) await expect.poll(() => counts.get(item), CAUGHT_UP).toBe(CHANGES);
  for (const { socket } of [watcher, ...deaf]) socket.terminate();
});

type Watch = { readonly socket: WebSocket; readonly raw: Socket; readonly counts: Map<number, number> };

async function watch(): Promise<Watch> {
  const socket = new WebSocket(`${server.origin.replace("http", "ws")}/api/v1/acme/ideas/live`, "groundswell.v1", {
    perMessageDeflate: false,
  });
  const counts = new Map<number, number>();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => socket.send('{"type":"hello","since":null}'));
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { type: string; changes?: { id: number; voteCount: number }[] };
      for (const { id, voteCount } of frame.changes ?? []) counts.set(id, voteCount);
      if (frame.type === "welcome") resolve();
    });
  });
  // The connection itself, past the client library, which reads all that comes.
  return { socket, raw: (socket as unknown as { _socket: Socket })._socket, counts };
}
