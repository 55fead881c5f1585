/** A board's Atom feed: what is in it, what never is, and that an unchanged one costs a 304. What an XML parser makes of it: test/browser/history.test.ts. Ids are those of test/SPEC.md. */
import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { FEED_ENTRIES } from "../../src/limits.ts";
import { atomFeed, type BoardFeed } from "../../src/web/page/atom.ts";
import { board, call, OPERATOR, ORIGIN, post } from "../support/workerd.ts";

const feedOf = (workspace: string, headers: Record<string, string> = {}) =>
  exports.default.fetch(`${ORIGIN}/w/${workspace}/ideas/feed.atom`, { headers });

describe("a board's feed", () => {
  test("[EV12] has the newest 50 items that the public sees, newest first, with ids that stay", async () => {
    const { workspace, path } = await board();
    for (let n = 1; n <= FEED_ENTRIES + 2; n++) await post(path, `Item ${String(n)}.`);
    const hidden = await post(path, "Canary");
    await call("PATCH", `${path}/feedback/${hidden}`, { isHidden: true }, OPERATOR);
    const response = await feedOf(workspace);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
    const xml = await response.text();
    expect(xml).not.toContain("Canary");
    const titles = [...xml.matchAll(/<entry><id>([^<]+)<\/id><title>([^<]+)<\/title>/gu)];
    expect(titles.map(([, , title]) => title)).toEqual(
      Array.from({ length: FEED_ENTRIES }, (_, index) => `Item ${String(FEED_ENTRIES + 2 - index)}.`),
    );
    const ids = titles.map(([, id]) => id);
    expect(new Set(ids).size).toBe(FEED_ENTRIES);
    expect(ids.at(0)).toMatch(
      new RegExp(`^tag:groundswell\\.test,\\d{4}-\\d\\d-\\d\\d:${workspace}/feedback/52$`, "u"),
    );
    await call("PATCH", `${path}/feedback/52`, { title: "Renamed" }, OPERATOR);
    expect(await (await feedOf(workspace)).text()).toContain(`<id>${String(ids[0])}</id><title>Renamed</title>`);
  });

  test("[EV13] an unchanged feed is a 304 by tag and by time; votes change nothing of it, an item that is hidden does", async () => {
    const { workspace, path } = await board();
    await post(path, "One");
    const id = await post(path, "Two");
    const first = await feedOf(workspace);
    const etag = first.headers.get("etag") ?? "";
    const modified = first.headers.get("last-modified") ?? "";
    await call("POST", `${path}/feedback/${id}/votes`, { externalUserId: "ada" });
    for (const headers of [
      { "if-none-match": etag },
      { "if-none-match": `"other", W/${etag}` },
      { "if-modified-since": modified },
    ]) {
      const again = await feedOf(workspace, headers);
      expect({ status: again.status, text: await again.text() }).toEqual({ status: 304, text: "" });
    }
    // A tag counts for more than a time.
    expect((await feedOf(workspace, { "if-none-match": '"other"', "if-modified-since": modified })).status).toBe(200);
    await call("PATCH", `${path}/feedback/${id}`, { isHidden: true }, OPERATOR);
    const after = await feedOf(workspace, { "if-none-match": etag });
    expect(after.status).toBe(200);
    expect(await after.text()).not.toContain("Two");
  });

  test("[EV14] a private board has none, whoever asks, and its page names none", async () => {
    const { workspace, path } = await board();
    await post(path, "Canary");
    const page = () => exports.default.fetch(`${ORIGIN}/w/${workspace}/ideas`, { headers: OPERATOR });
    expect(await (await page()).text()).toContain(`type="application/atom+xml" href="/w/${workspace}/ideas/feed.atom"`);
    await call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility: "private" }, OPERATOR);
    for (const headers of [{}, OPERATOR]) {
      const response = await feedOf(workspace, headers);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain("Canary");
    }
    expect(await (await page()).text()).not.toContain("atom+xml");
    for (const [where, status] of [
      [`/w/${workspace}/none/feed.atom`, 404],
      [`/w/none-at-all/ideas/feed.atom`, 404],
      [`/w/${workspace}/Ideas/feed.atom`, 404],
    ] as const) {
      expect((await exports.default.fetch(`${ORIGIN}${where}`)).status, where).toBe(status);
    }
  });

  test("[EV15] whatever the text, what stands in the feed is text: markup is escaped, what XML forbids is left out", () => {
    const nasty = `</title><script>alert("1")</script> & 'quoted' ]]> \u0000\u0008\uFFFE\uD800 😀`;
    const at = "2026-01-02T03:04:05.000Z";
    const feed: BoardFeed = {
      workspace: { slug: "acme", name: nasty },
      board: { slug: "ideas", name: nasty, description: nasty },
      boardId: 7,
      createdAt: at,
      updatedAt: at,
      items: [
        {
          id: 1,
          board: "ideas",
          title: nasty,
          description: nasty,
          status: "in_progress",
          category: nasty,
          voteCount: 0,
          commentCount: 0,
          authorName: nasty,
          pinned: false,
          createdAt: at,
          updatedAt: at,
        },
      ],
    };
    const xml = atomFeed(feed, "https://feedback.example:8443");
    const escaped = "&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;quoted&#39; ]]&gt;  😀";
    expect(xml).toContain(`<title>${escaped}</title>`);
    expect(xml).toContain(`<category term="${escaped}"/>`);
    expect(xml).not.toContain("<script");
    for (const forbidden of ["\u0000", "\u0008", "\uFFFE"]) expect(xml).not.toContain(forbidden);
    expect(xml.isWellFormed()).toBe(true);
    expect(xml).toContain("<id>tag:feedback.example,2026-01-02:acme/feedback/1</id>");
    expect(xml).toContain('href="https://feedback.example:8443/w/acme/ideas/1"');
    expect(atomFeed(feed, "http://[::1]:8787")).toContain("<id>tag:localhost,2026-01-02:acme/board/7</id>");
  });
});
