/** What the object's one alarm does: the tasks that are due, each one bounded piece of it, and the messages that could not be sent yet. */
import { ok } from "../../src/result.ts";
import { OUTBOX_RETRY_MS, OUTBOX_TASK } from "../shared/outbox.ts";
import { ANSWERS_TASK } from "../shared/idempotency.ts";
import { LIMITER_TASK } from "../shared/limiter.ts";
import { ENDINGS_TASK } from "./admission.ts";
import { type Calls, UNASKED } from "./calls.ts";
import { alike } from "./duplicates/alike.ts";
import { isSuggestTask, suggest } from "./duplicates/suggest.ts";
import type { LiveSockets } from "./live-sockets.ts";
import { isCarriedTask, purgeCarried } from "./merge/detach.ts";
import { runPurge } from "./purge.ts";
import { isReindexTask, reindex } from "./similar/reindex.ts";
import { THEMES_TASK } from "./themes/mark.ts";
import { runThemes } from "./themes/run.ts";
import type { WorkspaceStore } from "./store.ts";

export async function runAlarm(store: WorkspaceStore, calls: Calls, sockets: LiveSockets): Promise<void> {
  store.runDue(
    (task) => {
      const verb = `alarm.${task.replace(/:.*/u, "")}`;
      return calls.logged(verb, UNASKED, () => ok(runTask(store, sockets, task))).value;
    },
    (task, thrown) => calls.fault("alarm", `onAlarm ${task}`, thrown),
    (changes) => calls.publish(changes),
  );
  await calls.deliver("alarm");
}

/** When to go on (ms); null when the task is done. The outbox's stays until nothing waits any more. */
function runTask(store: WorkspaceStore, sockets: LiveSockets, task: string): number | null {
  if (task === OUTBOX_TASK) return store.outbox.isEmpty() ? null : store.now() + OUTBOX_RETRY_MS;
  if (task === ANSWERS_TASK) return store.answers.purge(store.now());
  if (task === LIMITER_TASK) return forgetLimits(store);
  if (isCarriedTask(task)) return purgeCarried(store, task);
  if (isSuggestTask(task)) return suggest(store, task, alike);
  if (isReindexTask(task)) return reindex(store, task);
  if (task === THEMES_TASK) return runThemes(store);
  return task === ENDINGS_TASK ? sockets.endDue() : runPurge(store, task);
}

function forgetLimits(store: WorkspaceStore): number | null {
  const afterMs = store.limiter.purge(store.now());
  return afterMs === null ? null : store.now() + afterMs;
}
