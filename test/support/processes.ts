/** What the operating system says of a server's processes; Linux only. */
import { readdirSync, readFileSync } from "node:fs";
import type { Server } from "./server.ts";

/** Resident memory of the server's workerd: the one process of that name below it. */
export function residentBytes(server: Pick<Server, "pid">): number {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  const parents = new Map(processes.map((id) => [Number(id), Number(statusOf(id, "PPid"))]));
  const isOurs = (id: number): boolean => id === server.pid || (id > 1 && isOurs(parents.get(id) ?? 0));
  const runtimes = processes.filter((id) => statusOf(id, "Name") === "workerd" && isOurs(Number(id)));
  const [runtime, ...more] = runtimes;
  if (runtime === undefined || more.length > 0) throw new Error(`${String(runtimes.length)} runtimes`);
  return Number.parseInt(statusOf(runtime, "VmRSS"), 10) * 1024;
}

function statusOf(id: string, field: string): string {
  try {
    return new RegExp(`^${field}:\\s*(.*)$`, "mu").exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? "";
  } catch {
    // It has ended since.
    return "";
  }
}
