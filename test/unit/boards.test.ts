/** How many boards there may be, and what a first post calls them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideCreateBoard, nameFromSlug } from "../../src/domain/boards.ts";
import { isSlug, RESERVED_SLUGS } from "../../src/ids.ts";
import { BOARDS_PER_WORKSPACE_MAX, NAME_CHARS_MAX } from "../../src/limits.ts";
import { name } from "../../src/protocol/rest/fields.ts";

const slugs = (count: number) => new Set(Array.from({ length: count }, (_, n) => `board-${String(n)}`));

describe("boards", () => {
  it("[U22] the hundredth board is the last", () => {
    expect(decideCreateBoard(slugs(BOARDS_PER_WORKSPACE_MAX - 1), "ideas").ok).toBe(true);
    expect(decideCreateBoard(slugs(BOARDS_PER_WORKSPACE_MAX), "ideas")).toMatchObject({
      ok: false,
      error: { code: "LIMIT_REACHED" },
    });
  });

  it("[U23] a taken slug is named, also when the limit is reached", () => {
    for (const count of [1, BOARDS_PER_WORKSPACE_MAX]) {
      expect(decideCreateBoard(slugs(count), "board-0")).toMatchObject({
        ok: false,
        error: { code: "SLUG_TAKEN", errors: [{ path: "slug" }] },
      });
    }
  });

  it("[U24] every slug that may be used gives a name that the contract allows; the others none", () => {
    const text = fc.oneof(fc.stringMatching(/^[a-z0-9-]{1,60}$/u), fc.string(), fc.constantFrom(...RESERVED_SLUGS));
    fc.assert(
      fc.property(text, (slug) => {
        const made = nameFromSlug(slug);
        expect(made === null).toBe(!isSlug(slug));
        if (made === null) return;
        expect(name.safeParse(made).success).toBe(true);
        expect(made.length).toBeLessThanOrEqual(NAME_CHARS_MAX);
      }),
    );
    expect(nameFromSlug("feature-requests")).toBe("Feature requests");
  });
});
