/** Signing in, opening an account, mailed links and the account's own page, in a real browser. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConsoleSite, openConsole, randomName, signIn, tabTo, unexpected } from "./console-site.ts";

let site: ConsoleSite;
beforeAll(async () => {
  site = await openConsole({ GITHUB_CLIENT_ID: "a-client", GITHUB_CLIENT_SECRET: "its-secret" });
});
afterAll(async () => {
  await site.close();
});

const path = (page: Page): string => page.url().slice(site.server.origin.length);
const summary = (page: Page) => page.locator(".summary");

/** The link that would have been mailed: without a mail service it stands in the log. `after`: how many lines it had before. */
function linkIn(after: number): string | undefined {
  const lines = site.server.logs().slice(after);
  return lines.map((line) => /"link":"([^"]+)"/u.exec(line)?.[1]).find((link) => link !== undefined);
}

/** Presses a button that sends a form. */
async function send(page: Page, button: string): Promise<number> {
  const [answer] = await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: button }).click()]);
  return answer?.status() ?? 0;
}

test("[K1] a person opens an account, signs out and in again, and lands where they wanted to go", async () => {
  const { page, troubles } = await site.open("/console/account");
  expect(path(page)).toBe("/console/sign-in?returnTo=%2Fconsole%2Faccount");
  await page.getByRole("link", { name: "Open an account" }).click();
  const who = { email: `${randomName()}@console.example`, password: "rather long and my own" };
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("Email").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await send(page, "Open the account");
  expect(path(page)).toBe("/console/account");
  expect(await page.locator("main").textContent()).toContain(who.email);
  await send(page, "Sign out");
  expect(await page.getByRole("status").textContent()).toBe("You are signed out.");
  await page.goto("/console/account");
  await signIn(page, who);
  expect(path(page)).toBe("/console/account");
  // Signed in already: there is nothing to do on the sign-in page.
  await page.goto("/console/sign-in?returnTo=/console/account");
  expect(path(page)).toBe("/console/account");
  expect(unexpected(troubles)).toEqual([]);
});

test("[K2] a wrong password and an unknown address read the same; what was typed stays, but no password", async () => {
  const ada = await site.someone("Ada");
  const seen: string[] = [];
  for (const email of [ada.email, `${randomName()}@console.example`]) {
    const { page } = await site.open("/console/sign-in");
    await signIn(page, { email, password: "not the right password" });
    expect(await page.getByLabel("Email").inputValue()).toBe(email);
    expect(await page.getByLabel("Password", { exact: true }).inputValue()).toBe("");
    await page.locator(".summary:focus").waitFor();
    seen.push((await page.content()).replaceAll(email, "EMAIL"));
    expect(await summary(page).textContent()).toBe("Email or password is wrong.");
  }
  expect(seen[0]).toBe(seen[1]);
});

test("[K3] with the keyboard alone: sign in, see the password, sign out", async () => {
  const ada = await site.someone("Ada");
  const { page } = await site.open("/console/sign-in");
  await page.locator("#sign-in-email:focus").waitFor();
  await page.keyboard.type(ada.email);
  await tabTo(page, "#sign-in-password");
  await page.keyboard.type(ada.password);
  await tabTo(page, "[data-reveal]");
  await page.keyboard.press("Space");
  expect(await page.locator("#sign-in-password").getAttribute("type")).toBe("text");
  expect(await page.locator("[data-reveal]").getAttribute("aria-pressed")).toBe("true");
  await tabTo(page, "form .primary");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  expect(path(page)).toBe("/console");
  await page.keyboard.press("Tab");
  await page.locator(".skip:focus").waitFor();
  await tabTo(page, ".end button");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  expect(path(page)).toBe("/console/sign-in?done=signed-out");
});

test("[K4] an address that is no address and a short password are told at their fields", async () => {
  const { page } = await site.open("/console/register", { javaScriptEnabled: false });
  await page.getByLabel("Your name").fill('Ada "the" <first>');
  await page.getByLabel("Email").fill(`${randomName()}@console.example`);
  await page.getByLabel("Password", { exact: true }).fill("short");
  expect(await send(page, "Open the account")).toBe(400);
  expect(await page.getByLabel("Your name").inputValue()).toBe('Ada "the" <first>');
  const password = page.getByLabel("Password", { exact: true });
  expect(await password.getAttribute("aria-invalid")).toBe("true");
  expect(await password.getAttribute("aria-describedby")).toContain("register-password-error");
  expect(await page.locator("#register-password-error").textContent()).toContain("15");
  await page.locator(".summary:focus").waitFor();
  await page.locator(".summary a").click();
  expect(path(page)).toBe("/console/register#register-password");
});

test("[K5] only a provider that is set up is offered, with the way back; what went wrong there is told in words", async () => {
  const { page } = await site.open("/console/sign-in?returnTo=/console/account");
  const github = page.getByRole("link", { name: "Continue with GitHub" });
  expect(await github.getAttribute("href")).toBe("/api/v1/auth/github/initiate?returnTo=%2Fconsole%2Faccount");
  expect(await page.getByText("LinkedIn").count()).toBe(0);
  await page.goto("/console/sign-in?error_code=expired_state");
  expect(await summary(page).textContent()).toContain("longer than ten minutes");
  await page.goto("/console/sign-in?error_code=<b>anything</b>");
  expect(await summary(page).textContent()).toContain("Something went wrong on our side");
});

test("[K6] a sign-in leads to pages of this site only", async () => {
  const ada = await site.someone("Ada");
  for (const returnTo of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    const { page } = await site.open(`/console/sign-in?${new URLSearchParams({ returnTo }).toString()}`);
    await signIn(page, ada);
    expect([returnTo, path(page)]).toEqual([returnTo, "/console"]);
    await page.context().close();
  }
});

test("[K7] a mailed link's code leaves the address at once, survives a refusal, and sets a new password", async () => {
  const ada = await site.someone("Ada");
  const before = site.server.logs().length;
  const { page } = await site.open("/console/reset");
  await page.getByLabel("Email").fill(ada.email);
  expect(await send(page, "Send the link")).toBe(200);
  expect(await page.locator("main").textContent()).toContain(ada.email);
  await expect.poll(() => linkIn(before)).toBeDefined();
  await page.goto(linkIn(before) ?? "");
  expect(path(page)).toBe("/console/reset/confirm");
  expect(await page.getByLabel("Code from the link").isVisible()).toBe(false);
  await page.getByLabel("New password").fill("short");
  expect(await send(page, "Set the password")).toBe(400);
  const password = "another one, that is long";
  await page.getByLabel("New password").fill(password);
  await send(page, "Set the password");
  expect(path(page)).toBe("/console/sign-in?done=password-set");
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await signIn(page, { email: ada.email, password });
  expect(path(page)).toBe("/console");
});

test("[K8] a session that is ended on the account's page shows nothing more in its browser", async () => {
  const ada = await site.someone("Ada");
  const here = await site.openAs(ada, "/console/account");
  const there = await site.openAs(ada, "/console/account");
  await here.page.reload();
  expect(await here.page.locator('[data-session="current"]').count()).toBe(1);
  expect(await here.page.locator('[data-session="current"]').textContent()).toContain("this device");
  const others = await here.page.locator('[data-session="other"]').count();
  expect(others).toBeGreaterThanOrEqual(2);
  // The newest of the others: last active first.
  await here.page.locator('[data-session="other"]').first().getByRole("button").click();
  await here.page.getByText("That session has ended.").waitFor();
  await there.page.goto("/console/account");
  expect(path(there.page)).toBe("/console/sign-in?returnTo=%2Fconsole%2Faccount");
  expect(await there.page.locator("body").textContent()).not.toContain(ada.email);
  // Cookies that are good for nothing are gone.
  const left = await there.page.context().cookies();
  expect(left.map(({ name }) => name).filter((name) => name !== "gs_device")).toEqual([]);
  await send(here.page, "End all other sessions");
  expect(await here.page.locator('[data-session="other"]').count()).toBe(0);
  await here.page.goto("/console");
  expect(path(here.page)).toBe("/console");
  // Ended from elsewhere: the list of workspaces is not shown any longer either.
  await signIn(there.page, ada);
  await send(there.page, "End all other sessions");
  await here.page.reload();
  expect(path(here.page)).toBe("/console/sign-in");
});

test("[K9] name and password are changed on the account's page; a wrong current password is told at its field", async () => {
  const ada = await site.someone("Ada");
  const { page } = await site.openAs(ada, "/console/account");
  await page.getByLabel("Name", { exact: true }).or(page.getByLabel("Name optional")).first().fill("Ada, Countess");
  await send(page, "Save the name");
  expect(await page.locator(".who-name").textContent()).toBe("Ada, Countess");
  const next = "a new one that is long";
  await page.getByLabel("Current password").fill("not what it is now");
  await page.getByLabel("New password").fill(next);
  expect(await send(page, "Change the password")).toBe(400);
  expect(await page.locator("#password-currentPassword-error").textContent()).toBe(
    "This is not your current password.",
  );
  await page.getByLabel("Current password").fill(ada.password);
  await page.getByLabel("New password").fill(next);
  await send(page, "Change the password");
  expect(path(page)).toBe("/console/account?done=password-changed");
  expect(await page.locator("#events ~ table").first().textContent()).toContain("Password changed");
  const again = await site.open("/console/sign-in");
  await signIn(again.page, { email: ada.email, password: next });
  expect(path(again.page)).toBe("/console");
});

test("[K26] signing out ends the session also when its access token had just been renewed", async () => {
  const ada = await site.someone("Ada");
  const { page } = await site.openAs(ada, "/console/account");
  const cookies = await page.context().cookies();
  const refresh = cookies.find(({ name }) => name === "gs_refresh")?.value;
  // As if ten minutes had gone by.
  await page.context().clearCookies({ name: "gs_access" });
  await send(page, "Sign out");
  expect(path(page)).toBe("/console/sign-in?done=signed-out");
  expect((await page.context().cookies()).filter(({ name }) => name !== "gs_device")).toEqual([]);
  const sessions = (await (await ada.api("GET", "/auth/sessions")).json()) as object[];
  expect(sessions).toHaveLength(1);
  await page.context().addCookies([{ name: "gs_refresh", value: refresh ?? "", url: site.server.origin }]);
  await page.goto("/console");
  expect(path(page)).toBe("/console/sign-in");
});

test("[K27] an address is verified by the link that the account's page has sent", async () => {
  const ada = await site.someone("Ada");
  const { page } = await site.openAs(ada, "/console/account");
  expect(await page.locator("#profile ~ .fact").textContent()).toContain("not verified");
  const before = site.server.logs().length;
  await send(page, "Send me a link that verifies it");
  await expect.poll(() => linkIn(before)).toBeDefined();
  await page.goto(linkIn(before) ?? "");
  expect(path(page)).toBe("/console/verify");
  await send(page, "Verify my address");
  expect(path(page)).toBe("/console?done=email-verified");
  await page.goto("/console/account");
  expect(await page.locator("#profile ~ .fact .badge").textContent()).toBe("verified");
  // Used up.
  await page.goto(linkIn(before) ?? "");
  await page.reload();
  expect(await send(page, "Verify my address")).toBe(400);
  expect(await summary(page).textContent()).toContain("not valid any more");
});
