/** Posts the form without leaving the page. The server answers with the page itself: the list with the new item, or the form with messages. */
import { onceOnly } from "../api.ts";
import type { Store } from "../board-state.ts";
import { answerChallenge, endChallenge, prepareChallenge } from "./challenge.ts";
import { announce } from "./draw.ts";
import { type FetchedPage, fetchPage, takePart } from "./fetched-page.ts";
import type { Views } from "./view.ts";

const FORM = "[data-post]";
const once = onceOnly();

export function listenToPosting(views: Views, store: Store): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(FORM)) return;
    event.preventDefault();
    void post(form, views, store);
  });
  document.addEventListener("focusin", ({ target }) => {
    const form = target instanceof Element ? target.closest<HTMLFormElement>(FORM) : null;
    if (form !== null) prepareChallenge(form);
  });
}

async function post(form: HTMLFormElement, views: Views, store: Store): Promise<void> {
  const button = form.querySelector("button");
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  const body = encoded(form);
  const headers = { "idempotency-key": once.keyOf(body.toString()) };
  try {
    await answerChallenge(form, body);
  } catch (error) {
    complain(form, (error as Error).message);
    button?.removeAttribute("aria-busy");
    return;
  }
  try {
    const page = await fetchPage(form.action, store, { method: "POST", body, headers });
    if (page.url.searchParams.has("posted") && views.show(page)) {
      once.done();
      page.url.searchParams.delete("posted");
      views.address(page.url.pathname + page.url.search, "push");
      takeForm(form, page);
      thank();
    } else if (page.document.querySelector(FORM) === null) {
      complain(
        form,
        page.document.querySelector("main > p:not(.code)")?.textContent ?? "The idea could not be posted.",
      );
    } else {
      takeForm(form, page);
      const next = document.querySelector<HTMLFormElement>(FORM);
      next?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
      if (next !== null) prepareChallenge(next);
    }
  } catch {
    complain(form, "The idea could not be sent. Your text is still here: please try again in a moment.");
  }
  button?.removeAttribute("aria-busy");
}

/** The server's form in the place of ours, which goes with its challenge. */
function takeForm(form: HTMLFormElement, page: FetchedPage): void {
  endChallenge(form);
  takePart(page, FORM, "aside");
}

function encoded(form: HTMLFormElement): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.set(name, value);
  return fields;
}

function thank(): void {
  const notice = document.querySelector<HTMLElement>("[data-notice]");
  notice?.scrollIntoView({ block: "center" });
  announce(notice?.textContent ?? "Posted.");
  document.querySelector<HTMLElement>("#list")?.focus({ preventScroll: true });
}

function complain(form: HTMLFormElement, text: string): void {
  const message = form.querySelector('[role="alert"]') ?? document.createElement("p");
  message.className = "error";
  message.setAttribute("role", "alert");
  message.textContent = text;
  form.querySelector("h2")?.after(message);
}
