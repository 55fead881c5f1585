/**
 * The two servers under load, each a process of its own as `npm start` makes it, its log going to a file: the product on its built bundle with the default log level,
 * and the floor.
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectPath } from "../../src/local/paths.ts";

const READY_MS = 30_000;
const POLL_MS = 50;
const LINES_READ_MAX = 5_000;
/** Limits that nobody reaches: a bench comes from one address, and what counting costs is part of its figures. */
export const COUNTED_ONLY = "1000000";
/** USER_HZ, the same on every Linux. */
const TICKS_PER_SECOND = 100;

export type Running = {
  readonly origin: string;
  readonly operatorToken: string;
  /** Processor time that its processes have used, in seconds; NaN where there is no /proc. */
  readonly cpuSeconds: () => number;
  /** The last lines of its log. */
  readonly logged: () => readonly Readonly<Record<string, unknown>>[];
  readonly stop: () => Promise<void>;
};

export function startProduct(vars: Readonly<Record<string, string>> = {}): Promise<Running> {
  return start(["src/local/start.ts", "--no-build"], vars);
}

export function startFloor(): Promise<Running> {
  return start(["bench/load/floor-server.ts"], {});
}

async function start(script: readonly string[], vars: Readonly<Record<string, string>>): Promise<Running> {
  const scratch = mkdtempSync(join(tmpdir(), "groundswell-bench-"));
  const logFile = join(scratch, "log");
  const log = openSync(logFile, "w");
  const child = spawn(process.execPath, script, {
    cwd: projectPath("."),
    detached: true,
    stdio: ["ignore", log, log],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      HOST: "127.0.0.1",
      PORT: "0",
      DEMO: "false",
      RATE_LIMIT_SCALE: COUNTED_ONLY,
      ...vars,
      DATA_DIR: join(scratch, "data"),
    },
  });
  closeSync(log);
  const exited = new Promise<void>((settle) => void child.once("exit", () => settle()));
  const killWithUs = (): void => void child.kill("SIGTERM");
  process.once("exit", killWithUs);
  const stop = async (): Promise<void> => {
    process.off("exit", killWithUs);
    child.kill("SIGTERM");
    await exited;
    rmSync(scratch, { recursive: true, force: true });
  };
  const text = () => readFileSync(logFile, "utf8");
  for (const startedAt = Date.now(); Date.now() - startedAt < READY_MS; await sleep(POLL_MS)) {
    const origin = /^Groundswell is ready at (\S+)$/mu.exec(text())?.[1];
    if (origin === undefined) continue;
    // The announcement comes in one write; the token stands a few lines further.
    const operatorToken = /Authorization: Bearer (\S+)$/mu.exec(text())?.[1] ?? "";
    return {
      origin,
      operatorToken,
      cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
      logged: () => lastLines(text()),
      stop,
    };
  }
  const said = text();
  await stop();
  throw new Error(`${script.join(" ")} did not come up\n${said}`);
}

function lastLines(text: string): Record<string, unknown>[] {
  const lines = text.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  return lines.slice(-LINES_READ_MAX).map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Of a process group: Node and its workerd. */
function cpuSecondsOf(group: number): number {
  if (!existsSync("/proc/self/stat")) return NaN;
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/u.test(name))) {
    // After the command's name, which may hold spaces: state, parent, group, …, user and system time.
    const fields = statOf(pid).split(") ")[1]?.split(" ") ?? [];
    if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return ""; // ended meanwhile
  }
}
