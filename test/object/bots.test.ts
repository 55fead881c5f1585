/** What it costs to find out who is a bot, and what happens when KV or the DNS fails. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HELD_MS, proofCache } from "../../src/bots/cache.ts";
import { setLogLevel } from "../../src/log.ts";
import { Clock } from "../model/clock.ts";
import { board } from "../support/workerd.ts";
import {
  BROWSER,
  CRAWLER,
  CURL,
  GOOGLEBOT,
  HOST,
  google,
  json,
  newAddress,
  resolver,
  reverse,
  send,
  verdict,
} from "./bot-requests.ts";
import { altered, CountedKv, message, SERVFAIL } from "./resolver.ts";

const alphabetically = (one: string, other: string): number => one.localeCompare(other);

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
    await kv.written();
    await verdict(other.environment(), { agent: GOOGLEBOT, address });
    expect(dns.asked).toHaveLength(4);
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

  it("[N5] who claims nothing, and a crawler that is no search engine, cost no look into KV and no question", async () => {
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

  it("[N5] hits, misses, whoever joined and faults are counted, and each is a line of the log without whom it was about", async () => {
    const { address, zone } = google();
    const other = newAddress();
    resolver({ ...zone, [reverse(other)]: [HOST], [`A ${HOST}`]: [address, other] });
    const kv = new CountedKv();
    const own = kv.environment();
    setLogLevel("info");
    await Promise.all([verdict(own, { agent: GOOGLEBOT, address }), verdict(own, { agent: GOOGLEBOT, address })]);
    await verdict(own, { agent: GOOGLEBOT, address });
    kv.state = "broken";
    await verdict(own, { agent: GOOGLEBOT, address: other });
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

  it("[N5] more look-ups at once than an isolate may make are not made, and refuse nobody", async () => {
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
      expect(await verdict(kv.environment(), { agent: GOOGLEBOT, address })).toEqual({
        kind: "good",
        name: "Googlebot",
      });
      await verdict(kv.environment(), { agent: GOOGLEBOT, address });
      expect(kv.gets).toBe(1);
    }
    expect(dns.asked).toHaveLength(4);
    // Nothing to find out with: unknown. It reads on, and a post is refused as what calls itself a search engine, not as a fault.
    dns.fails = () => new Response("", { status: 503 });
    const kv = new CountedKv();
    kv.state = "broken";
    const { workspace } = await board();
    const path = `/api/v1/${workspace}/ideas/feedback`;
    const sent = { agent: GOOGLEBOT, address: newAddress() };
    expect((await send(kv.environment(), path, sent)).status).toBe(200);
    expect((await send(kv.environment(), path, sent, json({ title: "x" }))).status).toBe(403);
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
      JSON.stringify({ ...kept, proof: "refuted" }),
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
    await env.CACHE.put(kv.keys[0] ?? "", JSON.stringify(kept));
    expect(await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address })).toMatchObject({ kind: "good" });
  });

  it("[N6] a DNS that fails leaves it unknown, for 300 s in this isolate and in no other; a later answer counts", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const failures: readonly (() => Promise<Response> | Response)[] = [
      () => message({}, SERVFAIL),
      () => message({}, 0, 1 << 9),
      // Each would say that there is no such name.
      () => altered({ status: 500 }),
      () => altered({ type: "text/html" }),
      () => altered({ bytes: 5 }),
      () => altered({ bytes: 65 * 1024 }),
      () => Response.redirect("https://elsewhere.example.com/"),
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

  it("[N6] a DNS that never answers is waited for five seconds, by all together", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    dns.fails = () => new Promise(() => undefined);
    const own = new CountedKv().environment();
    const asking = Array.from({ length: 10 }, () => verdict(own, { agent: GOOGLEBOT, address }));
    const others = Array.from({ length: 40 }, () => verdict(own, { agent: GOOGLEBOT, address: newAddress() }));
    await expect.poll(() => dns.asked.length).toBe(32);
    // Nor do those who wait in vain keep out who comes later.
    clock.advance(6_000);
    others.push(verdict(own, { agent: GOOGLEBOT, address: newAddress() }));
    await vi.waitUntil(() => dns.asked.length === 33);
    for (const { kind } of await Promise.all([...asking, ...others])) expect(kind).toBe("unknown");
    expect(dns.asked.filter((question) => question === reverse(address))).toHaveLength(1);
  });
});
