/** One item in a list: its vote button, title, text and badges. Made once, then only what changed is touched. */
import { STATUS_LOOK } from "../core-tokens.ts";
import type { Feedback } from "../api.ts";
import { ICONS, icon, make, setText } from "./element.ts";

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
  const text = make("p", "text");
  const badge = make("span");
  const rest = make("span");
  const meta = make("div", "meta", badge, rest);
  const element = make("li", fresh ? "row fresh" : "row", vote, make("div", "", make("h3", "", title), text, meta));

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
    // A new element moves in; the first one is just there.
    if (count !== voteCount) number.replaceChildren(make("span", count < 0 ? "" : "up", votes));
    count = voteCount;
    vote.ariaPressed = String(voted);
    vote.ariaLabel = `Vote for ${item.title}, ${votes} vote${voteCount === 1 ? "" : "s"}`;
    setText(title, item.title);
    setText(text, item.description);
    const { label, hue } = STATUS_LOOK[status];
    badge.className = `badge ${hue}`;
    badge.hidden = status === "open";
    setText(badge, label);
    setText(
      rest,
      [
        item.pinned && "Pinned",
        item.category,
        new Date(item.createdAt).toLocaleDateString("en", { dateStyle: "medium" }),
      ]
        .filter(Boolean)
        .join(" · "),
    );
  }

  return { element, draw };
}
