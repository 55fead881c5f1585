/** What an answer says of its limits, read by a parser of structured fields (RFC 9651); and refusals that an isolate remembers. */
import fc from "fast-check";
import { parseList } from "structured-headers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LimitState, QUOTA_NAMES, QUOTAS } from "../../src/domain/rate-limits.ts";
import { deniedBefore, noteDenial, type Subjects } from "../../src/edge/denials.ts";
import { setLimitHeaders } from "../../src/edge/limit-headers.ts";

const NOW = Date.UTC(2026, 5, 1);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function state(name: LimitState["name"], more: Partial<LimitState> = {}): LimitState {
  const { limit, windowSeconds } = QUOTAS[name];
  return { name, limit, windowSeconds, remaining: limit - 1, resetMs: 1_000, retryAfterMs: 0, ...more };
}

function headersOf(limits: readonly LimitState[]): Headers {
  const headers = new Headers();
  setLimitHeaders(headers, limits);
  return headers;
}

/** A list of strings with parameters, as the draft has both fields. */
function parsed(headers: Headers, name: string): readonly (readonly [unknown, Record<string, unknown>])[] {
  return parseList(headers.get(name) ?? "").map(([value, parameters]) => [value, Object.fromEntries(parameters)]);
}

describe("limit headers", () => {
  const anyState = fc
    .record({
      name: fc.constantFrom(...QUOTA_NAMES),
      limit: fc.integer({ min: 1, max: 1_000_000_000 }),
      windowSeconds: fc.constantFrom(60, 900, 3_600),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
      resetMs: fc.double({ min: 0, max: 3_600_000, noNaN: true }),
      retryAfterMs: fc.double({ min: 0.001, max: 3_600_000, noNaN: true }),
    })
    .map(({ used, retryAfterMs, ...given }): LimitState => {
      const remaining = Math.floor(given.limit * (1 - used));
      return { ...given, remaining, retryAfterMs: remaining > 0 ? 0 : retryAfterMs };
    });

  it("[S22] are structured fields: policies with quota and window, limits with what is left and for how long", () => {
    fc.assert(
      fc.property(fc.array(anyState, { minLength: 1, maxLength: 4 }), (limits) => {
        const headers = headersOf(limits);
        expect(parsed(headers, "ratelimit-policy")).toEqual(
          limits.map(({ name, limit, windowSeconds }) => [name, { q: limit, w: windowSeconds }]),
        );
        const now = parsed(headers, "ratelimit");
        expect(now.map(([name]) => name)).toEqual(limits.map(({ name }) => name));
        for (const [n, [, parameters]] of now.entries()) {
          expect(Object.keys(parameters)).toEqual(["r", "t"]);
          expect(parameters["r"]).toBe(limits[n]?.remaining);
          expect(Number.isInteger(parameters["t"])).toBe(true);
          expect(Number(parameters["t"])).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("[S22] X-RateLimit-* are those of the limit that has the least share left; the reset is an ISO time", () => {
    const headers = headersOf([
      state("vote-person", { remaining: 30, resetMs: 30_000 }),
      state("vote-address", { remaining: 40, resetMs: 52_000 }),
    ]);
    expect(headers.get("x-ratelimit-limit")).toBe("300");
    expect(headers.get("x-ratelimit-remaining")).toBe("40");
    expect(headers.get("x-ratelimit-reset")).toBe(new Date(NOW + 52_000).toISOString());
    expect(headers.get("ratelimit-policy")).toBe('"vote-person";q=60;w=60, "vote-address";q=300;w=60');
    expect(headers.get("ratelimit")).toBe('"vote-person";r=30;t=30, "vote-address";r=40;t=52');
  });

  it("[S22] where nothing is left, t is when one more passes, as Retry-After", () => {
    const headers = headersOf([state("vote-person", { remaining: 0, resetMs: 60_000, retryAfterMs: 900 })]);
    expect(headers.get("ratelimit")).toBe('"vote-person";r=0;t=1');
  });

  it("[S22] stand nowhere where nothing was counted", () => {
    expect([...headersOf([])]).toEqual([]);
  });
});

describe("refusals that are remembered", () => {
  let places = 0;
  /** A place of its own for each test: the isolate's memory is one. */
  function subjects(more: Partial<Subjects> = {}): Subjects {
    return { place: `Workspace ${String(places)}`, route: "POST /x", address: "a", person: "bare:ada", ...more };
  }
  beforeEach(() => {
    places += 1;
  });
  const VOTE = ["vote-person", "vote-address"] as const;
  const refusal = (personMs: number, addressMs: number): LimitState[] => [
    state("vote-person", { remaining: personMs > 0 ? 0 : 5, resetMs: 60_000, retryAfterMs: personMs }),
    state("vote-address", { remaining: addressMs > 0 ? 0 : 5, resetMs: 60_000, retryAfterMs: addressMs }),
  ];

  it("[S23] hold for as long as was said, for whom and what they were about, and for nobody else", () => {
    noteDenial(refusal(5_000, 0), subjects(), NOW);
    expect(deniedBefore(VOTE, subjects(), NOW + 4_999)?.failure).toMatchObject({
      code: "RATE_LIMITED",
      retryAfterSeconds: 1,
    });
    expect(deniedBefore(VOTE, subjects({ person: "bare:bob" }), NOW)).toBeNull();
    expect(deniedBefore(VOTE, subjects({ person: "identity:ada" }), NOW)).toBeNull();
    expect(deniedBefore(VOTE, subjects({ person: null }), NOW)).toBeNull();
    expect(deniedBefore(VOTE, subjects({ place: "User 1" }), NOW)).toBeNull();
    expect(deniedBefore(["feedback-create-person"], subjects(), NOW)).toBeNull();
    expect(deniedBefore(VOTE, subjects({ address: "b" }), NOW)).not.toBeNull();
    expect(deniedBefore(VOTE, subjects(), NOW + 5_000)).toBeNull();
  });

  it("[S23] of an address hold for all who share it, and for nobody without one", () => {
    noteDenial(refusal(0, 5_000), subjects(), NOW);
    expect(deniedBefore(VOTE, subjects({ person: "bare:bob" }), NOW)).not.toBeNull();
    expect(deniedBefore(VOTE, subjects({ person: null }), NOW)).not.toBeNull();
    expect(deniedBefore(VOTE, subjects({ address: "b" }), NOW)).toBeNull();
    expect(deniedBefore(VOTE, subjects({ address: null }), NOW)).toBeNull();
  });

  it("[S23] of two the one that lasts longest answers, and how both stand goes on with the time", () => {
    for (const [personMs, addressMs] of [
      [1_000, 6_000],
      [6_000, 1_000],
    ] as const) {
      places += 1;
      noteDenial(refusal(personMs, addressMs), subjects(), NOW);
      const denial = deniedBefore(VOTE, subjects(), NOW + 500);
      expect(denial?.failure.retryAfterSeconds).toBe(6);
      expect(denial?.limits.map(({ retryAfterMs }) => retryAfterMs)).toEqual([personMs - 500, addressMs - 500]);
      expect(denial?.limits.map(({ resetMs }) => resetMs)).toEqual([59_500, 59_500]);
      expect(deniedBefore(VOTE, subjects(), NOW + 2_000)?.failure.retryAfterSeconds).toBe(4);
    }
  });

  it("[S23] of what counts each route by itself hold for that route", () => {
    const user = subjects({ person: "account:1" });
    noteDenial([state("signed-in", { remaining: 0, retryAfterMs: 5_000 })], user, NOW);
    expect(deniedBefore(["signed-in"], user, NOW)).not.toBeNull();
    expect(deniedBefore(["signed-in"], { ...user, route: "GET /y" }, NOW)).toBeNull();
  });

  it("[S23] are forgotten when the clock is set back", () => {
    noteDenial(refusal(5_000, 0), subjects(), NOW);
    expect(deniedBefore(VOTE, subjects(), NOW - 1)).toBeNull();
    expect(deniedBefore(VOTE, subjects(), NOW)).toBeNull();
  });

  it("[S23] are bounded: one too many and all are asked again", () => {
    noteDenial(refusal(5_000, 0), subjects(), NOW);
    for (let n = 0; n < 10_000; n++) noteDenial(refusal(5_000, 0), subjects({ person: `bare:${String(n)}` }), NOW);
    expect(deniedBefore(VOTE, subjects(), NOW)).toBeNull();
    expect(deniedBefore(VOTE, subjects({ person: "bare:9999" }), NOW)).not.toBeNull();
  });
});
