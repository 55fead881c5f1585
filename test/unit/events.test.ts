/** Reading the event log: cursors, which index, and whether somebody missed something. Ids are those of test/SPEC.md. */
import { describe, expect, it } from "vitest";
import { areRare, decodeEventCursor, encodeEventCursor, hasMissed, isOpen } from "../../src/domain/events.ts";
import { EVENT_TYPES } from "../../src/protocol/rest/events.ts";

describe("reading the event log", () => {
  it("[EV20] a cursor belongs to its order, and whatever is none is refused", () => {
    for (const order of ["asc", "desc"] as const) {
      const other = order === "asc" ? "desc" : "asc";
      const cursor = encodeEventCursor(order, 812);
      expect(cursor).toMatch(/^[\w-]+$/u);
      expect(decodeEventCursor(order, cursor)).toEqual({ ok: true, value: 812 });
      for (const wrong of [
        encodeEventCursor(other, 812),
        "",
        "x",
        btoa("[]"),
        btoa('["events","asc","1"]'),
        btoa("null"),
      ])
        expect(decodeEventCursor(order, wrong), wrong).toMatchObject({ ok: false, error: { code: "INVALID_CURSOR" } });
    }
  });

  it("[EV21] a since is told that it missed something only where changes after it are gone", () => {
    const later = { seq: 50, type: "vote.cast" } as const;
    const first = { seq: 50, type: "workspace.created" } as const;
    expect(hasMissed(48, later, 90)).toBe(true);
    expect(hasMissed(49, later, 90)).toBe(false);
    // Before a workspace was made there was nothing of it.
    expect(hasMissed(0, first, 90)).toBe(false);
    // Nothing is kept at all.
    expect(hasMissed(89, null, 90)).toBe(true);
    expect(hasMissed(90, null, 90)).toBe(false);
  });

  it("[EV22] posts, comments and votes are the only ones that are not rare; nothing but a workspace's own settings is told to whoever may not see inside", () => {
    expect(EVENT_TYPES.filter((type) => !areRare([type]))).toEqual([
      "feedback.created",
      "vote.cast",
      "vote.removed",
      "comment.created",
    ]);
    expect(areRare(["board.created", "vote.cast"])).toBe(false);
    expect(EVENT_TYPES.filter(isOpen)).toEqual([
      "workspace.created",
      "workspace.updated",
      "settings.updated",
      "branding.updated",
      "rate-limits.updated",
    ]);
  });
});
