/**
 * What the limits cost: votes and posts that are counted against those that are not, over HTTP, on two servers that differ in RATE_LIMIT_SCALE only. The two are measured in turn, in many short
 * rounds, so that whatever else the machine does hits both; the figure is the median of the rounds' ratios. Rows written are the log's.
 */
import autocannon from "autocannon";
import { atLeast, holds, median, type Report } from "../report.ts";
import { BOARD_API, JSON_HEADERS, seedBoard } from "../load/board.ts";
import { COUNTED_ONLY, type Running, startProduct } from "../load/servers.ts";

export type LimitOptions = { readonly rounds: number; readonly seconds: number };

const CONNECTIONS = 32;
const WARM_UP_SECONDS = 2;
const ITEMS = 50;
const VOTED_ITEMS = 20;
const RATIO_MIN = 0.9;
const OFF = "0";

const post = (path: string, body: unknown) =>
  ({ method: "POST", path, headers: JSON_HEADERS, body: JSON.stringify(body) }) as const;

/** Who posts again and again. */
const PEOPLE = 200;

/** autocannon puts a new id in place of `[<id>]`: every request is another person's first, with a row of the limiter's of its own. */
const LOADS = {
  vote: Array.from({ length: VOTED_ITEMS }, (_, n) =>
    post(`${BOARD_API}/feedback/${String(n + 1)}/votes`, { externalUserId: "person-[<id>]" }),
  ),
  post: Array.from({ length: PEOPLE }, (_, n) =>
    post(`${BOARD_API}/feedback`, { title: "Export the board to CSV", externalUserId: `person-${String(n)}` }),
  ),
  "first post": [post(`${BOARD_API}/feedback`, { title: "Export the board to CSV", externalUserId: "person-[<id>]" })],
} as const;
type Verb = keyof typeof LOADS;

export async function benchLimits(options: LimitOptions): Promise<Report> {
  const counted = await startProduct({ RATE_LIMIT_SCALE: COUNTED_ONLY });
  const off = await startProduct({ RATE_LIMIT_SCALE: OFF });
  try {
    for (const { origin } of [counted, off]) await seedBoard(origin, ITEMS);
    const results = [];
    for (const verb of ["post", "vote", "first post"] as const)
      results.push(await compare(verb, counted, off, options));
    return {
      title: `Counted against uncounted writes (${String(options.rounds)} rounds of ${String(options.seconds)} s each in turn, ${String(CONNECTIONS)} connections)`,
      rows: results.map(({ row }) => row),
      gates: results.flatMap(({ verb, ratio, failures }) => [
        ...(verb === "first post" ? [] : [atLeast(`${verb}: counted / not counted`, ratio, RATIO_MIN)]),
        holds(`${verb}: every answer 2xx`, failures === 0, `${String(failures)} failures`, "0"),
      ]),
    };
  } finally {
    await Promise.all([counted.stop(), off.stop()]);
  }
}

async function compare(verb: Verb, counted: Running, off: Running, { rounds, seconds }: LimitOptions) {
  await load(counted, verb, WARM_UP_SECONDS);
  await load(off, verb, WARM_UP_SECONDS);
  const ours: Loaded[] = [];
  const theirs: Loaded[] = [];
  for (let round = 0; round < rounds; round++) {
    // Whoever comes second meets a board, and a disk, that the first one's round has not touched; turns even out the rest.
    const order = round % 2 === 0 ? ([counted, off] as const) : ([off, counted] as const);
    for (const server of order) (server === counted ? ours : theirs).push(await load(server, verb, seconds));
  }
  const ratios = ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? NaN));
  const ratio = median(ratios);
  const row = {
    verb,
    "counted /s": Math.round(median(ours.map(({ perSecond }) => perSecond))),
    "not counted /s": Math.round(median(theirs.map(({ perSecond }) => perSecond))),
    "counted CPU µs": Math.round(median(ours.map(({ cpuMicros }) => cpuMicros))),
    "not counted CPU µs": Math.round(median(theirs.map(({ cpuMicros }) => cpuMicros))),
    ratio: ratio.toFixed(2),
    "lowest – highest": `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`,
    "rows written": `${String(rowsOf(counted, verb))} / ${String(rowsOf(off, verb))}`,
  };
  return { verb, row, ratio, failures: [...ours, ...theirs].reduce((sum, { failures }) => sum + failures, 0) };
}

/** `cpuMicros`: processor time of the server per request, which other work on the machine hardly touches. */
type Loaded = { readonly perSecond: number; readonly cpuMicros: number; readonly failures: number };

async function load(server: Running, verb: Verb, seconds: number): Promise<Loaded> {
  const before = server.cpuSeconds();
  const result = await autocannon({
    url: server.origin,
    connections: CONNECTIONS,
    duration: seconds,
    idReplacement: true,
    requests: LOADS[verb],
  });
  return {
    perSecond: result["2xx"] / result.duration,
    cpuMicros: ((server.cpuSeconds() - before) / result["2xx"]) * 1e6,
    failures: result.errors + result.timeouts + result.non2xx,
  };
}

/** The most common number in the log lines of the verb. */
function rowsOf(server: Running, verb: Verb): number {
  const name = verb === "vote" ? "vote.cast" : "feedback.create";
  return median(server.logged().flatMap((line) => (line["verb"] === name ? [Number(line["rowsWritten"])] : [])));
}
