/**
 * The console's script: comforts on top of pages that work without it. It takes a mailed link's code out of the address, shows passwords, copies, suggests addresses,
 * draws the branding as it is typed, and keeps a form from being sent twice. It asks the server for nothing.
 */
import { followBranding } from "./console/preview.ts";

/** With the page's path: where the code of a mailed link waits. */
const KEPT_CODE = "groundswell.code:";
const CODE_CHARS_MAX = 1_024;
const COPIED_MS = 2_000;

takeCode();
// An answer to a form, such as a new key, is not asked for again by a reload: that would make a second one.
history.replaceState(history.state, "");
for (const button of buttons("[data-reveal]")) button.addEventListener("click", () => reveal(button));
for (const button of buttons("[data-copy]")) button.addEventListener("click", () => void copy(button));
for (const button of buttons("[data-tick-all]")) button.addEventListener("click", () => tickAll(button));
for (const field of inputs("[data-whole]")) field.addEventListener("focus", () => field.select());
for (const field of inputs("[data-names]")) suggestSlug(field);
document.addEventListener("submit", sendOnce);
document.addEventListener("keydown", closeQuestion);
// Back in history, the page must not stand there as if its form were still on its way.
addEventListener("pageshow", () => {
  for (const button of buttons("[aria-busy]")) button.removeAttribute("aria-busy");
});
followBranding();
// On a phone the sections are a row that scrolls sideways.
showSection(document.querySelector<HTMLElement>(".side [aria-current]"));

/** `scrollIntoView` would also have the first Tab go on from there, past the link that skips to the content. */
function showSection(link: HTMLElement | null): void {
  const row = link?.closest(".side ul");
  if (link === null || row === null || row === undefined) return;
  const [here, around] = [link.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += here.left + here.width / 2 - (around.left + around.width / 2);
}

function buttons(selector: string): readonly HTMLButtonElement[] {
  return [...document.querySelectorAll<HTMLButtonElement>(`button${selector}`)];
}

function inputs(selector: string): readonly HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(`input${selector}`)];
}

/** All boxes of a form; pressed when all are ticked, it unticks them. */
function tickAll(button: HTMLButtonElement): void {
  const boxes = [
    ...(byId(button.dataset["tickAll"])?.querySelectorAll<HTMLInputElement>("input[type=checkbox]") ?? []),
  ];
  const ticked = !boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = ticked;
}

function byId(id: string | undefined): HTMLElement | null {
  return id === undefined ? null : document.querySelector(`#${CSS.escape(id)}`);
}

/** The address bar, the history and screenshots keep no code. It waits in this tab while somebody signs in, or tries another password. */
function takeCode(): void {
  const place = document.querySelector("[data-code]");
  if (place === null && document.querySelector("[data-keep-code]") === null) {
    if (document.body.dataset["page"] === "console" || location.search.includes("done=")) forgetCodes();
    return;
  }
  const fragment = location.hash.slice(1);
  // The links that skip to the content or to a field are fragments too.
  if (fragment !== "" && fragment.length <= CODE_CHARS_MAX && document.getElementById(fragment) === null) {
    sessionStorage.setItem(KEPT_CODE + location.pathname, fragment);
    history.replaceState(null, "", location.pathname + location.search);
  }
  const code = sessionStorage.getItem(KEPT_CODE + location.pathname);
  const field = place?.querySelector("input");
  if (code === null) place?.setAttribute("data-typed", "");
  else if (field !== null && field !== undefined) field.value = code;
}

function forgetCodes(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEPT_CODE)) sessionStorage.removeItem(key);
}

function reveal(button: HTMLButtonElement): void {
  const field = byId(button.dataset["reveal"]);
  if (!(field instanceof HTMLInputElement)) return;
  const shows = field.type === "password";
  field.type = shows ? "text" : "password";
  button.setAttribute("aria-pressed", String(shows));
  const [word] = button.childNodes;
  if (word !== undefined) word.textContent = shows ? "Hide" : "Show";
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = byId(button.dataset["copy"]);
  if (source === null) return;
  const text = source instanceof HTMLInputElement ? source.value : source.textContent;
  const copied = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  if (!copied && source instanceof HTMLInputElement) source.focus();
  const [word] = button.childNodes;
  if (word === undefined) return;
  word.textContent = copied ? "Copied" : "Press Ctrl-C";
  announce(copied ? "Copied" : "Could not copy. Press Ctrl-C.");
  setTimeout(() => {
    word.textContent = "Copy";
  }, COPIED_MS);
}

/** A button's new word is not read by itself. */
function announce(text: string): void {
  let region = document.querySelector<HTMLElement>("[data-announce]");
  if (region === null) {
    region = document.createElement("p");
    region.className = "vh";
    region.setAttribute("role", "status");
    region.dataset["announce"] = "";
    document.body.append(region);
  }
  region.textContent = text;
}

/** Until somebody types an address of their own. */
function suggestSlug(name: HTMLInputElement): void {
  const slug = byId(name.dataset["names"]);
  if (!(slug instanceof HTMLInputElement)) return;
  let own = slug.value !== "";
  slug.addEventListener("input", () => {
    own = slug.value !== "";
  });
  name.addEventListener("input", () => {
    if (!own) slug.value = slugOf(name.value, slug.maxLength);
  });
}

function slugOf(name: string, charsMax: number): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "-")
    .slice(0, charsMax)
    .replace(/^-+|-+$/gu, "");
}

function closeQuestion(event: KeyboardEvent): void {
  const open = document.querySelector<HTMLDetailsElement>(".confirm[open]");
  if (event.key !== "Escape" || open === null) return;
  open.open = false;
  open.querySelector("summary")?.focus();
}

/** A second press while the first is on its way would make a second key. */
function sendOnce(event: SubmitEvent): void {
  const button = event.submitter ?? (event.target as HTMLFormElement).querySelector<HTMLElement>("button:not([type])");
  if (button === null) return;
  if (button.getAttribute("aria-busy") === "true") event.preventDefault();
  else button.setAttribute("aria-busy", "true");
}
