/** The built server and a real DNS: who claims to be a search engine is looked up at the address of the socket, once, and the answer outlives the process. */
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type DohServer, startDohServer } from "../support/doh-server.ts";
import { type Server, startServer } from "../support/server.ts";

const GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const BINGBOT =
  "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36";
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const FEEDBACK = "/api/v1/acme/ideas/feedback";

/** Where each comes from: the client's address is that of its socket. */
const GENUINE = "127.0.0.1";
const OTHER_HOST = "127.0.0.2";
const OTHER_NAME = "127.0.0.3";
const NAMELESS = "127.0.0.4";
const SILENT = "127.0.0.5";
const LATER = "127.0.0.6";

const ZONE = {
  "PTR 1.0.0.127.in-addr.arpa": ["crawl-127-0-0-1.googlebot.com"],
  "A crawl-127-0-0-1.googlebot.com": [GENUINE],
  // Whoever has an address can give it any name; only the name's owner says whose address it is.
  "PTR 2.0.0.127.in-addr.arpa": ["crawl-127-0-0-1.googlebot.com"],
  "PTR 3.0.0.127.in-addr.arpa": ["googlebot.com.attacker.example"],
  "A googlebot.com.attacker.example": [OTHER_NAME],
  "PTR 5.0.0.127.in-addr.arpa": "SERVFAIL",
  "PTR 6.0.0.127.in-addr.arpa": ["msnbot-127-0-0-6.search.msn.com"],
  "A msnbot-127-0-0-6.search.msn.com": ["9.9.9.9", LATER],
} as const;

let dns: DohServer;
let dataDir: string;
let server: Server;

const start = () => startServer({ dataDir, vars: { DNS_RESOLVER: dns.url, LOG_LEVEL: "info" } });

beforeAll(async () => {
  dns = await startDohServer();
  dns.zone = ZONE;
  dataDir = await mkdtemp(join(tmpdir(), "groundswell-bots-"));
  server = await start();
  for (const [path, body] of [
    ["/api/v1/workspaces", { slug: "acme", name: "Acme" }],
    ["/api/v1/workspaces/acme/boards", { slug: "ideas", name: "Ideas" }],
    [FEEDBACK, { title: "Dark mode" }],
  ] as const)
    expect((await send("POST", path, { agent: BROWSER, token: server.operatorToken }, body)).status, path).toBe(201);
});

afterAll(async () => {
  await server.stop();
  dns.close();
  await rm(dataDir, { recursive: true, force: true });
});

type From = { readonly agent: string; readonly address?: string; readonly token?: string };
type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

/** A request from an address of one's own machine. */
function send(
  method: string,
  path: string,
  { agent, address = GENUINE, token }: From,
  body?: unknown,
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    "user-agent": agent,
    ...(text === undefined ? {} : { "content-type": "application/json" }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, fail) => {
    const sent = httpRequest(
      `${server.origin}${path}`,
      { method, headers, localAddress: address, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    sent.on("error", fail);
    sent.end(text);
  });
}

const newQuestions = (): string[] => dns.asked.splice(0);

it("[S25] 100 who miss at once make one look-up, in both directions; the verified crawler gets the page, with no cookie", async () => {
  const pages = await Promise.all(
    Array.from({ length: 100 }, () => send("POST", FEEDBACK, { agent: GOOGLEBOT }, { title: "x" })),
  );
  for (const { status, body } of pages) {
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ code: "BOT_REFUSED", status: 403 });
  }
  expect(newQuestions()).toEqual(["PTR 1.0.0.127.in-addr.arpa", "A crawl-127-0-0-1.googlebot.com"]);
  const page = await send("GET", "/w/acme/ideas", { agent: GOOGLEBOT });
  expect(page.status).toBe(200);
  expect(page.body).toContain("Dark mode");
  expect(page.headers["set-cookie"]).toBeUndefined();
  expect(newQuestions()).toEqual([]);
});

it("[N2] whose name leads elsewhere, who has another's name or none, only says so; neither writes nor signs in, and reads", async () => {
  const login = { email: "nobody@example.com", password: "whatever this may be" };
  for (const address of [OTHER_HOST, OTHER_NAME, NAMELESS]) {
    const liar = { agent: GOOGLEBOT, address };
    expect((await send("POST", FEEDBACK, liar, { title: "x" })).status, address).toBe(403);
    expect((await send("POST", "/api/v1/auth/login", liar, login)).status, address).toBe(403);
    expect((await send("GET", "/w/acme/ideas", liar)).status, address).toBe(200);
    expect((await send("GET", FEEDBACK, liar)).status, address).toBe(200);
  }
  // What is verified may try to sign in, as everybody.
  expect((await send("POST", "/api/v1/auth/login", { agent: GOOGLEBOT }, login)).status).toBe(401);
  expect(newQuestions()).toEqual([
    "PTR 2.0.0.127.in-addr.arpa",
    "A crawl-127-0-0-1.googlebot.com",
    "PTR 3.0.0.127.in-addr.arpa",
    "PTR 4.0.0.127.in-addr.arpa",
  ]);
});

it("[N6] where the DNS fails, whoever claims to be a search engine reads on, and posts no more than one that is", async () => {
  const unknown = { agent: GOOGLEBOT, address: SILENT };
  expect((await send("GET", "/w/acme/ideas", unknown)).status).toBe(200);
  expect((await send("POST", FEEDBACK, unknown, { title: "From somewhere" })).status).toBe(403);
  expect(newQuestions()).toEqual(["PTR 5.0.0.127.in-addr.arpa"]);
});

it("[N7] a bot opens no socket, a browser does", async () => {
  const opened = (agent: string) =>
    new Promise<string>((resolve) => {
      const url = `${server.origin.replace("http", "ws")}/api/v1/acme/ideas/live`;
      const socket = new WebSocket(url, "groundswell.v1", { headers: { "user-agent": agent } });
      socket.once("open", () => {
        socket.close();
        resolve("open");
      });
      socket.once("unexpected-response", (_, { statusCode }) => {
        resolve(String(statusCode));
      });
      socket.on("error", () => undefined);
    });
  expect([await opened(GOOGLEBOT), await opened("Twitterbot/1.0"), await opened(BROWSER)]).toEqual([
    "403",
    "403",
    "open",
  ]);
  expect(newQuestions()).toEqual([]);
});

it("[N5] what was found stands on disk: a server that starts anew asks nobody", async () => {
  const crawler = { agent: BINGBOT, address: LATER };
  const kept = async () => (await readdir(join(dataDir, "objects", "kv", "CACHE", "blobs"))).length;
  const before = await kept();
  expect((await send("GET", FEEDBACK, crawler)).status).toBe(200);
  expect((await send("POST", FEEDBACK, crawler, { title: "x" })).status).toBe(403);
  expect(newQuestions()).toEqual(["PTR 6.0.0.127.in-addr.arpa", "A msnbot-127-0-0-6.search.msn.com"]);
  // It is written after the answer.
  await expect.poll(kept).toBeGreaterThan(before);
  await send("GET", FEEDBACK, crawler);
  await server.kill();
  server = await start();
  expect((await send("POST", FEEDBACK, crawler, { title: "x" })).status).toBe(403);
  expect(newQuestions()).toEqual([]);
  const lines = () => server.logs().filter((line) => line.includes('"kind":"cache"'));
  await expect
    .poll(() => lines().map((line) => JSON.parse(line) as unknown))
    .toMatchObject([{ prefix: "bot", outcome: "hit", level: "info" }]);
});
