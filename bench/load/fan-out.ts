/**
 * People with the board open while votes are cast at a steady rate over REST. Every socket must end with the server's counts; how long a vote took to reach each
 * screen is measured from the moment it was sent to the first frame that holds it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { holds, percentile, type Report } from "../report.ts";
import { Audience } from "./audience.ts";
import { BOARD_API, JSON_HEADERS, readCounts, seedBoard } from "./board.ts";
import { startProduct } from "./servers.ts";

export type FanOutOptions = { readonly sockets: number; readonly votesPerSecond: number; readonly seconds: number };

const ITEMS = 20;
const SETTLE_MS_MAX = 10_000;
const SETTLE_STEP_MS = 100;
/** SPEC §8, told but no gate. */
const SCREEN_P95_MS = 200;

type Cast = { readonly id: number; readonly sentAtMs: number; readonly voteCount: number; readonly answerMs: number };

export async function benchFanOut({ sockets, votesPerSecond, seconds }: FanOutOptions): Promise<Report> {
  const server = await startProduct();
  try {
    await seedBoard(server.origin, ITEMS);
    const before = await readCounts(server.origin);
    const audience = new Audience(server.origin);
    await audience.open(sockets, before.seq);
    const cpuBefore = server.cpuSeconds();
    const casts = await castSteadily(server.origin, votesPerSecond, seconds);
    const cpu = (server.cpuSeconds() - cpuBefore) / seconds;
    const after = await readCounts(server.origin);
    const equal = () =>
      audience.members.filter((member) => same(Audience.screen(member, before.counts), after.counts)).length;
    for (let waited = 0; equal() < sockets && waited < SETTLE_MS_MAX; waited += SETTLE_STEP_MS)
      await sleep(SETTLE_STEP_MS);
    const delays = audience.members.flatMap((member) => delaysOf(member.seen, casts));
    const frames = audience.members.reduce((sum, { seen }) => sum + seen.length, 0);
    const converged = equal();
    const counted = [...after.counts.values()].reduce((sum, n) => sum + n, 0);
    audience.close();
    return {
      title: `Fan-out: ${String(sockets)} sockets, ${String(votesPerSecond)} votes/s for ${String(seconds)} s`,
      rows: [
        figure("votes cast", String(casts.length)),
        figure("frames received", String(frames)),
        figure("processors used by the server", cpu.toFixed(2)),
        figure("vote to screen, p50 / p95 / p99 ms", triple(delays), `p95 < ${String(SCREEN_P95_MS)}`),
        figure("vote answered, p50 / p95 / p99 ms", triple(casts.map(({ answerMs }) => answerMs))),
      ],
      gates: [
        holds(
          "every socket ends with the server's counts",
          converged === sockets,
          `${String(converged)} of ${String(sockets)}`,
          "all",
        ),
        holds("every vote counted once", counted === casts.length, String(counted), String(casts.length)),
        holds(
          "every vote seen by every socket",
          delays.length === casts.length * sockets,
          String(delays.length),
          String(casts.length * sockets),
        ),
      ],
    };
  } finally {
    await server.stop();
  }
}

async function castSteadily(origin: string, perSecond: number, seconds: number): Promise<Cast[]> {
  const total = perSecond * seconds;
  const startedAt = performance.now();
  const casts: Promise<Cast>[] = [];
  for (let n = 0; n < total; n++) {
    await sleep(Math.max(0, startedAt + (n * 1_000) / perSecond - performance.now()));
    casts.push(cast(origin, (n % ITEMS) + 1, `voter-${String(n)}`));
  }
  return await Promise.all(casts);
}

async function cast(origin: string, id: number, externalUserId: string): Promise<Cast> {
  const sentAtMs = performance.now();
  const response = await fetch(`${origin}${BOARD_API}/feedback/${String(id)}/votes`, {
    method: "POST",
    headers: JSON_HEADERS,
    body: JSON.stringify({ externalUserId }),
  });
  const body = (await response.json()) as { voteCount: number };
  if (response.status !== 201) throw new Error(`a vote answered ${String(response.status)}: ${JSON.stringify(body)}`);
  return { id, sentAtMs, voteCount: body.voteCount, answerMs: performance.now() - sentAtMs };
}

/** Per vote: until the member's first frame with a count of that item at least as high. Votes it never saw are left out. */
function delaysOf(seen: Audience["members"][number]["seen"], casts: readonly Cast[]): number[] {
  const sightings = new Map<number, { atMs: number; voteCount: number }[]>();
  for (const { atMs, frame } of seen) {
    if (frame.type !== "votes") continue;
    for (const { id, voteCount } of frame.changes) {
      const known = sightings.get(id);
      if (known === undefined) sightings.set(id, [{ atMs, voteCount }]);
      else known.push({ atMs, voteCount });
    }
  }
  return casts.flatMap(({ id, sentAtMs, voteCount }) => {
    const sighting = sightings.get(id)?.find((one) => one.voteCount >= voteCount);
    return sighting === undefined ? [] : [sighting.atMs - sentAtMs];
  });
}

function same(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return a.size === b.size && [...b].every(([id, count]) => a.get(id) === count);
}

function triple(values: readonly number[]): string {
  return [0.5, 0.95, 0.99].map((share) => percentile(values, share).toFixed(0)).join(" / ");
}

function figure(name: string, found: string, target = ""): Record<string, string> {
  return { figure: name, found, target };
}
