/**
 * What signing in costs, and what it costs the others: login and refresh, an authenticated request beside an anonymous one, the public keys under load, and the public list
 * while sixteen people try to sign in at once. Gates are answers, never times.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { argon2id } from "@noble/hashes/argon2.js";
import autocannon from "autocannon";
import { type Running, startProduct } from "../load/servers.ts";
import { holds, median, percentile, type Report } from "../report.ts";

export type IdentityOptions = { readonly seconds: number };

const PASSWORD = "a long enough sentence for a bench";
const LOGINS = 15;
const REFRESHES = 100;
const CONNECTIONS = 32;
const SIGN_INS_AT_ONCE = 16;
const READERS = 8;
const PAUSE_MS = 20;
const ROUNDS = 6;
/** SECURITY 3. */
const HASH = { m: 12_288, t: 3, p: 1, dkLen: 32 } as const;

type Tokens = { readonly accessToken: string; readonly refreshToken: string };

export async function benchIdentity({ seconds }: IdentityOptions): Promise<Report> {
  const server = await startProduct();
  try {
    const email = "owner@bench.example";
    const { accessToken } = (await post(server, "/auth/register", { email, password: PASSWORD })).body as Tokens;
    await seed(server, accessToken);
    const signIn = await signingIn(server, email);
    const cost = await authenticated(server, accessToken);
    const keys = await publicKeys(server, seconds);
    const flood = await underSignIns(server, email, seconds);
    return {
      title: "Identity",
      rows: [
        { what: "login beyond the hash itself, p50", found: ms(signIn.login - signIn.hash), target: "" },
        { what: "the hash (argon2id, in Node)", found: ms(signIn.hash), target: "" },
        { what: "refresh, p50", found: ms(signIn.refresh), target: "" },
        { what: "CPU of an authenticated list over an anonymous one", found: ms(cost), target: "0.20 ms" },
        { what: "public keys, p95 under the load of a list", found: ms(keys), target: "100 ms" },
        { what: `public list, p99 while ${String(SIGN_INS_AT_ONCE)} sign in`, found: ms(flood.p99), target: "300 ms" },
        { what: "the same, without them", found: ms(flood.quietP99), target: "" },
        { what: "sign-ins done / told to wait", found: `${String(flood.done)} / ${String(flood.waiting)}`, target: "" },
      ],
      gates: [
        holds(
          "every sign-in is answered 200, or 429 or 503 with Retry-After",
          flood.others === 0,
          String(flood.others),
          "0",
        ),
        holds("some sign-ins are done under the flood", flood.done > 0, String(flood.done), "> 0"),
        holds("every list is answered 200 under the flood", flood.failedLists === 0, String(flood.failedLists), "0"),
      ],
    };
  } finally {
    await server.stop();
  }
}

async function signingIn(server: Running, email: string) {
  const salt = new Uint8Array(16);
  const logins: number[] = [];
  const hashes: number[] = [];
  let tokens: Tokens = { accessToken: "", refreshToken: "" };
  for (let n = 0; n < LOGINS; n++) {
    hashes.push(timed(() => argon2id(PASSWORD, salt, HASH)));
    const { ms: took, body } = await post(server, "/auth/login", { email, password: PASSWORD });
    logins.push(took);
    tokens = body as Tokens;
  }
  const refreshes: number[] = [];
  for (let n = 0; n < REFRESHES; n++) {
    const { ms: took, body } = await post(server, "/auth/refresh", { refreshToken: tokens.refreshToken });
    refreshes.push(took);
    tokens = body as Tokens;
  }
  return { login: median(logins), hash: median(hashes), refresh: median(refreshes) };
}

/** Processor time per request, in turns: other work on the machine hardly touches it. */
async function authenticated(server: Running, token: string): Promise<number> {
  const extra: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const anonymous = await cpuPerList(server, {});
    extra.push((await cpuPerList(server, { authorization: `Bearer ${token}` })) - anonymous);
  }
  return median(extra);
}

async function cpuPerList(server: Running, headers: Record<string, string>): Promise<number> {
  const before = server.cpuSeconds();
  const result = await autocannon({
    url: server.origin,
    connections: CONNECTIONS,
    duration: 1,
    requests: [{ method: "GET", path: LIST, headers }],
  });
  return ((server.cpuSeconds() - before) / result["2xx"]) * 1_000;
}

async function publicKeys(server: Running, seconds: number): Promise<number> {
  const load = autocannon({
    url: server.origin,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [{ method: "GET", path: LIST }],
  });
  const times: number[] = [];
  const end = Date.now() + seconds * 1_000;
  while (Date.now() < end) {
    times.push((await get(server, "/.well-known/jwks.json")).ms);
    await sleep(PAUSE_MS);
  }
  await load;
  return percentile(times, 0.95);
}

async function underSignIns(server: Running, email: string, seconds: number) {
  const quiet = await readers(server, seconds);
  const seen = { done: 0, waiting: 0, others: 0 };
  const end = Date.now() + seconds * 1_000;
  const people = Array.from({ length: SIGN_INS_AT_ONCE }, async () => {
    while (Date.now() < end) {
      const { status, retryAfter } = await post(server, "/auth/login", { email, password: PASSWORD });
      if (status === 200) seen.done += 1;
      else if ((status === 429 || status === 503) && retryAfter !== null) seen.waiting += 1;
      else seen.others += 1;
    }
  });
  const busy = await readers(server, seconds);
  await Promise.all(people);
  return {
    ...seen,
    p99: percentile(busy.times, 0.99),
    quietP99: percentile(quiet.times, 0.99),
    failedLists: busy.failed,
  };
}

async function readers(server: Running, seconds: number): Promise<{ times: number[]; failed: number }> {
  const times: number[] = [];
  let failed = 0;
  const end = Date.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: READERS }, async () => {
      while (Date.now() < end) {
        const { status, ms: took } = await get(server, LIST);
        times.push(took);
        if (status !== 200) failed += 1;
        await sleep(PAUSE_MS);
      }
    }),
  );
  return { times, failed };
}

const LIST = "/api/v1/bench/ideas/feedback";

async function seed(server: Running, token: string): Promise<void> {
  const authorization = { authorization: `Bearer ${token}` };
  await post(server, "/workspaces", { slug: "bench", name: "Bench" }, authorization);
  await post(server, "/workspaces/bench/boards", { slug: "ideas", name: "Ideas" }, authorization);
  for (let n = 0; n < 100; n++) await post(server, "/bench/ideas/feedback", { title: `Idea ${String(n)}` });
}

async function post(server: Running, path: string, body: unknown, headers: Record<string, string> = {}) {
  const startedAt = performance.now();
  const response = await fetch(`${server.origin}/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  const retryAfter = response.headers.get("retry-after");
  return { status: response.status, ms: performance.now() - startedAt, body: answer, retryAfter };
}

async function get(server: Running, path: string): Promise<{ status: number; ms: number }> {
  const startedAt = performance.now();
  const response = await fetch(`${server.origin}${path}`);
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - startedAt };
}

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
