/** A server and a browser for the tests of the pages: boards with items, and pages whose troubles are collected. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { startServer, type Server } from "../support/server.ts";

export type Site = {
  readonly server: Server;
  /** A page in a context of its own. `troubles`: errors, dialogs, and the console's complaints. */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<{ page: Page; troubles: string[] }>;
  /** A call with the operator's rights; `path` below /api/v1. */
  readonly api: (method: string, path: string, body?: object) => Promise<Response>;
  /** A board in the workspace `acme` with items of these titles; their ids. */
  readonly boardWith: (board: string, titles: readonly string[]) => Promise<number[]>;
  readonly close: () => Promise<void>;
};

/** `vars`: Worker variables of this site's server. */
export async function openSite(vars: Readonly<Record<string, string>> = {}): Promise<Site> {
  const [server, browser] = await Promise.all([startServer({ vars }), openBrowser()]);

  async function api(method: string, path: string, body?: object): Promise<Response> {
    return await fetch(`${server.origin}/api/v1${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${server.operatorToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  return {
    server,
    api,
    async open(path, options = {}) {
      const viewport = { width: 1280, height: 900 };
      const context = await browser.newContext({ baseURL: server.origin, viewport, ...options });
      const page = await context.newPage();
      const troubles: string[] = [];
      page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") troubles.push(`console: ${message.text()}`);
      });
      page.on("dialog", (dialog) => {
        troubles.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(path);
      return { page, troubles };
    },
    async boardWith(board, titles) {
      await api("POST", "/workspaces", { slug: "acme", name: "Acme" });
      await api("POST", "/workspaces/acme/boards", { slug: board, name: `Board ${board}`, description: "About it." });
      const ids: number[] = [];
      for (const title of titles) {
        const response = await api("POST", `/acme/${board}/feedback`, { title, description: `More on ${title}.` });
        expect(response.status).toBe(201);
        ids.push(((await response.json()) as { id: number }).id);
      }
      return ids;
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}
