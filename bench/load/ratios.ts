/**
 * Throughput of list, create and vote over HTTP against the floor. The two are measured in turn, in many short rounds, so that whatever else the machine does hits
 * both; the figure is the median of the rounds' ratios.
 */
import autocannon from "autocannon";
import { atLeast, holds, median, type Report } from "../report.ts";
import { type Running, startFloor, startProduct } from "./servers.ts";

export type RatioOptions = { readonly rounds: number; readonly seconds: number };

const CONNECTIONS = 32;
const WARM_UP_SECONDS = 2;
/** On both boards before the first round. */
const ITEMS = 200;
const VOTED_ITEMS = 20;
/** SPEC §8. */
const TARGETS = { list: 0.7, create: 0.6, vote: 0.6 } as const;

const BOARD = "/api/v1/bench/ideas/feedback";
const headers = { "content-type": "application/json" };
const post = (path: string, body: unknown) => ({ method: "POST", path, headers, body: JSON.stringify(body) }) as const;

/** The same text again and again would wait for a moderator. */
const itemOf = (name: string) => ({
  title: `Export the board to CSV ${name}`,
  description: "With all votes, for the quarterly review. ".repeat(4),
});
/** autocannon puts a new id in place of `[<id>]`: every post is another text, every vote another person's first. */
const LOADS = {
  list: [{ method: "GET", path: BOARD }],
  create: [post(BOARD, itemOf("[<id>]"))],
  vote: Array.from({ length: VOTED_ITEMS }, (_, n) =>
    post(`${BOARD}/${String(n + 1)}/votes`, { externalUserId: "person-[<id>]" }),
  ),
} as const;
type Verb = keyof typeof LOADS;

export async function benchRatios(options: RatioOptions): Promise<Report> {
  const [product, floor] = [await startProduct(), await startFloor()];
  try {
    for (const { origin } of [product, floor]) await seed(origin);
    const results = [];
    for (const verb of ["list", "create", "vote"] as const) results.push(await compare(verb, product, floor, options));
    return {
      title: `Throughput against the floor (${String(options.rounds)} rounds of ${String(options.seconds)} s each in turn, ${String(CONNECTIONS)} connections)`,
      rows: results.map(({ row }) => row),
      gates: results.flatMap(({ verb, ratio, failures }) => [
        atLeast(`${verb} / floor`, ratio, TARGETS[verb]),
        holds(`${verb}: every answer 2xx`, failures === 0, `${String(failures)} failures`, "0"),
      ]),
    };
  } finally {
    await Promise.all([product.stop(), floor.stop()]);
  }
}

async function compare(verb: Verb, product: Running, floor: Running, { rounds, seconds }: RatioOptions) {
  await load(product, verb, WARM_UP_SECONDS);
  await load(floor, verb, WARM_UP_SECONDS);
  const ours: Loaded[] = [];
  const theirs: Loaded[] = [];
  let failures = 0;
  for (let round = 0; round < rounds; round++) {
    const a = await load(product, verb, seconds);
    const b = await load(floor, verb, seconds);
    ours.push(a);
    theirs.push(b);
    failures += a.failures + b.failures;
  }
  const ratios = ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? NaN));
  const ratio = median(ratios);
  const row = {
    verb,
    "ours /s": Math.round(median(ours.map(({ perSecond }) => perSecond))),
    "floor /s": Math.round(median(theirs.map(({ perSecond }) => perSecond))),
    "ours CPU µs": Math.round(median(ours.map(({ cpuMicros }) => cpuMicros))),
    "floor CPU µs": Math.round(median(theirs.map(({ cpuMicros }) => cpuMicros))),
    ratio: ratio.toFixed(2),
    "lowest – highest": `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`,
    target: TARGETS[verb].toFixed(2),
  };
  return { verb, row, ratio, failures };
}

/** `cpuMicros`: processor time of the server per request, which other work on the machine hardly touches. */
type Loaded = { readonly perSecond: number; readonly cpuMicros: number; readonly failures: number };

async function load(server: Running, verb: Verb, seconds: number): Promise<Loaded> {
  const requests = LOADS[verb];
  const idReplacement = verb !== "list";
  const before = server.cpuSeconds();
  const result = await autocannon({
    url: server.origin,
    connections: CONNECTIONS,
    duration: seconds,
    idReplacement,
    requests,
  });
  return {
    perSecond: result["2xx"] / result.duration,
    cpuMicros: ((server.cpuSeconds() - before) / result["2xx"]) * 1e6,
    failures: result.errors + result.timeouts + result.non2xx,
  };
}

async function seed(origin: string): Promise<void> {
  for (let n = 0; n < ITEMS; n++) {
    const response = await fetch(`${origin}${BOARD}`, {
      method: "POST",
      headers,
      body: JSON.stringify(itemOf(String(n))),
    });
    if (response.status !== 201)
      throw new Error(`seeding answered ${String(response.status)}: ${await response.text()}`);
    await response.arrayBuffer();
  }
}
