/** `GET /w/:workspace/:board/feed.atom`: a public board's newest items for feed readers, which ask again and again: an unchanged feed is a 304. */
import { ANONYMOUS } from "../call.ts";
import { callOf, type Handler, type RequestContext } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { problem } from "../edge/problem.ts";
import { boardNotFound } from "../errors.ts";
import { base64url, isSlug } from "../ids.ts";
import { atomFeed } from "../web/page/atom.ts";

const ENCODER = new TextEncoder();
/** Asked for anew every time: what was hidden is gone from the next answer. */
const CACHED = "no-cache";

export const boardFeed: Handler = async (context, params) => {
  const { workspace = "", board = "" } = params;
  // The same for everybody, so that everybody's reader may share it.
  const asking: RequestContext = { ...context, caller: ANONYMOUS };
  const found = isSlug(board)
    ? await callWorkspace(asking, workspace, true, (stub) => stub.readFeed(callOf(asking), board))
    : ({ ok: false, error: boardNotFound() } as const);
  if (!found.ok) return problem(found.error, context.requestId);
  const feed = found.value;
  const xml = atomFeed({ ...feed, workspace: { ...feed.workspace, slug: workspace } }, context.origin);
  const digest = await crypto.subtle.digest("SHA-256", ENCODER.encode(xml));
  const etag = `"${base64url(new Uint8Array(digest)).slice(0, 22)}"`;
  const modified = new Date(feed.updatedAt).toUTCString();
  const headers = { "cache-control": CACHED, etag, "last-modified": modified };
  if (isUnchanged(context.request.headers, etag, modified)) return new Response(null, { status: 304, headers });
  return new Response(xml, {
    headers: {
      ...headers,
      "content-type": "application/atom+xml; charset=utf-8",
      // Whatever a browser makes of it runs nothing.
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
  });
};

/** RFC 9110, section 13.2.2: the tag decides where there is one. A time must be the very one that was sent: a feed whose newest item was hidden is older than before. */
function isUnchanged(headers: Headers, etag: string, modified: string): boolean {
  const tags = headers.get("if-none-match");
  if (tags === null) return headers.get("if-modified-since") === modified;
  return tags.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//u, "") === etag);
}
