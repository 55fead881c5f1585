/** What may be said where, and by whom. Ids are those of test/SPEC.md. */
import { describe, expect, test } from "vitest";
import {
  decodeCommentCursor,
  draftComment,
  encodeCommentCursor,
  isPublicComment,
  type ParentComment,
  seesComment,
} from "../../src/domain/comments.ts";
import { STANDINGS } from "../../src/domain/permissions.ts";
import type { Asker } from "../../src/domain/person.ts";
import { COMMENT_DEPTH_MAX } from "../../src/limits.ts";
import { MODERATION_STATES } from "../../src/protocol/rest/feedback.ts";

const asker = (standing: Asker["standing"], scopes: Asker["scopes"] = null): Asker => ({
  standing,
  scopes,
  userId: null,
  person: null,
});
const parent = (more: Partial<ParentComment> = {}): ParentComment => ({
  id: 1,
  depth: 0,
  feedbackId: 7,
  isInternal: false,
  moderationState: "approved",
  deletedAt: null,
  visible: true,
  listed: true,
  ...more,
});
const note = parent({ isInternal: true, visible: false, listed: false });
const held = parent({ moderationState: "pending", visible: false, listed: false });
const codeOf = (result: ReturnType<typeof draftComment>) => (result.ok ? "ok" : result.error.code);

describe("what may be said", () => {
  test("[CM27] notes and replies to them are for whoever may read them", () => {
    const outcomes = STANDINGS.map((standing) => [
      standing,
      codeOf(draftComment(asker(standing), 7, { body: "x", isInternal: true }, null)),
      codeOf(draftComment(asker(standing), 7, { body: "x", parentId: 1 }, note)),
      codeOf(draftComment(asker(standing), 7, { body: "x", parentId: 1 }, held)),
      codeOf(draftComment(asker(standing), 7, { body: "x", parentId: 1 }, parent())),
    ]);
    const team = ["ok", "ok", "ok", "ok"];
    const others = ["FORBIDDEN", "INVALID_REQUEST", "INVALID_REQUEST", "ok"];
    expect(outcomes).toEqual([
      ...["owner", "admin", "moderator", "member"].map((standing) => [standing, ...team]),
      ...["end-user", "anonymous"].map((standing) => [standing, ...others]),
    ]);
    // A key does what its scopes say: one that may only write reads no notes, and one that moderates none either.
    for (const scopes of [["write"], ["write", "moderate"]] as const) {
      expect(codeOf(draftComment(asker("admin", scopes), 7, { body: "x", parentId: 1 }, note))).toBe("INVALID_REQUEST");
    }
    const below = draftComment(asker("member"), 7, { body: "x", parentId: 1, isInternal: false }, note);
    expect(below.ok && below.value.isInternal).toBe(true);
  });

  test("[CM27] a parent on another item, deleted, concealed or too deep is none", () => {
    const refused = [
      parent({ feedbackId: 8 }),
      parent({ deletedAt: 1, visible: false }),
      parent({ moderationState: "spam", visible: false }),
      parent({ depth: COMMENT_DEPTH_MAX }),
      null,
    ].map((above) => codeOf(draftComment(asker("end-user"), 7, { body: "x", parentId: 1 }, above)));
    expect(refused).toEqual(refused.map(() => "INVALID_REQUEST"));
    const above = parent({ depth: COMMENT_DEPTH_MAX - 1 });
    const deepest = draftComment(asker("anonymous"), 7, { body: "x", parentId: 1 }, above);
    expect(deepest.ok && deepest.value.depth).toBe(COMMENT_DEPTH_MAX);
  });

  test("[CM27] the public sees what is approved, open and there, and nothing else", () => {
    for (const moderationState of MODERATION_STATES) {
      for (const isInternal of [false, true]) {
        for (const deletedAt of [null, 1]) {
          const visible = isPublicComment({ isInternal, moderationState, deletedAt });
          expect(visible).toBe(moderationState === "approved" && !isInternal && deletedAt === null);
          const comment = { isInternal, moderationState, deletedAt, visible };
          expect(seesComment(asker("anonymous"), comment)).toBe(visible);
          expect(seesComment(asker("end-user"), comment)).toBe(visible);
          expect(seesComment(asker("member"), comment)).toBe(true);
          expect(seesComment(asker("admin", ["moderate"]), comment)).toBe(visible || !isInternal);
        }
      }
    }
  });

  test("[CM27] cursors are those of lists of comments only", () => {
    expect(decodeCommentCursor(encodeCommentCursor(42))).toEqual({ ok: true, value: 42 });
    const made = [["comments", "1"], ["comments", -1], ["created_at", 1, 1], { comments: 1 }];
    for (const text of ["", "x", ...made.map((parts) => btoa(JSON.stringify(parts)))])
      expect(decodeCommentCursor(text)).toMatchObject({ error: { code: "INVALID_CURSOR" } });
  });
});
