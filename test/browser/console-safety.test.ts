/** The console for everybody and against everybody: no JavaScript, axe, hostile text, forms from elsewhere, people who do not belong. */
import { stat } from "node:fs/promises";
import { join as joinPath } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { seriousFindings } from "./axe.ts";
import { type ConsoleSite, openConsole, signIn, type Someone } from "./console-site.ts";
import { XSS_CORPUS } from "./xss-corpus.ts";

let site: ConsoleSite;
beforeAll(async () => {
  site = await openConsole({
    GITHUB_CLIENT_ID: "a-client",
    GITHUB_CLIENT_SECRET: "its-secret",
    LINKEDIN_CLIENT_ID: "a-client",
    LINKEDIN_CLIENT_SECRET: "its-secret",
  });
});
afterAll(async () => {
  await site.close();
});

const DOORS = [
  "/console/sign-in",
  "/console/sign-in?error_code=oauth_error",
  "/console/register",
  "/console/register/confirm",
  "/console/reset",
  "/console/reset/confirm",
  "/console/verify",
];
const SECTIONS = [
  "",
  "/boards",
  "/boards/ideas",
  "/moderation",
  "/duplicates",
  "/roadmap",
  "/themes",
  "/analytics",
  "/members",
  "/keys",
  "/identity",
  "/branding",
  "/settings",
  "/history",
];
const path = (page: Page): string => page.url().slice(site.server.origin.length);

async function send(page: Page, button: string): Promise<number> {
  const [answer] = await Promise.all([
    page.waitForNavigation(),
    page.getByRole("button", { name: button }).first().click(),
  ]);
  return answer?.status() ?? 0;
}

/** A workspace with one of everything. */
async function furnished(owner: Someone, name = "Acme"): Promise<string> {
  const slug = await site.workspaceOf(owner, name);
  const base = `/workspaces/${slug}`;
  await owner.api("POST", `${base}/boards`, { slug: "ideas", name, visibility: "private", description: name });
  await owner.api("POST", `${base}/boards/ideas/guests`, { externalUserId: name });
  await owner.api("POST", `${base}/api-keys`, { name, scopes: ["read", "write"] });
  await owner.api("POST", `${base}/signing-secrets`);
  await owner.api("POST", `${base}/invitations`, { email: "grace@console.example", role: "admin" });
  return slug;
}

test("[K19] without JavaScript: sign in, make a board, invite, join with the code, revoke", async () => {
  const [ada, grace] = await Promise.all([site.someone("Ada"), site.someone("Grace")]);
  const slug = await site.workspaceOf(ada);
  const plain = { javaScriptEnabled: false } as const;
  const { page } = await site.openAs(ada, `/console/w/${slug}/boards`, plain);
  const door = await site.open("/console/sign-in", plain);
  expect(await door.page.locator(".scripted").count()).toBe(1);
  expect(await door.page.locator(".scripted:visible").count()).toBe(0);
  await page.getByLabel("Name").fill("Ideas");
  await page.getByLabel("Address").fill("ideas");
  await send(page, "Make the board");
  expect(await page.locator("[data-board]").count()).toBe(1);
  await page.goto(`/console/w/${slug}/members`);
  await page.getByLabel("Email").fill(grace.email);
  await page.getByLabel("Role", { exact: true }).selectOption("moderator");
  await send(page, "Invite");
  const link = await page.locator("#invitation-link").inputValue();
  const hers = await site.openAs(grace, `/console/w/${slug}/join`, plain);
  await hers.page.getByLabel("Code from the link").fill("not the code");
  expect(await send(hers.page, "Join the team")).toBeGreaterThanOrEqual(400);
  await hers.page.locator(".summary:focus").waitFor();
  // People paste the whole link.
  await hers.page.getByLabel("Code from the link").fill(link);
  await send(hers.page, "Join the team");
  expect(path(hers.page)).toBe(`/console/w/${slug}?done=joined`);
  await page.goto(`/console/w/${slug}/members`);
  const row = page.locator(`[data-member="${grace.email}"]`);
  expect(await row.getByRole("button", { name: "Remove from the team" }).isVisible()).toBe(false);
  await row.locator("summary").click();
  await Promise.all([page.waitForNavigation(), row.getByRole("button", { name: "Remove from the team" }).click()]);
  expect(await row.count()).toBe(0);
});

test("[K20] every page is clean for axe, light on 1280 and dark on 390 pixels, and fits", async () => {
  const ada = await site.someone("Ada Lovelace");
  const slug = await furnished(ada);
  const team = SECTIONS.map((section) => `/console/w/${slug}${section}`);
  const findings: string[] = [];
  let pages = 0;
  for (const look of [
    { colorScheme: "light", width: 1_280 },
    { colorScheme: "dark", width: 390 },
  ] as const) {
    const { colorScheme, width } = look;
    const options = { bypassCSP: true, colorScheme, viewport: { width, height: 900 } };
    const stranger = await site.open("/console/sign-in", options);
    const known = await site.openAs(ada, "/console", options);
    const visits = [
      ...[...DOORS, `/console/w/${slug}/join`].map((address) => ({ page: stranger.page, address })),
      ...["/console", "/console/account", ...team, `/console/w/${slug}/join`, "/console/w/nowhere"].map((address) => ({
        page: known.page,
        address,
      })),
    ];
    for (const { page, address } of visits) {
      await page.goto(address);
      pages += 1;
      await page.evaluate(() => document.querySelector("details")?.setAttribute("open", ""));
      const found = await seriousFindings(page);
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      findings.push(...found.map((line) => `${address} ${colorScheme} ${String(width)} ${line}`));
      if (tooWide > 0) findings.push(`${address} is ${String(tooWide)} px wider than ${String(width)}`);
    }
    await Promise.all([stranger.page.context().close(), known.page.context().close()]);
  }
  expect(findings).toEqual([]);
  expect(pages).toBe(52);
});

test("[K21] hostile text in the names of people, workspaces, boards, keys and guests is text on every page", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada);
  const base = `/workspaces/${slug}`;
  const names = XSS_CORPUS.map((text) => text.slice(0, 100).replace(/\s+/gu, " ").trim());
  for (const [index, name] of names.entries()) {
    const board = index === 0 ? "ideas" : `board-${String(index)}`;
    const made = await Promise.all([
      ada.api("POST", `${base}/boards`, { slug: board, name, description: name }),
      ada.api("POST", `${base}/api-keys`, { name, scopes: ["read"] }),
    ]);
    const guest = await ada.api("POST", `${base}/boards/ideas/guests`, { externalUserId: name });
    expect([...made, guest].map(({ status }) => status)).toEqual([201, 201, 200]);
  }
  const { page, troubles } = await site.openAs(ada, "/console");
  const shown = async (selector: string): Promise<string[]> =>
    (await page.locator(selector).allTextContents()).map((text) => text.trim());
  for (const [index, name] of names.entries()) {
    expect((await ada.api("PATCH", "/me", { name })).status).toBe(200);
    expect((await ada.api("PATCH", base, { name })).status).toBe(200);
    await page.goto(`/console/w/${slug}${SECTIONS[index % SECTIONS.length] ?? ""}`);
    expect([await shown(".trail"), await shown(".who-name")]).toEqual([[name], [name]]);
    await page.goto("/console/account");
    expect(await page.getByLabel("Name optional").inputValue()).toBe(name);
    await page.goto("/console");
    expect(await shown(".tile-name")).toEqual([name]);
  }
  await page.goto(`/console/w/${slug}/boards`);
  expect(await shown(".entry-title a")).toEqual(names);
  await page.goto(`/console/w/${slug}/boards/ideas`);
  expect(await shown("[data-guest] .entry-title")).toEqual(names);
  await page.goto(`/console/w/${slug}/keys`);
  expect((await page.locator("[data-key]").all()).length).toBe(names.length);
  for (const name of names) expect(await page.locator(".entry-title", { hasText: name }).count()).toBeGreaterThan(0);
  expect(await page.evaluate(() => (window as unknown as { __xss?: unknown }).__xss)).toBeUndefined();
  expect(troubles).toEqual([]);
});

test("[K22] who is not in a team sees nothing of it; a plain member sees only what the role reaches", async () => {
  const [ada, eve, bob] = await Promise.all([site.someone("Ada"), site.someone("Eve"), site.someone("Bob")]);
  const slug = await furnished(ada, "Secret Rockets");
  await site.join(slug, ada, bob, "member");
  const { page } = await site.openAs(eve, "/console");
  for (const section of SECTIONS) {
    const answer = await page.goto(`/console/w/${slug}${section}`);
    expect([section, answer?.status()]).toEqual([section, 404]);
    const text = await page.content();
    for (const secret of ["Secret Rockets", ada.email, "grace@console.example"]) expect(text).not.toContain(secret);
  }
  expect((await page.goto("/console/w/there-is-none-such"))?.status()).toBe(404);
  const member = await site.openAs(bob, `/console/w/${slug}`);
  const reach = await member.page.locator(".side a").allTextContents();
  expect(reach).toEqual(["Overview", "Boards", "Roadmap", "Themes", "Analytics", "Members"]);
  for (const section of [
    "/boards/ideas",
    "/moderation",
    "/duplicates",
    "/keys",
    "/identity",
    "/branding",
    "/settings",
    "/history",
  ]) {
    expect([section, (await member.page.goto(`/console/w/${slug}${section}`))?.status()]).toEqual([section, 403]);
  }
  await member.page.goto(`/console/w/${slug}/members`);
  expect(await member.page.content()).not.toContain("grace@console.example");
  expect(await member.page.locator(".confirm summary").allTextContents()).toEqual(["Leave the workspace"]);
});

test("[K23] forms from other sites, and from a session that has ended, change nothing", async () => {
  const ada = await site.someone("Ada");
  const slug = await site.workspaceOf(ada, "Acme");
  const { page } = await site.openAs(ada, `/console/w/${slug}/settings`);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const rename = async (headers: Record<string, string>): Promise<Response> =>
    fetch(`${site.server.origin}/console/w/${slug}/settings`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers },
      body: "action=rename&name=Taken",
    });
  const name = async (): Promise<string> =>
    ((await (await ada.api("GET", `/workspaces/${slug}`)).json()) as { name: string }).name;
  const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  for (const headers of [foreign, { origin: "null" }, { "sec-fetch-site": "same-site" }, {}]) {
    const answer = await rename(headers);
    expect([headers, answer.status]).toEqual([headers, 403]);
    expect(await answer.text()).toContain("That form came from somewhere else");
  }
  const own = { origin: site.server.origin, "sec-fetch-site": "same-origin" };
  expect((await rename({ ...own, "content-type": "text/plain" })).status).toBe(415);
  expect(await name()).toBe("Acme");
  expect((await rename(own)).status).toBe(303);
  expect(await name()).toBe("Taken");
  await ada.api("DELETE", "/auth/sessions");
  const late = await rename({ ...own });
  expect([late.status, late.headers.get("location")]).toEqual([
    303,
    `/console/sign-in?returnTo=%2Fconsole%2Fw%2F${slug}%2Fsettings`,
  ]);
});

test("[K24] nothing of the console is kept by a cache, framed, or run from elsewhere", async () => {
  const ada = await site.someone("Ada");
  const slug = await furnished(ada);
  const { page } = await site.openAs(ada, "/console");
  const addresses = [
    ...DOORS,
    "/console",
    "/console/account",
    ...SECTIONS.map((section) => `/console/w/${slug}${section}`),
  ];
  for (const address of addresses) {
    const answer = await page.goto(address);
    const headers = (await answer?.allHeaders()) ?? {};
    expect([address, headers["cache-control"]]).toEqual([address, "no-store"]);
    const policy = headers["content-security-policy"] ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      expect([address, policy.split("; ").includes(part)]).toEqual([address, true]);
    expect(headers["referrer-policy"]).toBe("same-origin");
    expect(await page.locator("script:not([src]), style, [style]").count()).toBe(0);
  }
});

test("[K29] npm start makes the demo without an owner where mail is set up, and names no password that does not work", async () => {
  const mail = { MAILER: "http", MAIL_URL: "http://127.0.0.1:9/", MAIL_FROM: "groundswell@console.example" };
  const server = await startServer({ vars: { DEMO: "true", ...mail } });
  try {
    const lines = server.logs().filter((text) => text.includes(`${server.origin}/console`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /\/console {2}open an account; the operator invites it into what is there \(docs\/identity\.md\)$/u,
    );
    expect((await fetch(`${server.origin}/w/demo/ideas`)).status).toBe(200);
  } finally {
    await server.stop();
  }
});

test("[K25] npm start makes the demo's owner, whose password nobody else may read, and says how to sign in", async () => {
  const server = await startServer({ vars: { DEMO: "true" } });
  try {
    const line = server.logs().find((text) => text.includes("/console  sign in as ")) ?? "";
    const [, address = "", email = "", password = ""] = /(http\S+)  sign in as (\S+) \/ (\S+)$/u.exec(line) ?? [];
    expect(address).toBe(`${server.origin}/console`);
    expect((await stat(joinPath(server.dataDir, "demo-owner-password"))).mode & 0o777).toBe(0o600);
    const { page } = await site.open(address);
    await signIn(page, { email, password });
    expect(await page.locator(".tile").textContent()).toContain("Harbor");
    expect(await page.locator(".tile .badge").textContent()).toBe("Owner");
  } finally {
    await server.stop();
  }
});
