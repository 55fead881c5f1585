/** What a change to an item means: which fields it sets, and what those who watch see of it. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Content, draftFeedback, isVisible, reviseFeedback } from "../../src/domain/feedback.ts";
import { MODERATION_STATES, STATUSES, type UpdateFeedback } from "../../src/protocol/rest/feedback.ts";

const fields = {
  title: fc.string({ minLength: 1 }),
  description: fc.string(),
  category: fc.option(fc.string({ minLength: 1 }), { nil: null }),
  status: fc.constantFrom(...STATUSES),
  pinned: fc.boolean(),
  moderationState: fc.constantFrom(...MODERATION_STATES),
  isHidden: fc.boolean(),
};
const current = fc
  .record(fields)
  .map((record): Content => ({ ...record, visible: isVisible(record.moderationState, record.isHidden, null) }));
const command: fc.Arbitrary<UpdateFeedback> = fc.record(fields, { requiredKeys: [] });

describe("feedback", () => {
  it("[U10] a change made twice is made once", () => {
    fc.assert(
      fc.property(current, command, (content, change) => {
        const first = reviseFeedback({ ...content, mergedInto: null }, change);
        const second = reviseFeedback({ ...first.content, mergedInto: null }, change);
        expect(second.changed).toBe(false);
        expect(second.content).toEqual(first.content);
      }),
    );
  });

  it("[U11] sets exactly the fields it names, and says truly whether anything changed", () => {
    fc.assert(
      fc.property(current, command, (content, change) => {
        const { changed, content: revised } = reviseFeedback({ ...content, mergedInto: null }, change);
        const visible = isVisible(revised.moderationState, revised.isHidden, null);
        expect(revised).toEqual({ ...content, ...change, visible });
        expect(changed).toBe(!isDeepStrictEqual(revised, content));
      }),
    );
  });

  it("[U12] only approved, unhidden items are public, and the appearance says what watchers see", () => {
    fc.assert(
      fc.property(current, command, (content, change) => {
        const { appearance, content: revised } = reviseFeedback({ ...content, mergedInto: null }, change);
        expect(revised.visible).toBe(revised.moderationState === "approved" && !revised.isHidden);
        const seen = { true: { true: "changed", false: "disappeared" }, false: { true: "appeared", false: "unseen" } };
        expect(appearance).toBe(seen[`${content.visible}`][`${revised.visible}`]);
      }),
    );
  });

  it("[U13] a new item is open, public and unpinned, with nothing left undefined", () => {
    const draft = draftFeedback({ title: "Dark mode" }, "approved", Date.UTC(2026, 0, 1));
    expect(draft).toMatchObject({ status: "open", visible: true, pinned: false, description: "", category: null });
    expect(Object.values(draft)).not.toContain(undefined);
  });
});
