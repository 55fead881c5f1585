/** What the cron trigger does: has the Keyring rotate when that is due, and warms this isolate's keys on the way. Rotation waits for no visitor, and no visitor for it. */
import { warmKeys } from "../auth/keys.ts";
import { batchLogs, setLogLevel } from "../log.ts";

/** Never throws for a Keyring that fails: that is in the log, and the next turn comes in a quarter of an hour, long before a key must be made. */
export async function tick(env: Env, execution: ExecutionContext): Promise<void> {
  setLogLevel(env.LOG_LEVEL);
  batchLogs(Number(env.LOG_BATCH_MS), execution);
  await warmKeys(env);
}
