/**
 * Ends workerd when this process dies without having the time to (SIGKILL, out of memory). workerd does not notice that its
 * parent is gone: it would keep the port and the data. Leaves orderly ends to Miniflare.
 */
import { type ChildProcess, spawn } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { basename } from "node:path";

/** Guards every workerd that this process starts from now on; returns how to stop doing so. */
export function guardWorkerd(): () => void {
  // Miniflare does not tell its child's pid, Node's own channel does, for a restarted runtime too.
  const onChild = (message: unknown): void => {
    const child = (message as { process: ChildProcess }).process;
    child.once("spawn", () => {
      if (basename(child.spawnfile).startsWith("workerd")) guard(child);
    });
  };
  diagnostics.subscribe("child_process", onChild);
  return () => {
    diagnostics.unsubscribe("child_process", onChild);
  };
}

/** A detached shell that waits for the end of its input, which comes when this process is gone, however it went. */
function guard(child: ChildProcess): void {
  if (process.platform === "win32" || child.pid === undefined) return;
  const watcher = spawn("/bin/sh", ["-c", 'cat >/dev/null; kill -KILL "$0" 2>/dev/null', String(child.pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.unref();
  // Once workerd has ended by itself its pid may be given to somebody else.
  child.once("exit", () => watcher.kill("SIGKILL"));
}
