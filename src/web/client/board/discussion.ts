/**
 * An item's discussion on its open page: follows the board's live news, and sends the forms without leaving the page. What comes back is the server's own page, whose thread `thread.ts` takes over. Without
 * this script every link and form works all the same.
 */
import { formatCounted } from "../../page/format.ts";
import { onceOnly } from "../api.ts";
import type { BoardState, Store } from "../board-state.ts";
import { announce, showMessage } from "./draw.ts";
import { type FetchedPage, fetchPage } from "./fetched-page.ts";
import { sectionOf, takeThread } from "./thread.ts";

/** All who read an item are told at once: they ask one after the other, the more there are, the longer. */
const SPREAD_MS_PER_READER = 10;
const SPREAD_MS_MAX = 5_000;
const RETRY_WAIT_MS = 4_000;
const SENDING_WAIT_MS = 300;

export type Discussion = {
  /** After every change of the board's state. */
  readonly follow: (state: BoardState) => void;
  /** The page was read anew. */
  readonly take: (page: FetchedPage) => void;
};

/** Null on pages without a discussion. */
export function openDiscussion(store: Store): Discussion | null {
  const section = sectionOf(document);
  const id = Number(document.querySelector<HTMLElement>(".item[data-id]")?.dataset["id"]);
  if (section === null || Number.isNaN(id)) return null;
  /** The cursors of the parts that are shown. */
  const parts = [section.dataset["discussion"] ?? ""];
  let shownSeq = store.get().facts.get(id)?.commentSeq ?? -1;
  let due: ReturnType<typeof setTimeout> | undefined;

  const isBehind = (): boolean => (store.get().facts.get(id)?.commentSeq ?? -1) > shownSeq;

  async function refresh(): Promise<void> {
    // The answer to what is being sent brings the thread, too.
    if (document.querySelector("[data-say][aria-busy]") !== null) {
      due = undefined;
      return later(SENDING_WAIT_MS);
    }
    try {
      const pages: FetchedPage[] = [];
      for (const part of parts) pages.push(await fetchPage(addressOf(part), store));
      if (pages.some((page) => sectionOf(page.document) === null)) throw new Error("no discussion");
      shownSeq = Math.min(...pages.map(({ state }) => state?.seq ?? -1));
      const { added } = takeThread(pages.map((page) => page.document));
      if (added.length > 0) announce(`${formatCounted(added.length, "new comment")}.`);
      due = undefined;
      later(0);
    } catch {
      due = undefined;
      later(RETRY_WAIT_MS);
    }
  }

  function later(waitMs: number): void {
    if (due !== undefined || !isBehind()) return;
    const spread = Math.min(SPREAD_MS_MAX, store.get().online * SPREAD_MS_PER_READER);
    due = setTimeout(() => void refresh(), waitMs + Math.random() * spread);
  }

  function take(page: FetchedPage): void {
    if (sectionOf(page.document) === null) return;
    if (parts.length > 1) return void refresh();
    takeThread([page.document]);
    shownSeq = Math.max(shownSeq, page.state?.seq ?? -1);
  }

  async function more(link: HTMLAnchorElement): Promise<void> {
    if (link.getAttribute("aria-busy") === "true") return;
    link.setAttribute("aria-busy", "true");
    try {
      const page = await fetchPage(link.href, store);
      if (sectionOf(page.document) === null) throw new Error("no discussion");
      parts.push(new URL(link.href).searchParams.get("after") ?? "");
      const { added } = takeThread([page.document], true);
      announce(`${formatCounted(added.length, "more comment")}.`);
      focusOn(added[0] ?? "");
    } catch {
      link.removeAttribute("aria-busy");
      showMessage("The next comments could not be loaded. Please try again.");
    }
  }

  listenToLinks(store, (link) => void more(link));
  listenToForms(store, take);
  return { follow: () => later(0), take };
}

function addressOf(part: string): string {
  return part === "" ? location.pathname : `${location.pathname}?after=${encodeURIComponent(part)}`;
}

function focusOn(comment: string): void {
  const article = document.getElementById(comment)?.querySelector<HTMLElement>("article");
  article?.focus({ preventScroll: true });
  article?.scrollIntoView({ block: "nearest" });
}

/** Reply and edit open their form where they stand; cancel closes it and gives the focus back. */
function listenToLinks(store: Store, onMore: (link: HTMLAnchorElement) => void): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null) return;
    const { opens, closes } = link.dataset;
    if (opens !== undefined) void openForm(link, opens, store);
    else if (closes !== undefined) closeForm(closes);
    else if (link.closest("[data-more-comments]") !== null) onMore(link);
    else return;
    event.preventDefault();
  });
}

async function openForm(link: HTMLAnchorElement, id: string, store: Store): Promise<void> {
  if (document.getElementById(id) === null) {
    try {
      const page = await fetchPage(link.href, store);
      const form = page.document.getElementById(id);
      const article = link.closest("article");
      // The server knows why there is none.
      if (form === null || article === null) return location.assign(link.href);
      // Pressed twice.
      if (document.getElementById(id) === null) article.after(document.importNode(form, true));
    } catch {
      return showMessage("The form could not be loaded. Please try again.");
    }
  }
  const field = document.getElementById(id)?.querySelector("textarea");
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}

function closeForm(id: string): void {
  document.getElementById(id)?.remove();
  document.querySelector<HTMLElement>(`[data-opens="${id}"]`)?.focus();
}

function listenToForms(store: Store, take: (page: FetchedPage) => void): void {
  const once = onceOnly();

  async function send(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, button)) if (typeof value === "string") body.set(name, value);
    // `form.action` is the button of that name.
    const action = form.getAttribute("action") ?? "";
    const headers = { "idempotency-key": once.keyOf(`${action} ${body.toString()}`) };
    try {
      const page = await fetchPage(action, store, { method: "POST", body, headers });
      if (page.url.searchParams.has("said")) {
        once.done();
        leave(form);
        take(page);
        tellOf(page);
      } else takeRefusal(form, page);
    } catch {
      complain(form, "The comment could not be sent. Your text is still here: please try again in a moment.");
    }
    form.removeAttribute("aria-busy");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset["say"] === undefined) return;
    event.preventDefault();
    void send(form, event.submitter instanceof HTMLButtonElement ? event.submitter : null);
  });
}

/** What was sent is not there to be sent again. */
function leave(form: HTMLFormElement): void {
  if (form.dataset["say"] !== "new") return form.remove();
  form.querySelector(".error")?.remove();
  const field = form.querySelector("textarea");
  if (field === null) return;
  field.value = "";
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
}

function tellOf(page: FetchedPage): void {
  const said = page.url.searchParams.get("said");
  const at = `c-${page.url.searchParams.get("at") ?? ""}`;
  const notice = page.document.querySelector("[data-notice]")?.textContent ?? "The comment is changed.";
  announce(notice);
  const isInSight = document.getElementById(at) !== null;
  if (isInSight) focusOn(at);
  else document.querySelector<HTMLElement>("[data-comment-total]")?.focus({ preventScroll: true });
  if (said !== "saved" && !isInSight) showMessage(notice);
}

/** The server's form, with what is wrong; or its word where there is none. */
function takeRefusal(form: HTMLFormElement, page: FetchedPage): void {
  const theirs = page.document.getElementById(form.id);
  if (!theirs?.querySelector(".error")) {
    const why = page.document.querySelector("#comments .error, main > p:not(.code)")?.textContent;
    return complain(form, why ?? "The comment could not be sent.");
  }
  const copy = document.importNode(theirs, true);
  form.replaceWith(copy);
  copy.querySelector("textarea")?.focus();
}

function complain(form: HTMLFormElement, text: string): void {
  const message = form.querySelector('[role="alert"]') ?? document.createElement("p");
  message.className = "error";
  message.setAttribute("role", "alert");
  message.textContent = text;
  form.querySelector("textarea")?.after(message);
}
