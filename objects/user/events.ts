/** What happened to the account, for its owner to read. */
import { desc } from "drizzle-orm";
import { securityEvents } from "../../schema/user.ts";
import { SECURITY_EVENTS_PER_USER_MAX } from "../../src/limits.ts";
import type { SecurityEvent } from "../../src/protocol/rest/account.ts";
import type { UserStore } from "./store.ts";

/** Newest first. */
export function listEvents({ db }: UserStore): SecurityEvent[] {
  const rows = db
    .select()
    .from(securityEvents)
    .orderBy(desc(securityEvents.id))
    .limit(SECURITY_EVENTS_PER_USER_MAX)
    .all();
  return rows.map(({ id: _id, at, kind, ...from }) => ({
    at: new Date(at).toISOString(),
    kind: kind as SecurityEvent["kind"],
    ...from,
  }));
}
