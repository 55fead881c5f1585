/** The console's page of likely duplicates, and what an item's page says of merges, in Chromium and without script. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe.ts";
import { type ConsoleSite, openConsole, type Someone } from "./console-site.ts";

/** Where to keep pictures of the pages, for whoever wants to look at them. */
const SHOTS = process.env["SHOTS"];
const VIEWS = [
  { name: "light-1280", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { name: "dark-390", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  { name: "dark-1280", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { name: "light-390", viewport: { width: 390, height: 844 }, colorScheme: "light" },
] as const;

let site: ConsoleSite;
let owner: Someone;
let slug: string;

async function post(board: string, title: string, voters: number, description = ""): Promise<number> {
  const made = await owner.api("POST", `/${slug}/${board}/feedback`, { title, description });
  const { id } = (await made.json()) as { id: number };
  for (let n = 0; n < voters; n++) {
    await owner.api("POST", `/${slug}/${board}/feedback/${String(id)}/votes`, { externalUserId: `voter-${String(n)}` });
  }
  return id;
}

beforeAll(async () => {
  site = await openConsole({ RATE_LIMIT_SCALE: "1000" });
  owner = await site.someone("Olga Owner");
  slug = await site.workspaceOf(owner);
  for (const board of ["ideas", "bugs"])
    await owner.api("POST", `/workspaces/${slug}/boards`, { slug: board, name: `Board ${board}` });
});
afterAll(() => site.close());

describe("duplicates", () => {
  it("[DU9] works without script: side by side, merge, dismiss, take out, by hand", async () => {
    const a = await post("ideas", "Dark mode", 3, "Please add a **dark mode**, my eyes hurt at night when I write.");
    const b = await post("bugs", "The page is too bright at night", 1);
    const c = await post("ideas", "Night theme for the editor", 2, "A theme that is dark.\n\n- editor\n- preview");
    const d = await post("ideas", "Export as CSV", 1);
    const path = `/console/w/${slug}/duplicates`;
    const { page, troubles } = await site.openAs(owner, path, { javaScriptEnabled: false });
    await page.getByText("No duplicates in sight").waitFor();

    // By hand: what cannot be understood is said at the field, then by number and by address.
    await page.getByLabel("Numbers").fill("twelve");
    await page.getByRole("button", { name: "Put side by side" }).click();
    await page.locator("#compare-numbers-error").getByText("“twelve”").waitFor();
    await page
      .getByLabel("Numbers")
      .fill(`#${String(a)}, ${site.server.origin}/w/${slug}/bugs/${String(b)} ${String(c)}`);
    await page.getByRole("button", { name: "Put side by side" }).click();
    await page.getByText("They stand side by side.").waitFor();
    const group = page.locator("[data-group]");
    expect(await group.locator(".side-item h3").allTextContents()).toEqual([
      "Dark mode",
      "Night theme for the editor",
      "The page is too bright at night",
    ]);
    expect(await page.getByLabel(/^This one stays Dark mode/u).isChecked()).toBe(true);

    // The other one is chosen.
    await page.getByLabel(/^This one stays Night theme/u).check();
    await page.getByRole("button", { name: "Merge into the chosen one" }).click();
    await page.getByRole("status").getByText("Every voter counts once").waitFor();
    const merged = (await (await owner.api("GET", `/${slug}/ideas/feedback/${String(c)}`)).json()) as object;
    expect(merged).toMatchObject({ voteCount: 3, mergedCount: 2 });

    // The item's page lists what was merged into it, and leads a moderator back.
    await page.goto(`/w/${slug}/ideas/${String(a)}`);
    expect(new URL(page.url()).pathname).toBe(`/w/${slug}/ideas/${String(c)}`);
    expect(await page.locator("[data-merged]").allTextContents()).toEqual([
      "Dark mode",
      "The page is too bright at night",
    ]);
    await page.getByRole("link", { name: "Take one out again" }).click();
    await page.getByRole("button", { name: "Take out again Dark mode" }).first().click();
    await page.getByText("It stands by itself again").waitFor();
    expect(await page.locator("[data-merged]").count()).toBe(1);

    // A search, ticks, and a dismissal.
    await page.getByLabel("Words of their titles").fill("export csv");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByLabel("Export as CSV").check();
    await page.getByLabel("Numbers").fill(String(a));
    await page.getByRole("button", { name: "Put side by side" }).click();
    await page.getByRole("button", { name: "Not the same" }).click();
    await page.getByText("not suggested together again").waitFor();
    await page.getByRole("link", { name: "Not the same" }).click();
    expect(await page.locator("[data-group]").count()).toBe(1);
    expect(await page.locator(`[data-item="${String(d)}"]`).count()).toBe(1);
    // The refused form is answered with 400.
    expect(troubles.filter((trouble) => !trouble.includes("400 (Bad Request)"))).toEqual([]);
  });

  it("[DU9] a visitor's page of the target lists the titles, and nothing to press", async () => {
    const target = await post("ideas", "Keyboard shortcuts", 1);
    const [shown, hidden] = [await post("ideas", "Shortcuts please", 1), await post("ideas", "Secret wish", 1)];
    await owner.api("PATCH", `/${slug}/ideas/feedback/${String(hidden)}`, { isHidden: true });
    for (const id of [shown, hidden])
      await owner.api("POST", `/${slug}/ideas/feedback/${String(id)}/merge`, { intoId: target });
    const { page } = await site.open(`/w/${slug}/ideas/${String(target)}`);
    expect(await page.locator("[data-merged]").allTextContents()).toEqual(["Shortcuts please"]);
    expect(await page.content()).not.toContain("Secret wish");
    expect(await page.getByRole("link", { name: "Take one out again" }).count()).toBe(0);
  });

  it.each(VIEWS)("[DU9] reads well on $name: nothing sticks out, axe finds nothing", async (view) => {
    const long = "Longwordthatdoesnotbreak".repeat(6);
    const ids = [
      await post("ideas", `Bulk edit for many posts at once (${view.name})`, 2, "Choose twenty and **close** them."),
      await post("bugs", `Edit several posts in one go ${long}`, 1),
      await post("ideas", "Mass edit", 0, "A long description. ".repeat(60)),
      await post("ideas", "Change more than one at a time", 0),
    ];
    await owner.api("POST", `/workspaces/${slug}/duplicates`, { feedbackIds: ids });
    await owner.api("POST", `/workspaces/${slug}/duplicates`, { feedbackIds: ids.slice(0, 2) });
    const path = `/console/w/${slug}/duplicates?title=edit`;
    const { page } = await site.openAs(owner, path, {
      viewport: view.viewport,
      colorScheme: view.colorScheme,
      bypassCSP: true,
    });
    if (page.url().includes("sign-in") || !page.url().includes("title=")) await page.goto(path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/duplicates-${view.name}.png`, fullPage: true });
    expect(width).toBeLessThanOrEqual(view.viewport.width);
    expect(await seriousFindings(page)).toEqual([]);
    const target = ids[0] ?? 0;
    await owner.api("POST", `/${slug}/bugs/feedback/${String(ids[1])}/merge`, { intoId: target });
    await page.goto(`/w/${slug}/ideas/${String(target)}`);
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/item-${view.name}.png`, fullPage: true });
    expect(await seriousFindings(page)).toEqual([]);
  });
});
