/**
 * The one table of what can be asked: method, path, handler. API rows come from the endpoints of protocol/rest, which also say who may call and what is valid. Paths are
 * matched by hono's trie; of two rows that match, the earlier wins, so literal segments stand before parameters.
 */
import { TrieRouter } from "hono/router/trie-router";
import type { Handler, Match } from "./edge/context.ts";
import { API_PREFIX } from "./ids.ts";
import { limitOf, type Who } from "./protocol/rest/endpoint.ts";
import type { Policy } from "./protocol/rest/rate-limits.ts";
import { openLive as openLiveEndpoint } from "./protocol/rest/live.ts";
import { hashedAsset, widgetAlias, widgetFormAlias } from "./routes/assets.ts";
import { accountRoutes } from "./routes/account.ts";
import { analyticsRoutes } from "./routes/analytics.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { authRoutes } from "./routes/auth.ts";
import { boardRoutes } from "./routes/boards.ts";
import { commentRoutes } from "./routes/comments.ts";
import { consoleRows } from "./routes/console/rows.ts";
import { eventRoutes } from "./routes/events.ts";
import { boardFeed } from "./routes/feed.ts";
import { duplicateRoutes } from "./routes/duplicates.ts";
import { feedbackRoutes } from "./routes/feedback.ts";
import { guestRoutes } from "./routes/guests.ts";
import { changeComment, itemPage, postComment } from "./routes/item-page.ts";
import { jwks, keyRoutes } from "./routes/keys.ts";
import { openLive } from "./routes/live.ts";
import { memberRoutes } from "./routes/members.ts";
import { mergeRoutes } from "./routes/merges.ts";
import { moderationRoutes } from "./routes/moderation.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { boardPage, demoPage, docsPage, landingPage, postFeedback, postVote } from "./routes/pages.ts";
import { providerKeyRoutes } from "./routes/provider-keys.ts";
import type { Route } from "./routes/endpoint-handler.ts";
import { rateLimitRoutes } from "./routes/rate-limits.ts";
import { roadmapPage } from "./routes/roadmap-page.ts";
import { roadmapRoutes } from "./routes/roadmap.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { signingSecretRoutes } from "./routes/signing-secrets.ts";
import { similarRoutes } from "./routes/similar.ts";
import { docsFile, health, openapi } from "./routes/service.ts";
import { themeRoutes } from "./routes/themes.ts";
import { voteRoutes } from "./routes/votes.ts";
import { workspaceRoutes } from "./routes/workspaces.ts";

/** Outside the API's prefix, and as open as it. */
const DOCUMENTS: ReadonlySet<string> = new Set(["/health", "/openapi.json", "/.well-known/jwks.json"]);

/** What belongs to the API: any origin may ask, and errors are never pages. */
export function isApi(path: string): boolean {
  return path.startsWith(`${API_PREFIX}/`) || DOCUMENTS.has(path);
}

/** Every row says who may: one without a rule does not compile. */
export type Row = {
  readonly method: string;
  readonly path: string;
  readonly who: Who;
  /** Where it does not follow from `who`. */
  readonly limit?: Policy;
  readonly handle: Handler;
};

const api: readonly Route[] = [
  ...workspaceRoutes,
  ...memberRoutes,
  ...apiKeyRoutes,
  ...signingSecretRoutes,
  ...settingsRoutes,
  ...rateLimitRoutes,
  ...eventRoutes,
  ...boardRoutes,
  ...guestRoutes,
  ...roadmapRoutes,
  ...feedbackRoutes,
  ...voteRoutes,
  ...similarRoutes,
  ...moderationRoutes,
  ...mergeRoutes,
  ...duplicateRoutes,
  ...commentRoutes,
  ...analyticsRoutes,
  ...themeRoutes,
  { endpoint: openLiveEndpoint, handle: openLive },
  ...keyRoutes,
  ...oauthRoutes,
  ...authRoutes,
  ...accountRoutes,
  ...providerKeyRoutes,
];

export const TABLE: readonly Row[] = [
  ...api.map(({ endpoint, handle }) => {
    const { method, path, who, limit } = endpoint;
    return { method, path: `${API_PREFIX}${path}`, who, handle, ...(limit === undefined ? {} : { limit }) };
  }),
  { method: "GET", path: "/health", who: "asset", handle: health },
  { method: "GET", path: "/.well-known/jwks.json", who: "asset", handle: jwks },
  { method: "GET", path: "/openapi.json", who: "asset", handle: openapi },
  { method: "GET", path: "/docs", who: "asset", handle: docsPage },
  { method: "GET", path: "/docs/:file", who: "asset", handle: docsFile },
  { method: "GET", path: "/widget.js", who: "asset", handle: widgetAlias },
  { method: "GET", path: "/widget-form.js", who: "asset", handle: widgetFormAlias },
  { method: "GET", path: "/:file{widget(?:-form)?\\.[0-9a-f]+\\.js}", who: "asset", handle: hashedAsset },
  { method: "GET", path: "/assets/:file", who: "asset", handle: hashedAsset },
  { method: "GET", path: "/", who: "asset", handle: landingPage },
  { method: "GET", path: "/demo", who: "asset", handle: demoPage },
  ...consoleRows,
  { method: "GET", path: "/embed/:workspace/roadmap", who: "board.read", handle: roadmapPage },
  { method: "GET", path: "/w/:workspace/roadmap", who: "board.read", handle: roadmapPage },
  { method: "GET", path: "/embed/:workspace/:board", who: "board.read", handle: boardPage },
  {
    method: "POST",
    path: "/embed/:workspace/:board",
    who: "feedback.write",
    limit: "feedback-create",
    handle: postFeedback,
  },
  { method: "GET", path: "/embed/:workspace/:board/:id", who: "board.read", handle: itemPage },
  { method: "POST", path: "/embed/:workspace/:board/:id/vote", who: "feedback.write", limit: "vote", handle: postVote },
  {
    method: "POST",
    path: "/embed/:workspace/:board/:id/comments",
    who: "feedback.write",
    limit: "comment",
    handle: postComment,
  },
  {
    method: "POST",
    path: "/embed/:workspace/:board/:id/comments/:comment",
    who: "own.edit",
    limit: "comment",
    handle: changeComment,
  },
  { method: "GET", path: "/w/:workspace/:board", who: "board.read", handle: boardPage },
  {
    method: "POST",
    path: "/w/:workspace/:board",
    who: "feedback.write",
    limit: "feedback-create",
    handle: postFeedback,
  },
  { method: "GET", path: "/w/:workspace/:board/feed.atom", who: "board.read", handle: boardFeed },
  { method: "GET", path: "/w/:workspace/:board/:id", who: "board.read", handle: itemPage },
  { method: "POST", path: "/w/:workspace/:board/:id/vote", who: "feedback.write", limit: "vote", handle: postVote },
  {
    method: "POST",
    path: "/w/:workspace/:board/:id/comments",
    who: "feedback.write",
    limit: "comment",
    handle: postComment,
  },
  {
    method: "POST",
    path: "/w/:workspace/:board/:id/comments/:comment",
    who: "own.edit",
    limit: "comment",
    handle: changeComment,
  },
];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const trie = new TrieRouter<Row>();
for (const row of TABLE) trie.add(row.method, row.path, row);

/** The row for a request, or the methods that the path does allow (empty: no such path). `HEAD` is answered as `GET`. */
export function match(method: string, path: string): Match | readonly string[] {
  const found = first(method === "HEAD" ? "GET" : method, path);
  if (found !== null) return found;
  const allowed: string[] = METHODS.filter((other) => first(other, path) !== null);
  return allowed.includes("GET") ? ["GET", "HEAD", ...allowed.filter((other) => other !== "GET")] : allowed;
}

function first(method: string, path: string): Match | null {
  // hono's trie throws on methods that are names of an object's own members.
  if (!(METHODS as readonly string[]).includes(method)) return null;
  const [matches] = trie.match(method, path);
  const [row, params] = matches[0] ?? [];
  if (row === undefined) return null;
  const decoded: Record<string, string> = {};
  for (const [name, value] of Object.entries(params ?? {})) decoded[name] = decodeSegment(String(value));
  const { path: pattern, who, handle } = row;
  return { route: pattern, method: row.method, who, limit: limitOf(row), handle, params: decoded };
}

/** A segment that is not valid percent-encoding names nothing. */
function decodeSegment(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
