/** Keeps a sign-in that begins, until its time is over. */
import { flow } from "../../schema/oauth-flow.ts";
import type { PendingSignIn } from "../../src/pending-sign-in.ts";
import type { AlarmClock } from "../shared/schedule.ts";
import type { FlowStore } from "./take.ts";

/** One row: the state that names this object is random, so a second start under it can only be the same one again. */
export function startFlow({ storage, db }: FlowStore, clock: AlarmClock, pending: PendingSignIn): void {
  storage.transactionSync(() => {
    const row = { id: 1, ...pending };
    db.insert(flow).values(row).onConflictDoUpdate({ target: flow.id, set: pending }).run();
    // Part of the transaction; the promise only says when it is on disk, which the output gate awaits anyway.
    void clock.setAlarm(pending.expiresAt);
  });
}
