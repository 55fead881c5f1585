/** The life of signing keys under any sequence of time passing, isolates asking and an operator rotating: what whoever signs, publishes, copies or verifies can rely on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublished, newestOf, type RingKey, rotationDue, signingKey, withKey } from "../../src/domain/keyring.ts";
import {
  ACCESS_TOKEN_SECONDS,
  DAY_MS,
  JWKS_FRESH_SECONDS,
  KEY_GRACE_MS,
  KEY_KEPT_MS,
  KEY_LEAD_MS,
  KEY_ROTATION_MS,
} from "../../src/limits.ts";

const MINUTE_MS = 60_000;
const PROMISED_MS = 15 * MINUTE_MS;
const TOKEN_MS = ACCESS_TOKEN_SECONDS * 1000;
const START_MS = Date.UTC(2026, 0, 1);

type Step = { readonly wait: number; readonly byHand: boolean };
/** Times that fall around every limit, and long ones. */
const wait = fc.oneof(
  fc.constantFrom(0, 1, MINUTE_MS, PROMISED_MS, KEY_LEAD_MS - 1, KEY_LEAD_MS, KEY_KEPT_MS, KEY_ROTATION_MS),
  fc.integer({ min: 0, max: 2 * KEY_LEAD_MS }),
  fc.integer({ min: 0, max: 90 * DAY_MS }),
);
const steps = fc.array(fc.record({ wait, byHand: fc.boolean() }), { minLength: 1, maxLength: 60 });

/** What was seen at one call. */
type Sight = {
  readonly at: number;
  readonly signer: RingKey;
  readonly until: number;
  readonly published: ReadonlySet<string>;
  readonly ring: readonly RingKey[];
};

/** Does with pure values what the object does with rows. */
function run(sequence: readonly Step[]): Sight[] {
  let at = START_MS;
  let ring: RingKey[] = [];
  let made = 0;
  return sequence.map((step) => {
    at += step.wait;
    const rotation = rotationDue(ring, at, step.byHand);
    ring = ring.filter((key) => isPublished(key, at));
    if (rotation !== null) {
      made += 1;
      const key = { kid: String(made), createdAt: at, signsFrom: rotation.signsFrom, expiresAt: null };
      ring = withKey(ring, key, rotation);
    }
    const { key, until } = signingKey(ring, at);
    return { at, signer: key, until, published: new Set(ring.map(({ kid }) => kid)), ring };
  });
}

const always = (holds: (sights: readonly Sight[]) => void): void => {
  fc.assert(
    fc.property(steps, (sequence) => {
      holds(run(sequence));
    }),
    { numRuns: 500 },
  );
};
/** Each pair of an earlier sight and a later one, or the same. */
const pairs = (sights: readonly Sight[], check: (earlier: Sight, later: Sight) => void): void => {
  for (const [index, earlier] of sights.entries()) for (const later of sights.slice(index)) check(earlier, later);
};

describe("the life of a key", () => {
  it("[S13] it is published at least 15 minutes before it signs, but for the first of a ring, which signs at once", () => {
    always((sights) => {
      for (const { at, signer, published } of sights) {
        expect(published).toContain(signer.kid);
        if (signer.kid === "1") expect(signer.signsFrom).toBe(sights[0]?.at);
        else expect(at - signer.createdAt).toBeGreaterThanOrEqual(PROMISED_MS);
      }
    });
  });

  it("[S13] whoever has copied the published keys can verify what is signed in the next 15 minutes, and later than that", () => {
    always((sights) => {
      pairs(sights, (copied, signed) => {
        if (signed.at - copied.at < KEY_LEAD_MS) expect(copied.published).toContain(signed.signer.kid);
      });
    });
  });

  it("[S13] it is kept for a token's life and 15 minutes after it last signed, in an isolate too that could not ask again", () => {
    always((sights) => {
      pairs(sights, (asked, later) => {
        const lastSignedAt = asked.until + KEY_GRACE_MS;
        if (later.at < lastSignedAt + TOKEN_MS + PROMISED_MS) expect(later.published).toContain(asked.signer.kid);
      });
    });
  });

  it("[S13] who was told to sign until then signs with the same key as who asks in between", () => {
    always((sights) => {
      pairs(sights, (asked, later) => {
        expect(asked.until).toBeGreaterThan(asked.at);
        if (later.at < asked.until) expect(later.signer.kid).toBe(asked.signer.kid);
      });
    });
  });

  it("[S13] a ring is small, whatever is asked of it, has one key without an end, and never signs beyond its schedule when asked every quarter of an hour", () => {
    always((sights) => {
      for (const { ring } of sights) {
        expect(ring.length).toBeLessThanOrEqual(6);
        expect(ring.filter(({ expiresAt }) => expiresAt === null)).toEqual([newestOf(ring)]);
      }
    });
    const cron = run(Array.from({ length: (90 * DAY_MS) / PROMISED_MS }, () => ({ wait: PROMISED_MS, byHand: false })));
    for (const { at, signer } of cron) {
      expect(at - signer.signsFrom).toBeLessThanOrEqual(KEY_ROTATION_MS + PROMISED_MS);
    }
    expect(new Set(cron.map(({ signer }) => signer.kid)).size).toBe(3);
  });

  it("[S13] a key that waits for its turn is not followed by another", () => {
    const first = run([{ wait: 0, byHand: true }])[0]?.ring ?? [];
    expect(first).toHaveLength(1);
    const rotation = rotationDue(first, START_MS, true);
    expect(rotation).toEqual({
      signsFrom: START_MS + KEY_LEAD_MS,
      predecessorExpiresAt: START_MS + KEY_LEAD_MS + KEY_KEPT_MS,
    });
    if (rotation === null) return;
    const waiting = { kid: "2", createdAt: START_MS, signsFrom: rotation.signsFrom, expiresAt: null };
    const ring = withKey(first, waiting, rotation);
    expect(rotationDue(ring, rotation.signsFrom - 1, true)).toBeNull();
    expect(rotationDue(ring, rotation.signsFrom, true)).not.toBeNull();
  });

  it("[S13] a clock that was put back finds a key to sign with all the same", () => {
    const ring = run([{ wait: 0, byHand: false }])[0]?.ring ?? [];
    expect(signingKey(ring, START_MS - DAY_MS).key.kid).toBe("1");
    expect(signingKey(ring, START_MS - DAY_MS).until).toBeGreaterThan(START_MS - DAY_MS);
    expect(() => signingKey([], START_MS)).toThrow(RangeError);
  });

  it("[S13] the copies that isolate, edge and client keep are together younger than the time from publishing to signing", () => {
    expect(3 * JWKS_FRESH_SECONDS * 1000).toBeLessThan(KEY_LEAD_MS);
    expect(KEY_LEAD_MS).toBeGreaterThanOrEqual(PROMISED_MS);
    expect(KEY_KEPT_MS).toBeGreaterThanOrEqual(TOKEN_MS + PROMISED_MS);
  });
});
