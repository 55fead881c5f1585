/**
 * The load profile of SPEC §8: virtual users who list, now and then post, often vote, and pause in between, while a probe asks for /health. Times are told against
 * their targets; the gate is on errors, for times belong to the machine.
 */
import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, percentile, type Report } from "../report.ts";
import { BOARD_API, JSON_HEADERS, seedBoard } from "./board.ts";
import { startProduct } from "./servers.ts";

export type ProfileOptions = { readonly users: number; readonly seconds: number };

const ITEMS = 100;
const CREATE_SHARE = 0.1;
const VOTE_SHARE = 0.3;
const PAUSE_MS = { list: 1_000, create: 500, vote: 1_000 } as const;
const HEALTH_EVERY_MS = 50;
const ERROR_SHARE_MAX = 0.01;
/** Milliseconds at p95, SPEC §8. */
const TARGETS = { list: 100, create: 300, vote: 200, health: 50 } as const;
type Kind = keyof typeof TARGETS;
type Sample = { readonly kind: Kind; readonly ms: number; readonly ok: boolean };

export async function benchProfile({ users, seconds }: ProfileOptions): Promise<Report> {
  const server = await startProduct();
  const agent = new Agent({ keepAlive: true, maxSockets: users + 1 });
  try {
    await seedBoard(server.origin, ITEMS);
    const samples: Sample[] = [];
    const endsAt = performance.now() + seconds * 1_000;
    const ask: Ask = async (kind, method, path, body) => {
      samples.push(await timed(agent, server.origin, kind, method, path, body));
    };
    await Promise.all([
      ...Array.from({ length: users }, (_, n) => visit(ask, `user-${String(n)}`, endsAt, users)),
      probe(ask, endsAt),
    ]);
    const failed = samples.filter(({ ok }) => !ok).length;
    return {
      title: `Load profile: ${String(users)} virtual users for ${String(seconds)} s, ${String(Math.round(samples.length / seconds))} requests/s`,
      rows: (["list", "create", "vote", "health"] as const).map((kind) => row(kind, samples)),
      gates: [atMost("share of failed requests", failed / samples.length, ERROR_SHARE_MAX, 4)],
    };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

type Ask = (kind: Kind, method: string, path: string, body?: unknown) => Promise<void>;

/** One person's session. All start spread over the first pause, as people do. */
async function visit(ask: Ask, externalUserId: string, endsAt: number, users: number): Promise<void> {
  await sleep(Math.random() * PAUSE_MS.list);
  for (let turn = 0; performance.now() < endsAt; turn++) {
    await ask("list", "GET", `${BOARD_API}/feedback`);
    await sleep(PAUSE_MS.list);
    if (Math.random() < CREATE_SHARE) {
      await ask("create", "POST", `${BOARD_API}/feedback`, {
        title: `Idea of ${externalUserId}, ${String(turn)}`,
        externalUserId,
      });
      await sleep(PAUSE_MS.create);
    }
    if (Math.random() < VOTE_SHARE) {
      const id = 1 + Math.floor(Math.random() * Math.min(ITEMS, users));
      await ask("vote", "POST", `${BOARD_API}/feedback/${String(id)}/votes`, { externalUserId });
      await sleep(PAUSE_MS.vote);
    }
  }
}

async function probe(ask: Ask, endsAt: number): Promise<void> {
  while (performance.now() < endsAt) {
    await ask("health", "GET", "/health");
    await sleep(HEALTH_EVERY_MS);
  }
}

function timed(
  agent: Agent,
  origin: string,
  kind: Kind,
  method: string,
  path: string,
  body?: unknown,
): Promise<Sample> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const done = (ok: boolean): void => resolve({ kind, ms: performance.now() - startedAt, ok });
    const headers = body === undefined ? {} : JSON_HEADERS;
    const request = httpRequest(`${origin}${path}`, { agent, method, headers }, (response) => {
      response.resume().once("end", () => done((response.statusCode ?? 500) < 400));
    });
    request.once("error", () => done(false));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function row(kind: Kind, samples: readonly Sample[]) {
  const times = samples.filter((sample) => sample.kind === kind).map(({ ms }) => ms);
  const [p50 = "", p95 = "", p99 = ""] = [0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1));
  return { request: kind, count: times.length, p50, p95, p99, "target p95": `< ${String(TARGETS[kind])}` };
}
