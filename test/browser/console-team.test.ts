/** A workspace in the console: its team, keys, secrets, boards and settings, in a real browser. */
import { SignJWT } from "jose";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RateLimit } from "../../src/protocol/rest/rate-limits.ts";
import { type ConsoleSite, openConsole, randomName, signIn, tabTo, unexpected } from "./console-site.ts";

let site: ConsoleSite;
beforeAll(async () => {
  site = await openConsole();
});
afterAll(async () => {
  await site.close();
});

const path = (page: Page): string => page.url().slice(site.server.origin.length);

async function send(page: Page, button: string | RegExp): Promise<number> {
  const [answer] = await Promise.all([
    page.waitForNavigation(),
    page.getByRole("button", { name: button }).first().click(),
  ]);
  return answer?.status() ?? 0;
}

test("[K10] a workspace is made, its address suggested from its name; a taken address is told at its field", async () => {
  const ada = await site.someone("Ada");
  const { page, troubles } = await site.openAs(ada, "/console");
  expect(await page.locator(".empty").textContent()).toContain("You are in no workspace yet");
  const name = `Ünter & Söhne ${randomName()}`;
  await page.getByLabel("Name").fill(name);
  const slug = await page.getByLabel("Address").inputValue();
  expect(slug).toMatch(/^unter-sohne-t[0-9a-f]+$/u);
  await send(page, "Make the workspace");
  expect(path(page)).toBe(`/console/w/${slug}?done=workspace-made`);
  expect(await page.locator(".trail").textContent()).toBe(name);
  await page.goto("/console");
  expect(await page.locator(".tile-name").allTextContents()).toEqual([name]);
  await page.getByLabel("Name").fill("Another");
  await page.getByLabel("Address").fill(slug);
  expect(await send(page, "Make the workspace")).toBe(409);
  expect(await page.locator("#new-slug-error").textContent()).toContain("taken");
  expect(await page.getByLabel("Name").inputValue()).toBe("Another");
  expect(unexpected(troubles)).toEqual([]);
});

test("[K11] with the keyboard alone somebody is invited, and the link has the focus; a second person joins in another browser", async () => {
  const [ada, grace] = await Promise.all([site.someone("Ada"), site.someone("Grace")]);
  const slug = await site.workspaceOf(ada);
  const { page } = await site.openAs(ada, `/console/w/${slug}/members`);
  await page.goto(`/console/w/${slug}/members`);
  await page.keyboard.press("Tab");
  await page.locator(".skip:focus").waitFor();
  await tabTo(page, "#invite-email");
  await page.keyboard.type(grace.email);
  await tabTo(page, "#invite-role");
  await page.keyboard.press("m");
  await page.keyboard.press("m");
  await tabTo(page, "button.primary");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await page.locator(".once:focus").waitFor();
  const link = await page.locator("#invitation-link").inputValue();
  const role = await page.locator("[data-invitation] .entry-facts span").first().textContent();
  await page.goto(`/console/w/${slug}/members`);
  expect(await page.content()).not.toContain(link.split("#")[1]);

  const other = await site.open(link.slice(site.server.origin.length));
  expect(path(other.page)).toBe(`/console/w/${slug}/join`);
  await other.page.getByRole("link", { name: "Sign in" }).click();
  await signIn(other.page, grace);
  expect(path(other.page)).toBe(`/console/w/${slug}/join`);
  await send(other.page, "Join the team");
  expect(path(other.page)).toBe(`/console/w/${slug}?done=joined`);
  expect(await other.page.locator(".role").textContent()).toBe(`Your role: ${role ?? ""}`);
  expect(await other.page.evaluate(() => sessionStorage.length)).toBe(0);
  // The used link, followed once more, leads a member to where they wanted to be.
  await other.page.goto("about:blank");
  await other.page.goto(link);
  await send(other.page, "Join the team");
  expect(path(other.page)).toBe(`/console/w/${slug}`);
  await page.reload();
  expect(await page.locator(`[data-member="${grace.email}"]`).count()).toBe(1);
  expect(await page.locator("[data-invitation]").count()).toBe(0);
});

test("[K12] an invitation is not for somebody else, who is told so and can sign in as another", async () => {
  const [ada, eve] = await Promise.all([site.someone("Ada"), site.someone("Eve")]);
  const slug = await site.workspaceOf(ada);
  const made = await ada.api("POST", `/workspaces/${slug}/invitations`, {
    email: "grace@console.example",
    role: "admin",
  });
  const { link } = (await made.json()) as { link: string };
  const { page } = await site.openAs(eve, "/console");
  await page.goto(link);
  expect(await send(page, "Join the team")).toBeGreaterThanOrEqual(400);
  await page.locator(".summary:focus").waitFor();
  expect((await eve.api("GET", `/workspaces/${slug}/members`)).status).toBe(404);
  await send(page, "Sign in as somebody else");
  expect(path(page)).toBe(`/console/w/${slug}/join`);
  expect(await page.locator("h1").textContent()).toBe(`You are invited to ${slug}`);
});

test("[K13] roles are changed, a member is removed and sees no more, the last owner stays", async () => {
  const [ada, grace] = await Promise.all([site.someone("Ada"), site.someone("Grace")]);
  const slug = await site.workspaceOf(ada);
  await site.join(slug, ada, grace, "member");
  await ada.api("POST", `/workspaces/${slug}/boards`, { slug: "plans", name: "Plans", visibility: "private" });
  const { page } = await site.openAs(ada, `/console/w/${slug}/members`);
  const row = page.locator(`[data-member="${grace.email}"]`);
  await row.locator("select").selectOption("admin");
  await Promise.all([page.waitForNavigation(), row.getByRole("button", { name: /^Change/u }).click()]);
  expect(await row.locator("select").inputValue()).toBe("admin");
  const hers = await site.openAs(grace, `/console/w/${slug}/keys`);
  expect(await hers.page.locator("h1").textContent()).toBe("API keys");
  const open = await hers.page.context().newPage();
  await open.goto(`/w/${slug}/plans`);
  await open.locator("[data-presence]:not([hidden])").waitFor();
  await row.locator("summary").click();
  await Promise.all([page.waitForNavigation(), row.getByRole("button", { name: "Remove from the team" }).click()]);
  expect(await page.locator("[data-member]").count()).toBe(1);
  expect((await hers.page.reload())?.status()).toBe(404);
  // A private board that was open is not left on the screen.
  await open.getByRole("heading", { name: "There is no such board" }).waitFor();
  const own = page.locator(`[data-member="${ada.email}"]`);
  await own.locator("summary").click();
  await Promise.all([page.waitForNavigation(), own.getByRole("button", { name: "Leave the workspace" }).click()]);
  expect(await page.locator(".summary").textContent()).toContain("A workspace needs an owner");
});

test("[K14] an API key is shown once, copied by its button, works, and is refused once it is revoked", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada);
  const { page } = await site.openAs(ada, `/console/w/${slug}/keys`, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.getByLabel("Name").fill("Importer");
  await page.getByLabel("Read").uncheck();
  expect(await send(page, "Make the key")).toBe(400);
  expect(await page.locator("#new-scopes-error").textContent()).toBe("Please choose at least one.");
  await page.getByLabel("Read").check();
  await page.getByLabel("Ends after").selectOption("30");
  // While the answer is on its way, an impatient press too many sends no second form.
  let sent = 0;
  await page.route("**/keys", async (route) => {
    sent += 1;
    await new Promise((late) => setTimeout(late, 400));
    await route.continue();
  });
  const make = page.getByRole("button", { name: "Make the key" });
  const made = page.waitForNavigation();
  await make.evaluate((button: HTMLElement) => {
    button.click();
    setTimeout(() => {
      button.click();
    }, 100);
  });
  await made;
  await page.unroute("**/keys");
  await page.locator(".once:focus").waitFor();
  const key = await page.locator("#new-key").inputValue();
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(async () => navigator.clipboard.readText())).toBe(key);
  const use = async (): Promise<number> =>
    (
      await fetch(`${site.server.origin}/api/v1/workspaces/${slug}/members`, {
        headers: { authorization: `Bearer ${key}` },
      })
    ).status;
  expect(await use()).toBe(200);
  // A reload asks for the page, and does not send the form again.
  await page.reload();
  expect(await page.content()).not.toContain(key);
  const row = page.locator('[data-key="Importer"]');
  expect([sent, await row.count()]).toEqual([1, 1]);
  expect(await row.textContent()).toContain(key.slice(-4));
  await row.locator("summary").click();
  await page.keyboard.press("Escape");
  expect(await row.getByRole("button", { name: "Revoke the key" }).isVisible()).toBe(false);
  await page.keyboard.press("Enter");
  await Promise.all([page.waitForNavigation(), row.getByRole("button", { name: "Revoke the key" }).click()]);
  expect(await row.count()).toBe(0);
  expect(await use()).toBe(401);
});

test("[K15] two signing secrets at most; an identity signed as the page shows is taken, and refused once its secret is revoked", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada);
  await ada.api("POST", `/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" });
  const { page } = await site.openAs(ada, `/console/w/${slug}/identity`);
  await send(page, "Make a secret");
  const secret = await page.locator("#new-secret").inputValue();
  const code = (await page.locator("#server-code").textContent()) ?? "";
  expect(await page.locator("#page-code").textContent()).toMatch(/^window\.Groundswell \|\|= /u);
  expect(code).toContain(`.setIssuer("${slug}")`);
  const audience = /\.setAudience\("([^"]+)"\)/u.exec(code)?.[1] ?? "";
  const token = await new SignJWT({ name: "Una", email: "una@customer.example", plan: "team", weight: 12 })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(slug)
    .setAudience(audience)
    .setSubject("user-1")
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
  const post = async (): Promise<number> =>
    (
      await fetch(`${site.server.origin}/api/v1/${slug}/ideas/feedback`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ title: "Signed" }),
      })
    ).status;
  expect(await post()).toBe(201);
  await send(page, "Make the second one");
  expect(await page.locator("[data-secret]").count()).toBe(2);
  expect(await page.getByRole("button", { name: /^Make/u }).count()).toBe(0);
  const row = page.locator(`[data-secret="${secret.slice(-4)}"]`);
  await row.locator("summary").click();
  await Promise.all([page.waitForNavigation(), row.getByRole("button", { name: "Revoke the secret" }).click()]);
  expect(await page.content()).not.toContain(secret);
  expect(await post()).toBe(401);
});

test("[K16] boards are made, made private with guests, and deleted only when their address is typed", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada);
  const { page } = await site.openAs(ada, `/console/w/${slug}/boards`);
  await page.getByLabel("Name").fill("Big ideas");
  expect(await page.getByLabel("Address").inputValue()).toBe("big-ideas");
  await send(page, "Make the board");
  const publicly = async (): Promise<number> => (await fetch(`${site.server.origin}/w/${slug}/big-ideas`)).status;
  expect(await publicly()).toBe(200);
  await page.getByRole("link", { name: "Change Big ideas" }).click();
  await page.getByLabel("The team, and guests").check();
  await page.getByLabel("Description").fill("\n\nTwo lines\nof it");
  await send(page, "Save the board");
  expect(await publicly()).toBe(404);
  expect(await page.getByLabel("Description").inputValue()).toBe("Two lines\nof it");
  await page.getByLabel("Your id of the person").fill("user/8271 ü");
  await send(page, "Add");
  expect(await page.locator("[data-guest]").getAttribute("data-guest")).toBe("user/8271 ü");
  await send(page, "Remove user/8271 ü");
  expect(await page.locator("[data-guest]").count()).toBe(0);
  await page.getByLabel("to confirm").fill("big-idea");
  expect(await send(page, "Delete this board")).toBe(400);
  expect(await page.locator("#delete-confirm-error").textContent()).toContain("letter for letter");
  await page.getByLabel("to confirm").fill("big-ideas");
  await send(page, "Delete this board");
  expect(path(page)).toBe(`/console/w/${slug}/boards?done=board-deleted`);
  expect(await page.locator("[data-board]").count()).toBe(0);
});

test("[K31] rate limits are set, kept when one is refused, and the defaults again, also without script", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada);
  const own = async () => {
    const limits = (await (await ada.api("GET", `/workspaces/${slug}/rate-limits`)).json()) as RateLimit[];
    return Object.fromEntries(
      limits.filter(({ limit, default: usual }) => limit !== usual).map(({ name, limit }) => [name, limit]),
    );
  };
  for (const javaScriptEnabled of [true, false]) {
    const { page, troubles } = await site.openAs(ada, `/console/w/${slug}/settings`, { javaScriptEnabled });
    const field = page.getByLabel("Voting, by one person");
    expect(await page.getByRole("row", { name: "Voting by one person" }).textContent()).toContain("60 a minute");
    expect(await field.inputValue()).toBe("");
    await field.fill("12");
    await page.getByLabel("Reading, from one address").fill("1000");
    await send(page, "Save the limits");
    await page.getByText("The rate limits are saved").waitFor();
    expect(await field.inputValue()).toBe("12");
    expect(await own()).toEqual({ "vote-person": 12, read: 1000 });
    // The browser would not send it.
    await page.locator("form", { has: field }).evaluate((form) => form.setAttribute("novalidate", ""));
    await field.fill("0");
    await page.getByLabel("Posting, by one person").fill("7");
    expect(await send(page, "Save the limits")).toBe(400);
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.inputValue()).toBe("0");
    expect(await page.getByLabel("Posting, by one person").inputValue()).toBe("7");
    expect(await own()).toEqual({ "vote-person": 12, read: 1000 });
    await send(page, "Use all defaults");
    expect(await own()).toEqual({});
    expect(unexpected(troubles)).toEqual([]);
  }
});

test("[K17] settings keep what was typed when a site is refused; the workspace goes only when its address is typed", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada, "Acme");
  const { page } = await site.openAs(ada, `/console/w/${slug}/settings`);
  await page.getByLabel("Anybody may post and vote").uncheck();
  await page.getByLabel("Sites that may use the widget").fill("https://www.example.com/\nnot a site");
  expect(await send(page, "Save these settings")).toBe(400);
  expect(await page.getByLabel("Anybody may post and vote").isChecked()).toBe(false);
  expect(await page.getByLabel("Sites that may use the widget").inputValue()).toContain("not a site");
  expect(await page.locator("#access-allowedOrigins-error").count()).toBe(1);
  await page.getByLabel("Sites that may use the widget").fill("https://www.example.com/\n\n  https://app.example.com");
  await send(page, "Save these settings");
  const settings = await (await ada.api("GET", `/workspaces/${slug}/settings`)).json();
  expect(settings).toEqual({
    anonymousPosting: false,
    requireIdentity: false,
    allowedOrigins: ["https://www.example.com", "https://app.example.com"],
    moderation: "open",
    lockClosed: false,
  });
  await page.getByLabel("Name of the workspace").fill("Acme & Co");
  await send(page, "Save the name");
  expect(await page.locator(".trail").textContent()).toBe("Acme & Co");
  await page.getByLabel("to confirm").fill("acme & co");
  expect(await send(page, "Delete this workspace")).toBe(400);
  await page.getByLabel("to confirm").fill(slug);
  await send(page, "Delete this workspace");
  expect(path(page)).toBe("/console?done=workspace-deleted");
  expect(await page.locator(".tile").count()).toBe(0);
  expect((await ada.api("GET", `/workspaces/${slug}`)).status).toBe(404);
});

test("[K18] the branding's preview follows what is typed, and what was saved stands there without script", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada);
  const { page, troubles } = await site.openAs(ada, `/console/w/${slug}/branding`);
  const color = () => page.locator("[data-preview] [data-fill]").first().getAttribute("fill");
  await page.getByLabel("Accent colour optional").fill("#C2410C");
  expect(await color()).toBe("#c2410c");
  await page.getByLabel("Pick the accent colour").fill("#ffd400");
  expect(await color()).toBe("#ffd400");
  expect(await page.locator("[data-preview] [data-ink]").first().getAttribute("fill")).toBe("#000000");
  await send(page, "Save the branding");
  expect(await color()).toBe("#ffd400");
  await page.getByLabel("Accent colour optional").fill("orange");
  await page.getByLabel("Logo optional").fill("https://www.example.com/logo.svg");
  expect(await send(page, "Save the branding")).toBe(400);
  expect(await page.locator("#branding-accentColor-error").textContent()).toContain("#0a7c66");
  expect(troubles.filter((line) => line.includes("Content Security Policy"))).toEqual([]);
});
