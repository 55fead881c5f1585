/** The challenge in a real browser: on the board page and, on a customer's page, in the widget. Cloudflare's script is a stand-in; the server asks a siteverify that speaks the documented protocol. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SECRET_KEY, SITE_KEY, type Siteverify, startSiteverify } from "../support/siteverify.ts";
import { seriousFindings } from "./axe.ts";
import { standIn, type StandIn } from "./challenge-stand-in.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
let siteverify: Siteverify;
let host: HttpServer;
let hostUrl: string;
let hostPage = { html: "", headers: {} as Readonly<Record<string, string>> };

beforeAll(async () => {
  siteverify = await startSiteverify();
  host = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...hostPage.headers }).end(hostPage.html);
  });
  await new Promise<void>((resolve) => host.listen(0, "localhost", resolve));
  hostUrl = `http://localhost:${String((host.address() as AddressInfo).port)}`;
  site = await openSite({
    TURNSTILE_SITE_KEY: SITE_KEY,
    TURNSTILE_SECRET_KEY: SECRET_KEY,
    TURNSTILE_VERIFY_URL: siteverify.url,
    RATE_LIMIT_SCALE: "1000",
  });
});

beforeEach(() => {
  siteverify.manner = "well";
});

afterAll(async () => {
  host.close();
  await site.close();
  await siteverify.stop();
});

type Visit = { readonly page: Page; readonly troubles: string[]; readonly cloudflare: StandIn };

async function visit(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const { page, troubles } = await site.open("/health", options);
  const cloudflare = await standIn(page, siteverify);
  await page.goto(url);
  return { page, troubles, cloudflare };
}

async function titles(board: string): Promise<string[]> {
  const response = await site.api("GET", `/acme/${board}/feedback?sort=created_at`);
  return ((await response.json()) as { title: string }[]).map(({ title }) => title);
}

const alertOf = (page: Page): Promise<string | null> => page.getByRole("alert").textContent();
const statusOf = (page: Page): Promise<string | null> => page.locator("[data-challenge-status]").textContent();

describe("the board page", () => {
  test("[H10] loads nothing of Cloudflare's for readers; whoever writes is challenged and posts", async () => {
    await site.boardWith("page", ["There already"]);
    const { page, troubles, cloudflare } = await visit("/w/acme/page");
    await page.getByLabel("Search").first().fill("already");
    await page.getByText("Cloudflare Turnstile checks that you are a person").waitFor();
    expect(cloudflare.asked).toEqual([]);
    await page.getByLabel("Title").fill("Posted by a person");
    await page.getByText("Success!").waitFor();
    expect(cloudflare.asked).toEqual(["https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit"]);
    expect(await cloudflare.rendered()).toEqual([
      { action: "post", theme: "auto", size: "flexible", inDocument: true },
    ]);
    await page.getByRole("button", { name: "Post idea" }).click();
    await page.getByText("Thank you!").first().waitFor();
    // The form is new, and so is its challenge.
    await page.getByLabel("Title").fill("And another");
    await page.getByRole("button", { name: "Post idea" }).click();
    await expect.poll(() => titles("page")).toEqual(["And another", "Posted by a person", "There already"]);
    expect(cloudflare.asked).toHaveLength(1);
    expect(troubles).toEqual([]);
  });

  test("[H10] a post that cannot be checked, or is refused, keeps its text; the next try has a new token", async () => {
    await site.boardWith("refused", []);
    const { page, troubles } = await visit("/w/acme/refused");
    await page.getByLabel("Title").fill("Kept");
    siteverify.manner = "internal-error";
    await page.getByRole("button", { name: "Post idea" }).click();
    await expect.poll(() => alertOf(page)).toContain("cannot be checked just now");
    expect(await page.getByLabel("Title").inputValue()).toBe("Kept");
    siteverify.manner = "well";
    await page.getByText("Success!").waitFor();
    await page.getByRole("button", { name: "Post idea" }).click();
    await expect.poll(() => titles("refused")).toEqual(["Kept"]);
    const tokens = siteverify.asked.slice(-2).map(({ body }) => body["response"]);
    expect(tokens[0]).not.toBe(tokens[1]);
    // The browser itself tells of a 503.
    expect(troubles.filter((trouble) => !trouble.includes("503"))).toEqual([]);
  });

  test("[H10] a token that has run out is said, and replaced when it is needed", async () => {
    await site.boardWith("expired", []);
    const { page, cloudflare, troubles } = await visit("/w/acme/expired");
    await page.getByLabel("Title").fill("Slowly written");
    await page.getByText("Success!").waitFor();
    await cloudflare.tell("expired-callback");
    expect(await statusOf(page)).toContain("has run out");
    await page.getByRole("button", { name: "Post idea" }).click();
    await expect.poll(() => titles("expired")).toEqual(["Slowly written"]);
    expect(troubles).toEqual([]);
  });

  test("[H10] a challenge that fails, or is not solved, or is not even loaded keeps the text and says what to do", async () => {
    await site.boardWith("unsolved", []);
    const { page, cloudflare } = await visit("/w/acme/unsolved");
    cloudflare.state = "down";
    await page.getByLabel("Title").fill("Patience");
    await expect.poll(() => statusOf(page)).toContain("could not be loaded");
    const post = page.getByRole("button", { name: "Post idea" });
    await post.click();
    await expect.poll(() => alertOf(page)).toContain("could not be loaded");
    cloudflare.state = "up";
    await cloudflare.behave("wait");
    for (const [callback, words] of [
      ["timeout-callback", "Please complete the check"],
      ["error-callback", "did not work"],
    ] as const) {
      await post.click();
      await expect.poll(() => post.getAttribute("aria-busy")).toBe("true");
      await page.getByText("Verifying…").waitFor();
      await cloudflare.tell(callback);
      await expect.poll(() => alertOf(page)).toContain(words);
      expect(await post.getAttribute("aria-busy")).toBe(null);
    }
    expect(await page.getByLabel("Title").inputValue()).toBe("Patience");
    expect(await titles("unsolved")).toEqual([]);
    await cloudflare.behave("solve");
    await post.click();
    await expect.poll(() => titles("unsolved")).toEqual(["Patience"]);
  });

  test("[H10] without JavaScript the form says beforehand that it needs it, and a post keeps its text", async () => {
    await site.boardWith("plain", []);
    const { page } = await site.open("/w/acme/plain", { javaScriptEnabled: false });
    await page.locator("noscript p").waitFor();
    expect(await page.locator(".challenge .hint").isVisible()).toBe(false);
    await page.getByLabel("Title").fill("In vain");
    await page.getByRole("button", { name: "Post idea" }).click();
    await expect.poll(() => alertOf(page)).toContain("checked to be a person");
    expect(await page.getByLabel("Title").inputValue()).toBe("In vain");
    expect(await titles("plain")).toEqual([]);
  });

  test("[H10] axe finds nothing serious, light and dark, and it fits a phone", async () => {
    await site.boardWith("axe", []);
    const { page, cloudflare } = await visit("/w/acme/axe", { bypassCSP: true, viewport: { width: 320, height: 700 } });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings(page)).toEqual([]);
    }
    await page.getByLabel("Title").fill("Small");
    await page.getByText("Success!").waitFor();
    await cloudflare.tell("expired-callback");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings(page)).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });
});

type WidgetVisit = Visit & { readonly widget: Locator };

type HostOptions = {
  readonly head?: string;
  readonly attributes?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly inline?: boolean;
};

/** A page of another origin with the widget on it, its panel open. */
async function openWidget(
  board: string,
  { head = "", attributes = "", headers = {}, inline = false }: HostOptions = {},
): Promise<WidgetVisit> {
  const src = `${site.server.origin}/widget.js`;
  const body = inline ? `<groundswell-board workspace="acme" board="${board}"></groundswell-board>` : "";
  hostPage = {
    html: `<!doctype html><html lang="en"><head><title>Host</title>${head}</head><body><h1>Host</h1>${body}<script src="${src}" data-workspace="acme" data-board="${board}" ${attributes} async></script></body></html>`,
    headers,
  };
  const visited = await visit(hostUrl);
  const widget = visited.page.locator(inline ? "groundswell-board" : "groundswell-widget");
  if (!inline) await widget.getByRole("button", { name: "Feedback" }).click();
  return { ...visited, widget };
}

async function write(widget: Locator, title: string): Promise<void> {
  await widget.getByRole("button", { name: "New idea" }).click();
  await widget.getByLabel("Title").fill(title);
}

const rowOf = (widget: Locator, title: string): Locator => widget.getByRole("listitem").filter({ hasText: title });
const wrongOf = (widget: Locator): Promise<string | null> => widget.locator("#wrong").textContent();

describe("the widget", () => {
  test("[H11] asks whether there is a challenge when somebody writes; solved, the idea is posted", async () => {
    await site.boardWith("customer", ["Readable"]);
    const { page, widget, cloudflare, troubles } = await openWidget("customer", { attributes: `data-theme="dark"` });
    await rowOf(widget, "Readable").waitFor();
    expect(cloudflare.asked).toEqual([]);
    await write(widget, "From a customer's page");
    await page.getByText("Success!").waitFor();
    expect(await cloudflare.rendered()).toEqual([
      { action: "post", theme: "dark", size: "flexible", inDocument: true },
    ]);
    await page.keyboard.press("Enter");
    await rowOf(widget, "From a customer's page").waitFor();
    // Nothing of it is left on the page, and the next idea begins anew.
    expect(await page.locator("groundswell-widget > [slot]").count()).toBe(0);
    await write(widget, "And another");
    await page.getByText("Success!").waitFor();
    await page.keyboard.press("Enter");
    await rowOf(widget, "And another").waitFor();
    expect(await titles("customer")).toEqual(["And another", "From a customer's page", "Readable"]);
    expect(troubles).toEqual([]);
  });

  test("[H11] inline, and on a page that allows what the documents name and demands Trusted Types", async () => {
    await site.boardWith("strict", []);
    const { origin } = site.server;
    const challenges = "https://challenges.cloudflare.com";
    const { page, widget, cloudflare, troubles } = await openWidget("strict", {
      inline: true,
      head: `<link rel="stylesheet" href="data:text/css,${encodeURIComponent("div{display:none;opacity:0;width:3px}")}">`,
      headers: {
        "content-security-policy": `default-src 'none'; script-src ${origin} ${challenges}; frame-src ${challenges}; connect-src ${origin} ${origin.replace("http", "ws")}; style-src data:; require-trusted-types-for 'script'`,
      },
    });
    await write(widget, "Strictly");
    const box = page.locator("groundswell-board > [slot]");
    await expect.poll(async () => (await box.boundingBox())?.height).toBe(65);
    expect((await box.boundingBox())?.width).toBeGreaterThanOrEqual(300);
    expect(cloudflare.asked).toHaveLength(1);
    await page.keyboard.press("Enter");
    await rowOf(widget, "Strictly").waitFor();
    expect(troubles).toEqual([]);
  });

  test("[H12] on a page that allows one Trusted Types policy of the name, a script that could not be loaded is loaded at the next try", async () => {
    await site.boardWith("policy", []);
    const { page, widget, cloudflare } = await openWidget("policy", {
      headers: {
        "content-security-policy": "require-trusted-types-for 'script'; trusted-types groundswell-challenge",
      },
    });
    cloudflare.state = "down";
    await write(widget, "Persistent");
    await widget.getByText("could not be loaded").waitFor();
    const { length: before } = cloudflare.asked;
    await page.keyboard.press("Enter");
    await expect.poll(() => wrongOf(widget)).toContain("could not be loaded");
    expect(cloudflare.asked.length).toBeGreaterThan(before);
    cloudflare.state = "up";
    await page.keyboard.press("Enter");
    await rowOf(widget, "Persistent").waitFor();
  });

  test("[H11] a refused post keeps its text and gets a new token; a page that blocks Cloudflare is told so", async () => {
    await site.boardWith("again", []);
    const { page, widget, cloudflare } = await openWidget("again");
    await write(widget, "Kept");
    await page.getByText("Success!").waitFor();
    siteverify.manner = "internal-error";
    await page.keyboard.press("Enter");
    await expect.poll(() => wrongOf(widget)).toContain("cannot be checked just now");
    siteverify.manner = "well";
    await page.getByText("Success!").waitFor();
    await cloudflare.tell("expired-callback");
    await widget.getByText("The check has run out.").waitFor();
    await page.keyboard.press("Enter");
    await rowOf(widget, "Kept").waitFor();
    const blocked = await openWidget("again", {
      headers: {
        "content-security-policy": `script-src ${site.server.origin}; connect-src *`,
      },
    });
    await write(blocked.widget, "Blocked");
    await blocked.page.keyboard.press("Enter");
    await expect.poll(() => wrongOf(blocked.widget)).toContain("could not be loaded");
    expect(await blocked.widget.getByLabel("Title").inputValue()).toBe("Blocked");
  });

  test("[H11] whoever is signed in is not challenged; signed out again they are", async () => {
    await site.boardWith("signed", []);
    const made = await site.api("POST", "/workspaces/acme/signing-secrets");
    const { secret } = (await made.json()) as { secret: string };
    const token = await new SignJWT()
      .setProtectedHeader({ alg: "HS256" })
      .setSubject("ada")
      .setIssuer("acme")
      .setAudience("groundswell")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(secret));
    const { page, widget, cloudflare, troubles } = await openWidget("signed");
    await expect.poll(() => widget.locator("footer").getAttribute("data-status")).toBe("live");
    await page.evaluate(`Groundswell("identify", ${JSON.stringify(token)})`);
    await write(widget, "By Ada");
    await page.keyboard.press("Enter");
    await rowOf(widget, "By Ada").waitFor();
    expect(cloudflare.asked).toEqual([]);
    await widget.getByRole("button", { name: "New idea" }).click();
    await page.evaluate(`Groundswell("identify", null)`);
    await expect.poll(() => widget.locator("footer").getAttribute("data-status")).toBe("live");
    await widget.getByLabel("Title").fill("By nobody in particular");
    await page.keyboard.press("Enter");
    await rowOf(widget, "By nobody in particular").waitFor();
    expect(cloudflare.asked).toHaveLength(1);
    expect(troubles).toEqual([]);
  });
});
