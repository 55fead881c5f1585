/** How sockets end, seen by an independent client against the built server. Ids are those of test/SPEC.md. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { LIVE_SUBPROTOCOL } from "../../src/protocol/live/version.ts";
import { type Server, startServer } from "../support/server.ts";

/** Who is not answered waits for ten seconds. */
const ANSWERED_MS = 3_000;
let server: Server;

beforeAll(async () => {
  server = await startServer();
  const headers = { "content-type": "application/json" };
  await fetch(`${server.origin}/api/v1/acme/ideas/feedback`, { method: "POST", headers, body: '{"title":"One"}' });
});
afterAll(() => server.stop());

test.each([[1000], [4001], [undefined]])("[L24] a client that closes with %s is answered at once", async (code) => {
  const socket = new WebSocket(`${server.origin.replace("http", "ws")}/api/v1/acme/ideas/live`, LIVE_SUBPROTOCOL);
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.once("open", () => socket.send('{"type":"hello","since":null}'));
  await new Promise((resolve) => socket.once("message", resolve));
  socket.close(code);
  const late = new Promise<string>((resolve) => setTimeout(() => resolve("not answered"), ANSWERED_MS));
  expect(await Promise.race([closed, late])).toBe(code ?? 1005);
});
