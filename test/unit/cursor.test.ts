/** Cursors come back as they went, and nothing else is taken for one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../src/domain/cursor.ts";
import { CURSOR_CHARS_MAX } from "../../src/limits.ts";
import { SORTS } from "../../src/protocol/rest/feedback.ts";

const sort = fc.constantFrom(...SORTS);
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.maxSafeNat(),
);
const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

const encodeText = (json: string) => btoa(json).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");

describe("cursor", () => {
  it("[U18] roundtrip, to the last bit, short and safe in a URL", () => {
    fc.assert(
      fc.property(sort, value, id, (by, at, last) => {
        const text = encodeCursor(by, { value: at, id: last });
        expect(text).toMatch(/^[\w-]+$/u);
        expect(text.length).toBeLessThanOrEqual(CURSOR_CHARS_MAX);
        expect(decodeCursor(by, text)).toEqual({ ok: true, value: { value: at, id: last } });
      }),
    );
  });

  it("[U19] a cursor of another sort is refused by name", () => {
    fc.assert(
      fc.property(sort, sort, value, id, (made, asked, at, last) => {
        const decoded = decodeCursor(asked, encodeCursor(made, { value: at, id: last }));
        expect(decoded.ok).toBe(made === asked);
        if (!decoded.ok) {
          expect(decoded.error).toMatchObject({ code: "INVALID_CURSOR", errors: [{ path: "query.cursor" }] });
        }
      }),
    );
  });

  it("[U20] garbage is refused, never thrown", () => {
    const json = fc.oneof(fc.json(), fc.constant("[]"), fc.constant('["trending",1]'));
    const garbage = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.base64String(),
      json.filter((text) => /^[\0-\u00FF]*$/u.test(text)).map(encodeText),
    );
    fc.assert(
      fc.property(sort, garbage, (by, text) => {
        expect(decodeCursor(by, text)).toMatchObject({ ok: false, error: { code: "INVALID_CURSOR" } });
      }),
      { numRuns: 2_000 },
    );
  });

  it("[U21] the right shape with the wrong values is refused", () => {
    const wrong = [
      '["trending",1,2,3]',
      '["trending","1",2]',
      '["trending",null,2]',
      '["trending",1e999,2]',
      '["trending",1,2.5]',
      '["trending",1,9007199254740993]',
      '["trending",1,"2"]',
      '["trending",[1],2]',
      '{"0":"trending","1":1,"2":2,"length":3}',
      '"trending"',
    ];
    for (const text of wrong) expect(decodeCursor("trending", encodeText(text)).ok, text).toBe(false);
    expect(decodeCursor("trending", encodeText('["trending",1,2]')).ok).toBe(true);
  });
});
