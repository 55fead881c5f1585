/**
 * The widget's entry, run on someone else's page by
 * `<script src="https://host/widget.js" data-workspace="acme" data-board="ideas" async></script>`.
 * It adds the floating button and its panel, defines `<groundswell-board>`, and answers `Groundswell(…)`. It leaves no other trace
 * on the page, and throws nothing into it.
 */
import { defineBoard } from "./widget/board-element.ts";
import { contain } from "./widget/element.ts";
import { identify } from "./widget/identity.ts";
import { openPanel } from "./widget/panel.ts";
import type { Panel } from "./widget/panel.ts";

type Command = (name: unknown, detail?: unknown) => void;
type Global = Command & { q?: Iterable<unknown>[]; ready?: true };
declare global {
  interface Window {
    Groundswell?: Global;
  }
}

// Only while the script first runs does the page say which element it came from.
const script = document.currentScript;

function start(): void {
  const waiting = window.Groundswell;
  if (waiting?.ready === true || !(script instanceof HTMLScriptElement)) return;
  const { origin } = new URL(script.src);
  const options = script.dataset;
  let panel: Panel | undefined;

  const command: Global = (name, detail) => {
    void contain(() => {
      if (name === "identify") identify(detail, origin);
      else if (name === "open") panel?.open();
      else if (name === "close") panel?.close();
    });
  };
  command.ready = true;
  window.Groundswell = command;
  if (options["user"] !== undefined) identify({ externalUserId: options["user"] }, origin);
  defineBoard(origin);

  const begin = (): void => {
    const { workspace, board } = options;
    if (workspace && board) panel = openPanel({ origin, scripts: origin, workspace, board }, options);
    for (const [name, detail] of waiting?.q ?? []) command(name, detail);
  };
  if (document.readyState === "loading")
    document.addEventListener("DOMContentLoaded", () => void contain(begin), { once: true });
  else begin();
}

void contain(start);
