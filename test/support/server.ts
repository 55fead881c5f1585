/**
 * The built server as a process of its own, as `npm start` runs it, on a free port with a fresh data directory: for black-box tests
 * and benches. The bundle must have been built. Leaves requests to the tests.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const READY_MS = 60_000;
const STOP_MS = 15_000;

export type ServerOptions = {
  /** What to run in place of `npm start`; it has to announce itself in the same words. */
  readonly script?: string;
  /** Worker variables and settings of start.ts (`DEMO`, `HOST`), as environment variables. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Kept when given; else a temporary one that `stop` removes. */
  readonly dataDir?: string;
  readonly port?: number;
};

export type Server = {
  readonly origin: string;
  readonly port: number;
  /** Of the process that `npm start` would be; workerd is its child. */
  readonly pid: number;
  readonly operatorToken: string;
  readonly dataDir: string;
  /** Everything on stdout so far, by line. */
  readonly logs: () => readonly string[];
  /** SIGTERM; the exit code. Removes a temporary data directory. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL of the process and its workerd, as a crash of the machine would; the data stays. */
  readonly kill: () => Promise<void>;
};

/** What `start.ts` said when it did not come up. */
export class DidNotStart extends Error {}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "groundswell-data-")));
  // A process group of its own, so that a kill can reach workerd as well.
  const child = spawn(process.execPath, [options.script ?? "src/local/start.ts", "--no-build"], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      HOST: "127.0.0.1",
      DEMO: "false",
      // All of a test's clients come from one address, and in no time.
      RATE_LIMIT_SCALE: "1000",
      ...options.vars,
      PORT: String(options.port ?? 0),
      DATA_DIR: dataDir,
    },
  });
  const killWithUs = (): void => signalGroup(child, "SIGKILL");
  process.once("exit", killWithUs);
  const exited = new Promise<number | null>((settle) => {
    child.once("exit", (code) => {
      process.off("exit", killWithUs);
      settle(code);
    });
  });
  const lines: string[] = [];
  const { origin, operatorToken } = await ready(child, lines);
  return {
    origin,
    port: Number(new URL(origin).port),
    pid: child.pid ?? 0,
    operatorToken,
    dataDir,
    logs: () => lines,
    stop: async () => {
      child.kill("SIGTERM");
      const late = setTimeout(() => {
        signalGroup(child, "SIGKILL");
      }, STOP_MS);
      const code = await exited;
      clearTimeout(late);
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      return code;
    },
    kill: async () => {
      signalGroup(child, "SIGKILL");
      await exited;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has ended.
  }
}

/** Resolves with what start.ts announces, once it has: by then it answers. */
async function ready(child: ChildProcess, lines: string[]): Promise<{ origin: string; operatorToken: string }> {
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    let origin: string | undefined;
    const fail = (why: string): void => {
      clearTimeout(late);
      signalGroup(child, "SIGKILL");
      reject(new DidNotStart(`${why}\n${lines.join("\n")}\n${errors}`.trim()));
    };
    const late = setTimeout(() => {
      fail("not ready in time");
    }, READY_MS);
    child.once("exit", (code) => {
      fail(`exited with ${String(code)}`);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const parts = (output + text).split("\n");
      output = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        origin ??= /^Groundswell is ready at (\S+)$/u.exec(line)?.[1];
        const token = /Authorization: Bearer (\S+)$/u.exec(line)?.[1];
        if (origin === undefined || token === undefined) continue;
        clearTimeout(late);
        resolve({ origin, operatorToken: token });
      }
    });
  });
}
