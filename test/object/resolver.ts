/** A DNS-over-HTTPS server that stands in for `fetch`, and a KV that can fail, for tests of bots inside workerd. */
import { type Answer, decode, encode, type Packet } from "@dnsquery/dns-packet";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

export const RESOLVER = "https://dns.example.com/dns-query";

/** What stands in the zones, by type and name. */
export type Zone = Readonly<Record<string, readonly string[]>>;

export class Resolver {
  /** Questions so far, as `PTR 1.66.249.66.in-addr.arpa`. */
  readonly asked: string[] = [];
  /** In place of an answer. */
  fails: ((question: string) => Promise<Response> | Response | undefined) | null = null;
  readonly #zone: Zone;

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  install(): void {
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      if (request.url !== RESOLVER || request.method !== "POST")
        throw new Error(`asked ${request.method} ${request.url}`);
      const query = decode(await request.bytes());
      const question = (query.questions ?? []).map(({ type, name }) => `${type} ${name}`).join();
      this.asked.push(question);
      // As long as it takes for others to come and miss, too.
      await scheduler.wait(5);
      return (await this.fails?.(question)) ?? this.#answer(query, question);
    });
  }

  #answer(query: Packet, question: string): Response {
    const found = this.#zone[question];
    const [type = "", name = ""] = question.split(" ");
    const answers = (found ?? []).map((data) => ({ type, name, ttl: 60, data }) as Answer);
    return message({ ...query, answers }, found === undefined ? NXDOMAIN : 0);
  }
}

export const NXDOMAIN = 3;
export const SERVFAIL = 2;

export function message({ questions = [], answers = [] }: Packet, rcode: number, flags = 0): Response {
  const bytes = encode({ type: "response", id: 0, flags: rcode | flags, questions, answers });
  return new Response(bytes, { headers: { "content-type": "application/dns-message" } });
}

/** That there is no such name, cut off or filled up to `bytes`, with another status or media type. */
export async function altered({ status = 200, type = "application/dns-message", bytes = 0 }): Promise<Response> {
  const whole = await message({}, NXDOMAIN).bytes();
  const body = new Uint8Array(bytes === 0 ? whole.byteLength : bytes);
  body.set(whole.subarray(0, body.byteLength));
  return new Response(body, { status, headers: { "content-type": type } });
}

/** The real KV, counted. Each has its isolate's memory of its own. */
export class CountedKv {
  gets = 0;
  puts = 0;
  state: "well" | "broken" | "silent" = "well";
  /** That were asked for. */
  readonly keys: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  async get(key: string): Promise<string | null> {
    this.gets += 1;
    this.keys.push(key);
    this.#fail();
    if (this.state === "silent") await new Promise(() => undefined);
    return env.CACHE.get(key);
  }

  async put(key: string, value: string, options: KVNamespacePutOptions): Promise<void> {
    this.puts += 1;
    this.#fail();
    this.#writing = env.CACHE.put(key, value, options);
    await this.#writing;
  }

  /** Until what was put last can be read: nobody who asked has waited for it. */
  written(): Promise<void> {
    return this.#writing;
  }

  #fail(): void {
    if (this.state === "broken") throw new Error("KV fails");
  }

  environment(more: Partial<Record<"DNS_RESOLVER", string>> = {}): Env {
    return { ...env, CACHE: this as unknown as KVNamespace, DNS_RESOLVER: RESOLVER, ...more };
  }
}
