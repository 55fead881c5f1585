/** The element inside a shadow root that carries the tokens, and what a host page may set of them. */
import { make } from "./element.ts";

export type Look = { readonly [name in "theme" | "accent" | "position" | "label"]?: string | undefined };

/** Unknown values mean the default. An accent has to be a CSS colour; what is written on it or in it is worked out from it. */
export function lookRoot({ theme, accent, position }: Look, kind: string): HTMLDivElement {
  const root = make("div", { class: `gs ${kind}`, "data-theme": theme, "data-position": position });
  if (accent && CSS.supports("color", accent)) {
    const set = (name: string, value: string): void => root.style.setProperty(`--gs-${name}`, value);
    set("accent", accent);
    set("accent-text", `light-dark(oklch(from ${accent} min(l,.48) c h),oklch(from ${accent} max(l,.8) c h))`);
    // Black or white, whichever reads better: the two contrasts meet near this lightness.
    set("on-accent", `oklch(from ${accent} clamp(0,(.6 - l)*999,1) 0 0)`);
  }
  return root;
}
