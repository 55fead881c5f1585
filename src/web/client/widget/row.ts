/** One item in a list: its vote button, title, text and badges. Made once, then only what changed is touched. */
import { STATUS_LOOK } from "../core-tokens.ts";
import type { Feedback } from "../api.ts";
import { ICONS, icon, make, mayMove, setText } from "./element.ts";

const COUNT_MOVE_MS = 220;
const SPANS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

export type Row = {
  readonly element: HTMLLIElement;
  readonly draw: (item: Feedback, voted: boolean) => void;
};

/** `fresh`: it came among others that were there, and is lit for a moment. */
export function openRow(id: number, onVote: (id: number, voted: boolean) => void, fresh: boolean): Row {
  let drawn = "";
  let count = -1;
  let pressed = false;

  const number = make("span");
  const vote = make("button", { class: "vote", onclick: () => onVote(id, !pressed) }, icon(ICONS.up), number);
  const title = make("button", { class: "title", "aria-expanded": "false", onclick: toggle });
  const text = make("p", { class: "text" });
  const badge = make("span");
  const rest = make("span");
  const meta = make("div", { class: "meta" }, badge, rest);
  const element = make(
    "li",
    { class: fresh ? "row fresh" : "row" },
    vote,
    make("div", {}, make("h3", {}, title), text, meta),
  );

  function toggle(): void {
    title.setAttribute("aria-expanded", String(element.classList.toggle("wide")));
  }

  function draw(item: Feedback, voted: boolean): void {
    const next = JSON.stringify([item, voted]);
    if (next === drawn) return;
    drawn = next;
    pressed = voted;
    const { voteCount, status } = item;
    const votes = voteCount.toLocaleString("en");
    if (count >= 0 && count !== voteCount && mayMove()) {
      const from = { transform: `translateY(${voteCount > count ? "" : "-"}7px)`, opacity: 0 };
      number.animate([from, {}], { duration: COUNT_MOVE_MS, easing: "ease-out" });
    }
    count = voteCount;
    setText(number, votes);
    vote.setAttribute("aria-pressed", String(voted));
    vote.setAttribute("aria-label", `Vote for ${item.title}, ${votes} vote${voteCount === 1 ? "" : "s"}`);
    setText(title, item.title);
    setText(text, item.description);
    const { label, hue } = STATUS_LOOK[status];
    badge.className = `badge ${hue}`;
    badge.hidden = status === "open";
    setText(badge, label);
    setText(rest, [item.pinned && "Pinned", item.category, ago(item.createdAt)].filter(Boolean).join(" · "));
  }

  return { element, draw };
}

function ago(time: string): string {
  const seconds = (Date.now() - Date.parse(time)) / 1_000;
  for (const [unit, length] of SPANS) {
    if (seconds >= length) return new Intl.RelativeTimeFormat("en").format(-Math.floor(seconds / length), unit);
  }
  return "just now";
}
