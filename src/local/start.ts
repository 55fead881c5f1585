/**
 * `npm start`: build, serve on this machine, make the demo workspace if the data is new, say where everything is, and log until a
 * signal ends it. HOST, PORT, DATA_DIR, DEMO and every variable of the Worker come from the environment.
 * Flags: `--no-build` serves the bundle that is there.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { OPERATOR_TOKEN_CHARS_MIN } from "../limits.ts";
import { buildWorker } from "./build.ts";
import { makeDemoOnce } from "./demo/make.ts";
import { type DemoOwner, readOwner } from "./demo/owner.ts";
import { formatLine } from "./log-format.ts";
import { CannotServe, serve, type Served, variableNames } from "./serve.ts";

const HOST_DEFAULT = "127.0.0.1";
const PORT_DEFAULT = "8787";
const PORT_MAX = 65_535;
const DATA_DIR_DEFAULT = ".groundswell";
/** Data from before there were accounts, or mail is set up. */
const NO_OWNER = "open an account; the operator invites it into what is there (docs/identity.md)";

async function start(): Promise<void> {
  const environment = process.env;
  const host = environment["HOST"] ?? HOST_DEFAULT;
  const port = portOf(environment["PORT"] ?? PORT_DEFAULT);
  const dataDir = environment["DATA_DIR"] ?? DATA_DIR_DEFAULT;
  if (!process.argv.includes("--no-build")) {
    console.log("Building…");
    buildWorker();
  }
  const vars = variables(environment);
  const token = vars["OPERATOR_TOKEN"];
  if (token !== undefined && token !== "" && token.length < OPERATOR_TOKEN_CHARS_MIN) {
    throw new CannotServe(`OPERATOR_TOKEN must have at least ${String(OPERATOR_TOKEN_CHARS_MIN)} characters.`);
  }
  const newData = !existsSync(join(dataDir, "objects"));
  const served = await serve({ host, port, dataDir, vars, onLog: print });
  stopOnSignals(served);
  const demo = vars["DEMO"] === "true";
  if (demo) await makeDemoOnce({ origin: served.origin, token: served.operatorToken }, { dataDir, newData });
  announce(served, demo, demo ? await readOwner(dataDir) : null);
}

/** The Worker's variables that differ from wrangler.toml. */
function variables(environment: NodeJS.ProcessEnv): Record<string, string> {
  // With no mail set up, the links that would be mailed stand in the log.
  const vars: Record<string, string> = { OPEN_WORKSPACES: "true", DEMO: "true", LOG_BATCH_MS: "5", MAILER: "log" };
  for (const name of [...variableNames(), "OPERATOR_TOKEN"]) {
    const value = environment[name];
    if (value !== undefined) vars[name] = value;
  }
  return vars;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/u.test(text) && port <= PORT_MAX) return port;
  throw new CannotServe(`PORT must be a number from 0 to ${String(PORT_MAX)}, not "${text}".`);
}

/** A message of the Worker's console holds one line or, batched, several: one write for all of them. */
function print(message: string): void {
  if (!process.stdout.isTTY) process.stdout.write(`${message}\n`);
  else for (const line of message.split("\n")) process.stdout.write(`${formatLine(line, {}, true) ?? line}\n`);
}

function stopOnSignals(served: Served): void {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Miniflare has put in handlers that end the process at once, with 128 + n.
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      served.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}

function announce({ origin, operatorToken }: Served, demo: boolean, owner: DemoOwner | null): void {
  const lines = [
    `Groundswell is ready at ${origin}`,
    ...(demo
      ? [
          `  Board page     ${origin}/w/demo/ideas`,
          `  Roadmap        ${origin}/w/demo/roadmap`,
          `  Widget on page ${origin}/demo`,
        ]
      : []),
    `  Console        ${origin}/console  ${
      owner === null ? NO_OWNER : `sign in as ${owner.email} / ${owner.password}`
    }`,
    `  API reference  ${origin}/docs`,
    `  OpenAPI        ${origin}/openapi.json`,
    `  Health         ${origin}/health`,
    `  Operator       Authorization: Bearer ${operatorToken}`,
    "  Ctrl-C ends it.",
  ];
  console.log(lines.join("\n"));
}

try {
  await start();
} catch (error) {
  console.error(error instanceof CannotServe ? error.message : error);
  process.exit(1);
}
