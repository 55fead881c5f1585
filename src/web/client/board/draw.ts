/** Brings the server's markup up to the state: counts, pressed buttons, titles, statuses, removed rows. Touches only what changed. */
import { formatCount, formatCounted, formatTally, statusLabel } from "../../page/format.ts";
import type { PageState } from "../../page/page-state.ts";
import type { Feedback, Status } from "../../../protocol/rest/feedback.ts";
import { type BoardState, hasVoted, isGone, row } from "../board-state.ts";
import type { LiveStatus } from "../live.ts";
import { drawTotal } from "./totals.ts";

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
    drawLock(element, isLocked(item.status), hasVoted(state, id));
    drawComments(element.querySelector("[data-comments]"), item.commentCount);
    const title = element.querySelector("[data-title]");
    if (title !== null && title.textContent !== item.title) title.textContent = item.title;
    const badge = element.querySelector<HTMLElement>("[data-status]");
    if (badge !== null && badge.dataset["status"] !== item.status) {
      badge.dataset["status"] = item.status;
      badge.className = `status s-${item.status}`;
      badge.textContent = statusLabel(item.status);
    }
  }
  drawTotal("votes", shift);
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

function drawComments(element: HTMLElement | null, count: number): void {
  if (element === null || element.dataset["comments"] === String(count)) return;
  element.dataset["comments"] = String(count);
  element.textContent = formatCounted(count, "comment");
  element.hidden = count === 0;
}

function drawPressed(button: HTMLButtonElement | null, voted: boolean): void {
  if (button === null || button.getAttribute("aria-pressed") === String(voted)) return;
  button.setAttribute("aria-pressed", String(voted));
  button.value = voted ? "unvote" : "vote";
}

/** As domain/voting.ts decides it. */
function isLocked(status: Status): boolean {
  return "lockClosed" in document.body.dataset && (status === "completed" || status === "closed");
}

/** A vote that was cast can still be taken back. */
function drawLock(element: HTMLElement, locked: boolean, voted: boolean): void {
  const button = element.querySelector<HTMLButtonElement>(".pill");
  const words = element.querySelector<HTMLElement>("[data-locked]");
  if (button !== null && button.disabled !== (locked && !voted)) button.disabled = locked && !voted;
  if (words?.hidden === locked) words.hidden = !locked;
}

/** Every row of the list was removed: the server has what stands in its place. A view under way brings it already. */
export function isEmptied(): boolean {
  return document.querySelector("#results:not([data-stale]) ol.list:not(:has(> li))") !== null;
}

/** Ideas that appeared on the board since the shown page was read, and that it has no row for. */
export function newIdeas(state: BoardState, { seq }: PageState): Feedback[] {
  if (state.filtered) return [];
  return [...state.appeared].flatMap(([id, at]) =>
    at > seq && document.getElementById(`f-${String(id)}`) === null ? (row(state, id) ?? []) : [],
  );
}

export function drawNews(ideas: readonly Feedback[], { renderedAt }: PageState): void {
  const button = document.querySelector<HTMLButtonElement>("[data-news]");
  if (button === null) return;
  const said = `${String(ideas.length)} new ${ideas.length === 1 ? "idea" : "ideas"}`;
  const text = `${said} – show`;
  button.hidden = ideas.length === 0;
  // An old idea that is shown again is not among the newest, but it has just changed.
  button.value = ideas.every((idea) => idea.createdAt > renderedAt) ? "created_at" : "updated_at";
  if (button.hidden || button.textContent === text) return;
  button.textContent = text;
  announce(`${said}.`);
}

/** Nothing before the first welcome. */
export function drawPresence(online: number, status: LiveStatus): void {
  const element = document.querySelector<HTMLElement>("[data-presence]");
  if (element === null) return;
  const live = online > 1 ? `${formatCount(online)} here now` : "Live";
  const text = { live, connecting: "Reconnecting…", offline: "Offline" }[status];
  if (element.textContent !== text) element.textContent = text;
  element.dataset["presence"] = status;
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
