/**
 * Leaves out of partysocket's `ws` module what the browser clients never reach, while esbuild bundles it: debug logging, getters,
 * DOM event dispatch (they use the `on…` properties), its own queue, options that `live.ts` does not give and defaults of those it
 * gives. The reconnecting itself stays as published. The package is pinned, and a text that is not found fails the build.
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
  / *if \(!globalThis\.EventTarget [\s\S]*?\n`\);\n/gu,
  // Our votes wait in the outbox, so the socket keeps none.
  /^ {2}_messageQueue = \[\];\n/gmu,
  / *const \{ maxEnqueuedMessages [^;]*;\n *if \(this\._messageQueue\.length[\s\S]*?\n    \}\n/gu,
  / *this\._messageQueue\.forEach\([\s\S]*?\n    \}\);\n *this\._messageQueue = \[\];\n/gu,
  // Options that nobody gives; defaults of those that `live.ts` gives.
  / *if \(this\._options\.startClosed\) .*\n/gu,
  / *maxRetries = DEFAULT\.maxRetries,\n/gu,
  / *if \(this\._retryCount >= maxRetries\) \{[\s\S]*?\n    \}\n/gu,
  / *if \(\s*this\._options\.shouldReconnectOnClose &&[\s\S]*?_shouldReconnect = false;\n/gu,
  / *if \(this\.onerror\) .*\n/gu,
  / *onerror = null;\n/gu,
  / = DEFAULT\.\w+/gu,
  // Node's emitters throw for an error that nobody listens to; DOM's do not.
  / *this\._ws\.addEventListener\("error", absorbError\);\n/gu,
] as const;
/** What the clients pass: an async function for the URL, a string for the protocol. What they read of an event: its code. */
const SIMPLER = [
  [" extends EventTarget {", " {"],
  ["    super();\n    this._url", "    this._url"],
  ["new Events.CloseEvent(code, reason, this)", "{ code, reason }"],
  ["new Events.ErrorEvent(Error(err.message), this)", "err"],
  ['new Events.ErrorEvent(Error("TIMEOUT"), this)', 'Error("TIMEOUT")'],
  ["const WS = this._options.WebSocket || WebSocket;\n", ""],
  ["protocols ? new WS(url, protocols) : new WS(url)", "new WebSocket(url, this._protocols)"],
  [
    "Promise.all([\n          this._getNextUrl(this._url),\n          this._getNextProtocols(this._protocols || null)\n        ])",
    "this._url()",
  ],
  [".then(([url, protocols]) => {", ".then((url) => {"],
  ["this._options.startClosed\n      ? ReconnectingWebSocket.CLOSED\n      : ReconnectingWebSocket.CONNECTING", "0"],
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
