/** Bundles a bench-only Worker with esbuild, as wrangler does the product's, and serves it with Miniflare on workerd, as `npm start` does. */
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { guardWorkerd } from "../src/local/orphan-guard.ts";
import { projectPath } from "../src/local/paths.ts";

export type BenchWorker = {
  /** Of the Worker's entry, under bench/. */
  readonly entry: string;
  readonly binding: string;
  readonly className: string;
  readonly dataDir: string;
  readonly vars?: Readonly<Record<string, string>>;
};

export type Running = { readonly origin: string; readonly stop: () => Promise<void> };

const OUT = "dist/bench";

export async function serveBenchWorker(worker: BenchWorker): Promise<Running> {
  const file = projectPath(join(OUT, `${worker.className.toLowerCase()}.js`));
  await build({
    entryPoints: [projectPath(join("bench", worker.entry))],
    outfile: file,
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
  const stopGuarding = guardWorkerd();
  process.env["WRANGLER_LOG"] ??= "error";
  const { compatibility_date: compatibilityDate = "" } = unstable_readConfig({ config: projectPath("wrangler.toml") });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      resourcePersistencePath: worker.dataDir,
      cf: false,
      log: new Log(LogLevel.ERROR),
      logRequests: false,
      telemetry: { enabled: false },
      handleStructuredLogs: ({ message }) => void process.stdout.write(`${message}\n`),
      name: "bench",
      compatibilityDate,
      modules: true,
      scriptPath: file,
      bindings: { ...worker.vars },
      durableObjects: { [worker.binding]: { className: worker.className, useSQLite: true } },
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    }),
  );
  await miniflare.ready;
  const url = await miniflare.unsafeGetDirectURL();
  return {
    origin: url.origin,
    stop: async () => {
      await miniflare.dispose();
      stopGuarding();
    },
  };
}
