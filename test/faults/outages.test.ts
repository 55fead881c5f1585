/**
 * Disks that take no writes, under the running server: of the limiter, of a workspace, of people; and a KV of which nothing can be read. What depends on them is refused or done without, nothing is acknowledged that was not
 * written, and everybody else is served. Ids are those of test/SPEC.md.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectDisk, refuseWrites, spoilKv } from "../support/disk.ts";
import { type DohServer, startDohServer } from "../support/doh-server.ts";
import { STACK_TRACE } from "../support/problem.ts";
import { type Server, startServer } from "../support/server.ts";
import { type Answer, ask, openAccounts, PASSWORD, type Person, send } from "../support/site.ts";

const VOTES = 20;
/** SPEC 6: sign-ins of an address in 15 minutes. */
const LOGINS_MAX = 5;
const GOOGLEBOT = { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" };

let dataDir: string;
let dns: DohServer;
let server: Server;
let ada: Person;
let items: Record<string, number>;

const start = () => startServer({ dataDir, vars: { DNS_RESOLVER: dns.url, LOG_LEVEL: "warn", RATE_LIMIT_SCALE: "1" } });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "groundswell-outage-"));
  dns = await startDohServer();
  dns.zone = { "PTR 1.0.0.127.in-addr.arpa": ["crawl.googlebot.com"], "A crawl.googlebot.com": ["127.0.0.1"] };
  server = await start();
  [ada] = (await openAccounts(server.origin, ["ada"])) as [Person];
  items = {};
  for (const slug of ["acme", "other"]) {
    const { id } = await ask(server.origin, "POST", `/${slug}/ideas/feedback`, { body: { title: "Dark mode" } });
    items[slug] = id;
  }
});
afterAll(async () => {
  await server.kill();
  dns.close();
  await rm(dataDir, { recursive: true, force: true });
});

const vote = (slug: string, externalUserId: string) =>
  send(server.origin, "POST", `/${slug}/ideas/feedback/${String(items[slug])}/votes`, { body: { externalUserId } });
const list = async (slug: string) => {
  const { status, body } = await send(server.origin, "GET", `/${slug}/ideas/feedback`);
  return { status, voteCount: body[0]?.voteCount as unknown };
};

function expectRefused({ status, headers, text }: Answer): void {
  expect([500, 503]).toContain(status);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(text).not.toMatch(STACK_TRACE);
}

async function during<T>(kind: string, name: string | null, act: () => Promise<T>): Promise<T> {
  const end = refuseWrites(dataDir, kind, name);
  try {
    return await act();
  } finally {
    end();
  }
}

describe("disks that take no writes", () => {
  it("[D10] of a workspace: its writes are refused, its lists answered, other workspaces served; afterwards it goes on, with what it acknowledged and nothing else", async () => {
    for (let n = 0; n < VOTES; n++) expect((await vote("acme", `before-${String(n)}`)).status).toBe(201);
    await during("Workspace", "acme", async () => {
      const refused = await Promise.all(
        Array.from({ length: VOTES }, (_, n) => vote("acme", `meanwhile-${String(n)}`)),
      );
      refused.forEach(expectRefused);
      expect(await list("acme")).toEqual({ status: 200, voteCount: VOTES });
      expect((await vote("other", "ada")).status).toBe(201);
    });
    const again = await Promise.all(Array.from({ length: VOTES }, (_, n) => vote("acme", `meanwhile-${String(n)}`)));
    expect(again.map(({ status }) => status)).toEqual(again.map(() => 201));
    expect(await list("acme")).toEqual({ status: 200, voteCount: 2 * VOTES });
  });

  it.each([
    ["a person", "User", "PATCH", "/me", { name: "Ada" }, 200],
    [
      "a way to sign in",
      "Identity",
      "POST",
      "/auth/password",
      { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` },
      204,
    ],
  ] as const)(
    "[D10] of %s: what is theirs is refused, boards are not; afterwards it goes on",
    async (_, kind, method, path, body, done) => {
      const change = () => send(server.origin, method, path, { body, token: ada.token });
      await during(kind, null, async () => {
        expectRefused(await change());
        expect((await list("acme")).status).toBe(200);
        expect((await vote("other", kind)).status).toBe(201);
      });
      expect((await change()).status).toBe(done);
    },
  );

  it("[S24] of the limiter: sign-ins go on by the isolate's own count, then are told when to come again; reading and voting do not notice", async () => {
    let tries = 0;
    const logIn = () => {
      tries += 1;
      const body = { email: `nobody-${String(tries)}@example.com`, password: PASSWORD };
      return send(server.origin, "POST", "/auth/login", { body });
    };
    expect((await logIn()).status).toBe(401);
    const statuses = await during("Visitor", null, async () => {
      const all: number[] = [];
      for (let n = 0; n < 2 * LOGINS_MAX; n++) {
        const { status, headers } = await logIn();
        if (status !== 401) expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
        all.push(status);
      }
      expect((await list("acme")).status).toBe(200);
      expect((await vote("other", "limiter")).status).toBe(201);
      return all;
    });
    const admitted = statuses.findIndex((status) => status !== 401);
    console.log(`limiter out: ${String(admitted)} sign-ins, then ${[...new Set(statuses.slice(admitted))].join(", ")}`);
    expect(admitted).toBeGreaterThan(0);
    expect(admitted).toBeLessThanOrEqual(LOGINS_MAX);
    for (const status of statuses.slice(admitted)) expect([429, 503]).toContain(status);
    expect([401, 429]).toContain((await logIn()).status);
  });
});

it("[S25] a KV of which nothing can be read: what was known is found out again, and what cannot be keeps nobody from reading", async () => {
  const crawl = (title: string) =>
    send(server.origin, "POST", "/acme/ideas/feedback", { body: { title }, headers: GOOGLEBOT });
  expect((await crawl("One")).body.code).toBe("BOT_REFUSED");
  const asked = dns.asked.length;
  await server.kill();
  expect(spoilKv(dataDir)).toBeGreaterThan(0);
  server = await start();
  expect((await crawl("Two")).body.code).toBe("BOT_REFUSED");
  expect(dns.asked.slice(asked)).toEqual(dns.asked.slice(0, asked));
  expect(
    server.logs().filter((line) => line.includes('"kind":"cache"') && line.includes('"outcome":"error"')),
  ).not.toEqual([]);
  // Another start knows nothing, and now the DNS is gone, too.
  await server.kill();
  dns.zone = { "PTR 1.0.0.127.in-addr.arpa": "SERVFAIL" };
  server = await start();
  expect((await crawl("Three")).body.code).toBe("BOT_REFUSED");
  expect((await send(server.origin, "GET", "/acme/ideas/feedback", { headers: GOOGLEBOT })).status).toBe(200);
  expect((await list("acme")).status).toBe(200);
  expect((await vote("other", "kv")).status).toBe(201);
});

it("[D10] after all of it every database is whole, and every count its recount", async () => {
  await server.kill();
  expect(inspectDisk(dataDir, { workspaces: ["acme", "other"], users: [ada.id] })).toMatchObject({ broken: [] });
  server = await start();
});
