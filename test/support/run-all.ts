/**
 * `npm test`: format, lint, types, build, then every test. Goes on after a failure, so that one run shows all there is to mend, and
 * ends with the line `N passed, M failed`, where each static check counts as one test. Exits non-zero if anything failed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COUNTS_FILE_VARIABLE, type Counts } from "./reporter.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCRATCH = mkdtempSync(join(tmpdir(), "groundswell-test-"));
/** A test that loops inside workerd cannot be interrupted by vitest; this run ends all the same. */
const STEP_MS_MAX = 30 * 60_000;
const COUNTS_FILE = join(SCRATCH, "counts.json");

/** In the order in which they need each other: `types` generates what the type checker and the linter read. */
const CHECKS: readonly (readonly [name: string, command: string, ...parameters: string[]])[] = [
  ["format", "oxfmt", "--check", "."],
  ["types", "npm", "run", "--silent", "typecheck"],
  ["lint", "oxlint", "--type-aware", "--deny-warnings"],
  ["build", "node", "src/local/build.ts"],
];

let passed = 0;
let failed = 0;
for (const [name, command, ...parameters] of CHECKS) {
  const startedMs = performance.now();
  const fine = run(command, parameters, "pipe");
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`${fine ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (fine) passed += 1;
  else failed += 1;
}

const finished = run("vitest", ["run", ...process.argv.slice(2)], "inherit");
const counts = readCounts();
passed += counts.passed;
failed += counts.failed;
// vitest can fail for what is no test's fault, such as a configuration that does not load.
if (!finished && counts.failed === 0) failed += 1;
rmSync(SCRATCH, { recursive: true, force: true });

process.exitCode = failed > 0 ? 1 : 0;
console.log(`${String(passed)} passed, ${String(failed)} failed`);

/** With "pipe" the command's words are printed only when it fails. */
function run(command: string, parameters: readonly string[], output: "pipe" | "inherit"): boolean {
  const done = spawnSync(command, parameters, {
    cwd: ROOT,
    stdio: ["ignore", output, output],
    encoding: "utf8",
    timeout: STEP_MS_MAX,
    killSignal: "SIGKILL",
    shell: process.platform === "win32",
    env: {
      ...process.env,
      PATH: [join(ROOT, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter),
      CI: "1",
      WRANGLER_SEND_METRICS: "false",
      [COUNTS_FILE_VARIABLE]: COUNTS_FILE,
    },
  });
  if (done.status !== 0 && output === "pipe") console.log(`${done.stdout}${done.stderr}`);
  return done.status === 0;
}

function readCounts(): Counts {
  try {
    return JSON.parse(readFileSync(COUNTS_FILE, "utf8")) as Counts;
  } catch {
    return { passed: 0, failed: 1 };
  }
}
