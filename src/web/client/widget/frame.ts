/** The top and the bottom of a board's view: where one is and the ways out; how the connection is, and what was said last. */
import type { LiveStatus } from "../live.ts";
import { ICONS, icon, make, setText } from "./element.ts";

const STATUS_WORDS: Record<LiveStatus, string> = {
  live: "Live",
  connecting: "Connecting…",
  offline: "Offline. Votes are kept.",
};

/** Drawn for the list, or for the form of a new idea. */
export function openHead(heading: string, onBack: () => Promise<void>, onClose?: () => void) {
  const square = (label: "Back" | "Close", shape: string, onclick: () => Promise<void> | void) =>
    make("button", { class: "square", "aria-label": label, onclick }, icon(shape));
  const back = square("Back", ICONS.back, onBack);
  const title = make("h2", { id: "heading", tabindex: "-1" }, heading);
  back.hidden = true;
  const close = onClose && square("Close", ICONS.close, onClose);

  return {
    element: make("header", "", back, title, close),
    draw(writing: boolean): void {
      back.hidden = !writing;
      setText(title, writing ? "New idea" : heading);
    },
  };
}

export function openFoot() {
  const words = make("span");
  const said = make("output");
  const element = make("footer", "", words, said);

  return {
    element,
    draw: (status: LiveStatus): void => {
      element.dataset["status"] = status;
      setText(words, STATUS_WORDS[status]);
    },
    /** Shown, and read out even when it was said before. */
    say: (text: string): void => said.replaceChildren(text),
  };
}
