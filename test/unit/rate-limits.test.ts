/** Counting requests: the algorithm against a list of the times that were let through, whose address is whose, and what the table of quotas comes to. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type Rate, take } from "../../src/domain/gcra.ts";
import { parseScale, QUOTA_NAMES, QUOTAS, quotasOf, rateOf } from "../../src/domain/rate-limits.ts";
import { subscriberOf, visitorOf } from "../../src/edge/visitor.ts";
import { RATE_LIMIT_MAX, RATE_LIMIT_SCALE_MAX } from "../../src/limits.ts";
import { LIMITS_DOC, limitsDoc } from "../../src/local/limits-doc.ts";
import { projectPath } from "../../src/local/paths.ts";
import { POLICIES, WORKSPACE_QUOTAS } from "../../src/protocol/rest/rate-limits.ts";

const NOW = Date.UTC(2026, 5, 1);

/** Odd ones, too: intervals that no fraction of a millisecond divides. Every limit of a workspace fits the shortest window. */
const rate: fc.Arbitrary<Rate> = fc.record({
  limit: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(61, 97, 300, 600, 997, 1_000)),
  windowMs: fc.oneof(
    fc.constantFrom(60_000, 900_000, 3_600_000),
    fc.integer({ min: 1_000, max: 3_600_000 }),
    fc.constantFrom(1_000, 59_999, 60_001, 999_983),
  ),
});
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 120_000 })), {
  minLength: 1,
  maxLength: 300,
});

/** A subject of the limiter, and all that it was ever let through. */
class Subject {
  readonly admittedAt: number[] = [];
  tat: number | null = null;

  ask(given: Rate, now: number) {
    const taken = take(given, this.tat, now);
    this.tat = taken.tat;
    if (taken.admitted) this.admittedAt.push(now);
    return taken;
  }
}

/** The interval, less than a thousandth of a millisecond shorter than the exact one. */
const intervalOf = ({ limit, windowMs }: Rate) => windowMs / limit;

describe("GCRA", () => {
  it("[S23] of any number at once exactly the quota passes, whatever the quota, the window and the time", () => {
    fc.assert(
      fc.property(rate, fc.nat({ max: 10_000_000_000 }), (given, later) => {
        const subject = new Subject();
        const now = NOW + later;
        const asked = 2 * given.limit + 3;
        const remaining = Array.from({ length: asked }, () => subject.ask(given, now).remaining);
        expect(subject.admittedAt).toHaveLength(given.limit);
        expect(remaining).toEqual(Array.from({ length: asked }, (_, n) => Math.max(0, given.limit - 1 - n)));
      }),
      { numRuns: 300 },
    );
  });

  it("[S23] what passes equals a plain model: never more in any stretch of time than the quota and what that time gives back", () => {
    fc.assert(
      fc.property(rate, steps, (given, waits) => {
        const subject = new Subject();
        let now = NOW;
        // The model: what is used drains evenly, and one more passes when it fits.
        let used = 0;
        let at = now;
        for (const wait of waits) {
          now += wait;
          used = Math.max(0, used - (now - at) / intervalOf(given));
          at = now;
          const { admitted, remaining } = subject.ask(given, now);
          const room = given.limit - used;
          // Where a thousandth of an interval decides, either answer is right.
          if (Math.abs(room - 1) > 0.01) expect(admitted).toBe(room >= 1);
          if (admitted) used += 1;
          expect(Math.abs(remaining - (given.limit - used))).toBeLessThan(1.01);
        }
        expectSustained(given, subject.admittedAt);
      }),
      { numRuns: 300 },
    );
  });

  it("[S23] who asks without a pause gets one through per interval", () => {
    fc.assert(
      fc.property(rate, (given) => {
        const subject = new Subject();
        for (let n = 0; n < given.limit; n++) subject.ask(given, NOW);
        const step = Math.max(1, Math.floor(intervalOf(given) / 10));
        let now = NOW;
        for (let n = 0; n < 500; n++) {
          now += step;
          subject.ask(given, now);
        }
        const more = subject.admittedAt.length - given.limit;
        const due = (500 * step) / intervalOf(given);
        expect(more).toBeGreaterThanOrEqual(Math.floor(due * (10 / 11)) - 1);
        expect(more).toBeLessThanOrEqual(Math.ceil(due) + 1);
      }),
      { numRuns: 100 },
    );
  });

  it("[S22] who waits as long as was said gets through, and not a millisecond earlier", () => {
    fc.assert(
      fc.property(rate, steps, (given, waits) => {
        const subject = new Subject();
        let now = NOW;
        for (const wait of waits) subject.ask(given, (now += wait));
        for (let n = 0; n < given.limit; n++) subject.ask(given, now);
        const refused = take(given, subject.tat, now);
        expect(refused.admitted).toBe(false);
        expect(refused.retryAfterMs).toBeGreaterThan(0);
        expect(take(given, refused.tat, now + refused.retryAfterMs).admitted).toBe(true);
        expect(take(given, refused.tat, now + refused.retryAfterMs - 0.001).admitted).toBe(false);
        expect(take(given, refused.tat, now + refused.resetMs).remaining).toBe(given.limit - 1);
      }),
      { numRuns: 300 },
    );
  });

  it("[S23] a refusal uses nothing up", () => {
    fc.assert(
      fc.property(rate, fc.nat({ max: 500 }), (given, refusals) => {
        const subject = new Subject();
        for (let n = 0; n < given.limit; n++) subject.ask(given, NOW);
        const full = subject.tat;
        for (let n = 0; n < refusals; n++) expect(subject.ask(given, NOW).admitted).toBe(false);
        expect(subject.tat).toBe(full);
      }),
    );
  });

  it("[S23] a clock that is set back locks nobody out for longer than a full quota does", () => {
    fc.assert(
      fc.property(rate, steps, fc.integer({ min: 1, max: 100_000_000 }), (given, waits, back) => {
        const subject = new Subject();
        let now = NOW;
        for (const wait of waits) subject.ask(given, (now += wait));
        now -= back;
        const taken = take(given, subject.tat, now);
        expect(taken.retryAfterMs).toBeLessThanOrEqual(intervalOf(given));
        expect(taken.resetMs).toBeLessThanOrEqual(given.windowMs);
        expect(take(given, taken.tat, now + intervalOf(given)).admitted).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("[S23] a quota that is lowered holds at once, and waits no longer than its own interval; one that is raised gives at once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 600 }), fc.integer({ min: 1, max: 599 }), (high, less) => {
        const low = Math.max(1, high - less);
        const subject = new Subject();
        for (let n = 0; n < high; n++) subject.ask({ limit: high, windowMs: 60_000 }, NOW);
        const lowered = { limit: low, windowMs: 60_000 };
        expect(subject.ask(lowered, NOW).admitted).toBe(false);
        expect(take(lowered, subject.tat, NOW + intervalOf(lowered)).admitted).toBe(true);
        const raised = { limit: 10 * high, windowMs: 60_000 };
        const idle = new Subject();
        for (let n = 0; n < Math.floor(high / 2); n++) idle.ask({ limit: high, windowMs: 60_000 }, NOW);
        expect(idle.ask(raised, NOW).admitted).toBe(true);
      }),
    );
  });

  it("[S23] numbers that no window can be cut into keep the quota's order of size: nothing divides by zero, nothing is locked for ever", () => {
    const given = { limit: RATE_LIMIT_MAX * RATE_LIMIT_SCALE_MAX, windowMs: 60_000 };
    const taken = take(given, null, NOW);
    expect(taken).toMatchObject({ admitted: true, retryAfterMs: 0 });
    expect(taken.remaining).toBe(given.limit - 1);
  });
});

/** In no stretch of time did more pass than the quota and what that time gives back. */
function expectSustained(given: Rate, admittedAt: readonly number[]): void {
  // The interval is rounded down to 1/1,024 ms.
  const shortest = Math.floor(intervalOf(given) * 1_024) / 1_024;
  for (let from = 0; from < admittedAt.length; from++) {
    const start = admittedAt[from] ?? 0;
    for (let to = from; to < admittedAt.length; to++) {
      const passed = (admittedAt[to] ?? 0) - start;
      expect(to - from + 1).toBeLessThanOrEqual(given.limit + Math.floor(passed / shortest + 1e-9));
    }
  }
}

describe("the client's address", () => {
  const group = fc.integer({ min: 0, max: 0xffff });
  const hex = (groups: readonly number[]) => groups.map((value) => value.toString(16)).join(":");
  const padded = (groups: readonly number[]) => groups.map((value) => value.toString(16).padStart(4, "0")).join(":");

  test("[S22] IPv6 addresses are one when their first 64 bits are, however they are written", () => {
    const eight = fc.array(group, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(eight, eight, (one, other) => {
        const neighbour = [...one.slice(0, 4), ...other.slice(4)];
        const subscriber = subscriberOf(hex(one));
        expect(subscriberOf(hex(neighbour))).toBe(subscriber);
        expect(subscriberOf(padded(neighbour).toUpperCase())).toBe(subscriber);
        expect(subscriberOf(shortened(one))).toBe(subscriber);
        expect(subscriberOf(`${hex(one)}%eth0`)).toBe(subscriber);
        const stranger = [...other.slice(0, 4), ...one.slice(4)];
        expect(subscriberOf(hex(stranger)) === subscriber).toBe(hex(one.slice(0, 4)) === hex(other.slice(0, 4)));
      }),
      { numRuns: 500 },
    );
  });

  /** Its first run of zeros as `::`. */
  function shortened(groups: readonly number[]): string {
    const text = hex(groups);
    return text.replace(/(?:^|:)0(?::0)*(?::|$)/u, "::");
  }

  test.each([
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:0DB8:0000:0000:ffff::", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["::FFFF:203.0.113.9", "203.0.113.9"],
    ["::ffff:cb00:7109", "203.0.113.9"],
    ["0:0:0:0:0:ffff:203.0.113.9", "203.0.113.9"],
    ["64:ff9b::203.0.113.9", "64:ff9b:0:0::/64"],
    ["203.0.113.9", "203.0.113.9"],
  ])("[S22] %s counts as %s", (address, subscriber) => {
    expect(subscriberOf(address)).toBe(subscriber);
  });

  test("[S22] only CF-Connecting-IP says who it is; what objects get is a hash", () => {
    const of = (headers: Record<string, string>) => visitorOf({ headers: new Headers(headers) });
    expect(of({ "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9" })).toBeNull();
    expect(of({ "cf-connecting-ip": "" })).toBeNull();
    expect(of({ "cf-connecting-ip": "9".repeat(65) })).toBeNull();
    const visitor = of({ "cf-connecting-ip": "203.0.113.9" });
    expect(visitor).toMatch(/^[\w-]{22}$/u);
    expect(of({ "cf-connecting-ip": " 203.0.113.9 ", "x-forwarded-for": "198.51.100.1" })).toBe(visitor);
    expect(of({ "cf-connecting-ip": "203.0.113.10" })).not.toBe(visitor);
    // The hashes that are held are thrown away now and then.
    for (let n = 0; n < 2_000; n++) of({ "cf-connecting-ip": `10.0.${String(n >> 8)}.${String(n & 255)}` });
    expect(of({ "cf-connecting-ip": "203.0.113.9" })).toBe(visitor);
  });
});

describe("the table of quotas", () => {
  test.each([
    [undefined, 1],
    ["", 1],
    [" ", 1],
    ["1", 1],
    ["0", 0],
    ["0.5", 0.5],
    ["1000000", RATE_LIMIT_SCALE_MAX],
    ["1000001", 1],
    ["-1", 1],
    ["NaN", 1],
    ["Infinity", 1],
    ["ten", 1],
    ["1e3", 1_000],
  ])("[S22] RATE_LIMIT_SCALE=%s multiplies by %s", (text, scale) => {
    expect(parseScale(text)).toBe(scale);
  });

  test("[S22] a scale multiplies the default and a workspace's own, never to nothing; 0 lets everything pass", () => {
    expect(rateOf("vote-person", 1)).toEqual({ limit: 60, windowMs: 60_000 });
    expect(rateOf("vote-person", 2.5)).toEqual({ limit: 150, windowMs: 60_000 });
    expect(rateOf("vote-person", 0.001)).toEqual({ limit: 1, windowMs: 60_000 });
    expect(rateOf("vote-person", 0)).toBeNull();
    expect(rateOf("vote-person", 10, { "vote-person": 7 })).toEqual({ limit: 70, windowMs: 60_000 });
    expect(rateOf("vote-address", 1, { "vote-person": 7 })).toEqual({ limit: 300, windowMs: 60_000 });
  });

  test("[S22] every policy has a quota, every quota a policy, and a workspace may set those that it counts", () => {
    for (const policy of POLICIES) expect(quotasOf(policy), policy).not.toEqual([]);
    const policies: readonly string[] = [...POLICIES, "api-key"];
    for (const name of QUOTA_NAMES) expect(policies, name).toContain(QUOTAS[name].policy);
    expect(QUOTA_NAMES.filter((name) => QUOTAS[name].at === "Workspace")).toEqual([...WORKSPACE_QUOTAS]);
  });

  /** SPEC 6, written down a second time. */
  test.each([
    ["login", "address", 5, 900],
    ["register", "address", 5, 3_600],
    ["oauth-start", "address", 5, 900],
    ["refresh", "session", 30, 900],
    ["read", "address", 600, 60],
    ["feedback-create-person", "person", 10, 60],
    ["feedback-create-address", "address", 30, 60],
    ["vote-person", "person", 60, 60],
    ["vote-address", "address", 300, 60],
    ["comment-person", "person", 20, 60],
    ["comment-address", "address", 60, 60],
    ["ai-analysis", "account", 20, 3_600],
    ["sync-providers", "account", 10, 3_600],
    ["email", "account", 10, 3_600],
    ["export", "account", 30, 3_600],
    ["api-key", "key", 1_000, 60],
    ["signed-in", "account", 100, 900],
  ] as const)("[S22] %s counts by %s: %s in %s s", (name, by, limit, windowSeconds) => {
    expect(QUOTAS[name]).toMatchObject({ by, limit, windowSeconds, perRoute: name === "signed-in" });
  });

  test("[S22] docs/limits.md shows this table", () => {
    expect(readFileSync(projectPath(LIMITS_DOC), "utf8")).toBe(limitsDoc());
  });
});
