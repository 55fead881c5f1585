/** How many look-ups those who say that they are a search engine can cause, and what they leave behind. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HELD_MS } from "../../src/bots/cache.ts";
import { setLogLevel } from "../../src/log.ts";
import { Clock } from "../model/clock.ts";
import { board } from "../support/workerd.ts";
import { GOOGLEBOT, HOST, google, newAddress, resolver, reverse, send, verdict } from "./bot-requests.ts";
import { CountedKv } from "./resolver.ts";

const PER_VISITOR = 10;
const IN_ALL = 120;
const WINDOW_MS = 60_000;

const clock = new Clock();
beforeEach(() => {
  clock.install();
  setLogLevel("off");
});
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
});

async function kinds(own: Env, addresses: readonly string[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const address of addresses) {
    const { kind } = await verdict(own, { agent: GOOGLEBOT, address });
    found[kind] = (found[kind] ?? 0) + 1;
  }
  return found;
}

const inSubnet = (subnet: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `2001:db8:0:${subnet}::${(n + 1).toString(16)}`);

describe("look-ups are counted", () => {
  it("[N8] however many addresses of one /64 claim it, ten a minute are looked up; the others read, counted, as unknown", async () => {
    const dns = resolver({});
    const kv = new CountedKv();
    const own = kv.environment();
    const { path } = await board();
    const addresses = inSubnet("1", 200);
    for (const address of addresses)
      expect((await send(own, `${path}/feedback`, { agent: GOOGLEBOT, address })).status).toBe(200);
    expect([dns.asked.length, kv.gets, kv.puts]).toEqual([PER_VISITOR, PER_VISITOR, 0]);
    // What is held costs nothing and is no look-up; a refusal is not held.
    expect(await kinds(own, addresses)).toEqual({ bad: PER_VISITOR, unknown: 200 - PER_VISITOR });
    // All of them together have one more when a tenth of the minute is over.
    clock.advance(WINDOW_MS / PER_VISITOR);
    expect(await kinds(own, addresses)).toEqual({ bad: PER_VISITOR + 1, unknown: 200 - PER_VISITOR - 1 });
    expect([dns.asked.length, kv.gets]).toEqual([PER_VISITOR + 1, PER_VISITOR + 1]);
  });

  it("[N8] another /64, and an IPv4 address, have look-ups of their own; whoever waits for a look-up uses none", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const own = new CountedKv().environment();
    await kinds(own, inSubnet("2", 50));
    expect(await kinds(own, inSubnet("3", 1))).toEqual({ bad: 1 });
    const many = await Promise.all(Array.from({ length: 50 }, () => verdict(own, { agent: GOOGLEBOT, address })));
    expect(new Set(many.map(({ kind }) => kind))).toEqual(new Set(["good"]));
    expect(dns.asked).toHaveLength(PER_VISITOR + 1 + 2);
  });

  it("[N8] an isolate makes 120 a minute, whoever asks; a claim that is held is still known, and nobody is refused", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const kv = new CountedKv();
    const own = kv.environment();
    await verdict(own, { agent: GOOGLEBOT, address });
    const others = Array.from({ length: 300 }, () => newAddress());
    expect(await kinds(own, others)).toEqual({ bad: IN_ALL - 1, unknown: 300 - IN_ALL + 1 });
    expect([kv.gets, dns.asked.length]).toEqual([IN_ALL, IN_ALL + 1]);
    expect(await verdict(own, { agent: GOOGLEBOT, address })).toMatchObject({ kind: "good" });
    // Who was refused has lost none of its own.
    clock.advance(WINDOW_MS);
    expect(await kinds(own, others.slice(-PER_VISITOR))).toEqual({ bad: PER_VISITOR });
  });
});

describe("what a claim leaves behind", () => {
  it("[N9] a claim that is refuted leaves no row in KV, and is held for 300 s in the isolate", async () => {
    const address = newAddress();
    const dns = resolver({});
    const kv = new CountedKv();
    const own = kv.environment();
    const rows = async () => (await env.CACHE.list()).keys.length;
    const before = await rows();
    expect(await kinds(own, [address])).toEqual({ bad: 1 });
    await kv.written();
    expect([kv.puts, await rows()]).toEqual([0, before]);
    clock.advance(HELD_MS - 1);
    expect(await kinds(own, [address])).toEqual({ bad: 1 });
    expect([kv.gets, dns.asked.length]).toEqual([1, 1]);
    clock.advance(1);
    expect(await kinds(own, [address])).toEqual({ bad: 1 });
    expect([kv.gets, dns.asked.length, kv.puts]).toEqual([2, 2, 0]);
  });

  it("[N9] a claim that is confirmed is written, for the other isolates", async () => {
    const address = newAddress();
    resolver({ [reverse(address)]: [HOST], [`A ${HOST}`]: [address] });
    const kv = new CountedKv();
    expect(await kinds(kv.environment(), [address])).toEqual({ good: 1 });
    await kv.written();
    expect(kv.puts).toBe(1);
    expect(await env.CACHE.get(kv.keys[0] ?? "", "json")).toMatchObject({ proof: "confirmed" });
  });
});
