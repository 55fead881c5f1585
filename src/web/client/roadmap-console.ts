/**
 * The console's roadmap: cards are dragged with mouse, pen or finger, and the step buttons keep the focus and say what they did. Whatever is done is sent as the page's own form, and the server's
 * markup takes the place of what is shown; without this script the same buttons load the page.
 */
const EDGE_PX = 48;
const SCROLL_PX = 14;
const THRESHOLD_PX = 5;

type Drag = {
  readonly card: HTMLElement;
  readonly pointerId: number;
  readonly from: { readonly x: number; readonly y: number };
  /** Where it goes back to. */
  readonly list: Element;
  readonly next: Element | null;
  started: boolean;
};

let drag: Drag | null = null;
let sending = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.dataset["step"] === undefined) return;
  event.preventDefault();
  const button = event.submitter as HTMLButtonElement | null;
  const fields = new URLSearchParams(new FormData(form, button) as unknown as Record<string, string>);
  void send(fields, form.dataset["step"], button?.dataset["way"] ?? "");
});
document.addEventListener("pointerdown", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const card = target?.closest<HTMLElement>("[data-item]");
  const list = card?.parentElement;
  if (card === null || card === undefined || list === null || list === undefined || event.button !== 0 || sending)
    return;
  const isGrip = target?.closest("[data-grip]") !== null;
  // A finger on a card scrolls the page; links and forms stay what they are.
  if (!isGrip && (event.pointerType === "touch" || target.closest("a, button, summary, form") !== null)) return;
  drag = {
    card,
    pointerId: event.pointerId,
    from: { x: event.clientX, y: event.clientY },
    list,
    next: card.nextElementSibling,
    started: false,
  };
});
document.addEventListener("pointermove", (event) => {
  if (drag === null || event.pointerId !== drag.pointerId) return;
  const { card, from } = drag;
  if (!drag.started && Math.hypot(event.clientX - from.x, event.clientY - from.y) < THRESHOLD_PX) return;
  if (!drag.started) {
    drag.started = true;
    card.classList.add("dragged");
    document.body.classList.add("dragging");
    getSelection()?.removeAllRanges();
  }
  event.preventDefault();
  place(card, event.clientX, event.clientY);
});
document.addEventListener("pointerup", (event) => {
  if (event.pointerId === drag?.pointerId) drop();
});
document.addEventListener("pointercancel", cancel);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") cancel();
});

/** Puts the card where the pointer is: into the column under it, before the first card whose middle is below. */
function place(card: HTMLElement, x: number, y: number): void {
  const plan = document.querySelector("[data-plan]");
  if (plan !== null) {
    const { left, right } = plan.getBoundingClientRect();
    if (x > right - EDGE_PX) plan.scrollLeft += SCROLL_PX;
    else if (x < left + EDGE_PX) plan.scrollLeft -= SCROLL_PX;
  }
  if (y > innerHeight - EDGE_PX) scrollBy(0, SCROLL_PX);
  else if (y < EDGE_PX) scrollBy(0, -SCROLL_PX);
  const phase = document.elementFromPoint(x, y)?.closest(".plan-phase");
  const list = phase?.querySelector("[data-items]");
  if (list === null || list === undefined) return;
  const below = [...list.children].find((other) => {
    const { top, height } = other.getBoundingClientRect();
    return other !== card && y < top + height / 2;
  });
  if (card.parentElement !== list || card.nextElementSibling !== (below ?? null))
    list.insertBefore(card, below ?? null);
}

function drop(): void {
  const done = end();
  if (done?.started !== true) return;
  const { card, list, next } = done;
  const now = card.parentElement;
  if (now === null || (now === list && card.nextElementSibling === next)) return;
  // The click that a drag ends with opens no link.
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }));
  const fields = new URLSearchParams({ action: "move", id: idOf(card) });
  const before = card.nextElementSibling;
  const after = card.previousElementSibling;
  fields.set("phaseId", now.dataset["items"] ?? "");
  if (before !== null) fields.set("beforeId", idOf(before));
  else if (after !== null) fields.set("afterId", idOf(after));
  void send(fields, `item-${idOf(card)}`, "");
}

function cancel(): void {
  const done = end();
  if (done?.started === true) done.list.insertBefore(done.card, done.next);
}

function end(): Drag | null {
  const done = drag;
  drag = null;
  done?.card.classList.remove("dragged");
  document.body.classList.remove("dragging");
  return done;
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

function idOf(card: Element): string {
  return (card as HTMLElement).dataset["item"] ?? "";
}

/** `what`: whose buttons get the focus again, at the one that was pressed. A press that ends nowhere loads the page as it is. */
async function send(fields: URLSearchParams, what: string, way: string): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    const response = await fetch(location.pathname, { method: "POST", body: fields, headers: { accept: "text/html" } });
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const theirs = parsed.querySelector("#main");
    // Signed out meanwhile, or a failure's page.
    if (theirs?.querySelector("[data-plan]") === null || theirs === null) return location.reload();
    take(theirs, what, way);
  } catch {
    location.reload();
  } finally {
    sending = false;
  }
}

/** Only the plan is exchanged, and what was wrong: what somebody is typing below stays. */
function take(theirs: Element, what: string, way: string): void {
  const ours = document.querySelector("[data-plan]");
  const fresh = theirs.querySelector("[data-plan]");
  if (ours === null || fresh === null) return;
  const [left, top] = [ours.scrollLeft, scrollY];
  const plan = document.importNode(fresh, true);
  ours.replaceWith(plan);
  plan.scrollLeft = left;
  for (const old of document.querySelectorAll("#main > .summary, #main > .notice")) old.remove();
  const wrong = theirs.querySelector(":scope > .summary");
  if (wrong !== null) plan.before(document.importNode(wrong, true));
  scrollTo(0, top);
  const steps = plan.querySelector(`[data-step="${what}"]`);
  if (steps === null) return;
  const pressed = steps.querySelector<HTMLButtonElement>(`button[data-way="${way}"]`);
  // At the end of its way the button is off: the focus goes to the next one that is not.
  const focus = pressed?.disabled === false ? pressed : steps.querySelector<HTMLButtonElement>("button:enabled");
  focus?.focus({ preventScroll: true });
  focus?.scrollIntoView({ block: "nearest", inline: "nearest" });
  announce(wrong === null ? placeOf(steps) : wrong.textContent || "");
}

function placeOf(steps: Element): string {
  const card = steps.closest("[data-item]");
  const phase = steps.closest(".plan-phase");
  const name = phase?.querySelector("[data-name]")?.textContent.trim() ?? "";
  if (card === null) {
    const phases = [...document.querySelectorAll(".plan-phase")];
    return `${name}: phase ${String(phases.indexOf(phase ?? document.body) + 1)} of ${String(phases.length)}.`;
  }
  const cards = [...(card.parentElement?.children ?? [])];
  const title = card.querySelector("[data-title]")?.textContent ?? "";
  return `${title}: ${name}, ${String(cards.indexOf(card) + 1)} of ${String(cards.length)}.`;
}

function announce(text: string): void {
  let region = document.querySelector<HTMLElement>("[data-announce]");
  if (region === null) {
    region = document.createElement("p");
    region.className = "vh";
    region.setAttribute("aria-live", "polite");
    region.dataset["announce"] = "";
    document.body.append(region);
  }
  region.textContent = text;
}
