/** The console's history in Chromium, and what Chromium's XML parser makes of a board's feed. Ids are those of test/SPEC.md. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriousFindings } from "./axe.ts";
import { type ConsoleSite, openConsole, type Someone, unexpected } from "./console-site.ts";

const HOSTILE = `</title><img src=x onerror="alert(1)"> & 'quoted' ]]>`;
let site: ConsoleSite;
let ada: Someone;
let grace: Someone;
let slug: string;

beforeAll(async () => {
  site = await openConsole();
  [ada, grace] = await Promise.all([site.someone("Ada"), site.someone("Grace")]);
  slug = await site.workspaceOf(ada);
  const ok = async (who: Someone, method: string, path: string, body?: object) => {
    const answer = await who.api(method, path, body);
    expect(answer.ok, `${method} ${path} ${String(answer.status)}`).toBe(true);
    return answer.status === 204 ? null : ((await answer.json()) as { id: number });
  };
  await ok(ada, "POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  await ok(ada, "POST", `/workspaces/${slug}/boards`, { slug: "bugs", name: "Bugs" });
  await site.join(slug, ada, grace, "moderator");
  const item = await ok(ada, "POST", `/${slug}/ideas/feedback`, { title: "Dark mode", description: "For the night." });
  const id = String(item?.id);
  await ok(grace, "PATCH", `/${slug}/ideas/feedback/${id}`, { status: "planned", pinned: true });
  await ok(ada, "POST", `/${slug}/ideas/feedback/${id}/votes`, { externalUserId: "user-7" });
  await ok(ada, "POST", `/${slug}/bugs/feedback`, { title: HOSTILE, description: `${HOSTILE}\nmore of it` });
  await ok(ada, "PATCH", `/workspaces/${slug}/settings`, { allowedOrigins: ["https://acme.example"] });
  await ok(ada, "POST", `/workspaces/${slug}/api-keys`, { name: "CI", scopes: ["read"] });
});
afterAll(() => site.close());

test("[EV16] the history says in words who did what, newest first, what it was before; by kind, person and board, and on to older ones, all without JavaScript", async () => {
  const { page } = await site.openAs(ada, `/console/w/${slug}/history`, { javaScriptEnabled: false });
  const deeds = () => page.locator(".history-deed").allTextContents();
  expect(await deeds()).toEqual([
    "Ada made the API key “CI”",
    "Ada changed the settings",
    `Ada posted ${HOSTILE}`,
    "Grace changed Dark mode",
    "Ada posted Dark mode",
    "Grace joined the team",
    expect.stringMatching(/^Ada invited “.+@console\.example”$/u),
    "Ada made the board “Bugs”",
    "Ada made the board “Ideas”",
    "Ada made the workspace",
  ]);
  const changed = page.locator(".history-entry", { hasText: "changed Dark mode" });
  expect(await changed.locator("dl div").allTextContents()).toEqual(["StatusOpen → Planned", "Pinnedno → yes"]);
  expect(await changed.locator(".history-deed a").getAttribute("href")).toBe(`/w/${slug}/ideas/1`);
  await page.getByLabel("Who").selectOption({ label: "Grace" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  expect(await deeds()).toEqual(["Grace changed Dark mode", "Grace joined the team"]);
  await page.getByLabel("Who").selectOption({ label: "Everybody" });
  await page.getByLabel("What").selectOption({ label: "Votes" });
  await page.getByLabel("Board").selectOption({ label: "Ideas" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  expect(await deeds()).toEqual(["Ada voted for Dark mode"]);
  // More than one page.
  for (let n = 1; n <= 31; n++) await ada.api("PATCH", `/workspaces/${slug}`, { name: `Acme ${String(n)}` });
  await page.goto(`/console/w/${slug}/history?show=settings`);
  expect((await deeds()).length).toBe(30);
  await page.getByRole("link", { name: "Older" }).click();
  expect(await deeds()).toEqual(["Ada renamed the workspace", "Ada changed the settings", "Ada made the workspace"]);
  await page.getByRole("link", { name: "Newest" }).click();
  expect((await deeds()).length).toBe(30);
});

test("[EV17] the history is for owners and admins: a moderator has no link to it, and is refused", async () => {
  const { page } = await site.openAs(grace, `/console/w/${slug}`);
  expect(await page.getByRole("navigation").getByRole("link", { name: "History" }).count()).toBe(0);
  expect((await page.goto(`/console/w/${slug}/history`))?.status()).toBe(403);
});

test("[EV18] the history is clean for axe and fits, light and dark, on 1280 and 390 pixels", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1_280, 390]) {
      const options = { bypassCSP: true, colorScheme, viewport: { width, height: 900 } };
      const { page, troubles } = await site.openAs(ada, `/console/w/${slug}/history?show=feedback`, options);
      await page.locator(".history-changes details").first().locator("summary").click();
      const folder = process.env["SCREENSHOTS"];
      if (folder !== undefined) {
        await page.screenshot({ path: `${folder}/history-${colorScheme}-${String(width)}.png`, fullPage: true });
      }
      expect(await seriousFindings(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${colorScheme} ${String(width)}`).toBeLessThanOrEqual(0);
      expect(unexpected(troubles)).toEqual([]);
    }
  }
});

test("[EV19] an XML parser reads the feed, which is found from the board's page: hostile text is text, every required element is there", async () => {
  const { page } = await site.open(`/w/${slug}/bugs`);
  const href = (await page.locator('link[rel="alternate"][type="application/atom+xml"]').getAttribute("href")) ?? "";
  const told = await page.evaluate(async (path) => {
    const response = await fetch(path);
    const xml = new DOMParser().parseFromString(await response.text(), "application/xml");
    const NS = "http://www.w3.org/2005/Atom";
    const text = (of: Element | undefined, name: string) =>
      of?.getElementsByTagNameNS(NS, name)[0]?.textContent ?? null;
    const root = xml.documentElement;
    const entry = root.getElementsByTagNameNS(NS, "entry")[0];
    return {
      errors: xml.getElementsByTagName("parsererror").length,
      root: [root.namespaceURI, root.localName],
      feed: ["id", "title", "updated"].map((name) => text(root, name)),
      links: [...root.children]
        .filter(({ localName }) => localName === "link")
        .map((link) => link.getAttribute("href")),
      entry: ["id", "title", "updated", "content"].map((name) => text(entry, name)),
      images: xml.querySelectorAll("img").length,
    };
  }, href);
  const origin = site.server.origin;
  expect(told).toEqual({
    errors: 0,
    root: ["http://www.w3.org/2005/Atom", "feed"],
    feed: [expect.stringMatching(/^tag:/u), expect.stringContaining("Bugs · "), expect.stringMatching(/Z$/u)],
    links: [`${origin}/w/${slug}/bugs/feed.atom`, `${origin}/w/${slug}/bugs`],
    entry: [expect.stringMatching(/^tag:/u), HOSTILE, expect.stringMatching(/Z$/u), `${HOSTILE}\nmore of it`],
    images: 0,
  });
});
