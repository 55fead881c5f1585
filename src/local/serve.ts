/**
 * Serves the built bundle on this machine: Miniflare on workerd, objects on disk. Used by `npm start` and, through it, by the
 * black-box tests. Leaves building, the demo and what is printed to start.ts.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, CoreHeaders, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { lockData } from "./data-lock.ts";
import { guardWorkerd } from "./orphan-guard.ts";
import { projectPath } from "./paths.ts";

/** A server that was killed a moment ago frees its port and its data within this time. */
const TAKEOVER_MS = 1_500;
const TAKEOVER_STEP_MS = 50;
/** Optional variables that wrangler.toml does not set. */
const OPTIONAL_VARS = ["ALLOW_PRIVATE_PROVIDERS"];
const OPTIONAL_SECRETS = [
  "ENCRYPTION_KEY",
  "ENCRYPTION_KEY_OLD",
  "SIGNING_KEY",
  "MAIL_TOKEN",
  "GITHUB_CLIENT_SECRET",
  "LINKEDIN_CLIENT_SECRET",
  "TURNSTILE_SECRET_KEY",
];

export type Served = {
  readonly origin: string;
  readonly operatorToken: string;
  /** Ends the runtime and releases port and data; everything acknowledged is on disk already. */
  readonly stop: () => Promise<void>;
};

export type ServeOptions = {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly dataDir: string;
  /** Worker variables that differ from wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>;
  /** Another Worker than the project's: its wrangler file and its bundle, as absolute paths. */
  readonly worker?: { readonly config: string; readonly bundle: string };
  /** One message of the Worker's console, as it was printed: one line or, with LOG_BATCH_MS, several. */
  readonly onLog: (message: string) => void;
};

const PROJECT_WORKER = { config: projectPath("wrangler.toml"), bundle: projectPath("dist/worker/worker.js") } as const;
const DOOR = "door";
/**
 * Says who the client is, as Cloudflare's edge would: the socket's own address, whatever the client claims. `clientIp` is what
 * workerd tells of a direct connection, with the port.
 */
const entry = (bundle: string): string => `
import worker from "./${bundle}";
export * from "./${bundle}";
export default worker;
export const ${DOOR} = {
  fetch(request, env, context) {
    // With a Host that is none, workerd makes a URL that is none.
    if (!URL.canParse(request.url)) return worker.fetch(request, env, context);
    const headers = new Headers(request.headers);
    const address = /^\\[?(.+?)\\]?:\\d+$/.exec(request.cf?.clientIp ?? "")?.[1];
    if (address === undefined) headers.delete("CF-Connecting-IP");
    else headers.set("CF-Connecting-IP", address);
    return worker.fetch(new Request(request, { headers }), env, context);
  },
};
`;

/** What keeps a server from starting and is no bug: a sentence for the person at the terminal. */
export class CannotServe extends Error {}

export async function serve(options: ServeOptions): Promise<Served> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const lock = await takeData(dataDir);
  const stopGuarding = guardWorkerd();
  // Miniflare has workerd take a request's metadata from this header, which any client could send; without a name for it workerd
  // fills in what it knows itself, the client's address.
  Object.assign(CoreHeaders, { CF_BLOB: undefined });
  try {
    await waitForPort(options.host, options.port);
    const operatorToken = await secretOf(dataDir, "operator-token", "base64url", options.vars["OPERATOR_TOKEN"]);
    const encryptionKey = await secretOf(dataDir, "encryption-key", "base64", options.vars["ENCRYPTION_KEY"]);
    // wrangler, which reads wrangler.toml below, otherwise warns on stdout that the secret is missing.
    process.env["OPERATOR_TOKEN"] = operatorToken;
    process.env["WRANGLER_LOG"] ??= "error";
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        // Miniflare's own entry, on a free port of the loopback: unused, see `workerOptions`.
        host: "127.0.0.1",
        port: 0,
        resourcePersistencePath: join(dataDir, "objects"),
        // Fetching a sample of Cloudflare's request metadata would need the network.
        cf: false,
        log: new Log(LogLevel.ERROR),
        logRequests: false,
        telemetry: { enabled: false },
        handleStructuredLogs: ({ message }) => {
          options.onLog(message);
        },
        ...(await workerOptions(options, { OPERATOR_TOKEN: operatorToken, ENCRYPTION_KEY: encryptionKey })),
      }),
    );
    await miniflare.ready;
    const url = await miniflare.unsafeGetDirectURL(undefined, DOOR);
    return {
      origin: url.origin,
      operatorToken,
      stop: async () => {
        await miniflare.dispose();
        stopGuarding();
        lock.release();
      },
    };
  } catch (error) {
    stopGuarding();
    lock.release();
    throw error;
  }
}

/** Names of the Worker variables that the environment may set. */
export function variableNames(): readonly string[] {
  const { vars } = unstable_readConfig({ config: PROJECT_WORKER.config }) as {
    vars: Readonly<Record<string, unknown>>;
  };
  return [...Object.keys(vars), ...OPTIONAL_VARS, ...OPTIONAL_SECRETS];
}

/**
 * The Worker as wrangler.toml describes it, listening by itself. Miniflare's entry in front of it would believe a client's
 * `CF-Connecting-IP` and `X-Forwarded-Proto`, overwrite `Accept-Encoding` and print stack traces to the client, at half the speed.
 */
async function workerOptions(options: ServeOptions, secrets: Readonly<Record<string, string>>) {
  const { config, bundle } = options.worker ?? PROJECT_WORKER;
  const { workerOptions: worker } = unstable_getMiniflareWorkerOptions(config);
  const code = await readFile(bundle, "utf8").catch(() => {
    throw new CannotServe(`There is no bundle at ${bundle} yet: run \`npm run build\`.`);
  });
  const folder = dirname(bundle);
  return {
    ...worker,
    bindings: { ...(worker["bindings"] as object), ...options.vars, ...secrets },
    modulesRules: [],
    modulesRoot: folder,
    modules: [
      { type: "ESModule" as const, path: join(folder, "entry.js"), contents: entry(basename(bundle)) },
      { type: "ESModule" as const, path: bundle, contents: code },
    ],
    unsafeDirectSockets: [{ host: options.host, port: options.port, entrypoint: DOOR }],
  };
}

async function takeData(dataDir: string): Promise<{ release: () => void }> {
  for (let waitedMs = 0; ; waitedMs += TAKEOVER_STEP_MS) {
    const lock = lockData(dataDir);
    if (lock.ok) return lock.value;
    if (waitedMs >= TAKEOVER_MS) throw new CannotServe(`Another server is using the data in ${dataDir}.`);
    await sleep(TAKEOVER_STEP_MS);
  }
}

/** workerd's own words for a taken port are a stack trace, so it is tried beforehand. */
async function waitForPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  for (let waitedMs = 0; ; waitedMs += TAKEOVER_STEP_MS) {
    const code = await tryPort(host, port);
    if (code === undefined) return;
    if (code !== "EADDRINUSE") throw new CannotServe(`Cannot listen on ${host}:${String(port)} (${code}).`);
    if (waitedMs >= TAKEOVER_MS) {
      throw new CannotServe(`Port ${String(port)} on ${host} is in use. Set PORT to another one.`);
    }
    await sleep(TAKEOVER_STEP_MS);
  }
}

async function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((settle) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      settle(error.code ?? error.message);
    });
    server.listen(port, host, () => {
      server.close(() => {
        settle(undefined);
      });
    });
  });
}

/** The secret given, or this data directory's own, made at the first start. */
async function secretOf(
  dataDir: string,
  name: string,
  encoding: "base64" | "base64url",
  given: string | undefined,
): Promise<string> {
  if (given !== undefined && given !== "") return given;
  const path = join(dataDir, name);
  const kept = (await readFile(path, "utf8").catch(() => "")).trim();
  if (kept !== "") return kept;
  const secret = randomBytes(32).toString(encoding);
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}
