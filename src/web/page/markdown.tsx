/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/**
 * Descriptions, which anybody writes, as markdown. What the parser finds becomes elements by the list below and nothing else: raw HTML is text, a picture is a link, and no text is ever taken for
 * markup. A text that would cost too much to parse stays plain.
 */
import type { Child } from "hono/jsx";
import type { Nodes, Parents, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { toString } from "mdast-util-to-string";
import { visibleText } from "../../protocol/rest/visible-text.ts";

/**
 * Off: what would be HTML, and what plain texts run into without meaning it, as an underlined line or an indented one. Links name their target, so that nobody reads one thing and gets another from
 * further down.
 */
const SYNTAX = {
  extensions: [{ disable: { null: ["htmlFlow", "htmlText", "setextUnderline", "codeIndented", "definition"] } }],
};
/** The parser takes time by the square of some of these. Within them the worst text found takes a few hundredths of a second. */
const INLINE_MARKS_MAX = 600;
const BLOCK_MARKS_MAX = 300;
const BLOCK_MARKS_PER_LINE_MAX = 8;
const LINES_MAX = 600;
const NODES_MAX = 2_000;
/** Deeper than anybody writes; what stands deeper is shown as text. */
const DEPTH_MAX = 16;
/** An excerpt is short, and a page has many: no more than this is parsed for one, and nothing that has more marks than prose has. */
const EXCERPT_SOURCE_CHARS = 300;
const EXCERPT_MARKS_MAX = 60;

/** In time. */
const MARKS_PER_BLOCK_MARK = 3;
const CHARS_PER_MARK = 50;

const INLINE_MARK = /[*_`[\]<>&\\]/gu;
const BLOCK_MARKS = /^(?:[ \t]*(?:>|[-+*]|#{1,6}|\d{1,9}[.)]))+/gmu;
const BLOCK_MARK = />|[-+*]|#+|\d+[.)]/gu;
const ANY_MARK = /[*_`[\]<>&\\#+~-]|\d[.)]/u;
const PROTOCOLS: ReadonlySet<string> = new Set(["https:", "http:", "mailto:"]);

/** The whole of a description or a comment. `newTab`: the page stands in a frame, in which other sites would not open. `plain`: it is not parsed, for the page has others that cost enough. */
export function Markdown({
  text,
  newTab = false,
  plain = false,
}: {
  readonly text: string;
  readonly newTab?: boolean;
  readonly plain?: boolean;
}) {
  const root = plain ? null : parse(text);
  return (
    <div class="prose" data-description="">
      {root === null ? <p>{text}</p> : children(root, { depth: DEPTH_MAX, newTab })}
    </div>
  );
}

/** What a text costs to parse, for pages that have many: in inline marks, which the others are reckoned in. */
export function parsingCost(text: string): number {
  if (!ANY_MARK.test(text)) return 0;
  const blocks = Array.from(text.matchAll(BLOCK_MARKS), ([marks]) => counted(marks, BLOCK_MARK));
  const inBlocks = blocks.reduce((sum, count) => sum + count, 0) * MARKS_PER_BLOCK_MARK;
  return counted(text, INLINE_MARK) + inBlocks + text.length / CHARS_PER_MARK;
}

/** The beginning of a description in words alone, for lists and for search engines. */
export function plainText(text: string): string {
  const start = text.slice(0, EXCERPT_SOURCE_CHARS);
  const root = counted(start, INLINE_MARK) > EXCERPT_MARKS_MAX ? null : parse(start);
  // What was not parsed shows at least that there is more.
  return root === null ? text : `${words(root, DEPTH_MAX)}${text.slice(EXCERPT_SOURCE_CHARS)}`;
}

/** Null: there is nothing to parse, or too much. */
function parse(text: string): Parents | null {
  if (!ANY_MARK.test(text) || isCostly(text)) return null;
  const root = fromMarkdown(text, SYNTAX);
  return isLarge(root) ? null : root;
}

/** The parser has made characters of what only named them, also those that are taken out of every text. */
function clean(node: Nodes): void {
  if ("value" in node) node.value = visibleText(node.value);
  if ("alt" in node && typeof node.alt === "string") node.alt = visibleText(node.alt);
}

function isCostly(text: string): boolean {
  if (counted(text, INLINE_MARK) > INLINE_MARKS_MAX || counted(text, /[\r\n]/gu) > LINES_MAX) return true;
  let blocks = 0;
  for (const [marks] of text.matchAll(BLOCK_MARKS)) {
    const count = counted(marks, BLOCK_MARK);
    blocks += count;
    if (count > BLOCK_MARKS_PER_LINE_MAX || blocks > BLOCK_MARKS_MAX) return true;
  }
  return false;
}

function counted(text: string, mark: RegExp): number {
  return text.match(mark)?.length ?? 0;
}

/** Looks at every node, and cleans it on the way. */
function isLarge(root: Nodes): boolean {
  const left = [root];
  let nodes = 0;
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    nodes += 1;
    if (nodes > NODES_MAX) return true;
    clean(node);
    if ("children" in node) left.push(...node.children);
  }
  return false;
}

type Place = { readonly depth: number; readonly newTab: boolean };

function within(place: Place): Place {
  return { ...place, depth: place.depth - 1 };
}

function children(node: Parents, place: Place): Child {
  return <>{node.children.map((child) => element(child, within(place)))}</>;
}

/** The allow-list. What is not on it, most of which the parser does not even make, is shown as the words it has. */
function element(node: RootContent, place: Place): Child {
  if (place.depth === 0) return toString(node);
  switch (node.type) {
    case "text":
      return node.value;
    case "paragraph":
      return <p>{children(node, place)}</p>;
    case "heading":
      // The page has its own headings, and this is somebody's text within.
      return (
        <p>
          <strong>{children(node, place)}</strong>
        </p>
      );
    case "emphasis":
      return <em>{children(node, place)}</em>;
    case "strong":
      return <strong>{children(node, place)}</strong>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return (
        // It scrolls, so it must be reachable by keyboard.
        <pre tabindex={0}>
          <code>{node.value}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{children(node, place)}</blockquote>;
    case "list":
      return node.ordered === true ? (
        <ol start={node.start ?? 1}>{children(node, place)}</ol>
      ) : (
        <ul>{children(node, place)}</ul>
      );
    case "listItem":
      return (
        <li>
          {node.children.map((child) =>
            // Without empty lines between the items, none have the room of paragraphs.
            child.type === "paragraph" && node.spread !== true
              ? children(child, within(place))
              : element(child, within(place)),
          )}
        </li>
      );
    case "break":
      return <br />;
    case "thematicBreak":
      return <hr />;
    case "link":
      return (
        <Link url={node.url} newTab={place.newTab}>
          {children(node, place)}
        </Link>
      );
    case "image":
      return (
        <Link url={node.url} newTab={place.newTab}>
          {node.alt === null || node.alt === undefined || node.alt === "" ? node.url : node.alt}
        </Link>
      );
    case "html":
    case "definition":
    case "linkReference":
    case "imageReference":
    case "footnoteDefinition":
    case "footnoteReference":
    case "delete":
    case "table":
    case "tableRow":
    case "tableCell":
    case "yaml":
      return toString(node);
  }
}

function Link({
  url,
  newTab,
  children: shown,
}: {
  readonly url: string;
  readonly newTab: boolean;
  readonly children: Child;
}) {
  const target = URL.parse(url);
  // A relative one would lead to our own pages, and a name before the host to another than it seems.
  if (target === null || !PROTOCOLS.has(target.protocol) || target.username !== "" || target.password !== "") {
    return <>{shown}</>;
  }
  return (
    <a href={target.href} rel="nofollow ugc noopener noreferrer" {...(newTab ? { target: "_blank" } : {})}>
      {shown}
    </a>
  );
}

/** Blocks parted by spaces, which `toString` leaves out. */
function words(node: Nodes, depth: number): string {
  const parts = node.type === "root" || node.type === "blockquote" || node.type === "list" || node.type === "listItem";
  return parts && depth > 0 ? node.children.map((child) => words(child, depth - 1)).join(" ") : toString(node);
}
