/** Runs inside vitest: collects what `test/object/verbs-baseline.test.ts` counted, for `bench/verbs/run.ts`. Workerd cannot write files, its runner can. */
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase } from "vitest/node";

/** Where to write, as `{group: {case: cost}}`. */
export const COSTS_FILE_VARIABLE = "GROUNDSWELL_VERB_COSTS_FILE";

type Meta = { readonly group?: string; readonly costs?: unknown };

export default class CostsReporter implements Reporter {
  readonly #groups: Record<string, unknown> = {};

  onTestCaseResult(test: TestCase): void {
    const { group, costs } = test.meta() as Meta;
    if (group !== undefined) this.#groups[group] = costs;
  }

  onTestRunEnd(): void {
    const path = process.env[COSTS_FILE_VARIABLE];
    if (path !== undefined) writeFileSync(path, JSON.stringify(this.#groups));
  }
}
