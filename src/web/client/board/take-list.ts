/** Moves a fetched page's list into this one: markup and state together, so that neither is ahead. */
import type { PageState } from "../../page/page-state.ts";
import { appendPage, type BoardState, emptyBoard, replaceList, takeVotes } from "../board-state.ts";
import type { Store } from "../board-state.ts";
import { type FetchedPage, takePart } from "./fetched-page.ts";

/** Shows a fetched page's list. False when it is a failure page, and nothing changed. `onState` hears of it before it is drawn. */
export function takeList(store: Store, page: FetchedPage, onState: (state: PageState) => void): boolean {
  if (page.state === null || page.document.querySelector("#results") === null) return false;
  for (const part of [".sorts", ".chips", ".chosen"]) takePart(page, part, "#controls");
  takePart(page, "#results", "main");
  takePart(page, ".about", "aside");
  takeSearch(page);
  onState(page.state);
  store.set(withPage(page.state, store.get(), page.clock));
  return true;
}

/** Appends the next page's rows; how many there were. The first of them gets the focus, as the link that was pressed is gone. */
export function appendList(store: Store, page: FetchedPage, state: PageState): number {
  const added = [...page.document.querySelectorAll<HTMLElement>("ol.list > li")]
    .filter((item) => document.getElementById(item.id) === null)
    .map((item) => document.importNode(item, true));
  document.querySelector("ol.list")?.append(...added);
  takePart(page, ".more", "#results");
  store.set(withVotes(appendPage(store.get(), state), state, page.clock));
  added[0]?.querySelector<HTMLElement>("h2 a")?.focus({ preventScroll: true });
  return added.length;
}

/** The state with a page's list as the one that is shown. `clock` is the state's from when the page was asked for. */
export function withPage(page: PageState, from: BoardState = emptyBoard(page.sort), clock = 0): BoardState {
  return withVotes(replaceList(from, page, { sort: page.sort, filtered: page.filtered }), page, clock);
}

/** The page tells whom the visitor voted for as of its request: items acted on since are left alone. */
function withVotes(state: BoardState, page: PageState, clock: number): BoardState {
  const votes = new Map(Object.entries(page.votes).map(([id, weight]) => [Number(id), weight]));
  const ids = page.items.map(({ id }) => id);
  return takeVotes(state, ids, votes, clock);
}

/** The field someone types in stays as it is; only the filters that go along with it are taken over. */
function takeSearch(page: FetchedPage): void {
  const ours = document.querySelector<HTMLFormElement>("[data-search]");
  const theirs = page.document.querySelector<HTMLFormElement>("[data-search]");
  if (ours === null || theirs === null) return;
  for (const hidden of ours.querySelectorAll("input[type=hidden]")) hidden.remove();
  for (const hidden of theirs.querySelectorAll("input[type=hidden]")) ours.prepend(document.importNode(hidden, true));
  const field = ours.querySelector<HTMLInputElement>("[type=search]");
  const value = theirs.querySelector<HTMLInputElement>("[type=search]")?.value ?? "";
  if (field !== null && field !== document.activeElement) field.value = value;
}
