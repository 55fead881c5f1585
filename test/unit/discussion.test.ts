/** What the discussion of an item's page costs to render, whatever is said. Ids are those of test/SPEC.md. */
import { expect, test } from "vitest";
import { COMMENT_CHARS_MAX, PAGE_SIZE_MAX } from "../../src/limits.ts";
import type { Comment } from "../../src/protocol/rest/comments.ts";
import { Discussion, NO_COMMENT } from "../../src/web/page/comments.tsx";

/** On a machine that is busy; unbounded, the worst of these takes ten seconds. */
const RENDER_MS_MAX = 1_500;

function comment(id: number, body: string): Comment {
  return {
    id,
    feedbackId: 1,
    parentId: null,
    depth: 0,
    body,
    authorName: null,
    isOfficial: false,
    isDeleted: false,
    createdAt: "2026-01-01T00:00:00.000Z",
    editedAt: null,
  };
}

function render(bodies: readonly string[]): string {
  const page = Discussion({
    address: { workspace: "acme", board: "ideas" },
    itemId: 1,
    commentCount: bodies.length,
    comments: bodies.map((body, index) => comment(index + 1, body)),
    editable: [],
    isTeam: false,
    after: null,
    nextCursor: null,
    draft: NO_COMMENT,
    notice: null,
    nowMs: 0,
  });
  return String(page);
}

const filled = (piece: string, times: number): string => piece.repeat(times).slice(0, COMMENT_CHARS_MAX);
const hundred = (body: string): string[] => Array.from({ length: PAGE_SIZE_MAX }, () => body);

test.each([
  ["long lists", filled("- a\n", 299)],
  ["lists that are just short enough", filled("- a\n", 60)],
  ["pictures", filled("![a](http://b.c/d)", 190)],
  ["links that are just few enough", filled("[a](http://b.c/d) ", 90)],
  ["emphasis that never ends", filled("_a*b", 140)],
  ["names of characters", filled("&amp;", 599)],
  ["long prose", filled("Some **words** and `code`, with a [link](https://example.com). ", 100)],
])("[CM30] a hundred comments of %s do not take long, and all of them are shown", (_name, body) => {
  render(hundred("*warm*"));
  const startedMs = performance.now();
  const html = render(hundred(body));
  expect(performance.now() - startedMs).toBeLessThan(RENDER_MS_MAX);
  expect(html.match(/<article/gu)).toHaveLength(PAGE_SIZE_MAX);
});

test("[CM30] what people write is formatted, also beside texts that are made to cost", () => {
  const usual = "I **agree**: see [the docs](https://example.com).\n\n- one\n- two";
  expect(render(hundred(usual)).match(/<strong>/gu)).toHaveLength(PAGE_SIZE_MAX);
  const hostile = [...hundred(filled("- a\n", 90)).slice(1), usual];
  const html = render(hostile);
  expect(html.match(/<strong>/gu)).toHaveLength(1);
  expect(html.match(/- a\n- a/gu)?.length).toBeGreaterThan(10);
});
