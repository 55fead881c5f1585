/** Bundles a bench-only Worker with esbuild, as wrangler does the product's, and serves it with the code of `npm start`: same runtime, same entry, same log transport. */
import { build } from "esbuild";
import { projectPath } from "../src/local/paths.ts";
import { type Served, serve } from "../src/local/serve.ts";

/** `folder` under bench/ holds `worker.ts` and `wrangler.toml`. */
export async function serveBenchWorker(folder: string, dataDir: string): Promise<Served> {
  const bundle = projectPath(`dist/bench/${folder}/worker.js`);
  await build({
    entryPoints: [projectPath(`bench/${folder}/worker.ts`)],
    outfile: bundle,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
  return await serve({
    host: "127.0.0.1",
    port: 0,
    dataDir,
    vars: {},
    worker: { config: projectPath(`bench/${folder}/wrangler.toml`), bundle },
    onLog: (line) => void process.stdout.write(`${line}\n`),
  });
}
