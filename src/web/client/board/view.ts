/** The list's view and the page's URL: links, search while typing, further pages, back and forward. One view at a time; the latest wins. */
import { formatCounted } from "../../page/format.ts";
import type { PageState } from "../../page/page-state.ts";
import { appendPage, replaceList, takeVotes } from "../board-state.ts";
import type { Store } from "../live.ts";
import { announce, showMessage } from "./draw.ts";
import { type FetchedPage, fetchPage, takePart } from "./fetched-page.ts";

const TYPING_PAUSE_MS = 180;

export type Views = ReturnType<typeof openViews>;

/** `onState` hears of every page whose list is now shown. */
export function openViews(store: Store, onState: (state: PageState) => void) {
  let current: AbortController | null = null;
  let shown = location.pathname + location.search;

  /** Shows a fetched page's list. False when it is a failure page and changes nothing. */
  function show(page: FetchedPage): boolean {
    if (page.state === null || page.document.querySelector("#results") === null) return false;
    const clock = store.get().clock;
    for (const part of [".sorts", ".chips"]) takePart(page, part, "#controls");
    takePart(page, ".chosen", "#controls");
    takePart(page, "#results", "main");
    takePart(page, ".about", "aside");
    takeSearch(page);
    const { items, seq, nextCursor, sort, filtered } = page.state;
    onState(page.state);
    const listed = replaceList(store.get(), { items, seq, nextCursor }, { sort, filtered });
    store.set(
      takeVotes(
        listed,
        items.map(({ id }) => id),
        votesOf(page.state),
        clock,
      ),
    );
    return true;
  }

  /** Fetches and shows; on failure the browser itself goes there, and shows what there is to see. */
  async function visit(url: string, history: "push" | "replace" | "keep"): Promise<void> {
    current?.abort();
    const abort = new AbortController();
    current = abort;
    const results = document.querySelector("#results");
    results?.setAttribute("data-stale", "");
    try {
      const page = await fetchPage(url, { signal: abort.signal });
      if (abort.signal.aborted) return;
      if (!show(page)) location.assign(url);
      else address(url, history);
      if (history !== "keep") announceResults(page.state);
    } catch {
      if (abort.signal.aborted) return;
      results?.removeAttribute("data-stale");
      showMessage("The list could not be loaded. Please try again.");
    }
  }

  function address(url: string, history: "push" | "replace" | "keep"): void {
    if (history === "push") window.history.pushState(null, "", url);
    else if (history === "replace") window.history.replaceState(null, "", url);
    shown = location.pathname + location.search;
  }

  async function more(link: HTMLAnchorElement): Promise<void> {
    if (link.getAttribute("aria-busy") === "true") return;
    link.setAttribute("aria-busy", "true");
    try {
      const page = await fetchPage(link.href);
      if (link.isConnected && page.state !== null) append(page, page.state);
    } catch {
      showMessage("The next ideas could not be loaded. Please try again.");
    }
    link.removeAttribute("aria-busy");
  }

  function append(page: FetchedPage, state: PageState): void {
    const list = document.querySelector("ol.list");
    const added = [...page.document.querySelectorAll<HTMLElement>("ol.list > li")]
      .filter((item) => document.getElementById(item.id) === null)
      .map((item) => document.importNode(item, true));
    list?.append(...added);
    takePart(page, ".more", "#results");
    const clock = store.get().clock;
    const listed = appendPage(store.get(), state);
    store.set(
      takeVotes(
        listed,
        state.items.map(({ id }) => id),
        votesOf(state),
        clock,
      ),
    );
    added[0]?.querySelector<HTMLElement>("h2 a")?.focus({ preventScroll: true });
    announce(`${formatCounted(added.length, "more idea")}.`);
  }

  listenToSearch((url, how) => void visit(url, how));
  addEventListener("popstate", () => {
    // A jump within the page fires it too.
    if (shown !== location.pathname + location.search) void visit(location.href, "keep");
  });
  document.addEventListener("click", (event) => {
    const link = viewLink(event);
    if (link === null) return;
    event.preventDefault();
    if (link.dataset["more"] === undefined) void visit(link.href, "push");
    else void more(link);
  });
  return { show, visit, address };
}

export function votesOf(state: PageState): Map<number, number> {
  return new Map(Object.entries(state.votes).map(([id, weight]) => [Number(id), weight]));
}

/** A plain click on a link to another view of this board. */
function viewLink(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return null;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.hash !== "" || link.origin !== location.origin || link.pathname !== location.pathname)
    return null;
  return link;
}

function listenToSearch(go: (url: string, how: "push" | "replace") => void): void {
  let typing: ReturnType<typeof setTimeout> | undefined;
  const run = (form: HTMLFormElement, how: "push" | "replace"): void => {
    clearTimeout(typing);
    const url = new URL(form.action);
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && value.trim() !== "") url.searchParams.set(name, value);
    }
    go(url.href, how);
  };
  const form = document.querySelector<HTMLFormElement>("[data-search]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, "push");
  });
  form?.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      run(form, "replace");
    }, TYPING_PAUSE_MS);
  });
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

function announceResults(state: PageState | null): void {
  if (state === null) return;
  const more = state.nextCursor === null ? "" : " or more";
  announce(state.items.length === 0 ? "No ideas." : `${String(state.items.length)}${more} ideas.`);
}
