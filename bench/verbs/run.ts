/**
 * `npm run bench verbs`: counts what every verb costs, by running the tests `test/object/verbs-*.test.ts`, and compares with `baseline.json`.
 * `npm run bench verbs -- --write` makes what was counted the new baseline.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectPath } from "../../src/local/paths.ts";
import { PAGE_SIZE_DEFAULT } from "../../src/limits.ts";
import { atMost, type Gate, holds, type Report } from "../report.ts";
import { COSTS_FILE_VARIABLE } from "./reporter.ts";

type Cost = { readonly statements: number; readonly rowsRead: number; readonly rowsWritten: number };
type Costs = Record<string, Record<string, Cost>>;

const BASELINE = projectPath("bench/verbs/baseline.json");
const TESTS = ["baseline", "team", "identity"].map((part) => `test/object/verbs-${part}.test.ts`);
/** SPEC §5: the rows that a page of a list may read. */
const ROWS_PER_PAGE_MAX = 2 * PAGE_SIZE_DEFAULT + 10;

export function benchVerbs(write: boolean): Report {
  const counted = count();
  if (write) writeFileSync(BASELINE, `${JSON.stringify(counted, null, 2)}\n`);
  const baseline = JSON.parse(readFileSync(BASELINE, "utf8")) as Costs;
  const rows = Object.entries(counted).flatMap(([group, costs]) =>
    Object.entries(costs).map(([verb, cost]) => ({
      group,
      verb,
      ...cost,
      baseline: differs(cost, baseline[group]?.[verb]),
    })),
  );
  return { title: "Verbs: what each costs, counted", rows, gates: gates(counted, baseline) };
}

function gates(counted: Costs, baseline: Costs): Gate[] {
  const lists = Object.entries(counted["lists"] ?? {});
  const pages = lists.filter(([name]) => !/limit|page|search/u.test(name)).map(([, cost]) => cost.rowsRead);
  const equal = JSON.stringify(counted) === JSON.stringify(baseline);
  return [
    holds("verbs equal the baseline", equal),
    atMost("rows read per list page of 20, most", Math.max(...pages), ROWS_PER_PAGE_MAX, 0),
  ];
}

/** Runs the tests for their counts, by group; that they fail against an old baseline is told by the gate. */
function count(): Costs {
  const scratch = mkdtempSync(join(tmpdir(), "groundswell-verbs-"));
  const file = join(scratch, "costs.json");
  const vitest = projectPath("node_modules/vitest/vitest.mjs");
  const reporter = projectPath("bench/verbs/reporter.ts");
  const run = spawnSync(process.execPath, [vitest, "run", "--project", "object", `--reporter=${reporter}`, ...TESTS], {
    cwd: projectPath("."),
    encoding: "utf8",
    env: { ...process.env, CI: "1", [COSTS_FILE_VARIABLE]: file },
  });
  try {
    const { costs, silent } = JSON.parse(readFileSync(file, "utf8")) as { costs: Costs; silent: string[] };
    if (silent.length > 0) throw new Error(`failed before they reported a cost: ${silent.join("; ")}`);
    if (Object.keys(costs).length === 0) throw new Error("no test reported a cost");
    // The files run side by side: their order is not always the same.
    return Object.fromEntries(Object.entries(costs).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  } catch (cause) {
    throw new Error(`${TESTS.join(", ")} did not run\n${run.stdout}${run.stderr}`, { cause });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function differs(cost: Cost, known: Cost | undefined): string {
  if (known === undefined) return "new";
  return JSON.stringify(cost) === JSON.stringify(known) ? "" : `was ${Object.values(known).join(" / ")}`;
}
