/** Tables of the Visitor object, one of 256 shards for people who are nobody yet. `npm run migrations` turns a change into SQL under `visitor/`. */
import { idempotencyTable, rateLimitTable, scheduleTable } from "./shared.ts";

export const rateLimits = rateLimitTable();
export const idempotencyKeys = idempotencyTable();
export const schedule = scheduleTable();
