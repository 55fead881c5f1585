/** Descriptions as markdown in a real browser: hostile texts run nothing and lead nowhere, and what is rendered can be read by everybody. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriousFindings } from "./axe.ts";
import { openSite, type Site } from "./site.ts";
import { MARKDOWN_XSS_CORPUS } from "./xss-corpus.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site.close();
});

async function posted(board: string, title: string, description: string): Promise<string> {
  const response = await site.api("POST", `/acme/${board}/feedback`, { title, description });
  expect(response.status, description).toBe(201);
  const { id } = (await response.json()) as { id: number };
  return `/w/acme/${board}/${String(id)}`;
}

/** Uses what there is to use: moves over it, focuses it, follows it. */
async function provoke(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>(".prose, .prose *, .excerpt")) {
      for (const type of ["mouseover", "mouseenter", "focus", "pointerdown", "animationstart", "error", "load"]) {
        element.dispatchEvent(new Event(type, { bubbles: true }));
      }
      if (element instanceof HTMLAnchorElement && !/^(?:https?|mailto):$/u.test(element.protocol)) element.click();
    }
  });
}

test("[S33] an XSS corpus in markdown runs nothing, on the item's page and in the list", async () => {
  await site.boardWith("hostile-markdown", []);
  const { page, troubles } = await site.open("/w/acme/hostile-markdown");
  const looks = async () =>
    await page.evaluate(() => ({
      probe: "__xss" in window,
      foreign: document.querySelectorAll(
        "img, picture, iframe, object, embed, base, math, style, table, [style], [srcdoc]",
      ).length,
      handlers: [...document.querySelectorAll("*")].filter((element) =>
        element.getAttributeNames().some((name) => name.startsWith("on")),
      ).length,
      scripts: document.querySelectorAll("script:not([src]):not([type='application/json'])").length,
      links: [...document.querySelectorAll<HTMLAnchorElement>(".prose a, .excerpt a")]
        .filter(
          ({ protocol, rel }) =>
            !["https:", "http:", "mailto:"].includes(protocol) || rel !== "nofollow ugc noopener noreferrer",
        )
        .map(({ outerHTML }) => outerHTML),
    }));
  const clean = { probe: false, foreign: 0, handlers: 0, scripts: 0, links: [] };
  for (const [index, payload] of MARKDOWN_XSS_CORPUS.entries()) {
    for (const text of [payload, `> - ${payload}\n\n*${payload}*`]) {
      // A control character is refused by name, before it could be rendered.
      const path = await posted("hostile-markdown", `Payload ${String(index)}`, text.replaceAll("\u0001", ""));
      await page.goto(path);
      expect(await page.locator(".prose").count()).toBe(1);
      await provoke(page);
      expect(await looks(), text).toEqual(clean);
    }
  }
  await page.goto("/w/acme/hostile-markdown?sort=created_at");
  for (;;) {
    await provoke(page);
    expect(await looks()).toEqual(clean);
    const next = await page
      .locator("[data-more]")
      .getAttribute("href", { timeout: 1_000 })
      .catch(() => null);
    if (next === null) break;
    await page.goto(next);
  }
  expect(troubles).toEqual([]);
});

test("[S33] a description with everything in it is accessible, in light and dark, and as wide as its page", async () => {
  await site.boardWith("rich", []);
  const path = await posted("rich", "Everything", RICH);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [390, 1280]) {
      const { page, troubles } = await site.open(path, {
        colorScheme,
        viewport: { width, height: 900 },
        bypassCSP: true,
      });
      await page.locator("[data-presence]:not([hidden])").waitFor();
      expect(await page.locator(".prose ul > li").count()).toBeGreaterThan(2);
      expect(await seriousFindings(page)).toEqual([]);
      const spill = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(spill).toBeLessThanOrEqual(0);
      expect(troubles).toEqual([]);
      if (process.env["SHOTS"] !== undefined) {
        await page.screenshot({
          path: `${process.env["SHOTS"]}/item-${colorScheme}-${String(width)}.png`,
          fullPage: true,
        });
        await page.goto("/w/acme/rich");
        await page.screenshot({ path: `${process.env["SHOTS"]}/list-${colorScheme}-${String(width)}.png` });
      }
      await page.context().close();
    }
  }
});

test("[S33] a live change of an item leaves its rendered description alone", async () => {
  await site.boardWith("rich-live", []);
  const path = await posted("rich-live", "Before", "Some **bold** words");
  const { page } = await site.open(path);
  await page.locator("[data-presence]:not([hidden])").waitFor();
  const before = await page.locator(".prose").innerHTML();
  await site.api("PATCH", path.replace("/w/", "/").replace(/\/(\d+)$/u, "/feedback/$1"), { title: "After" });
  await page.locator("h1", { hasText: "After" }).waitFor();
  expect(await page.locator(".prose").innerHTML()).toBe(before);
  expect(before).toBe("<p>Some <strong>bold</strong> words</p>");
});

const RICH = `Our team lives in this, and **every** week somebody asks for it. What we would like:

- a *shortcut* for it, such as \`Ctrl+K\`
- a list of what was used last
  1. newest first
  2. pinned ones above
- nothing else

## Why

> It takes me six clicks to get anywhere.
> By then I have forgotten what for.

See [the mock-up](https://example.com/mock-up) or write to <mailto:ada@example.com>. A picture: ![of the palette](https://example.com/palette.png)

\`\`\`js
openPalette({ recent: 10, pinned: true, placeholder: "A very long line that does not fit on a telephone at all" });
\`\`\`

***

Thisisaverylongwordwithoutanyspaceinitthatmustnotmakethepagewiderthanthescreenofatelephoneorofanythingelse
and a second line.`;
