/**
 * `npm run tail`: a deployment's log, or a local server's, one readable line per request and object call. It runs `wrangler tail` with
 * every argument that is not its own; with `--local` it reads a file (and follows it) or standard input instead.
 *
 *   npm run tail -- --env production --workspace demo
 *   npm start | npm run tail -- --local --object Workspace --level warn
 */
import { spawn } from "node:child_process";
import { open, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { toolEnvironment } from "./build.ts";
import { type Filter, formatLine, LEVELS } from "./log-format.ts";
import { projectPath } from "./paths.ts";
import { tailLines } from "./tail-event.ts";

const FOLLOW_INTERVAL_MS = 200;
const USAGE = `npm run tail -- [--workspace SLUG] [--object CLASS] [--level ${LEVELS.join("|")}] [--local [FILE] | arguments of wrangler tail]`;

export type Arguments = {
  readonly filter: Filter;
  /** undefined: wrangler; "": standard input; else a file. */
  readonly local: string | undefined;
  readonly passedOn: readonly string[];
};

/** A sentence when the arguments make no sense. */
export function parseArguments(parameters: readonly string[]): Arguments | string {
  const filter: { workspace?: string; object?: string; level?: (typeof LEVELS)[number] } = {};
  const passedOn: string[] = [];
  let local: string | undefined;
  const left = [...parameters];
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === "--local") {
      local = left[0] === undefined || left[0].startsWith("--") ? "" : left.shift();
    } else if (name === "--workspace" || name === "--object" || name === "--level") {
      const value = left.shift();
      if (value === undefined) return `${name} needs a value.`;
      if (name === "--workspace") filter.workspace = value;
      else if (name === "--object") filter.object = value;
      else {
        const level = LEVELS.find((known) => known === value);
        if (level === undefined) return `--level is one of ${LEVELS.join(", ")}.`;
        filter.level = level;
      }
    } else {
      passedOn.push(name);
    }
  }
  if (local !== undefined && passedOn.length > 0) return `Unknown: ${passedOn.join(" ")}`;
  return { filter, local, passedOn };
}

async function main({ filter, local, passedOn }: Arguments): Promise<void> {
  const colour = process.stdout.isTTY;
  const print = (raw: string): void => {
    const line = formatLine(raw, filter, colour);
    if (line !== undefined) process.stdout.write(`${line}\n`);
  };
  if (local === undefined) await tailDeployment(passedOn, print);
  else if (local === "") for await (const line of createInterface({ input: process.stdin })) print(line);
  else await follow(local, print);
}

async function tailDeployment(passedOn: readonly string[], print: (raw: string) => void): Promise<void> {
  const wrangler = spawn(
    process.execPath,
    [projectPath("node_modules/wrangler/bin/wrangler.js"), "tail", "--format", "json", ...passedOn],
    { cwd: projectPath("."), env: toolEnvironment(), stdio: ["inherit", "pipe", "inherit"] },
  );
  wrangler.once("exit", (code) => {
    process.exitCode = code ?? 0;
  });
  const toLines = tailLines();
  for await (const line of createInterface({ input: wrangler.stdout })) toLines(line).forEach(print);
}

/** From the file's start on, for as long as this process lives. A file that shrank was begun anew. */
async function follow(path: string, print: (raw: string) => void): Promise<void> {
  let offset = 0;
  let rest = Buffer.alloc(0);
  for (;;) {
    const { size } = await stat(path);
    if (size < offset) {
      offset = 0;
      rest = Buffer.alloc(0);
    }
    if (size > offset) {
      await using file = await open(path);
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - offset), position: offset });
      offset += bytesRead;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = rest.lastIndexOf("\n");
      for (const line of rest.subarray(0, Math.max(end, 0)).toString("utf8").split("\n")) if (line !== "") print(line);
      rest = rest.subarray(end + 1);
    } else {
      await sleep(FOLLOW_INTERVAL_MS);
    }
  }
}

if (import.meta.main) {
  const parsed = parseArguments(process.argv.slice(2));
  if (typeof parsed === "string") {
    console.error(`${parsed}\n${USAGE}`);
    process.exitCode = 2;
  } else {
    // `| head` closes our output while we write: no error of ours.
    process.stdout.on("error", () => process.exit(0));
    await main(parsed).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    });
  }
}
