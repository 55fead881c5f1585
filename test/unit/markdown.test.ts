/** Descriptions as markdown: what becomes of each kind of markup, that nothing else ever does, and that no text takes long. Ids are those of test/SPEC.md. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DESCRIPTION_CHARS_MAX } from "../../src/limits.ts";
import { Markdown, plainText } from "../../src/web/page/markdown.tsx";
import { MARKDOWN_XSS_CORPUS, XSS_CORPUS } from "../browser/xss-corpus.ts";

const OPEN = '<div class="prose" data-description="">';
const render = (text: string) => String(Markdown({ text }));
const inner = (text: string) => {
  const html = render(text);
  expect(html.startsWith(OPEN) && html.endsWith("</div>"), html).toBe(true);
  return html.slice(OPEN.length, -"</div>".length);
};

const REL = 'rel="nofollow ugc noopener noreferrer"';

test("[S33] markdown becomes the elements of the list", () => {
  const cases: readonly (readonly [markdown: string, html: string])[] = [
    ["plain\nwith a line\n\nand more", "<p>plain\nwith a line\n\nand more</p>"],
    ["*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>"],
    ["one\n\ntwo *a*", "<p>one</p><p>two <em>a</em></p>"],
    ["one  \ntwo *a*", "<p>one<br/>two <em>a</em></p>"],
    ["# Big\n###### small", "<p><strong>Big</strong></p><p><strong>small</strong></p>"],
    ["- a\n- b\n  1. c", '<ul><li>a</li><li>b<ol start="1"><li>c</li></ol></li></ul>'],
    ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
    ["- a\n\n  b", "<ul><li><p>a</p><p>b</p></li></ul>"],
    ["> a\n> *b*", "<blockquote><p>a\n<em>b</em></p></blockquote>"],
    ["```js\n<b>&amp;\n```", '<pre tabindex="0"><code>&lt;b&gt;&amp;amp;</code></pre>'],
    ["a\n\n***\n\nb", "<p>a</p><hr/><p>b</p>"],
    ["[a *b*](https://x.example/?a&b)", `<p><a href="https://x.example/?a&amp;b" ${REL}>a <em>b</em></a></p>`],
    ["<https://x.example>", `<p><a href="https://x.example/" ${REL}>https://x.example</a></p>`],
    ["[m](mailto:ada@example.com)", `<p><a href="mailto:ada@example.com" ${REL}>m</a></p>`],
    ["![a pic](http://x.example/p.png)", `<p><a href="http://x.example/p.png" ${REL}>a pic</a></p>`],
    ["![](https://x.example/p.png)", `<p><a href="https://x.example/p.png" ${REL}>https://x.example/p.png</a></p>`],
    // What plain texts run into without meaning it.
    ["Title\n=====\n\nand\n---", "<p>Title\n=====</p><p>and</p><hr/>"],
    ["*a*\n\n    indented", "<p><em>a</em></p><p>indented</p>"],
    ["<b>x</b> *a*", "<p>&lt;b&gt;x&lt;/b&gt; <em>a</em></p>"],
    ["<div onclick=x>\n\n*a*", "<p>&lt;div onclick=x&gt;</p><p><em>a</em></p>"],
    ["&lt;b&gt; &amp; &#106; &copy;", "<p>&lt;b&gt; &amp; j ©</p>"],
    // Links that lead nowhere we would send anybody.
    ["[a](javascript:alert(1))", "<p>a</p>"],
    ["[a](JaVaScRiPt:alert(1)) [b](java&#x0A;script:alert(1))", "<p>a b</p>"],
    ["[a](data:text/html,x) [b](vbscript:x) [c](file:///x) [d](blob:x)", "<p>a b c d</p>"],
    ["[a](/console) [b](//evil.example) [c](#x) [d]()", "<p>a b c d</p>"],
    ["[a](https://bank.example@evil.example/)", "<p>a</p>"],
    ["![a](javascript:alert(1))", "<p>a</p>"],
    ["[a]: javascript:alert(1)\n\n[a] *b*", "<p>[a]: javascript:alert(1)</p><p>[a] <em>b</em></p>"],
  ];
  for (const [markdown, html] of cases) expect(inner(markdown), markdown).toBe(html);
});

const TAG =
  /^<(?:\/(?:p|em|strong|code|pre|blockquote|ul|ol|li|a)|p|em|strong|code|pre tabindex="0"|blockquote|ul|ol start="\d+"|li|br\/|hr\/|a href="(?:https?:\/\/|mailto:)[^"<>\s]*" rel="nofollow ugc noopener noreferrer")>$/u;

function expectOnlyTheList(text: string): void {
  const html = inner(text);
  for (const [tag] of html.matchAll(/<[^>]*>?/gu)) expect(tag, JSON.stringify(text)).toMatch(TAG);
  expect(html.replaceAll(/<[^>]*>/gu, "")).not.toMatch(/[<>"]/u);
}

test("[S33] of any text nothing but the elements of the list comes out, and of the excerpt no element at all", () => {
  for (const text of [...XSS_CORPUS, ...MARKDOWN_XSS_CORPUS]) expectOnlyTheList(text);
  for (const text of MARKDOWN_XSS_CORPUS) expectOnlyTheList(`> - ${text}\n\n**${text}** [${text}](https://x.example)`);
  const piece = fc.oneof(
    fc.constantFrom(
      "*",
      "**",
      "_",
      "`",
      "```\n",
      "[",
      "](",
      ")",
      "![",
      "<",
      ">",
      "\n",
      "\n\n",
      "- ",
      "1. ",
      "# ",
      "\\",
    ),
    fc.constantFrom(
      "&lt;",
      "&#60;",
      "&quot;",
      '"',
      "'",
      "javascript:",
      "https://a.example",
      "<img src=x onerror=y>",
      " ",
    ),
    fc.constantFrom(...MARKDOWN_XSS_CORPUS),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  const texts = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("").slice(0, DESCRIPTION_CHARS_MAX));
  fc.assert(
    fc.property(texts, (text) => {
      expectOnlyTheList(text);
      expect(typeof plainText(text)).toBe("string");
    }),
    { numRuns: 2_000 },
  );
});

test("[S33] what a character reference names is taken out like any other, where nobody would see it", () => {
  const unseen = "&#x202e;&#x2066;&#x200b;&#xE0041;&#x2800;&#xAD;";
  expect(inner(`pay ${unseen}*now*`)).toBe("<p>pay <em>now</em></p>");
  expect(inner(`\`a\` [b${unseen}](https://a.example) ![c${unseen}](https://a.example)`)).not.toMatch(
    /[\u2800\u202e\u200b]/u,
  );
  expect(plainText(`pay ${unseen}now`)).toBe("pay now");
  expect(inner("&#x1F469;&#x200D;&#x1F680;")).toBe("<p>👩‍🚀</p>");
});

test("[S33] an excerpt has the words without the marks", () => {
  const cases: readonly (readonly [markdown: string, words: string])[] = [
    ["plain", "plain"],
    ["# Title\n\nSome *words* and a [link](https://x.example).", "Title Some words and a link."],
    ["- one\n- two\n\n> three\n\n```\nfour\n```", "one two three four"],
    ["![a pic](https://x.example/p.png) <b>x</b>", "a pic <b>x</b>"],
  ];
  for (const [markdown, expected] of cases) expect(plainText(markdown)).toBe(expected);
  // What is beyond an excerpt's length, and what has more marks than prose has, is not parsed.
  const long = `${"*a* ".repeat(20)}${"b ".repeat(200)}*c*`;
  expect(plainText(long).replace(/\s/gu, "")).toBe(`${"a".repeat(20)}${"b".repeat(200)}*c*`);
  const marked = "*a* ".repeat(31);
  expect(plainText(marked)).toBe(marked);
});

/** Texts that make a markdown parser slow, or deep, as long as a description may be; and again as long as is still parsed. */
function adversarial(): Map<string, string> {
  const found = new Map<string, string>();
  // A line ends with a carriage return, too.
  found.set("list, then returns", "- *[a](a)*\n".repeat(145) + "a\r".repeat(4_000));
  const pieces = [
    "a\r",
    "- *[a](a)*\r",
    ">",
    "> ",
    "[",
    "[](",
    "[a](",
    "![",
    "]",
    "*",
    "*a ",
    "*a_ ",
    "**a *b ",
    "_a",
    "*_",
    "`",
    "`a",
    "<",
    "<a ",
    "<!--",

    "<![CDATA[",
    "- ",
    "- a\n",
    "\n",
    " \n",
    "&",
    "&amp",
    "\\",
    "#",
    "# a\n",
    "[a]: b\n",
    "[a](b) ",
    "a\n=\n",
    "1. ",

    "\t",
    "```\n",
    "~~~",
    "[a](",
    '[a](b "',
    "* + 1) ",
    "<http:a> ",
    "1) a\n\n\n",
    "\r\n",
    "__a__",
    "> a\n\n",
    ">\n",
    "[a",
    "a\n---\n",
    " - a\n",
    "> - ",
    "---\n",
    "a\n\n",
    "a  \n",
    "<a b='",
    "<http:",
    "](",
  ];
  for (const piece of pieces) {
    for (const chars of [500, 1_000, 2_000, 4_000, DESCRIPTION_CHARS_MAX]) {
      found.set(
        `${JSON.stringify(piece)} × ${String(chars)}`,
        piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars),
      );
    }
  }
  for (const depth of [8, 100, 600, 2_500, 5_000]) {
    const [stars, open, close] = ["*".repeat(depth), "[".repeat(depth), "](a)".repeat(depth)];
    found.set(`nested emphasis ${String(depth)}`, `${stars}a${stars}`.slice(0, DESCRIPTION_CHARS_MAX));
    found.set(`nested links ${String(depth)}`, `${open}a${close}`.slice(0, DESCRIPTION_CHARS_MAX));
    found.set(
      `quotes, then lines ${String(depth)}`,
      `${">".repeat(depth)}\n${"a\n".repeat(2_500)}`.slice(0, DESCRIPTION_CHARS_MAX),
    );
    found.set(`lines of quotes ${String(depth)}`, `${">".repeat(depth)}a\n`.repeat(40).slice(0, DESCRIPTION_CHARS_MAX));
  }
  const stairs = Array.from({ length: 140 }, (_, n) => `${" ".repeat(2 * n)}- a`).join("\n");
  found.set("stairs", stairs.slice(0, DESCRIPTION_CHARS_MAX));
  found.set(
    "backticks",
    Array.from({ length: 140 }, (_, n) => "`".repeat(n + 1))
      .join(" ")
      .slice(0, DESCRIPTION_CHARS_MAX),
  );
  return found;
}

/** Where it is slowest on the slowest machine that runs the tests; without bounds the worst takes seconds. */
const RENDER_MS_MAX = 400;

test("[S33] no text of the length that a description may have takes long, or overflows the stack", () => {
  render("*warm*\n\n- up");
  let slowest = 0;
  for (const [name, text] of adversarial()) {
    const startedMs = performance.now();
    const html = render(text);
    const excerpt = plainText(text);
    const ms = performance.now() - startedMs;
    slowest = Math.max(slowest, ms);
    if (process.env["PRINT_COST"] !== undefined && ms > 20) console.log(name, ms.toFixed(0));
    expect(ms, name).toBeLessThan(RENDER_MS_MAX);
    expect(html.length + excerpt.length).toBeLessThan(40 * DESCRIPTION_CHARS_MAX);
  }
  expect(slowest).toBeGreaterThan(0);
});
