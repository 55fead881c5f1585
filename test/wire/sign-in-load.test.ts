/** Sign-ins take the processor; other people must not notice. Ids are those of test/SPEC.md. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Server, startServer } from "../support/server.ts";

const SIGN_INS = 16;
const SECONDS = 5;
/** The project's own bound. */
const LIST_P99_MS_MAX = 300;

let server: Server;
beforeAll(async () => {
  server = await startServer({ vars: { DEMO: "true", LOG_LEVEL: "off" } });
});
afterAll(() => server.stop());

// Once more: the bound is of the clock, and the machine may have other work.
it(
  "[S3] under 16 sign-ins at a time the public list's p99 stays below 300 ms, and who cannot be served is told when to come again",
  { retry: 1 },
  async () => {
    const until = performance.now() + SECONDS * 1_000;
    const statuses = new Map<number, number>();
    const signIns = Array.from({ length: SIGN_INS }, async (_, one) => {
      for (let tries = 0; performance.now() < until; tries++) {
        const response = await fetch(`${server.origin}/api/v1/auth/login`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ email: `nobody-${one}-${tries}@example.com`, password: "not a password of anybody" }),
        });
        await response.arrayBuffer();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        if (response.status !== 401) expect(Number(response.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
        // Somewhat better manners than the header asks for, in less time.
        if (response.status === 503) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    const times: number[] = [];
    while (performance.now() < until) {
      const startedAt = performance.now();
      const response = await fetch(`${server.origin}/api/v1/demo/ideas/feedback`);
      await response.arrayBuffer();
      expect(response.status).toBe(200);
      times.push(performance.now() - startedAt);
    }
    await Promise.all(signIns);
    expect([...statuses.keys()].toSorted((one, other) => one - other)).toEqual([401, 503]);
    const p99 = times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)];
    expect(times.length).toBeGreaterThan(20);
    expect(p99).toBeLessThan(LIST_P99_MS_MAX);
  },
);
