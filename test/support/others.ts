/** What everybody else notices while somebody does harm: how long they wait for a list and for a vote, before and meanwhile, in turns, so that a busy machine is busy for both. */
import { spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import type { Flooded, FloodKind } from "./flooder.ts";

const ROUNDS = 3;
const ASKED_PER_ROUND = 300;
const AT_ONCE = 2;
/** So long an offender is at it before the others are asked. */
const UNDER_WAY_MS = 300;

export type Noticed = {
  /** The median of the rounds. */
  readonly baseP99Ms: number;
  readonly floodP99Ms: number;
  /** Statuses other than 200 and 201. */
  readonly refused: readonly number[];
  readonly flooded: readonly Flooded[];
};

/** `item`: the id of one to vote for, on acme's board of ideas. */
export async function noticedUnder(kind: FloodKind, origin: string, item: number): Promise<Noticed> {
  const base: number[] = [];
  const flood: number[] = [];
  const refused: number[] = [];
  const flooded: Flooded[] = [];
  await askAround(origin, item, refused);
  for (let round = 0; round < ROUNDS; round++) {
    base.push(p99(await askAround(origin, item, refused)));
    const offender = await start(kind, origin);
    await sleep(UNDER_WAY_MS);
    flood.push(p99(await askAround(origin, item, refused)));
    flooded.push(await offender.stop());
  }
  return { baseP99Ms: median(base), floodP99Ms: median(flood), refused, flooded };
}

export function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

const WARM_UP_AT_ONCE = 16;

/** Lists, side by side. */
export async function warmUp(origin: string, requests: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: WARM_UP_AT_ONCE });
  let asked = 0;
  const ask = async (): Promise<void> => {
    for (; asked < requests; asked++) await call(agent, `${origin}/api/v1/acme/ideas/feedback`);
  };
  await Promise.all(Array.from({ length: WARM_UP_AT_ONCE }, ask));
  agent.destroy();
}

let people = 0;

/** Lists and votes in turn, two at a time; how long each took, in ms. */
async function askAround(origin: string, item: number, refused: number[]): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const times: number[] = [];
  let asked = 0;
  const person = async (): Promise<void> => {
    while (asked < ASKED_PER_ROUND) {
      asked += 1;
      people += 1;
      const startedAt = performance.now();
      const status = await (asked % 2 === 0
        ? call(agent, `${origin}/api/v1/acme/ideas/feedback`)
        : call(agent, `${origin}/api/v1/acme/ideas/feedback/${String(item)}/votes`, {
            externalUserId: `other-${String(people)}`,
          }));
      times.push(performance.now() - startedAt);
      if (status !== 200 && status !== 201) refused.push(status);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, person));
  agent.destroy();
  return times;
}

async function call(agent: Agent, url: string, body?: object): Promise<number> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return await new Promise((resolve, reject) => {
    const headers = text === undefined ? {} : { "content-type": "application/json", "content-length": text.length };
    const sent = request(url, { agent, method: text === undefined ? "GET" : "POST", headers }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(text);
  });
}

const FLOODER = fileURLToPath(new URL("flooder.ts", import.meta.url));

export type Offender = { readonly stop: () => Promise<Flooded> };

export async function start(kind: FloodKind, origin: string): Promise<Offender> {
  const child = spawn(process.execPath, [FLOODER, kind, origin], { stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(...text.trim().split("\n")));
  const ended = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  while (lines.length === 0 && child.exitCode === null) await sleep(5);
  return {
    stop: async () => {
      child.stdin.end();
      await ended;
      return JSON.parse(lines.at(-1) ?? "null") as Flooded;
    },
  };
}
