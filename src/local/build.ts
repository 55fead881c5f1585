/**
 * `npm run build`: the Worker's bundle in dist/worker, as a deploy would upload it. With `--assets-only` it makes just the
 * generated files; wrangler calls it that way before every build of the Worker (the `build` command in wrangler.toml), so a full
 * build makes them once, through wrangler.
 */
import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";
import { buildAssets } from "./assets.ts";
import { projectPath } from "./paths.ts";

/** Bundles the Worker; throws with wrangler's own words when that fails. */
export function buildWorker(): void {
  const run = spawnSync(
    process.execPath,
    [
      projectPath("node_modules/wrangler/bin/wrangler.js"),
      "deploy",
      "--dry-run",
      "--env",
      "",
      "--outdir",
      "dist/worker",
    ],
    { cwd: projectPath("."), encoding: "utf8", env: toolEnvironment() },
  );
  if (run.status !== 0) throw new Error(`wrangler could not bundle the Worker\n${run.stdout}${run.stderr}`);
}

/** The environment for wrangler: this Node first in PATH (its build command says `node`), no prompts, no metrics. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: [projectPath("node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter),
    CI: "1",
    WRANGLER_SEND_METRICS: "false",
  };
}

if (import.meta.main) {
  try {
    if (process.argv.includes("--assets-only")) {
      for (const path of await buildAssets()) console.log(`wrote ${path}`);
    } else {
      buildWorker();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
