/** What every bench hands back, lines of a table and gates that decide the exit code; and how it is printed and kept. */
import { mkdirSync, writeFileSync } from "node:fs";
import { projectPath } from "../src/local/paths.ts";

/** A condition that fails the run: on counts, ratios or correctness only, never on a time of this machine. */
export type Gate = { readonly name: string; readonly found: string; readonly wanted: string; readonly passed: boolean };

export type Report = {
  readonly title: string;
  /** Printed as a table; every row has the columns of the first. */
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly gates: readonly Gate[];
};

export function atLeast(name: string, found: number, wanted: number): Gate {
  return { name, found: found.toFixed(2), wanted: `≥ ${wanted.toFixed(2)}`, passed: found >= wanted };
}

export function atMost(name: string, found: number, wanted: number, digits = 2): Gate {
  return { name, found: found.toFixed(digits), wanted: `≤ ${String(wanted)}`, passed: found <= wanted };
}

export function holds(name: string, passed: boolean, found = String(passed), wanted = "true"): Gate {
  return { name, found, wanted, passed };
}

/** The value that `share` (0 to 1) of the values do not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Prints it, keeps it as `bench/results/<name>.json`, and has the process fail when a gate did. */
export function publish(name: string, report: Report): void {
  console.log(`\n${report.title}\n\n${table(report.rows)}`);
  for (const { name: gate, found, wanted, passed } of report.gates) {
    console.log(`${passed ? "ok  " : "FAIL"} ${gate}: ${found} (${wanted})`);
    if (!passed) process.exitCode = 1;
  }
  mkdirSync(projectPath("bench/results"), { recursive: true });
  writeFileSync(projectPath(`bench/results/${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
}

/** Columns wide enough for their longest cell; numbers to the right. */
function table(rows: Report["rows"]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const columns = Object.keys(first);
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const isNumber = columns.map((column) => typeof first[column] === "number");
  const text = cells.map((line) =>
    line
      .map((cell, index) => cell[isNumber[index] === true ? "padStart" : "padEnd"](widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  return text.join("\n");
}
