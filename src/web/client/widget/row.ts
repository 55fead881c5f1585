/** One item in a list: its vote button, title, text and badges. Drawn once, then only what changed is touched. */
import { STATUS_LOOK } from "../tokens.ts";
import type { Feedback } from "../api.ts";
import { ICONS, icon, make, mayMove, setText } from "./element.ts";

const COUNT_MOVE_MS = 220;
const SPANS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export type Row = {
  readonly element: HTMLLIElement;
  readonly draw: (item: Feedback, voted: boolean) => void;
};

export function openRow(first: Feedback, onVote: (id: number, voted: boolean) => void): Row {
  const { id } = first;
  let drawn = "";
  let shown: Feedback | undefined;
  let votedShown: boolean | undefined;

  const count = make("span");
  const vote = make(
    "button",
    { class: "vote", type: "button", onclick: () => onVote(id, votedShown !== true) },
    icon(ICONS.up),
    count,
  );
  const title = make("button", { class: "title", type: "button", "aria-expanded": "false", onclick: toggle });
  const text = make("p", { class: "text" });
  const badge = make("span", { class: "badge" });
  const rest = make("span");
  const element = make(
    "li",
    { class: "row", "data-id": id },
    vote,
    make("div", {}, make("h3", {}, title), text, make("div", { class: "meta" }, badge, rest)),
  );

  function toggle(): void {
    title.setAttribute("aria-expanded", String(element.classList.toggle("wide")));
  }

  function draw(item: Feedback, voted: boolean): void {
    const next = JSON.stringify([item, voted]);
    if (next === drawn) return;
    drawn = next;
    const before = shown?.voteCount;
    shown = item;
    votedShown = voted;
    const votes = item.voteCount.toLocaleString("en");
    setText(count, votes);
    if (before !== undefined && before !== item.voteCount) rise(count, item.voteCount > before);
    vote.setAttribute("aria-pressed", String(voted));
    vote.setAttribute("aria-label", `Vote for ${item.title}, ${votes} ${item.voteCount === 1 ? "vote" : "votes"}`);
    setText(title, item.title);
    setText(text, item.description);
    text.hidden = item.description === "";
    const look = STATUS_LOOK[item.status] ?? { label: item.status, hue: "" };
    setText(badge, look.label);
    badge.className = `badge ${look.hue}`;
    badge.hidden = item.status === "open";
    setText(rest, [item.pinned ? "Pinned" : "", item.category ?? "", ago(item.createdAt)].filter(Boolean).join(" · "));
  }

  draw(first, false);
  return { element, draw };
}

function rise(count: Element, up: boolean): void {
  if (!mayMove()) return;
  const from = { transform: `translateY(${up ? "" : "-"}7px)`, opacity: 0 };
  count.animate([from, { transform: "none", opacity: 1 }], { duration: COUNT_MOVE_MS, easing: "ease-out" });
}

function ago(time: string): string {
  const seconds = (Date.now() - Date.parse(time)) / 1_000;
  const span = SPANS.find(([, length]) => seconds >= length);
  if (span === undefined) return "just now";
  const [unit, length] = span;
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.floor(seconds / length), unit);
}
