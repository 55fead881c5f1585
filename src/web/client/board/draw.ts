/** Brings the server's markup up to the state: counts, pressed buttons, titles, statuses, removed rows. Touches only what changed. */
import { formatCount, formatTally, statusLabel } from "../../page/format.ts";
import { type BoardState, hasVoted, isGone, row } from "../board-state.ts";

const BUMP = "bump";

export function drawRows(state: BoardState): void {
  let shift = 0;
  for (const element of document.querySelectorAll<HTMLElement>("[data-id]")) {
    const id = Number(element.dataset["id"]);
    const item = row(state, id);
    if (item === undefined) {
      if (isGone(state, id) && element.matches("li")) element.remove();
      continue;
    }
    shift += drawCount(element.querySelector("[data-count]"), item.voteCount);
    drawPressed(element.querySelector(".pill"), hasVoted(state, id));
    const title = element.querySelector("[data-title]");
    if (title !== null && title.textContent !== item.title) title.textContent = item.title;
    const badge = element.querySelector<HTMLElement>("[data-status]");
    if (badge !== null && badge.dataset["status"] !== item.status) {
      badge.dataset["status"] = item.status;
      badge.className = `status s-${item.status}`;
      badge.textContent = statusLabel(item.status);
    }
  }
  if (shift !== 0) drawTotal(shift);
}

/** How far the shown number moved. */
function drawCount(element: HTMLElement | null, count: number): number {
  const before = Number(element?.dataset["count"] ?? count);
  if (element === null || before === count) return 0;
  element.dataset["count"] = String(count);
  element.textContent = formatTally(count);
  element.classList.remove(BUMP);
  // Reading the layout between the two restarts the animation.
  void element.offsetWidth;
  element.classList.add(BUMP);
  return count - before;
}

function drawPressed(button: HTMLButtonElement | null, voted: boolean): void {
  if (button === null || button.getAttribute("aria-pressed") === String(voted)) return;
  button.setAttribute("aria-pressed", String(voted));
  button.value = voted ? "unvote" : "vote";
}

/** The board's total moves with what is seen to move; votes on items off this page are in the number of the next page read. */
function drawTotal(shift: number): void {
  const total = document.querySelector<HTMLElement>('[data-total="votes"]');
  if (total === null) return;
  const count = Math.max(0, Number(total.dataset["count"]) + shift);
  total.dataset["count"] = String(count);
  total.textContent = formatCount(count);
}

/** Ideas posted by others since the page was rendered, that it has no row for. */
export function countNew(state: BoardState, renderedAt: string): number {
  if (state.filtered) return 0;
  let count = 0;
  for (const [id, { item }] of state.facts) {
    if (item !== null && item.createdAt > renderedAt && document.getElementById(`f-${String(id)}`) === null) count += 1;
  }
  return count;
}

export function drawNews(count: number): void {
  const button = document.querySelector<HTMLButtonElement>("[data-news]");
  if (button === null) return;
  const text = `${String(count)} new ${count === 1 ? "idea" : "ideas"} – show`;
  if (count > 0 && button.textContent !== text) {
    button.textContent = text;
    announce(`${String(count)} new ${count === 1 ? "idea" : "ideas"}.`);
  }
  button.hidden = count === 0;
}

export function drawPresence(online: number): void {
  const element = document.querySelector<HTMLElement>("[data-presence]");
  if (element === null) return;
  const text = online > 1 ? `${formatCount(online)} here now` : "Live";
  if (element.textContent !== text) element.textContent = text;
  element.hidden = online === 0;
}

/** For people who hear the page. */
export function announce(text: string): void {
  const element = document.querySelector("[data-announce]");
  if (element !== null) element.textContent = text;
}

const MESSAGE_MS = 6_000;
let hiding: ReturnType<typeof setTimeout> | undefined;
let standing = "";

/** A message for a while; what stands (the connection's state) comes back after it. */
export function showMessage(text: string): void {
  drawBanner(text);
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    drawBanner(standing);
  }, MESSAGE_MS);
}

/** Empty: nothing stands. */
export function showStanding(text: string): void {
  standing = text;
  clearTimeout(hiding);
  drawBanner(text);
}

function drawBanner(text: string): void {
  const banner = document.querySelector<HTMLElement>("[data-banner]");
  if (banner === null) return;
  banner.textContent = text;
  banner.hidden = text === "";
}
