/**
 * The one table of what can be asked: method, path, handler. API rows come from the endpoints of protocol/rest, which also say who may call and what is valid. Paths are
 * matched by hono's trie; of two rows that match, the earlier wins, so literal segments stand before parameters.
 */
import { TrieRouter } from "hono/router/trie-router";
import type { Handler, Match } from "./edge/context.ts";
import { openLive as openLiveEndpoint } from "./protocol/rest/live.ts";
import { hashedAsset, widgetAlias } from "./routes/assets.ts";
import { boardRoutes } from "./routes/boards.ts";
import { feedbackRoutes } from "./routes/feedback.ts";
import { openLive } from "./routes/live.ts";
import { boardPage, demoPage, docsPage, itemPage, landingPage, postFeedback, postVote } from "./routes/pages.ts";
import { docsFile, health, openapi } from "./routes/service.ts";
import { voteRoutes } from "./routes/votes.ts";
import { workspaceRoutes } from "./routes/workspaces.ts";

/** What belongs to the API: any origin may ask, and errors are never pages. */
export function isApi(path: string): boolean {
  return path.startsWith(`${API_PREFIX}/`) || path === "/health" || path === "/openapi.json";
}

export const API_PREFIX = "/api/v1";

type Row = { readonly method: string; readonly path: string; readonly handle: Handler };

const api = [
  ...workspaceRoutes,
  ...boardRoutes,
  ...feedbackRoutes,
  ...voteRoutes,
  { endpoint: openLiveEndpoint, handle: openLive },
];

export const TABLE: readonly Row[] = [
  ...api.map(({ endpoint, handle }) => ({ method: endpoint.method, path: `${API_PREFIX}${endpoint.path}`, handle })),
  { method: "GET", path: "/health", handle: health },
  { method: "GET", path: "/openapi.json", handle: openapi },
  { method: "GET", path: "/docs", handle: docsPage },
  { method: "GET", path: "/docs/:file", handle: docsFile },
  { method: "GET", path: "/widget.js", handle: widgetAlias },
  { method: "GET", path: "/:file{widget\\.[0-9a-f]+\\.js}", handle: hashedAsset },
  { method: "GET", path: "/assets/:file", handle: hashedAsset },
  { method: "GET", path: "/", handle: landingPage },
  { method: "GET", path: "/demo", handle: demoPage },
  { method: "GET", path: "/w/:workspace/:board", handle: boardPage },
  { method: "POST", path: "/w/:workspace/:board", handle: postFeedback },
  { method: "GET", path: "/w/:workspace/:board/:id", handle: itemPage },
  { method: "POST", path: "/w/:workspace/:board/:id/vote", handle: postVote },
];

const METHODS = ["GET", "POST", "PATCH", "DELETE"] as const;
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
  return { route: row.path, handle: row.handle, params: decoded };
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
