/** Runs inside vitest: collects what the tests `test/object/verbs-*.test.ts` counted, for `bench/verbs/run.ts`. Workerd cannot write files, its runner can. */
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase } from "vitest/node";

/** Where to write, as `{costs: {group: {case: cost}}, silent: [test]}`: `silent` are those that failed before they had counted. */
export const COSTS_FILE_VARIABLE = "GROUNDSWELL_VERB_COSTS_FILE";
/** The invariant whose tests report costs. */
const COUNTS = "[B1]";

type Meta = { readonly group?: string; readonly costs?: unknown };

export default class CostsReporter implements Reporter {
  readonly #groups: Record<string, unknown> = {};
  readonly #silent: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const { group, costs } = test.meta() as Meta;
    if (group !== undefined) this.#groups[group] = costs;
    else if (test.name.startsWith(COUNTS) && test.result().state === "failed") this.#silent.push(test.fullName);
  }

  onTestRunEnd(): void {
    const path = process.env[COSTS_FILE_VARIABLE];
    if (path !== undefined) writeFileSync(path, JSON.stringify({ costs: this.#groups, silent: this.#silent }));
  }
}
