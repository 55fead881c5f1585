/**
 * `node bench/real/canny.ts <posts.json> [--no-build]`: real input through the public API. Posts every post of the file and casts each of its votes as another person, half over REST and half
 * over sockets, while 50 pages watch. Half of the pages lose their connections, and the server is killed (SIGKILL) and started again, once among the posts and once among the votes. Then
 * board and pages must equal the file. The file: `{"posts": [{"title", "details", "votes"}]}`.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Server, startServer } from "../../test/support/server.ts";
import { COUNTED_ONLY } from "../load/servers.ts";
import { buildWorker } from "../../src/local/build.ts";
import { holds, publish, type Report } from "../report.ts";
import { type Post, post, readBoard, type Target, type Tries, type Vote, voteByRest, voteBySocket } from "./casting.ts";
import { openProxy } from "./cuttable-proxy.ts";
import { watch, type Watcher } from "./watcher.ts";

const VARS = { LOG_LEVEL: "warn", RATE_LIMIT_SCALE: COUNTED_ONLY };
const WATCHERS = 50;
const REST_AT_ONCE = 8;
const SOCKETS = 24;
const POSTS_AT_ONCE = 4;
/** Of the votes: when half of the pages are cut, and when the server is killed. */
const CUT_AT = 0.3;
const KILL_AT = 0.5;
const SETTLE_MS_MAX = 60_000;
const SETTLE_STEP_MS = 100;

type Source = Post & { readonly votes: number };

async function benchReal(path: string): Promise<Report> {
  const sources = readSources(path);
  const dataDir = mkdtempSync(join(tmpdir(), "groundswell-real-"));
  let server = await startServer({ dataDir, vars: VARS });
  const proxy = await openProxy(server.port);
  const restart = async (): Promise<void> => {
    await server.kill();
    server = await startServer({ dataDir, port: server.port, vars: VARS });
  };
  try {
    const target = { origin: server.origin, workspace: "real", board: "ideas" };
    await openBoard(server, target);
    const watchers = await Promise.all(
      Array.from({ length: WATCHERS }, (_, n) =>
        watch(n % 2 === 0 ? proxy.origin : target.origin, "real", "ideas", `watcher-${String(n)}`),
      ),
    );
    const tries: Tries = { retries: 0 };
    const startedAt = performance.now();
    const ids = await postAll(target, sources, tries, restart);
    // All are back from the first kill, so that the cut finds every one of its half.
    await until(() => watchers.every((watcher) => watcher.isLive()));
    const run = await castAll(target, votesOf(sources, ids), tries, proxy.cut, restart);
    const seconds = (performance.now() - startedAt) / 1_000;
    const report = await judge(target, sources, ids, watchers);
    for (const watcher of watchers) watcher.close();
    return {
      title: "Real input: every post and vote of the file through the public API, with cuts and kills",
      rows: [
        ["posts", String(sources.length)],
        ["votes (REST + sockets)", `${String(run.rest + run.sockets)} (${String(run.rest)} + ${String(run.sockets)})`],
        ["seconds for posts and votes", seconds.toFixed(1)],
        ["calls made again", String(tries.retries)],
        ["connections of pages cut", `${String(run.cut)} at vote ${String(run.cutAt)}`],
        ["server killed", `at post ${String(Math.floor(sources.length / 2))} and at vote ${String(run.killedAt)}`],
        ["reconnects of the pages", String(watchers.reduce((sum, one) => sum + one.reconnects(), 0))],
        ["seconds until all pages were equal", report.settledSeconds.toFixed(1)],
      ].map(([figure = "", found = ""]) => ({ figure, found })),
      gates: report.gates,
    };
  } finally {
    await proxy.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function openBoard(server: Server, { workspace, board }: Target): Promise<void> {
  const headers = { authorization: `Bearer ${server.operatorToken}`, "content-type": "application/json" };
  for (const [path, body] of [
    ["workspaces", { slug: workspace, name: "Real input" }],
    [`workspaces/${workspace}/boards`, { slug: board, name: "Ideas" }],
  ] as const) {
    const response = await fetch(`${server.origin}/api/v1/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (response.status !== 201)
      throw new Error(`${path} answered ${String(response.status)}: ${await response.text()}`);
  }
}

/** Ids in the order of the sources. */
async function postAll(
  target: Target,
  sources: readonly Source[],
  tries: Tries,
  restart: () => Promise<void>,
): Promise<number[]> {
  const ids: number[] = [];
  let taken = 0;
  let killed: Promise<void> = Promise.resolve();
  const work = async (): Promise<void> => {
    for (let at = taken++; at < sources.length; at = taken++) {
      if (at === Math.floor(sources.length / 2)) killed = restart();
      const { title = "", description = "" } = sources[at] ?? {};
      ids[at] = await post(target, { title, description }, tries);
    }
  };
  await Promise.all(Array.from({ length: POSTS_AT_ONCE }, work));
  await killed;
  return ids;
}

/** One vote per person, in an order that mixes the posts. */
function votesOf(sources: readonly Source[], ids: readonly number[]): Vote[] {
  const votes = sources.flatMap(({ votes: count }, at) =>
    Array.from({ length: count }, (_, n) => ({ feedbackId: ids[at] ?? 0, person: `voter-${String(at)}-${String(n)}` })),
  );
  // Always the same shuffle: Fisher and Yates with a linear congruential generator.
  let seed = 1;
  for (let at = votes.length - 1; at > 0; at--) {
    seed = (seed * 48_271) % 2_147_483_647;
    const other = seed % (at + 1);
    [votes[at], votes[other]] = [votes[other] as Vote, votes[at] as Vote];
  }
  return votes;
}

async function castAll(
  target: Target,
  votes: readonly Vote[],
  tries: Tries,
  cut: () => number,
  restart: () => Promise<void>,
) {
  const [cutAt, killedAt] = [Math.floor(votes.length * CUT_AT), Math.floor(votes.length * KILL_AT)];
  const middle = Math.ceil(votes.length / 2);
  const [rest, sockets] = [votes.slice(0, middle).values(), votes.slice(middle).values()];
  let acknowledged = 0;
  let cutCount = 0;
  let killed: Promise<void> = Promise.resolve();
  const cast = (): void => {
    acknowledged += 1;
    if (acknowledged === cutAt) cutCount = cut();
    if (acknowledged === killedAt) killed = restart();
  };
  const byRest = async (): Promise<void> => {
    for (const vote of rest) {
      await voteByRest(target, vote, tries);
      cast();
    }
  };
  await Promise.all([
    ...Array.from({ length: REST_AT_ONCE }, byRest),
    ...Array.from({ length: SOCKETS }, () => voteBySocket(target, () => sockets.next().value, tries, cast)),
  ]);
  await killed;
  return { rest: middle, sockets: votes.length - middle, cut: cutCount, cutAt, killedAt };
}

async function judge(target: Target, sources: readonly Source[], ids: readonly number[], watchers: readonly Watcher[]) {
  const board = await readBoard(target);
  const found = new Map(board.map(({ id, voteCount }) => [id, voteCount]));
  const differences = sources.map(({ votes }, at) => (found.get(ids[at] ?? 0) ?? 0) - votes);
  const lost = differences.reduce((sum, n) => sum - Math.min(0, n), 0);
  const doubled = differences.reduce((sum, n) => sum + Math.max(0, n), 0);
  const wantedOrder = sources.map(({ votes }) => votes).toSorted((a, b) => b - a);
  const isOrdered = JSON.stringify(board.map(({ voteCount }) => voteCount)) === JSON.stringify(wantedOrder);
  const equal = () =>
    watchers.filter(
      (one) => [...found].every(([id, n]) => one.counts().get(id) === n) && one.counts().size === found.size,
    ).length;
  const startedAt = performance.now();
  await until(() => equal() === watchers.length);
  const gates = [
    holds("items on the board", board.length === sources.length, String(board.length), String(sources.length)),
    holds("votes lost", lost === 0, String(lost), "0"),
    holds("votes doubled", doubled === 0, String(doubled), "0"),
    holds("order by votes equals the file's", isOrdered),
    holds(
      "pages equal to the server",
      equal() === watchers.length,
      `${String(equal())} of ${String(watchers.length)}`,
      "all",
    ),
  ];
  return { gates, settledSeconds: (performance.now() - startedAt) / 1_000 };
}

async function until(met: () => boolean): Promise<void> {
  for (const startedAt = performance.now(); !met() && performance.now() - startedAt < SETTLE_MS_MAX;)
    await sleep(SETTLE_STEP_MS);
}

function readSources(path: string): Source[] {
  const { posts } = JSON.parse(readFileSync(path, "utf8")) as {
    posts: { title: string; details: string; votes: number }[];
  };
  return posts.map(({ title, details, votes }) => ({ title, description: details, votes }));
}

const path = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
if (path === undefined) throw new Error("Which file? node bench/real/canny.ts <posts.json>");
if (!process.argv.includes("--no-build")) buildWorker();
publish("real", await benchReal(path));
// The pages' client modules leave timers behind.
process.exit();
