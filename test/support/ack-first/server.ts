/** Serves the control of the kill test in the way `npm start` serves the product, and announces itself in the same words. */
import { join } from "node:path";
import { build } from "esbuild";
import { projectPath } from "../../../src/local/paths.ts";
import { serve } from "../../../src/local/serve.ts";

const folder = projectPath("test/support/ack-first");
const dataDir = process.env["DATA_DIR"] ?? "";
const bundle = join(dataDir, "worker.js");
await build({
  entryPoints: [join(folder, "worker.ts")],
  outfile: bundle,
  bundle: true,
  format: "esm",
  target: "es2024",
  logLevel: "error",
});
const served = await serve({
  host: "127.0.0.1",
  port: Number(process.env["PORT"]),
  dataDir,
  vars: {},
  worker: { config: join(folder, "wrangler.toml"), bundle },
  onLog: (line) => console.log(line),
});
console.log(`Groundswell is ready at ${served.origin}\n  Operator       Authorization: Bearer ${served.operatorToken}`);
