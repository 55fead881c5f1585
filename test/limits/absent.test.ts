/** Whoever asks for one workspace after the other that is not there. Ids are those of test/SPEC.md. */
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { Workspace } from "../../objects/workspace.ts";
import { ABSENT_PER_MINUTE_MAX } from "../../src/limits.ts";
import { call, uniqueSlug } from "../support/workerd.ts";
import { fromNewAddress, limitedBoard } from "./quota-user.ts";

const MORE = 20;

it("[S22] who asks for many workspaces that are not there is told to wait, and no object is woken; those that are there answer, and others are not held", async () => {
  expect(Number(env.RATE_LIMIT_SCALE)).toBe(1);
  const { path } = await limitedBoard({});
  const ours = fromNewAddress();
  const asked = vi.spyOn(Workspace.prototype, "listFeedback");
  const statuses: number[] = [];
  for (let n = 0; n < ABSENT_PER_MINUTE_MAX + MORE; n++) {
    const { status, headers } = await call("GET", `/api/v1/${uniqueSlug()}/ideas/feedback`, undefined, ours);
    statuses.push(status);
    if (status === 429) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    if (status === 429) expect(headers.get("x-ratelimit-limit")).toBe(String(ABSENT_PER_MINUTE_MAX));
  }
  expect(statuses.slice(0, ABSENT_PER_MINUTE_MAX)).toEqual(Array<number>(ABSENT_PER_MINUTE_MAX).fill(404));
  // One passes a second.
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(MORE / 2);
  expect(asked.mock.calls.length).toBeLessThan(ABSENT_PER_MINUTE_MAX + MORE / 2);
  expect((await call("GET", `${path}/feedback`, undefined, ours)).status).toBe(200);
  const absent = `/api/v1/${uniqueSlug()}/ideas/feedback`;
  expect((await call("GET", absent, undefined, fromNewAddress())).status).toBe(404);
});
