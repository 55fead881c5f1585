/** The element inside a shadow root that carries the tokens, and what a host page may set of them. */
import { make } from "./element.ts";

export type Look = { readonly [name in "theme" | "accent" | "position" | "label"]?: string | undefined };

/** Unknown values mean the default. An accent has to be a CSS colour; the stylesheet works out what goes with it. */
export function lookRoot({ theme, accent, position }: Look, kind: string): HTMLDivElement {
  const root = make("div", { class: `gs ${kind}`, "data-theme": theme, "data-position": position });
  if (accent && CSS.supports("color", accent)) root.style.setProperty("--gs-accent", accent);
  return root;
}
