/** People with accounts, and what they do in the console, for the tests of its pages. */
import { randomBytes } from "node:crypto";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { openSite, type Site } from "./site.ts";

export type Someone = {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  /** A call with this person's access token; `path` below /api/v1. */
  readonly api: (method: string, path: string, body?: object) => Promise<Response>;
};

export type ConsoleSite = Site & {
  /** Opens an account through the API. */
  readonly someone: (name: string) => Promise<Someone>;
  /** A page on which this person is signed in, at `path`. */
  readonly openAs: (
    who: Someone,
    path: string,
    options?: BrowserContextOptions,
  ) => Promise<{ page: Page; troubles: string[] }>;
  /** A workspace of this person's; its slug. */
  readonly workspaceOf: (who: Someone, name?: string) => Promise<string>;
  /** Invites and accepts, both through the API. */
  readonly join: (slug: string, owner: Someone, who: Someone, role: string) => Promise<void>;
};

export async function openConsole(vars: Readonly<Record<string, string>> = {}): Promise<ConsoleSite> {
  const site = await openSite(vars);
  const { origin } = site.server;

  async function someone(name: string): Promise<Someone> {
    const email = `${randomName()}@console.example`;
    const password = `the password of ${randomName()}`;
    const answer = await fetch(`${origin}/api/v1/auth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password, name }),
    });
    expect(answer.status).toBe(201);
    const { accessToken } = (await answer.json()) as { accessToken: string };
    return {
      email,
      password,
      name,
      api: async (method, path, body) =>
        fetch(`${origin}/api/v1${path}`, {
          method,
          headers: { "content-type": "application/json", authorization: `Bearer ${accessToken}` },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
    };
  }

  return {
    ...site,
    someone,
    async openAs(who, path, options) {
      const opened = await site.open(`/console/sign-in?${new URLSearchParams({ returnTo: path }).toString()}`, options);
      await signIn(opened.page, who);
      expect(new URL(opened.page.url()).pathname).toBe(new URL(path, origin).pathname);
      return opened;
    },
    async workspaceOf(who, name = "Acme") {
      const slug = randomName();
      expect((await who.api("POST", "/workspaces", { slug, name })).status).toBe(201);
      return slug;
    },
    async join(slug, owner, who, role) {
      const made = await owner.api("POST", `/workspaces/${slug}/invitations`, { email: who.email, role });
      const { link } = (await made.json()) as { link: string };
      const token = link.split("#")[1] ?? "";
      expect((await who.api("POST", `/workspaces/${slug}/invitations/accept`, { token })).status).toBe(200);
    },
  };
}

export function randomName(): string {
  return `t${randomBytes(6).toString("hex")}`;
}

/** On the sign-in page. */
export async function signIn(page: Page, { email, password }: Pick<Someone, "email" | "password">): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Sign in", exact: true }).click()]);
}

/** Presses Tab until what matches has the focus. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let press = 0; press < 60; press += 1) {
    if (await page.locator(`${selector}:focus`).count()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${selector}`);
}

/** What the page says it failed to load is the answer to a refused form, which the tests ask for. */
export function unexpected(troubles: readonly string[]): string[] {
  return troubles.filter((line) => !/status of 4\d\d/u.test(line));
}
