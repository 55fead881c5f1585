/**
 * Counts the tests for the run's last line. A skipped or unfinished test counts as failed, and so does a file that could not be
 * loaded: a check that did not run has not passed. Leaves the printing of each test to vitest's own reporter.
 */
import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule, Vitest } from "vitest/node";

export type Counts = { readonly passed: number; readonly failed: number };

/** Set by run-all.ts: the file that takes the counts, which it adds to its own. */
export const COUNTS_FILE_VARIABLE = "GROUNDSWELL_TEST_COUNTS";

export default class CountingReporter implements Reporter {
  /** Tests that a `-t` on the command line leaves out are not missed. */
  #someLeftOut = false;

  onInit(vitest: Vitest): void {
    this.#someLeftOut = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      // A module without tests has failed to load, or tests nothing.
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state } = test.result();
        if (state === "skipped" && this.#someLeftOut) continue;
        if (state === "passed") passed += 1;
        else failed += 1;
        if (state === "skipped" || state === "pending") console.error(`not run: ${test.fullName} (${module.moduleId})`);
      }
      if (tests === 0 || (module.errors().length > 0 && module.ok())) failed += 1;
    }
    if (failed > 0) process.exitCode = 1;
    const file = process.env[COUNTS_FILE_VARIABLE];
    if (file !== undefined) writeFileSync(file, JSON.stringify({ passed, failed } satisfies Counts));
    else setTimeout(printLast, 0, { passed, failed });
  }
}

function printLast({ passed, failed }: Counts): void {
  console.log(`${String(passed)} passed, ${String(failed)} failed`);
}
