/** The list's view and the page's URL: links, search while typing, further pages, back and forward. One view at a time; the latest wins. */
import { formatCounted } from "../../page/format.ts";
import type { PageState } from "../../page/page-state.ts";
import type { Store } from "../board-state.ts";
import { announce, showMessage } from "./draw.ts";
import { type FetchedPage, fetchPage } from "./fetched-page.ts";
import { appendList, takeList } from "./take-list.ts";

const TYPING_PAUSE_MS = 180;

export type Views = ReturnType<typeof openViews>;

/** `onState` hears of every page whose list is now shown. */
export function openViews(store: Store, onState: (state: PageState) => void) {
  let current: AbortController | null = null;
  let shown = location.pathname + location.search;

  /** Fetches and shows; on failure the browser itself goes there, and shows what there is to see. */
  async function visit(url: string, history: "push" | "replace" | "keep"): Promise<void> {
    current?.abort();
    const abort = new AbortController();
    current = abort;
    const results = document.querySelector("#results");
    results?.setAttribute("data-stale", "");
    try {
      const page = await fetchPage(url, store, { signal: abort.signal });
      if (abort.signal.aborted) return;
      if (!takeList(store, page, onState)) location.assign(url);
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
      const page = await fetchPage(link.href, store);
      if (link.isConnected && page.state !== null) {
        const added = appendList(store, page, page.state);
        announce(`${formatCounted(added, "more idea")}.`);
      }
    } catch {
      showMessage("The next ideas could not be loaded. Please try again.");
    }
    link.removeAttribute("aria-busy");
  }

  const forgetSearch = listenToSearch((url, how) => void visit(url, how));
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
  /** A page that came with an answer stands: not what was still on its way, nor a search that was about to be asked. */
  function show(page: FetchedPage): boolean {
    forgetSearch();
    current?.abort();
    return takeList(store, page, onState);
  }

  return { show, visit, address };
}

/** A plain click on a link to another view of this board. */
function viewLink(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return null;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link?.hash !== "" || link.origin !== location.origin || link.pathname !== location.pathname) return null;
  return link;
}

/** Answers how to forget what was typed and not asked yet. */
function listenToSearch(go: (url: string, how: "push" | "replace") => void): () => void {
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
  return () => clearTimeout(typing);
}

function announceResults(state: PageState | null): void {
  if (state === null) return;
  const more = state.nextCursor === null ? "" : " or more";
  announce(state.items.length === 0 ? "No ideas." : `${String(state.items.length)}${more} ideas.`);
}
