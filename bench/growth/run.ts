/** Does a page of a list cost the same on a large board as on a small one? Rows read, and time inside the object as a ratio, the two boards read in turn. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveBenchWorker } from "../bundle.ts";
import { atMost, holds, median, type Report } from "../report.ts";
import { SHAPES } from "./shapes.ts";

export type GrowthOptions = { readonly small: number; readonly large: number };

const FILL_SLICE = 25_000;
const ROUNDS = 9;
const READS = 300;
/** SPEC §8. */
const TIME_RATIO_MAX = 1.3;

type Cost = { readonly statements: number; readonly rowsRead: number };

export async function benchGrowth({ small, large }: GrowthOptions): Promise<Report> {
  const dataDir = mkdtempSync(join(tmpdir(), "groundswell-growth-"));
  const server = await serveBenchWorker("growth", dataDir);
  try {
    const startedAt = performance.now();
    for (const items of [small, large]) await fill(server.origin, items);
    const fillSeconds = (performance.now() - startedAt) / 1_000;
    const results = [];
    for (const shape of Object.keys(SHAPES)) results.push(await compare(server.origin, shape, small, large));
    return {
      title: `Growth: a page of 20 at ${small.toLocaleString("en")} and at ${large.toLocaleString("en")} items (filled in ${fillSeconds.toFixed(0)} s)`,
      rows: results.map(({ shape, rows, micros, ratio }) => ({
        page: shape,
        "rows, small": rows[0],
        "rows, large": rows[1],
        "µs, small": Math.round(micros[0]),
        "µs, large": Math.round(micros[1]),
        "time ratio": ratio.toFixed(2),
      })),
      gates: [
        ...results.map(({ shape, ratio }) => atMost(`time, ${shape}`, ratio, TIME_RATIO_MAX)),
        holds(
          "rows read do not grow",
          results.every(({ rows }) => rows[1] <= rows[0]),
        ),
      ],
    };
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function fill(origin: string, items: number): Promise<void> {
  for (let from = 1; from <= items; from += FILL_SLICE) {
    await ask(
      `${origin}/fill?items=${String(items)}&from=${String(from)}&to=${String(Math.min(items, from + FILL_SLICE - 1))}`,
    );
  }
}

async function compare(origin: string, shape: string, small: number, large: number) {
  const times: [number[], number[]] = [[], []];
  const rows: [number, number] = [0, 0];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, items] of [
      [0, small],
      [1, large],
    ] as const) {
      const startedAt = performance.now();
      const query = new URLSearchParams({ items: String(items), shape, times: String(READS) });
      const cost = (await ask(`${origin}/read?${query.toString()}`)) as Cost;
      // The first round warms both up.
      if (round > 0) times[index].push(((performance.now() - startedAt) / READS) * 1_000);
      rows[index] = cost.rowsRead;
    }
  }
  const ratio = median(times[0].map((time, round) => (times[1][round] ?? NaN) / time));
  return { shape, rows, micros: [median(times[0]), median(times[1])] as const, ratio };
}

async function ask(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${String(response.status)}: ${await response.text()}`);
  return await response.json();
}
