/**
 * Does `similar` find duplicates, and at what cost? Among made-up posts, each asked for in other words, with the time inside the object and the rows read; and, given real ones with pairs
 * that are known to be the same (`--data`), how often each finds the other, beside plain FTS5.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from "../../src/limits.ts";
import { serveBenchWorker } from "../bundle.ts";
import { atLeast, atMost, type Gate, median, type Report } from "../report.ts";
import type { Answers, Text } from "./texts.ts";

/** `data`: a file `{"reports": [{id, title, description}], "duplicates": [[id, id]]}`, or null. */
export type SimilarOptions = { readonly small: number; readonly large: number; readonly data: string | null };

type Reports = {
  readonly reports: readonly (Text & { readonly id: number })[];
  readonly duplicates: readonly (readonly [number, number])[];
};
type Row = Report["rows"][number];

const FILL_SLICE = 5_000;
const LOAD_SLICE = 500;
const ASKED = 100;
const ROUNDS = 5;
/** Look-ups that are bounded each, and what is compared and answered. */
const ROWS_READ_MAX = 15_000;

export async function benchSimilar({ small, large, data }: SimilarOptions): Promise<Report> {
  const dataDir = mkdtempSync(join(tmpdir(), "groundswell-similar-"));
  const server = await serveBenchWorker("similar", dataDir);
  try {
    const rows: Row[] = [];
    const gates: Gate[] = [];
    for (const items of [small, large]) {
      const measured = await madeUp(server.origin, items);
      rows.push(measured.row);
      gates.push(atMost(`rows read, ${items.toLocaleString("en")} items`, measured.rowsReadMax, ROWS_READ_MAX, 0));
    }
    if (data !== null) {
      const { row, plain, ours } = await known(server.origin, JSON.parse(readFileSync(data, "utf8")) as Reports);
      rows.push(...row);
      gates.push(atLeast("recall@5 against plain FTS5", ours.at5, plain.at5));
      gates.push(atLeast("recall@10 against plain FTS5", ours.at10, plain.at10));
    }
    return { title: "Similar: the post that was meant, among the first", rows, gates };
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Made-up posts, asked for in other words. */
async function madeUp(origin: string, items: number): Promise<{ readonly row: Row; readonly rowsReadMax: number }> {
  const of = `items-${String(items)}`;
  await ask(`${origin}/open?of=${of}`);
  for (let from = 1; from <= items; from += FILL_SLICE) {
    await ask(`${origin}/fill?of=${of}&from=${String(from)}&to=${String(Math.min(items, from + FILL_SLICE - 1))}`);
  }
  const times: number[] = [];
  let answers: Answers = { ids: [], rowsRead: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const startedAt = performance.now();
    answers = await ask<Answers>(`${origin}/retold?of=${of}&items=${String(items)}&times=${String(ASKED)}`);
    // The first round warms it up.
    if (round > 0) times.push((performance.now() - startedAt) / ASKED);
  }
  const step = Math.floor(items / ASKED);
  const ranks = answers.ids.map((ids, index) => ids.indexOf(1 + index * step));
  const rowsReadMax = Math.max(...answers.rowsRead);
  const row = rowOf(`made up, ${items.toLocaleString("en")} items`, recall(ranks), median(times), rowsReadMax);
  return { row, rowsReadMax };
}

/** Each of a known pair asked by its title, for the other, both ways. */
async function known(origin: string, { reports, duplicates }: Reports) {
  const of = "known";
  await ask(`${origin}/open?of=${of}`);
  const texts = reports.map(({ title, description }) => ({
    title: title.slice(0, TITLE_CHARS_MAX),
    description: description.slice(0, DESCRIPTION_CHARS_MAX),
  }));
  for (let at = 0; at < texts.length; at += LOAD_SLICE) {
    await ask(`${origin}/load?of=${of}`, { from: 1 + at, texts: texts.slice(at, at + LOAD_SLICE) });
  }
  const place = new Map(reports.map(({ id }, index) => [id, index]));
  const pairs = duplicates.flatMap(([a, b]) => [
    { asked: place.get(a) ?? 0, meant: place.get(b) ?? 0 },
    { asked: place.get(b) ?? 0, meant: place.get(a) ?? 0 },
  ]);
  const titles = pairs.map(({ asked }) => texts[asked]?.title ?? "");
  const found = async (path: string) => {
    const startedAt = performance.now();
    const { ids, rowsRead } = await ask<Answers>(`${origin}${path}?of=${of}`, titles);
    const ms = (performance.now() - startedAt) / titles.length;
    const ranks = ids.map((list, index) => {
      const { asked, meant } = pairs[index] ?? { asked: -1, meant: -1 };
      return list.filter((id) => id !== asked + 1).indexOf(meant + 1);
    });
    return { ...recall(ranks), ms, rows: rowsRead.length === 0 ? NaN : Math.max(...rowsRead) };
  };
  await found("/ask"); // warms it up
  const [plain, ours] = [await found("/plain"), await found("/ask")];
  const of46 = `${String(duplicates.length)} known pairs`;
  const row = [
    rowOf(`${of46}, plain FTS5`, plain, plain.ms, plain.rows),
    rowOf(`${of46}, ours`, ours, ours.ms, ours.rows),
  ];
  return { row, plain, ours };
}

type Recall = { readonly at5: number; readonly at10: number; readonly mrr: number };

/** `ranks`: from 0; -1 for what was not found. */
function recall(ranks: readonly number[]): Recall {
  const share = (first: number) => ranks.filter((rank) => rank >= 0 && rank < first).length / ranks.length;
  const mrr = ranks.reduce((sum, rank) => sum + (rank < 0 ? 0 : 1 / (rank + 1)), 0) / ranks.length;
  return { at5: share(5), at10: share(10), mrr };
}

function rowOf(posts: string, { at5, at10, mrr }: Recall, ms: number, rows: number): Row {
  const figures = { "recall@5": at5.toFixed(3), "recall@10": at10.toFixed(3), "mean 1/rank": mrr.toFixed(3) };
  return { posts, ...figures, "ms per question": ms.toFixed(2), "rows read at most": Number.isNaN(rows) ? "-" : rows };
}

async function ask<T>(url: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${String(response.status)}: ${await response.text()}`);
  return (await response.json()) as T;
}
