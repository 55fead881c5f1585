/**
 * Stands in for Turnstile's script, which cannot be reached from a test: fulfilled through the browser's own network layer, so that policies of the page hold for it. It renders a box of the real size,
 * and its tokens are those that test/support/siteverify.ts takes.
 */
import type { Page, Route } from "playwright-core";
import type { Siteverify } from "../support/siteverify.ts";

const API = "https://challenges.cloudflare.com/turnstile/v0/api.js**";

export type StandIn = {
  /** Addresses at Cloudflare that were asked for. */
  readonly asked: string[];
  /** "down": the script cannot be loaded. */
  state: "up" | "down";
  /** What becomes of challenges that begin from now on. */
  readonly behave: (mode: "solve" | "wait") => Promise<void>;
  /** Calls a callback of every challenge on the page. */
  readonly tell: (callback: "error-callback" | "expired-callback" | "timeout-callback") => Promise<void>;
  /** Options of what was rendered, and whether the document itself held it then. */
  readonly rendered: () => Promise<readonly { action: string; theme: string; size: string; inDocument: boolean }[]>;
};

/** Call before the page is visited. */
export async function standIn(page: Page, siteverify: Siteverify): Promise<StandIn> {
  const state: StandIn = {
    asked: [],
    state: "up",
    behave: (mode) => page.evaluate((next) => void Object.assign(window, { challengeMode: next }), mode),
    tell: (callback) =>
      page.evaluate((name) => {
        (window as unknown as { challengeTell: (name: string) => void }).challengeTell(name);
      }, callback),
    rendered: () => page.evaluate(() => (window as unknown as { challengeLog: [] }).challengeLog),
  };
  await page.exposeBinding("solveChallenge", (_source, hostname: string, action: string) =>
    siteverify.solve(hostname, action),
  );
  await page.route(API, (route: Route) => {
    state.asked.push(route.request().url());
    return state.state === "down"
      ? route.abort()
      : route.fulfill({ contentType: "text/javascript; charset=utf-8", body: SCRIPT });
  });
  return state;
}

const SCRIPT = `(() => {
  const shown = new Map();
  window.challengeLog = [];
  async function run(id) {
    const widget = shown.get(id);
    const mine = (widget.run += 1);
    widget.words.textContent = "Verifying…";
    if (window.challengeMode === "wait") return;
    const token = await window.solveChallenge(location.hostname, widget.options.action);
    if (shown.get(id) !== widget || widget.run !== mine) return;
    widget.words.textContent = "✓ Success!";
    widget.options.callback(token);
  }
  window.challengeTell = (name) => {
    for (const { options, words } of shown.values()) {
      words.textContent = name;
      options[name]("300010");
    }
  };
  window.turnstile = {
    render(box, options) {
      const { action, theme, size } = options;
      window.challengeLog.push({ action, theme, size, inDocument: document.contains(box) });
      const id = "cf-" + String(shown.size + 1);
      const frame = document.createElement("div");
      const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
      Object.assign(frame.style, {
        boxSizing: "border-box", width: size === "compact" ? "150px" : "100%", height: size === "compact" ? "140px" : "65px",
        border: "1px solid " + (dark ? "#666" : "#e0e0e0"), background: dark ? "#232323" : "#fafafa",
        color: dark ? "#eee" : "#232323", font: "14px sans-serif", padding: "22px 14px",
      });
      const words = document.createElement("span");
      frame.append(words);
      box.append(frame);
      shown.set(id, { options, frame, words, run: 0 });
      void run(id);
      return id;
    },
    reset: (id) => void run(id),
    remove(id) {
      shown.get(id)?.frame.remove();
      shown.delete(id);
    },
  };
})();`;
