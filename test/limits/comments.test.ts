/** How often may be commented, over HTTP. Ids are those of test/SPEC.md. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Clock } from "../model/clock.ts";
import { countOf, say } from "../support/comments.ts";
import { board, post } from "../support/workerd.ts";
import { fromNewAddress } from "./quota-user.ts";

const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());

it("[CM9] commenting counts by person and by address: of the 20 a minute exactly 20 pass, and the rest is told when", async () => {
  const { path } = await board();
  const item = await post(path, "Item");
  const headers = fromNewAddress();
  const tried = await Promise.all(
    Array.from({ length: 60 }, (_, n) => say(path, item, `Comment ${String(n)}`, { externalUserId: "fast" }, headers)),
  );
  expect(tried.filter(({ status }) => status === 201).length).toBe(20);
  const refused = tried.find(({ status }) => status !== 201);
  expect([refused?.status, refused?.body.code]).toEqual([429, "RATE_LIMITED"]);
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(refused?.headers.get("ratelimit-policy")).toContain("comment");
  expect((await say(path, item, "Slow", { externalUserId: "slow" }, headers)).status).toBe(201);
  expect(await countOf(path, item)).toBe(21);
});
