/** The roadmap in Chromium: the public page without and with its script, in a frame, and the console's page by pointer, by keyboard and by forms alone. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriousFindings } from "./axe.ts";
import { type ConsoleSite, openConsole, type Someone, tabTo, unexpected } from "./console-site.ts";

let site: ConsoleSite;
let ada: Someone;
beforeAll(async () => {
  site = await openConsole();
  ada = await site.someone("Ada");
});
afterAll(async () => {
  await site.close();
});

type Plan = { readonly slug: string; readonly phases: readonly number[]; readonly ideas: readonly number[] };

const IDEAS = [
  ["Dark mode", "design"],
  ["Export to CSV", "data"],
  ["Keyboard shortcuts", "design"],
] as const;

/** A workspace of Ada's with two boards, three phases and four items: two ideas and one of the team's own in Next, one idea in Now, from the other board. */
async function plan(): Promise<Plan> {
  const slug = await site.workspaceOf(ada);
  const post = async (path: string, body: object): Promise<number> => {
    const response = await ada.api("POST", path, body);
    expect(response.status, path).toBe(201);
    return ((await response.json()) as { id: number }).id;
  };
  for (const board of ["ideas", "bugs"])
    await post(`/workspaces/${slug}/boards`, { slug: board, name: board === "ideas" ? "Ideas" : "Bugs" });
  const root = `/workspaces/${slug}/roadmap`;
  const phases = [
    await post(`${root}/phases`, { name: "Next", status: "planned" }),
    await post(`${root}/phases`, { name: "Now", status: "in_progress" }),
    await post(`${root}/phases`, { name: "Done", status: "completed" }),
  ] as const;
  const ideas: number[] = [];
  for (const [title, category] of IDEAS) {
    const board = title === "Export to CSV" ? "bugs" : "ideas";
    const id = await post(`/${slug}/${board}/feedback`, { title, category, description: `More on **${title}**.` });
    ideas.push(id);
    await post(`${root}/items`, { phaseId: board === "bugs" ? phases[1] : phases[0], feedbackId: id });
  }
  await post(`${root}/items`, { phaseId: phases[0], title: "A new data centre", description: "In Frankfurt." });
  return { slug, phases, ideas };
}

/** The titles, column by column. */
const columns = (page: Page, column: string, title: string) =>
  page
    .locator(column)
    .evaluateAll(
      (all, selector) => all.map((one) => [...one.querySelectorAll(selector)].map((each) => each.textContent)),
      title,
    );
const publicColumns = (page: Page) => columns(page, ".phase", "h3");
const planColumns = (page: Page) => columns(page, ".plan-phase", "[data-title]");

const START = [["Dark mode", "Keyboard shortcuts", "A new data centre"], ["Export to CSV"], []];

test("[RO14] without JavaScript the public roadmap shows, filters, and leads to its ideas and back", async () => {
  const { slug } = await plan();
  const { page, troubles } = await site.open(`/w/${slug}/roadmap`, { javaScriptEnabled: false });
  expect(await publicColumns(page)).toEqual(START);
  expect(await page.locator(".entry", { hasText: "Dark mode" }).textContent()).toContain("More on Dark mode.");
  await page.locator("select[name=category]").selectOption("design");
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Show" }).click()]);
  expect(await publicColumns(page)).toEqual([["Dark mode", "Keyboard shortcuts"], [], []]);
  await page.goto(`/w/${slug}/roadmap?board=bugs&category=design`);
  expect(await page.locator(".empty h2").textContent()).toBe("Nothing of this is on the roadmap");
  await page.getByRole("link", { name: "See the whole roadmap" }).click();
  await page.getByRole("link", { name: "Export to CSV" }).click();
  expect(new URL(page.url()).pathname).toMatch(new RegExp(`^/w/${slug}/bugs/\\d+$`, "u"));
  await page.goto(`/w/${slug}/ideas`);
  await page.getByRole("link", { name: "Roadmap" }).click();
  expect(new URL(page.url()).pathname).toBe(`/w/${slug}/roadmap`);
  expect((await page.goto(`/w/${slug}/roadmap?board=nothing`))?.status()).toBe(404);
  expect((await page.goto(`/w/${slug}/roadmap?sort=x`))?.status()).toBe(400);
  expect(unexpected(troubles)).toEqual([]);
});

test("[RO14] a workspace without a public phase has an empty roadmap, and its boards lead to none", async () => {
  const slug = await site.workspaceOf(ada);
  await ada.api("POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  const { page } = await site.open(`/w/${slug}/roadmap`);
  expect(await page.locator(".empty h2").textContent()).toBe("Nothing is charted yet");
  await page.goto(`/w/${slug}/ideas`);
  expect(await page.getByRole("link", { name: "Roadmap" }).count()).toBe(0);
});

test("[RO15] open pages follow: votes move, a moved item stands where it belongs, also in a frame and after the socket was lost", async () => {
  const { slug, phases, ideas } = await plan();
  const { page, troubles } = await site.open(`/w/${slug}/roadmap`);
  const framed = await site.open(`/embed/${slug}/roadmap`);
  await page.waitForFunction(() => document.body.dataset["live"] !== undefined);
  const votes = (at: Page) => at.locator(`[data-votes="${String(ideas[0])}"]`);
  const vote = (person: string) =>
    ada.api("POST", `/${slug}/ideas/feedback/${String(ideas[0])}/votes`, { externalUserId: person });
  await vote("one");
  for (const at of [page, framed.page]) await votes(at).filter({ hasText: /^1$/u }).waitFor();
  await page.getByRole("link", { name: "Dark mode" }).focus();
  const items = (await (await ada.api("GET", `/workspaces/${slug}/roadmap/items`)).json()) as {
    id: number;
    title: string;
  }[];
  const dark = items.find(({ title }) => title === "Dark mode")?.id ?? 0;
  await ada.api("PATCH", `/workspaces/${slug}/roadmap/items/${String(dark)}`, { phaseId: phases[2] });
  for (const at of [page, framed.page])
    await expect
      .poll(() => publicColumns(at))
      .toEqual([["Keyboard shortcuts", "A new data centre"], ["Export to CSV"], ["Dark mode"]]);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Dark mode");
  // Away, and back: what happened meanwhile is there.
  await page.context().setOffline(true);
  await ada.api("PATCH", `/workspaces/${slug}/roadmap/items/${String(dark)}`, { phaseId: phases[1] });
  await vote("two");
  await page.context().setOffline(false);
  await expect.poll(() => votes(page).textContent(), { timeout: 15_000 }).toBe("2");
  await expect
    .poll(() => publicColumns(page))
    .toEqual([["Keyboard shortcuts", "A new data centre"], ["Export to CSV", "Dark mode"], []]);
  expect(await framed.page.locator("header").count()).toBe(0);
  expect(framed.troubles).toEqual([]);
  expect(troubles.filter((line) => !/ERR_INTERNET_DISCONNECTED|ERR_NETWORK/u.test(line))).toEqual([]);
});

test("[RO15] the widget shows the roadmap in a page of its own choosing", async () => {
  const { slug } = await plan();
  const { page, troubles } = await site.open(`/w/${slug}/ideas`);
  const body = `<!doctype html><link rel="icon" href="data:,"><script src="/widget.js"></script><h1>Shop</h1><groundswell-roadmap workspace="${slug}"></groundswell-roadmap>`;
  await page.route("**/shop", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("/shop");
  const frame = page.frameLocator("groundswell-roadmap iframe");
  await frame.locator(".entry").first().waitFor();
  expect(await frame.locator("h3").allTextContents()).toEqual(START.flat());
  await frame.getByRole("link", { name: "Dark mode" }).click();
  await frame.locator("article.item").waitFor();
  expect(page.frames()[1]?.url()).toContain(`/embed/${slug}/ideas/`);
  expect(troubles).toEqual([]);
});

test("[RO16] in the console a card is dragged to another column, where it stays, and its idea has the column's status", async () => {
  const { slug, ideas } = await plan();
  const { page, troubles } = await site.openAs(ada, `/console/w/${slug}/roadmap`);
  expect(await planColumns(page)).toEqual(START);
  const drag = async (title: string, onto: string, below: boolean) => {
    const grip = await page.locator(".plan-item", { hasText: title }).locator("[data-grip]").boundingBox();
    const target = await page.locator(onto).boundingBox();
    if (grip === null || target === null) throw new Error("not there");
    await page.mouse.move(grip.x + 4, grip.y + 8);
    await page.mouse.down();
    await page.mouse.move(target.x + 30, target.y + 10, { steps: 6 });
    // What it is dragged over makes way.
    const now = (await page.locator(onto).boundingBox()) ?? target;
    await page.mouse.move(now.x + 40, below ? now.y + now.height - 2 : target.y + 2, { steps: 3 });
    await page.mouse.up();
    await page.locator("[data-announce]", { hasText: title }).waitFor({ state: "attached" });
  };
  await drag("Dark mode", ".plan-item:has-text('Export to CSV')", true);
  const moved = [["Keyboard shortcuts", "A new data centre"], ["Export to CSV", "Dark mode"], []];
  await expect.poll(() => planColumns(page)).toEqual(moved);
  await drag("A new data centre", ".plan-phase:nth-child(3)", true);
  await drag("Keyboard shortcuts", ".plan-item:has-text('Export to CSV')", false);
  const end = [[], ["Keyboard shortcuts", "Export to CSV", "Dark mode"], ["A new data centre"]];
  await expect.poll(() => planColumns(page)).toEqual(end);
  await page.reload();
  expect(await planColumns(page)).toEqual(end);
  const idea = await ada.api("GET", `/${slug}/ideas/feedback/${String(ideas[0])}`);
  expect(((await idea.json()) as { status: string }).status).toBe("in_progress");
  // Escape puts a card back.
  const grip = await page.locator(".plan-item", { hasText: "Dark mode" }).locator("[data-grip]").boundingBox();
  await page.mouse.move((grip?.x ?? 0) + 4, (grip?.y ?? 0) + 8);
  await page.mouse.down();
  await page.mouse.move(100 + (grip?.x ?? 0), 200, { steps: 6 });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  expect(await planColumns(page)).toEqual(end);
  expect(troubles).toEqual([]);
});

test("[RO17] with the keyboard alone an item is stepped; the focus stays on the button, and what happened is said", async () => {
  const { slug } = await plan();
  const { page, troubles } = await site.openAs(ada, `/console/w/${slug}/roadmap`);
  const step = (title: string, way: string) => `.plan-item:has-text("${title}") [data-way="${way}"]`;
  await page.locator(".plan-item").first().locator("a").focus();
  await tabTo(page, step("Dark mode", "down"));
  const press = async () => {
    await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === "POST"),
      page.keyboard.press("Enter"),
    ]);
  };
  const said = (text: string) => expect.poll(() => page.locator("[data-announce]").textContent()).toBe(text);
  await press();
  await said("Dark mode: Next, 2 of 3.");
  expect(await page.locator(`${step("Dark mode", "down")}:focus`).count()).toBe(1);
  await press();
  await said("Dark mode: Next, 3 of 3.");
  // At the end of its way the button is off; the focus is not lost.
  expect(await page.locator(`${step("Dark mode", "up")}:focus`).count()).toBe(1);
  await tabTo(page, step("Dark mode", "right"));
  await press();
  await said("Dark mode: Now, 2 of 2.");
  await press();
  await said("Dark mode: Done, 1 of 1.");
  expect(await planColumns(page)).toEqual([
    ["Keyboard shortcuts", "A new data centre"],
    ["Export to CSV"],
    ["Dark mode"],
  ]);
  await page.locator('[data-step^="phase-"] [data-way="right"]').first().focus();
  await press();
  await said("Next: phase 2 of 3.");
  expect(await planColumns(page)).toEqual([
    ["Export to CSV"],
    ["Keyboard shortcuts", "A new data centre"],
    ["Dark mode"],
  ]);
  expect(troubles).toEqual([]);
});

test("[RO18] without JavaScript everything can be done by forms: phases, ideas found by words and by number, own items, moves", async () => {
  const slug = await site.workspaceOf(ada);
  await ada.api("POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  for (const [title] of IDEAS) await ada.api("POST", `/${slug}/ideas/feedback`, { title });
  const { page, troubles } = await site.openAs(ada, `/console/w/${slug}/roadmap`, { javaScriptEnabled: false });
  const send = async (name: string | RegExp) => {
    const button = page.getByRole("button", { name }).first();
    await Promise.all([page.waitForNavigation(), button.click()]);
    return page
      .locator(".notice")
      .textContent({ timeout: 1_000 })
      .catch(() => null);
  };
  for (const name of ["Next", "Now"]) {
    await page.fill("#new-phase-name", name);
    await page.selectOption("#new-phase-status", name === "Now" ? "in_progress" : "");
    expect(await send("Add the phase")).toContain("The phase is there.");
  }
  await page.fill("#add-q", "dark");
  await send("Search");
  await page.selectOption(".plan-matches select", { label: "Now" });
  expect(await send("Add Dark mode")).toContain("It is on the roadmap.");
  await page.fill("#add-q", "#2");
  await send("Search");
  expect(await page.locator(".plan-matches .entry-title").allTextContents()).toEqual(["Export to CSV"]);
  await send("Add Export to CSV");
  await page.fill("#add-q", "#2");
  await send("Search");
  expect(await page.locator(".plan-matches").textContent()).toContain("on the roadmap");
  await page.fill("#new-item-title", "Our own");
  await send("Add it");
  expect(await planColumns(page)).toEqual([["Export to CSV", "Our own"], ["Dark mode"]]);
  await send("Move Our own up");
  await send("Move Export to CSV to the next phase");
  expect(await planColumns(page)).toEqual([["Our own"], ["Dark mode", "Export to CSV"]]);
  await page.locator(".plan-item", { hasText: "Our own" }).locator("summary").click();
  await page.locator(".plan-item", { hasText: "Our own" }).getByLabel("Title").fill("Quite our own");
  await page.locator(".plan-item", { hasText: "Our own" }).getByLabel("Everybody sees it").uncheck();
  await Promise.all([
    page.waitForNavigation(),
    page.locator(".plan-item", { hasText: "Our own" }).getByRole("button", { name: "Save" }).click(),
  ]);
  expect(await page.locator(".plan-item", { hasText: "Quite our own" }).textContent()).toContain("private");
  await page.locator(".plan-item", { hasText: "Quite our own" }).locator("summary").click();
  await send(/Take off the roadmap Quite our own/u);
  await page.locator(".plan-phase").first().locator("summary").click();
  expect(await send(/Delete phase Next/u)).toContain("The phase is deleted.");
  expect(await planColumns(page)).toEqual([["Dark mode", "Export to CSV"]]);
  // What is refused is said.
  await page.fill("#new-phase-name", " ");
  await send("Add the phase");
  expect(await page.locator("#new-phase-name-error").count()).toBe(1);
  expect(unexpected(troubles)).toEqual([]);
});

test("[RO19] a member who does not moderate sees the plan and can move nothing; somebody else sees no page", async () => {
  const { slug } = await plan();
  const [grace, eve] = await Promise.all([site.someone("Grace"), site.someone("Eve")]);
  await site.join(slug, ada, grace, "member");
  const { page } = await site.openAs(grace, `/console/w/${slug}/roadmap`);
  expect(await planColumns(page)).toEqual(START);
  expect(await page.locator("#main form, #main button").count()).toBe(0);
  const other = await site.openAs(eve, "/console");
  expect((await other.page.goto(`/console/w/${slug}/roadmap`))?.status()).toBe(404);
});

const LOOKS = [
  { name: "light desktop", options: { colorScheme: "light", viewport: { width: 1280, height: 900 } } },
  { name: "dark phone", options: { colorScheme: "dark", viewport: { width: 390, height: 844 } } },
  { name: "dark desktop", options: { colorScheme: "dark", viewport: { width: 1280, height: 900 } } },
  { name: "light phone", options: { colorScheme: "light", viewport: { width: 390, height: 844 } } },
] as const;

test.each(LOOKS)("[RO20] accessible, and nothing wider than the screen: $name", async ({ name, options }) => {
  const { slug } = await plan();
  const shots = process.env["ROADMAP_SHOTS"];
  const look = async (page: Page, what: string) => {
    expect(await seriousFindings(page), what).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), what).toBe(true);
    if (shots !== undefined)
      await page.screenshot({ path: `${shots}/${what}-${name.replace(" ", "-")}.png`, fullPage: true });
  };
  const { page } = await site.open(`/w/${slug}/roadmap`, { ...options, bypassCSP: true });
  await look(page, "public");
  const console_ = await site.openAs(ada, `/console/w/${slug}/roadmap`, { ...options, bypassCSP: true });
  await look(console_.page, "console");
  await console_.page.locator(".plan-item summary").nth(2).click();
  await console_.page.locator(".plan-phase > .plan-more summary").first().click();
  await console_.page.fill("#add-q", "keyboard");
  await look(console_.page, "console-open");
});
