/** What becomes of bots: who is taken for one, what it costs to find out, what happens when KV or the DNS fails, and what a bot may do. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HELD_MS, proofCache } from "../../src/bots/cache.ts";
import type { BotVerdict } from "../../src/bots/verdict.ts";
import { botVerdict, readsUncounted } from "../../src/edge/bots.ts";
import type { RequestContext } from "../../src/edge/context.ts";
import { setLogLevel } from "../../src/log.ts";
import { LIVE_SUBPROTOCOL } from "../../src/protocol/live/version.ts";
import worker from "../../src/worker.ts";
import { Clock } from "../model/clock.ts";
import { board, call, OPERATOR, ORIGIN, post } from "../support/workerd.ts";
import { CountedKv, message, Resolver, SERVFAIL } from "./resolver.ts";

const GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const CRAWLER = "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)";
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const CURL = "curl/8.5.0";

/** Each address once per test: what is held of it stays in KV. */
let addresses = 0;
function newAddress(): string {
  addresses += 1;
  return `66.249.${String(addresses >> 8)}.${String(addresses & 255)}`;
}

const reverse = (address: string): string => `PTR ${address.split(".").toReversed().join(".")}.in-addr.arpa`;
const HOST = "crawl-1.googlebot.com";
const alphabetically = (one: string, other: string): number => one.localeCompare(other);
/** An address that is Googlebot's. */
function google(address = newAddress()) {
  return { address, zone: { [reverse(address)]: [HOST], [`A ${HOST}`]: [address] } };
}

const clock = new Clock();
let lines: any[] = [];
beforeEach(() => {
  clock.install();
  lines = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    for (const line of text.split("\n")) lines.push(JSON.parse(line));
  });
});
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
  setLogLevel("off");
});

function resolver(zone: Record<string, readonly string[]>): Resolver {
  const installed = new Resolver(zone);
  installed.install();
  return installed;
}

type Sent = { readonly agent: string; readonly address?: string; readonly cf?: Record<string, unknown> };

function request(
  path: string,
  { agent, address, cf }: Sent,
  init: RequestInit = {},
): Request<unknown, IncomingRequestCfProperties> {
  const headers = new Headers(init.headers);
  headers.set("user-agent", agent);
  if (address !== undefined) headers.set("cf-connecting-ip", address);
  const more = cf === undefined ? {} : { cf };
  return new Request(`${ORIGIN}${path}`, { ...init, headers, ...more } as RequestInit<IncomingRequestCfProperties>);
}

function verdict(own: Env, sent: Sent): Promise<BotVerdict> {
  return botVerdict(contextOf(own, sent));
}

function contextOf(own: Env, sent: Sent) {
  const context = { request: request("/", sent), env: own, requestId: "-", caller: { kind: "anonymous" } } as const;
  return context as Pick<RequestContext, keyof typeof context>;
}

async function send(
  own: Env,
  path: string,
  sent: Sent,
  init: RequestInit = {},
): Promise<{ status: number; code?: string; response: Response }> {
  const execution = createExecutionContext();
  const response = await worker.fetch(request(path, sent, init), own, execution);
  await waitOnExecutionContext(execution);
  if (response.headers.get("content-type")?.includes("json") !== true) return { status: response.status, response };
  const body = await response.json<{ code?: string }>();
  return { status: response.status, response, ...(body.code === undefined ? {} : { code: body.code }) };
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

describe("what it costs to find out", () => {
  it("[S25] 100 who miss at once make one look-up; for 300 s nobody else makes one, in this isolate or in another", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const kv = new CountedKv();
    const own = kv.environment();
    const hundred = () => Promise.all(Array.from({ length: 100 }, () => verdict(own, { agent: GOOGLEBOT, address })));
    expect(new Set((await hundred()).map(({ kind }) => kind))).toEqual(new Set(["good"]));
    expect(dns.asked).toEqual([reverse(address), `A ${HOST}`]);
    expect([kv.gets, kv.puts]).toEqual([1, 1]);
    expect(kv.keys[0]).toMatch(/^bot:[\w-]{22}$/u);
    clock.advance(HELD_MS - 1);
    await hundred();
    expect(kv.gets).toBe(1);
    await kv.written();
    const other = new CountedKv();
    expect(await verdict(other.environment(), { agent: GOOGLEBOT, address })).toEqual({
      kind: "good",
      name: "Googlebot",
    });
    expect([other.gets, other.puts]).toEqual([1, 0]);
    expect(dns.asked).toHaveLength(2);
    // Both count from the look-up.
    clock.advance(1);
    await hundred();
    await verdict(other.environment(), { agent: GOOGLEBOT, address });
    expect(dns.asked.length).toBeLessThanOrEqual(6);
    expect(dns.asked.length).toBeGreaterThanOrEqual(4);
    expect(proofCache(own.CACHE).counts).toEqual({ hit: 100, miss: 2, joined: 198, error: 0 });
  });

  it("[S25] 100 requests that miss at once are all answered, each in its own context", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const own = new CountedKv().environment();
    const { workspace } = await board();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        send(own, `/api/v1/${workspace}/ideas/feedback`, { agent: GOOGLEBOT, address }, json({ title: "x" })),
      ),
    );
    expect(new Set(answers.map(({ status, code }) => `${String(status)} ${String(code)}`))).toEqual(
      new Set(["403 BOT_REFUSED"]),
    );
    expect(dns.asked).toHaveLength(2);
  });

  it("[H5] who claims nothing, and a crawler that is no search engine, cost no look into KV and no question", async () => {
    const dns = resolver({});
    const kv = new CountedKv();
    const own = kv.environment();
    const { workspace } = await board();
    for (const agent of [BROWSER, CURL, "", CRAWLER]) {
      for (const path of ["/", `/w/${workspace}/ideas`, `/api/v1/${workspace}/ideas/feedback`])
        expect((await send(own, path, { agent, address: newAddress() })).status).toBe(200);
      await send(own, `/api/v1/${workspace}/ideas/feedback`, { agent, address: newAddress() }, json({ title: "x" }));
    }
    expect([kv.gets, kv.puts, dns.asked.length]).toEqual([0, 0, 0]);
  });

  it("[H5] hits, misses, whoever joined and faults are counted, and each is a line of the log without whom it was about", async () => {
    const { address, zone } = google();
    resolver(zone);
    const kv = new CountedKv();
    const own = kv.environment();
    setLogLevel("info");
    await Promise.all([verdict(own, { agent: GOOGLEBOT, address }), verdict(own, { agent: GOOGLEBOT, address })]);
    await verdict(own, { agent: GOOGLEBOT, address });
    kv.state = "broken";
    await verdict(own, { agent: GOOGLEBOT, address: newAddress() });
    expect(proofCache(own.CACHE).counts).toEqual({ hit: 1, miss: 2, joined: 1, error: 2 });
    const cacheLines = lines.filter(({ kind }) => kind === "cache");
    expect(cacheLines.map(({ outcome }) => outcome).toSorted(alphabetically)).toEqual([
      "error",
      "error",
      "hit",
      "joined",
      "miss",
      "miss",
    ]);
    for (const line of cacheLines) {
      expect(Object.keys(line).toSorted(alphabetically)).toEqual([
        "kind",
        "level",
        "ms",
        "outcome",
        "prefix",
        "requestId",
        "time",
      ]);
      expect(line).toMatchObject({ prefix: "bot", level: line.outcome === "error" ? "warn" : "info" });
    }
    expect(JSON.stringify(lines)).not.toContain(address);
  });

  it("[H5] more look-ups at once than an isolate may make are not made, and refuse nobody", async () => {
    const dns = resolver({});
    const own = new CountedKv().environment();
    const verdicts = await Promise.all(
      Array.from({ length: 100 }, () => verdict(own, { agent: GOOGLEBOT, address: newAddress() })),
    );
    expect(dns.asked).toHaveLength(32);
    expect(verdicts.filter(({ kind }) => kind === "bad")).toHaveLength(32);
    expect(verdicts.filter(({ kind }) => kind === "unknown")).toHaveLength(68);
  });
});

describe("faults", () => {
  it("[S25] a KV that throws, and one that is silent, are passed by", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    for (const state of ["broken", "silent"] as const) {
      const kv = new CountedKv();
      kv.state = state;
      const startedAt = performance.now();
      expect(await verdict(kv.environment(), { agent: GOOGLEBOT, address })).toEqual({
        kind: "good",
        name: "Googlebot",
      });
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      await verdict(kv.environment(), { agent: GOOGLEBOT, address });
      expect(kv.gets).toBe(1);
    }
    expect(dns.asked).toHaveLength(4);
    // Nothing to find out with: unknown, and not refused.
    dns.fails = () => new Response("", { status: 503 });
    const kv = new CountedKv();
    kv.state = "broken";
    const { workspace } = await board();
    const posted = await send(
      kv.environment(),
      `/api/v1/${workspace}/ideas/feedback`,
      { agent: GOOGLEBOT, address: newAddress() },
      json({ title: "x" }),
    );
    expect(posted.status).toBe(201);
  });

  it("[S25] what stands in KV and is not ours counts for nothing", async () => {
    const dns = resolver({});
    const kept = { proof: "confirmed", until: clock.now + 1_000 };
    const broken = [
      "",
      "{",
      "null",
      "good",
      JSON.stringify({ ...kept, proof: "unknown" }),
      JSON.stringify({ ...kept, until: "never" }),
      JSON.stringify({ ...kept, more: 1 }),
      JSON.stringify({ ...kept, until: clock.now + 2 * HELD_MS }),
      JSON.stringify({ ...kept, until: clock.now - 1 }),
    ];
    for (const text of broken) {
      const address = newAddress();
      const kv = new CountedKv();
      // Finds its key.
      await verdict(kv.environment(), { agent: GOOGLEBOT, address });
      await kv.written();
      await env.CACHE.put(kv.keys[0] ?? "", text);
      const before = dns.asked.length;
      expect(await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address }), text).toMatchObject({
        kind: "bad",
      });
      expect(dns.asked.length, text).toBe(before + 1);
    }
    const address = newAddress();
    const kv = new CountedKv();
    await verdict(kv.environment(), { agent: GOOGLEBOT, address });
    await kv.written();
    await env.CACHE.put(kv.keys[0] ?? "", JSON.stringify(kept));
    expect(await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address })).toMatchObject({ kind: "good" });
  });

  it("[H6] a DNS that fails leaves it unknown, for 300 s in this isolate and in no other; a later answer counts", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const failures: readonly (() => Promise<Response> | Response)[] = [
      () => message({}, SERVFAIL),
      () => message({}, 0, 1 << 9),
      () => new Response("no", { status: 500, headers: { "content-type": "application/dns-message" } }),
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
      () => new Response(new Uint8Array(5), { headers: { "content-type": "application/dns-message" } }),
      () => new Response(new Uint8Array(65 * 1024), { headers: { "content-type": "application/dns-message" } }),
      () => Response.redirect("https://elsewhere.test/"),
      () => Promise.reject(new Error("no network")),
    ];
    for (const fails of failures) {
      // The first question fails, or the second.
      for (const type of ["PTR", "A"]) {
        const kv = new CountedKv();
        dns.fails = (question) => (question.startsWith(`${type} `) ? fails() : undefined);
        setLogLevel("warn");
        lines = [];
        expect(await verdict(kv.environment(), { agent: GOOGLEBOT, address })).toEqual({
          kind: "unknown",
          name: "Googlebot",
        });
        expect(lines).toMatchObject([{ kind: "fault", level: "warn", where: "DNS" }]);
        expect(JSON.stringify(lines)).not.toContain(address);
        const before = dns.asked.length;
        await verdict(kv.environment(), { agent: GOOGLEBOT, address });
        expect([dns.asked.length, kv.puts]).toEqual([before, 0]);
      }
    }
    dns.fails = null;
    expect(await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address })).toMatchObject({ kind: "good" });
  });

  it("[H6] a DNS that never answers is waited for five seconds, by all together", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    dns.fails = () => new Promise(() => undefined);
    const own = new CountedKv().environment();
    const startedAt = performance.now();
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => verdict(own, { agent: GOOGLEBOT, address })));
    expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(["unknown"]));
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(dns.asked).toHaveLength(1);
  });
});

describe("who it is", () => {
  it("[H2] a search engine is believed only where its host's name leads back to the address", async () => {
    const names: readonly (readonly [
      what: string,
      names: readonly string[],
      addresses: readonly string[],
      kind: string,
    ])[] = [
      ["its own", ["crawl-9.googlebot.com"], ["its"], "good"],
      ["in capitals", ["CRAWL-9.GoogleBot.com"], ["its"], "good"],
      ["one of several", ["x.example", "crawl-9.googlebot.com"], ["9.9.9.9", "its"], "good"],
      ["a name that leads elsewhere", ["crawl-9.googlebot.com"], ["9.9.9.9"], "bad"],
      ["a name that leads nowhere", ["crawl-9.googlebot.com"], [], "bad"],
      ["somebody else's name", ["crawl-9.googlebot.com.attacker.example"], ["its"], "bad"],
      ["a name that only ends alike", ["crawl-9.notgooglebot.com"], ["its"], "bad"],
      ["no name", [], [], "bad"],
      [
        "more names than are looked at",
        ["a", "b", "c", "d", "e"].map((name) => `${name}.example`).concat("crawl-9.googlebot.com"),
        ["its"],
        "bad",
      ],
    ];
    for (const [what, hosts, found, kind] of names) {
      vi.restoreAllMocks();
      const address = newAddress();
      const forward = Object.fromEntries(
        hosts.map((host) => [`A ${host.toLowerCase()}`, found.map((one) => (one === "its" ? address : one))]),
      );
      const dns = resolver({ [reverse(address)]: hosts, ...forward });
      expect((await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address })).kind, what).toBe(kind);
      // Nobody is asked about names that count for nothing.
      expect(
        dns.asked.filter((question) => question.includes("example")),
        what,
      ).toEqual([]);
    }
  });

  it("[H2] an IPv6 address is looked up as one, however it is written", async () => {
    const name = `PTR 1${".0".repeat(15)}.0.1.0.0.1.0.8.4.0.6.8.4.1.0.0.2.ip6.arpa`;
    resolver({ [name]: [HOST], [`AAAA ${HOST}`]: ["2001:4860:4801:10::1"], [`A ${HOST}`]: ["1.2.3.4"] });
    for (const address of ["2001:4860:4801:10::1", "2001:4860:4801:0010:0000:0000:0000:0001"])
      expect(await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address })).toMatchObject({
        kind: "good",
      });
  });

  it("[H2] what was found of one search engine says nothing of another", async () => {
    const { address, zone } = google();
    resolver(zone);
    const own = new CountedKv().environment();
    expect(await verdict(own, { agent: GOOGLEBOT, address })).toMatchObject({ kind: "good" });
    expect(await verdict(own, { agent: "Mozilla/5.0 (compatible; bingbot/2.0)", address })).toEqual({
      kind: "bad",
      name: "Bingbot",
    });
  });

  it("[H6] without a resolver, or an address, nothing is asked and no claim is believed", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const kv = new CountedKv();
    for (const own of [kv.environment({ DNS_RESOLVER: "" })])
      expect(await verdict(own, { agent: GOOGLEBOT, address })).toEqual({ kind: "unknown", name: "Googlebot" });
    expect(await verdict(kv.environment(), { agent: GOOGLEBOT })).toMatchObject({ kind: "unknown" });
    expect(await verdict(kv.environment(), { agent: GOOGLEBOT, address: "unknown" })).toMatchObject({
      kind: "unknown",
    });
    expect([kv.gets, dns.asked.length]).toEqual([0, 0]);
    // Nor over plain http across a network.
    expect(
      await verdict(kv.environment({ DNS_RESOLVER: "http://dns.test/" }), { agent: GOOGLEBOT, address }),
    ).toMatchObject({ kind: "unknown" });
    expect(dns.asked).toEqual([]);
  });

  it("[H3] where Cloudflare has looked, nobody else is asked", async () => {
    const dns = resolver({});
    const kv = new CountedKv();
    const own = kv.environment();
    const said = (botManagement: unknown) => ({ agent: GOOGLEBOT, address: newAddress(), cf: { botManagement } });
    expect(await verdict(own, said({ verifiedBot: true, score: 1 }))).toMatchObject({ kind: "good" });
    expect(await verdict(own, said({ verifiedBot: false, score: 3 }))).toMatchObject({ kind: "bad" });
    expect(await verdict(own, said({ verifiedBot: false, score: 80 }))).toEqual({ kind: "human" });
    expect([kv.gets, dns.asked.length]).toEqual([0, 0]);
    expect(await verdict(own, said({ verifiedBot: false, score: 0 }))).toMatchObject({
      kind: "bad",
      name: "Googlebot",
    });
    expect(dns.asked).toHaveLength(1);
  });
});

describe("what a bot may do", () => {
  it("[H7] bots read pages and lists, with nothing left in their browser; the verified read uncounted", async () => {
    const { address, zone } = google();
    resolver(zone);
    const own = new CountedKv().environment();
    const { workspace, path } = await board();
    const id = await post(path, "Dark mode");
    const visitors: readonly (readonly [Sent, boolean])[] = [
      [{ agent: GOOGLEBOT, address }, true],
      [{ agent: GOOGLEBOT, address: newAddress() }, false],
      [{ agent: CRAWLER, address: newAddress() }, false],
      [{ agent: BROWSER, address: newAddress() }, false],
    ];
    for (const [sent, uncounted] of visitors) {
      for (const page of [`/w/${workspace}/ideas`, `/w/${workspace}/ideas/${String(id)}`, `${path}/feedback`, "/"]) {
        const { status, response } = await send(own, page, sent);
        expect(status, page).toBe(200);
        expect(response.headers.getSetCookie()).toEqual([]);
      }
      expect(await readsUncounted(contextOf(own, sent)), sent.agent).toBe(uncounted);
    }
    expect(
      await readsUncounted({ ...contextOf(own, { agent: GOOGLEBOT, address }), caller: { kind: "operator" } }),
    ).toBe(false);
  });

  it("[H7] bots do not post, vote or open sockets, by API or by form; whoever is not known to be one does", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const own = new CountedKv().environment();
    const { workspace, path } = await board();
    const id = await post(path, "Dark mode");
    const form = (body: string): RequestInit => ({
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN },
      body,
    });
    const upgrade = { headers: { upgrade: "websocket", "sec-websocket-protocol": LIVE_SUBPROTOCOL } };
    const deeds: readonly (readonly [path: string, init: RequestInit, status: number])[] = [
      [`${path}/feedback`, json({ title: "A bot was here" }), 201],
      [`${path}/feedback/${String(id)}/votes`, json({ externalUserId: "somebody" }), 201],
      [`${path}/feedback/${String(id)}/votes?externalUserId=somebody`, { method: "DELETE" }, 200],
      [`${path}/live`, upgrade, 101],
      [`/w/${workspace}/ideas`, form("title=A+bot+was+here"), 303],
      [`/w/${workspace}/ideas/${String(id)}/vote`, form("action=vote"), 303],
    ];
    const bad = newAddress();
    const unknown = newAddress();
    await verdict(own, { agent: GOOGLEBOT, address: bad });
    dns.fails = () => message({}, SERVFAIL);
    await verdict(own, { agent: GOOGLEBOT, address: unknown });
    for (const sent of [
      { agent: GOOGLEBOT, address },
      { agent: GOOGLEBOT, address: bad },
      { agent: CRAWLER, address: newAddress() },
    ]) {
      dns.fails = null;
      for (const [target, init] of deeds) {
        const { status, code, response } = await send(own, target, sent, init);
        expect([status, response.headers.getSetCookie()], target).toEqual([403, []]);
        if (target.startsWith("/api/")) expect(code).toBe("BOT_REFUSED");
        else expect(await response.text()).toContain("Not for bots");
      }
    }
    expect((await call("GET", `${path}/feedback`)).body).toHaveLength(1);
    for (const agent of [BROWSER, CURL, GOOGLEBOT])
      for (const [target, init, expected] of deeds) {
        const { status, response } = await send(own, target, { agent, address: unknown }, init);
        // A vote that is cast again is 200.
        expect([expected, expected - 1], `${agent} ${target}`).toContain(status);
        response.webSocket?.accept();
        response.webSocket?.close();
      }
  });

  it("[H7] whoever is somebody posts, whatever the program calls itself", async () => {
    resolver({});
    const own = new CountedKv().environment();
    const { workspace, path } = await board();
    const made = await call(
      "POST",
      `/api/v1/workspaces/${workspace}/api-keys`,
      { name: "Sync", scopes: ["read", "write"] },
      OPERATOR,
    );
    const callers = [OPERATOR, { authorization: `Bearer ${String(made.body.key)}` }];
    for (const headers of callers)
      for (const agent of [GOOGLEBOT, CRAWLER])
        expect(
          (await send(own, `${path}/feedback`, { agent, address: newAddress() }, json({ title: "x" }, headers))).status,
        ).toBe(201);
  });

  it("[H7] whoever lies about who it is neither signs in nor opens an account; a crawler that does not lie may", async () => {
    const { address, zone } = google();
    resolver(zone);
    const own = new CountedKv().environment();
    const bad = newAddress();
    const body = { email: "bot@example.com", password: "not the right password at all" };
    const doors: readonly (readonly [path: string, init: RequestInit])[] = [
      ["/api/v1/auth/login", json(body)],
      ["/api/v1/auth/register", json(body)],
      ["/api/v1/auth/password/reset", json({ email: body.email })],
      ["/api/v1/auth/github/initiate", {}],
      [
        "/console/sign-in",
        {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN },
          body: "email=a%40example.com&password=x",
        },
      ],
    ];
    for (const [path, init] of doors) {
      const refused = await send(own, path, { agent: GOOGLEBOT, address: bad }, init);
      expect(refused.status, path).toBe(403);
      if (path.startsWith("/api/")) expect(refused.code).toBe("BOT_REFUSED");
      for (const sent of [
        { agent: GOOGLEBOT, address },
        { agent: CRAWLER, address: newAddress() },
      ])
        expect((await send(own, path, sent, init)).code, path).not.toBe("BOT_REFUSED");
    }
  });
});
