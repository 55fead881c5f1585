/**
 * Offenders, in a process of their own: `node flooder.ts <kind> <origin>`. Does one kind of harm again and again until its input ends, then prints as JSON how often, how it was stopped, and what processor time it
 * took itself.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";

const MIB = 1024 * 1024;
const HUGE_BYTES = 32 * MIB;
const MESSAGE_MS = 5;
const STEP_MS = 25;
const SOCKETS = 200;
const STALLED = 500;
/** Who is cut off comes back after this time. */
const AGAIN_MS = 250;
/** Of one such frame workerd reads all, which takes it some 100 ms, before anybody can say no. */
const FRAME_AGAIN_MS = 5_000;

export type FloodKind = keyof typeof FLOODS;
/** `ends`: how it was stopped, and how often: close codes, statuses, "open" for what was let be. */
export type Flooded = { readonly ends: Readonly<Record<string, number>>; readonly cpuSeconds: number };

const ends: Record<string, number> = {};
let running = true;
const isRunning = (): boolean => running;
const tally = (what: string | number): void => void (ends[what] = (ends[what] ?? 0) + 1);

const [kind = "", origin = ""] = process.argv.slice(2);
const url = new URL(origin === "" ? "http://127.0.0.1" : origin);
const LIVE = "/api/v1/acme/ideas/live";
/** workerd hangs up only ten seconds after it has said goodbye. */
const OPTIONS = { perMessageDeflate: false, closeTimeout: 1_000 };
const POST = `POST /api/v1/acme/ideas/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;

/** What offenders do; each call is one time. */
const FLOODS = {
  /** 200 messages a second on one socket, until it is closed. */
  messages: async () => {
    const socket = await openSocket("?externalUserId=flooder");
    while (isRunning() && socket.readyState === WebSocket.OPEN) {
      socket.send('{"type":"hello","since":0}');
      await sleep(MESSAGE_MS);
    }
    await ended(socket);
  },
  /** 200 sockets of one person, as fast as they open. */
  sockets: async () => {
    const all = await Promise.all(Array.from({ length: SOCKETS }, () => openSocket("?externalUserId=crowd")));
    await sleep(AGAIN_MS);
    tally(`${String(all.filter(({ readyState }) => readyState === WebSocket.OPEN).length)} stay open`);
    await Promise.all(all.map((socket) => ended(socket)));
  },
  /** A frame of 32 MiB. */
  frames: async () => {
    const socket = await openSocket("");
    socket.send("x".repeat(HUGE_BYTES));
    await ended(socket);
  },
  /** A body of 32 MiB, declared and chunked in turn. */
  bodies: async () => {
    const piece = Buffer.alloc(64 * 1024, "x");
    const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
    const declared = await answerTo(`${POST}Content-Length: ${String(HUGE_BYTES)}\r\n\r\n`, piece);
    const chunked = await answerTo(`${POST}Transfer-Encoding: chunked\r\n\r\n`, chunk);
    tally(declared);
    tally(chunked);
  },
  /** 500 connections that send half of a request and nothing more. */
  stalled: async () => {
    const halves = [
      "",
      "GET /heal",
      `GET ${LIVE} HTTP/1.1\r\nHost: x\r\nUpgrade: webs`,
      `${POST}Content-Length: 50\r\n\r\n{"title":`,
    ];
    const sockets = Array.from({ length: STALLED }, (_, n) => rawSocket(halves[n % halves.length] ?? ""));
    await sleep(AGAIN_MS);
    tally(`${String(sockets.filter(({ readyState }) => readyState === "open").length)} held`);
    while (isRunning()) await sleep(MESSAGE_MS);
    for (const socket of sockets) socket.destroy();
  },
  /** Clients that go away in the middle of a body, of an upgrade, of an answer. */
  cut: async () => {
    const halves = [
      `${POST}Content-Length: 50\r\n\r\n{"title":`,
      `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\n{"tit`,
    ];
    const upgrade = `GET ${LIVE} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: groundswell.v1\r\n\r\n`;
    const answer = "GET /api/v1/acme/ideas/feedback?limit=100 HTTP/1.1\r\nHost: x\r\n\r\n";
    for (const text of [...halves, upgrade, answer, answer.repeat(5)]) {
      const socket = rawSocket(text);
      await new Promise((resolve) => socket.once("connect", resolve));
      await sleep(Math.random() * MESSAGE_MS);
      socket.resetAndDestroy();
      tally("cut");
    }
  },
} as const satisfies Record<string, () => Promise<void>>;

async function openSocket(query: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${url.host}${LIVE}${query}`, "groundswell.v1", OPTIONS);
  return await new Promise((resolve, reject) => {
    socket.once("close", tally);
    socket.once("open", () => resolve(socket));
    socket.on("error", reject);
  });
}

async function ended(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  // Whoever was let be goes by themselves.
  const own = setTimeout(() => socket.terminate(), isRunning() ? 5 * AGAIN_MS : 0);
  await closed;
  clearTimeout(own);
}

function rawSocket(text: string): Socket {
  const socket = connect({ port: Number(url.port), host: url.hostname });
  socket.on("error", () => undefined);
  if (text !== "") socket.write(text);
  return socket;
}

/** The status line that stops whoever goes on sending pieces. */
async function answerTo(head: string, piece: Buffer): Promise<string> {
  return await new Promise((resolve) => {
    const socket = rawSocket(head);
    let status = "cut off";
    let sent = 0;
    const pump = (): void => {
      while (sent < HUGE_BYTES && !socket.destroyed) {
        sent += piece.length;
        if (!socket.write(piece)) return void socket.once("drain", pump);
      }
    };
    socket.on("data", (data) => (status = /^HTTP\/1\.1 (\d{3})/u.exec(data.toString("latin1"))?.[1] ?? status));
    socket.once("close", () => resolve(sent >= HUGE_BYTES ? `${status} after all` : status));
    socket.once("end", () => socket.destroy());
    socket.once("connect", pump);
  });
}

if (kind in FLOODS) {
  process.stdin.resume();
  process.stdin.once("end", () => (running = false));
  process.stdout.write("ready\n");
  while (isRunning()) {
    await FLOODS[kind as FloodKind]().catch(() => tally("refused"));
    for (
      let waitedMs = 0;
      isRunning() && waitedMs < (kind === "frames" ? FRAME_AGAIN_MS : AGAIN_MS);
      waitedMs += STEP_MS
    )
      await sleep(STEP_MS);
  }
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${JSON.stringify({ ends, cpuSeconds: (user + system) / 1e6 } satisfies Flooded)}\n`);
  process.exit(0);
}
