/**
 * `npm run bench [names…] [-- flags]`: runs benches, prints their tables, keeps them in `bench/results/`, and exits non-zero when a gate fails.
 * Without names: all that `DEFAULT` lists, in under five minutes. README.md says what each measures.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildWorker } from "../src/local/build.ts";
import { projectPath } from "../src/local/paths.ts";
import { type Report, table } from "./report.ts";
import { benchVerbs } from "./verbs/run.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** verbs: make what was counted the new baseline. */
    write: { type: "boolean", default: false },
  },
});

const BENCHES: Readonly<Record<string, () => Promise<Report> | Report>> = {
  verbs: () => benchVerbs(flags.write),
};

for (const name of positionals.length === 0 ? Object.keys(BENCHES) : positionals) {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no bench "${name}": there are ${Object.keys(BENCHES).join(", ")}`);
  print(name, await bench());
}
void buildWorker;
function print(name: string, report: Report): void {
  console.log(`\n${report.title}\n`);
  console.log(table(report.rows));
  for (const gate of report.gates) {
    console.log(`${gate.passed ? "ok  " : "FAIL"} ${gate.name}: ${gate.found} (${gate.wanted})`);
    if (!gate.passed) process.exitCode = 1;
  }
  mkdirSync(projectPath("bench/results"), { recursive: true });
  writeFileSync(projectPath(`bench/results/${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
}
