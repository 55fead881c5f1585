/**
 * Makes DOM without markup: text is only ever text, so nothing a visitor wrote can become an element, and a host page that demands
 * Trusted Types or forbids inline styles has nothing to object to. Listeners never throw into the host page.
 */
type Child = Node | string | null | undefined;
type Listener = (event: Event) => void | Promise<void>;
/** Attributes and listeners, or only the class. */
type Props = string | Readonly<Record<string, string | number | boolean | Listener | undefined>>;

const TYPING_PAUSE_MS = 250;
const SVG = "http://www.w3.org/2000/svg";

/** `on…` props are listeners; null and undefined leave an attribute out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = "",
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  // Or else a button would send the form it stands in.
  if (tag === "button") element.setAttribute("type", tag);
  for (const [name, value] of Object.entries(typeof props === "string" ? { class: props } : props)) {
    if (typeof value === "function")
      element.addEventListener(name.slice(2), (event) => void contain(() => value(event)));
    else if (value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flatMap((child) => child ?? []));
  return element;
}

/** A 16 px line drawing, hidden from assistive technology: the button that holds it has the name. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const ICONS = {
  up: "M8 4 13 11H3Z",
  close: "m4 4 8 8m0-8-8 8",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2L14 14",
  plus: "M8 3v10M3 8h10",
  back: "M9.5 3.5 5 8l4.5 4.5",
  talk: "M2.5 3.5h11v7.5H7.5L4.5 13.5V11h-2Z",
} as const;

/** Text of an element, touched only when it differs: the list is redrawn on every frame. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Runs it now; a failure of ours must not reach the host page's error handlers. */
export async function contain(action: () => void | Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    // Debug level is hidden by default, and there is no other place on a foreign page.
    console.debug("groundswell", error);
  }
}

/** `action` once typing pauses. */
export function later(action: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => void contain(action), TYPING_PAUSE_MS);
  };
}
