/** The discussion on an item's page in a browser: with and without JavaScript, live on a second page, by keyboard, as a member of the team. Ids are those of test/SPEC.md. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seriousFindings } from "./axe.ts";
import { type ConsoleSite, openConsole, tabTo, unexpected } from "./console-site.ts";
import { XSS_CORPUS } from "./xss-corpus.ts";

let site: ConsoleSite;
beforeAll(async () => {
  site = await openConsole();
});
afterAll(async () => {
  await site.close();
});

async function discussion(board: string, comments: readonly string[] = []) {
  const [item = 0] = await site.boardWith(board, ["Dark mode"]);
  const api = `/acme/${board}/feedback/${String(item)}/comments`;
  const ids: number[] = [];
  for (const body of comments) ids.push(((await (await site.api("POST", api, { body })).json()) as { id: number }).id);
  return { item, ids, api, path: `/w/acme/${board}/${String(item)}`, list: `/w/acme/${board}` };
}

const live = (page: Page) => page.locator("[data-presence=live]").waitFor();
const bodies = (page: Page) => page.locator(".comment .prose").allInnerTexts();
const heading = (page: Page) => page.locator("[data-comment-total]").textContent();

test("[CM20] without JavaScript: commenting, replying, and a form that comes back with what was written", async () => {
  const { path, item } = await discussion("say-plain");
  const { page, troubles } = await site.open(path, { javaScriptEnabled: false });
  await page.getByLabel("Add a comment").fill("It hurts my **eyes** at night");
  await page.getByRole("button", { name: "Comment" }).click();
  expect(new URL(page.url()).hash).toMatch(/^#c-\d+$/u);
  await page.getByText("Thank you! Your comment is there.").waitFor();
  await page.getByRole("link", { name: "Reply to Somebody" }).click();
  await page.getByLabel("Your reply").fill("Mine too");
  await page.getByRole("button", { name: "Reply" }).click();
  expect(await page.locator("li li .comment .prose").innerText()).toBe("Mine too");
  expect([await heading(page), await bodies(page)]).toEqual(["2 comments", ["It hurts my eyes at night", "Mine too"]]);
  // What is missing is asked for in the page, and nothing is lost.
  await page.getByLabel("Add a comment").fill("   ");
  await page.getByRole("button", { name: "Comment" }).click();
  await page.getByRole("alert").filter({ hasText: "Please write something." }).waitFor();
  expect(await bodies(page)).toHaveLength(2);
  // Nobody in particular changes nothing.
  expect(await page.getByRole("link", { name: /^Edit/u }).count()).toBe(0);
  const forged = await fetch(`${site.server.origin}${path}/comments`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example" },
    body: "body=x",
  });
  expect(forged.status).toBe(403);
  const more = await site.api("GET", `/acme/say-plain/feedback/${String(item)}`);
  expect(((await more.json()) as { commentCount: number }).commentCount).toBe(2);
  expect(unexpected(troubles)).toEqual([]);
});

test("[CM21] with JavaScript: the page stays, a second page and the board's list follow, focus and drafts are kept", async () => {
  const { path, list, api, ids } = await discussion("say-live", ["First"]);
  const [{ page, troubles }, other, board] = [await site.open(path), await site.open(path), await site.open(list)];
  for (const opened of [page, other.page, board.page]) await live(opened);
  await page.evaluate(() => void (document.body.dataset["same"] = "yes"));
  await other.page.getByLabel("Add a comment").fill("A draft");
  await page.getByLabel("Add a comment").fill("Second");
  await page.getByRole("button", { name: "Comment" }).click();
  await page.getByText("Second").waitFor();
  await expect.poll(() => page.getByLabel("Add a comment").inputValue()).toBe("");
  await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain("comment");
  await other.page.getByText("Second").waitFor();
  await expect.poll(() => other.page.locator("[data-announce]").textContent()).toBe("1 new comment.");
  await expect.poll(() => board.page.locator("[data-comments]").textContent()).toBe("2 comments");
  const second = await page.locator("li[data-comment]", { hasText: "Second" }).getAttribute("data-comment");
  // A reply where it belongs, while the other page is about to answer, too.
  await other.page.getByRole("link", { name: "Reply to The team" }).click();
  await other.page.getByLabel("Your reply").fill("Half a repl");
  await page.getByRole("link", { name: "Reply to The team" }).click();
  await page.getByLabel("Your reply").fill("Quicker");
  await page.getByRole("button", { name: "Reply" }).click();
  await other.page.locator("li li .comment", { hasText: "Quicker" }).waitFor();
  expect(await other.page.getByLabel("Your reply").inputValue()).toBe("Half a repl");
  expect(await other.page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");
  expect(await other.page.getByLabel("Add a comment").inputValue()).toBe("A draft");
  expect(await heading(other.page)).toBe("3 comments");
  // Edited, deleted with replies, deleted.
  await site.api("PATCH", `${api}/${String(second)}`, { body: "Second thoughts" });
  await other.page.getByText("Second thoughts").waitFor();
  await site.api("DELETE", `${api}/${String(ids[0])}`);
  await other.page.getByText("This comment is no longer here.").waitFor();
  await site.api("DELETE", `${api}/${String(second)}`);
  await expect.poll(() => bodies(other.page)).toEqual(["Quicker"]);
  await expect.poll(() => board.page.locator("[data-comments]").textContent()).toBe("1 comment");
  // What the server does not take is said, and the words stay.
  await other.page.getByRole("button", { name: "Reply" }).click();
  await other.page.getByRole("alert").filter({ hasText: "this comment is no longer there" }).waitFor();
  expect(await other.page.locator("form.say textarea").first().inputValue()).toBe("Half a repl");
  expect(await page.evaluate(() => document.body.dataset["same"])).toBe("yes");
  expect([...unexpected(troubles), ...unexpected(other.troubles)]).toEqual([]);
});

test("[CM22] after a lost connection the open page is right again", async () => {
  const { path, api, ids } = await discussion("say-away", ["Before"]);
  const { page } = await site.open(path);
  await live(page);
  await page.context().setOffline(true);
  await page.locator("[data-presence=offline]").waitFor();
  await site.api("POST", api, { body: "While you were away" });
  await site.api("DELETE", `${api}/${String(ids[0])}`);
  await page.context().setOffline(false);
  await live(page);
  await expect.poll(() => bodies(page), { timeout: 15_000 }).toEqual(["While you were away"]);
});

test("[CM22] a client that is too far behind reads the discussion anew", async () => {
  const { path, api } = await discussion("say-behind", ["Before"]);
  const { page } = await site.open(path);
  let tell = (_frame: string): void => undefined;
  // Of the news of comments it hears nothing, until it is told to start over.
  await page.routeWebSocket(/\/live/u, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!String(message).includes('"comments"')) socket.send(message);
    });
    tell = (frame) => socket.send(frame);
  });
  await page.reload();
  await live(page);
  const answer = await site.api("POST", api, { body: "Unheard of" });
  const seq = Number(answer.headers.get("x-seq"));
  await page.waitForTimeout(500);
  expect(await bodies(page)).toEqual(["Before"]);
  tell(JSON.stringify({ type: "resync", seq }));
  await expect.poll(() => bodies(page)).toEqual(["Before", "Unheard of"]);
});

test("[CM23] the team: notes that only it sees, its badge, editing and deleting by keyboard", async () => {
  const [owner, stranger] = [await site.someone("Olga Owner"), await site.someone("Sam")];
  const slug = await site.workspaceOf(owner);
  await owner.api("POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  const made = await owner.api("POST", `/${slug}/ideas/feedback`, { title: "Idea" });
  const { id } = (await made.json()) as { id: number };
  const path = `/w/${slug}/ideas/${String(id)}`;
  const { page, troubles } = await site.openAs(owner, path);
  await live(page);
  await page.getByLabel("Add a comment").fill("For us alone");
  await page.getByLabel("Internal note, for the team only").check();
  await page.getByRole("button", { name: "Comment" }).click();
  await page.locator(".comment.internal", { hasText: "For us alone" }).waitFor();
  await page.getByLabel("Internal note, for the team only").uncheck();
  await page.getByLabel("Add a comment").fill("We are on it");
  await page.getByRole("button", { name: "Comment" }).click();
  await page.locator(".comment.official", { hasText: "We are on it" }).waitFor();
  const asSam = await site.openAs(stranger, path);
  expect(await bodies(asSam.page)).toEqual(["We are on it"]);
  expect(await asSam.page.locator(".badge").allInnerTexts()).toEqual(["Team"]);
  expect(await asSam.page.getByLabel("Internal note").count()).toBe(0);

  await asSam.page.locator("main").focus();
  await tabTo(asSam.page, "textarea");
  await asSam.page.keyboard.type("Mine");
  await tabTo(asSam.page, "form.say.new button");
  await asSam.page.keyboard.press("Enter");
  await asSam.page.locator(".comment", { hasText: "Mine" }).waitFor();
  await tabTo(asSam.page, "[data-opens^=edit]");
  await asSam.page.keyboard.press("Enter");
  await asSam.page.getByLabel("Edit the comment").waitFor();
  await asSam.page.keyboard.type(", edited");
  await tabTo(asSam.page, "form.say.edit .primary");
  await asSam.page.keyboard.press("Enter");
  await asSam.page.getByText("Mine, edited").waitFor();
  expect(await asSam.page.locator(".edited").count()).toBe(1);
  await asSam.page.locator("[data-opens^=edit]").focus();
  await asSam.page.keyboard.press("Enter");
  await asSam.page.getByLabel("Edit the comment").waitFor();
  await tabTo(asSam.page, "form.say.edit a");
  await asSam.page.keyboard.press("Enter");
  expect(await asSam.page.evaluate(() => document.activeElement?.getAttribute("data-opens"))).toMatch(/^edit-/u);
  await asSam.page.keyboard.press("Enter");
  await tabTo(asSam.page, "form.say.edit .danger");
  await asSam.page.keyboard.press("Enter");
  await expect.poll(() => bodies(asSam.page)).toEqual(["We are on it"]);
  expect([...unexpected(troubles), ...unexpected(asSam.troubles)]).toEqual([]);
});

test("[CM24] more than a page: the rest on demand, replies under what they answer; without JavaScript on a page of their own", async () => {
  const { path, api, ids } = await discussion("say-long", ["Top"]);
  for (let n = 2; n <= 104; n += 1) await site.api("POST", api, { body: `Comment ${String(n)}` });
  await site.api("POST", api, { body: "Late reply", parentId: ids[0] ?? 0 });
  const { page } = await site.open(path);
  expect(await page.locator(".comment").count()).toBe(100);
  await page.getByRole("link", { name: "Show more comments" }).click();
  await expect.poll(() => page.locator(".comment").count()).toBe(105);
  expect(await page.locator(`#c-${String(ids[0])} li .prose`).innerText()).toBe("Late reply");
  expect(await page.getByText("In reply to an earlier comment").isVisible()).toBe(false);
  expect(await page.getByRole("link", { name: "Show more comments" }).count()).toBe(0);
  await site.api("DELETE", `${api}/${String((ids[0] ?? 0) + 1)}`);
  await expect.poll(() => page.locator(".comment").count(), { timeout: 15_000 }).toBe(104);
  const plain = await site.open(path, { javaScriptEnabled: false });
  await plain.page.getByRole("link", { name: "Show more comments" }).click();
  expect(await plain.page.locator(".comment").count()).toBe(4);
  expect(await plain.page.getByText("In reply to an earlier comment").isVisible()).toBe(true);
});

test("[CM25] is legible and operable in light and dark, on a phone and a desktop", async () => {
  const { path, api, ids } = await discussion("say-axe", [
    "**Planned** for the next release, with `prefers-color-scheme`.",
  ]);
  const first = ids[0] ?? 0;
  await site.api("POST", api, { body: "Great, thank you!", parentId: first, externalUserId: "ada" });
  await site.api("POST", api, { body: "Ask legal first", isInternal: true });
  await site.api("POST", api, { body: "Gone" });
  await site.api("POST", api, { body: "A reply to what is gone", parentId: first + 3, externalUserId: "bob" });
  await site.api("DELETE", `${api}/${String(first + 3)}`);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
      const { page } = await site.open(`${path}?reply=${String(first + 1)}#reply-${String(first + 1)}`, options);
      expect(await seriousFindings(page), `${colorScheme} ${String(width)}`).toEqual([]);
      const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }));
      expect(scrollWidth).toBeLessThanOrEqual(width);
      await page.context().close();
    }
  }
});

test("[CM29] a corpus of hostile texts in comments, names and forms runs nothing, loaded or live", async () => {
  const hostile = await site.someone("<img src=x onerror=window.__xss=1>");
  const slug = await site.workspaceOf(hostile);
  await hostile.api("POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  const made = await hostile.api("POST", `/${slug}/ideas/feedback`, { title: "Idea" });
  const { id } = (await made.json()) as { id: number };
  const path = `/w/${slug}/ideas/${String(id)}`;
  const { page: watching, troubles } = await site.open(path);
  await live(watching);
  const texts: string[] = [];
  for (const body of XSS_CORPUS) {
    const answer = await hostile.api("POST", `/${slug}/ideas/feedback/${String(id)}/comments`, { body });
    texts.push(((await answer.json()) as { body: string }).body);
  }
  await expect.poll(() => watching.locator(".comment").count(), { timeout: 20_000 }).toBe(XSS_CORPUS.length);
  const opened = await site.openAs(hostile, path);
  for (const at of [XSS_CORPUS.indexOf("</textarea><img src=x onerror=window.__xss=1>"), 0]) {
    await opened.page.locator("[data-opens^=edit]").nth(at).click();
    expect(await opened.page.getByLabel("Edit the comment").last().inputValue()).toBe(texts[at]);
    await opened.page.locator("form.say.edit a").last().click();
  }
  for (const page of [watching, opened.page]) {
    const ran = await page.evaluate(() => ({
      probe: "__xss" in window,
      foreign: document.querySelectorAll("img, iframe, object, embed, base, math, style, [onerror], [onload], [style]")
        .length,
      scripts: document.querySelectorAll("script:not([src]):not([type='application/json'])").length,
    }));
    expect(ran).toEqual({ probe: false, foreign: 0, scripts: 0 });
  }
  expect(troubles).toEqual([]);
});
