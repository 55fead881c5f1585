/** Under the title of the page's post form: ideas on any board of the workspace that may already say what is being typed. Without this script there are none. */
import { TITLE_CHARS_MAX } from "../../../limits.ts";
import type { boardApi, Feedback } from "../api.ts";
import { isEmbedPath, itemPath } from "../../page/address.ts";
import { formatCounted, statusLabel } from "../../page/format.ts";
import { announcement, latestOnly } from "../similar-asked.ts";

const TYPING_PAUSE_MS = 250;
const SHOWN_MAX = 5;

type Api = ReturnType<typeof boardApi>;

export function listenToTitle(api: Api): void {
  const ask = latestOnly<Feedback>(async (title, signal) => {
    const { items } = await api.list({ title: title.slice(0, TITLE_CHARS_MAX), limit: SHOWN_MAX }, signal, "similar");
    return items;
  });
  let typing: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.matches("[data-post] [name=title]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => {
      // What was given up, or could not be asked, is nobody's loss: the form works without.
      ask(target.value).then(
        (items) => show(target.form, items),
        () => undefined,
      );
    }, TYPING_PAUSE_MS);
  });
}

function show(form: HTMLFormElement | null, items: readonly Feedback[]): void {
  const place = form?.querySelector("[data-similar]");
  const says = form?.querySelector("[data-similar-status]");
  if (!place || !says) return;
  const text = announcement(items.length);
  if (says.textContent !== text) says.textContent = text;
  place.replaceChildren(...items.map(link));
}

function link({ id, board, title, voteCount, status }: Feedback): HTMLElement {
  const { workspace = "", board: own } = document.body.dataset;
  const address = { workspace, board, embedded: isEmbedPath(location.pathname) };
  const anchor = document.createElement("a");
  anchor.href = itemPath(address, id);
  // Elsewhere, for what was typed so far is here.
  anchor.target = "_blank";
  anchor.rel = "noopener";
  anchor.textContent = title;
  const facts = document.createElement("span");
  const elsewhere = board === own ? [] : [`on ${board}`];
  facts.textContent = [formatCounted(voteCount, "vote"), statusLabel(status), ...elsewhere].join(" · ");
  const row = document.createElement("li");
  row.append(anchor, facts);
  return row;
}
