/**
 * Leaves out of partysocket's `ws` module what the browser clients never call, while esbuild bundles it: debug logging, getters,
 * DOM event dispatch (they use the `on…` properties). Only whole members and statements go; the reconnecting itself stays as
 * published. The package is pinned, and a text that is not found fails the build.
 */
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"] as const;
const UNUSED_MEMBERS = [
  "binaryType",
  "retryCount",
  "bufferedAmount",
  "extensions",
  "protocol",
  "url",
  "shouldReconnect",
  "drainQueuedMessages",
  "_getNextProtocols",
  "_getNextUrl",
  "_debug",
] as const;
const UNUSED_STATEMENTS = [
  / *this\._debug\([^;]*?\);\n/gu,
  / *this\._ws\.binaryType = this\._binaryType;\n/gu,
  /^ {2}_binaryType = "blob";\n/gmu,
  / *if \(this\._options\.debugLogger\)\n *this\._debugLogger = .*\n/gu,
  /^ {2}_debugLogger = .*\n/gmu,
  / *this\.dispatchEvent\(cloneEvent\(event\)\);\n/gu,
  / *if \(\s*!this\._options\.WebSocket &&[\s\S]*?didWarnAboutMissingWebSocket = true;\n *\}\n/gu,
  / *if \(this\._closeCalled && !this\._didWarnAboutClosedSend\) \{[\s\S]*?\n    \}\n/gu,
  / *(?:this\.)?_didWarnAboutClosedSend = false;\n/gu,
  / *assert\(this\._ws, "WebSocket is not defined"\);\n/gu,
] as const;
/** What the clients pass: an async function for the URL, a string for the protocol. */
const SIMPLER = [
  ["this._getNextUrl(this._url)", "this._url()"],
  ["this._getNextProtocols(this._protocols || null)", "this._protocols"],
] as const;

export const leanPartysocket: Plugin = {
  name: "lean-partysocket",
  setup(build) {
    build.onLoad({ filter: /partysocket.dist.ws\.js$/ }, async ({ path }) => ({
      contents: lean(await readFile(path, "utf8")),
      loader: "js",
    }));
  },
};

export function lean(source: string): string {
  const members = [...UNUSED_MEMBERS, ...STATES].map(
    (name) => new RegExp(`\\n  (?:static )?(?:get |set )?${name}\\([^)]*\\) \\{\\n[\\s\\S]*?\\n  \\}(?=\\n)`, "gu"),
  );
  let text = source;
  for (const [general, ours] of SIMPLER) {
    if (!text.includes(general)) throw new Error(`partysocket has changed: ${general} is not in it`);
    text = text.replace(general, ours);
  }
  for (const pattern of [...UNUSED_STATEMENTS, ...members]) {
    const shorter = text.replace(pattern, "");
    if (shorter === text) throw new Error(`partysocket has changed: ${String(pattern)} is not in it`);
    text = shorter;
  }
  return text.replace(/\b(?:this|ReconnectingWebSocket)\.(CONNECTING|OPEN|CLOSING|CLOSED)\b/gu, (_, state: string) =>
    String((STATES as readonly string[]).indexOf(state)),
  );
}
