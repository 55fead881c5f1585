/** A board's Atom feed (RFC 4287): its newest items as text. Knows XML only as far as a feed of text needs it: elements, attributes and text, all of it escaped. */
import type { Feedback } from "../../protocol/rest/feedback.ts";
import { boardPath, itemPath } from "./address.ts";
import { statusLabel } from "./format.ts";

export type BoardFeed = {
  readonly workspace: { readonly slug: string; readonly name: string };
  readonly board: { readonly slug: string; readonly name: string; readonly description: string };
  /** Ids of boards are never used twice, their names are. */
  readonly boardId: number;
  /** ISO 8601: when the board was made, and when it or one of the items was last changed. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly items: readonly Feedback[];
};

/** Where a board's feed is. */
export function feedPath(workspace: string, board: string): string {
  return `${boardPath({ workspace, board })}/feed.atom`;
}

/** `origin`: of this deployment, without a slash at the end. */
export function atomFeed(feed: BoardFeed, origin: string): string {
  const { workspace, board, items } = feed;
  const address = { workspace: workspace.slug, board: board.slug };
  const authority = URL.parse(origin)?.hostname ?? "localhost";
  const name = (day: string, what: string) => tag(authority, day, `${workspace.slug}/${what}`);
  const root = element("feed", { xmlns: "http://www.w3.org/2005/Atom", "xml:lang": "en" }, [
    element("id", {}, [text(name(feed.createdAt, `board/${String(feed.boardId)}`))]),
    element("title", {}, [text(`${board.name} · ${workspace.name}`)]),
    ...(board.description === "" ? [] : [element("subtitle", {}, [text(board.description)])]),
    element("updated", {}, [text(feed.updatedAt)]),
    element("author", {}, [element("name", {}, [text(workspace.name)])]),
    element("generator", {}, [text("Groundswell")]),
    link("self", "application/atom+xml", `${origin}${feedPath(workspace.slug, board.slug)}`),
    link("alternate", "text/html", `${origin}${boardPath(address)}`),
    ...items.map((item) =>
      element("entry", {}, [
        element("id", {}, [text(name(item.createdAt, `feedback/${String(item.id)}`))]),
        element("title", {}, [text(item.title)]),
        element("published", {}, [text(item.createdAt)]),
        element("updated", {}, [text(item.updatedAt)]),
        link("alternate", "text/html", `${origin}${itemPath(address, item.id)}`),
        ...(item.authorName === null ? [] : [element("author", {}, [element("name", {}, [text(item.authorName)])])]),
        element("category", { term: item.status, label: statusLabel(item.status) }, []),
        ...(item.category === null ? [] : [element("category", { term: item.category }, [])]),
        ...(item.description === "" ? [] : [element("content", { type: "text" }, [text(item.description)])]),
      ]),
    ),
  ]);
  return `<?xml version="1.0" encoding="utf-8"?>\n${root}\n`;
}

/** RFC 4151: the day makes it ours even if the name is somebody else's one day. An address in brackets is no name. */
function tag(authority: string, at: string, specific: string): string {
  const named = authority.startsWith("[") ? "localhost" : authority;
  return `tag:${named},${at.slice(0, 10)}:${specific}`;
}

function link(rel: string, type: string, href: string): string {
  return element("link", { rel, type, href }, []);
}

/** `children` are XML already; names and attributes' names are the caller's own. */
function element(name: string, attributes: Readonly<Record<string, string>>, children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value)}"`);
  const head = `${name}${written.join("")}`;
  return children.length === 0 ? `<${head}/>` : `<${head}>${children.join("")}</${name}>`;
}

/** Everything but what XML 1.0, section 2.2 lets a document hold. */
// oxlint-disable-next-line no-control-regex -- the point of this pattern
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function text(value: string): string {
  return value.replace(FORBIDDEN, "").replace(/[&<>"']/gu, (character) => ESCAPES[character] ?? "");
}
