/** The element inside a shadow root that carries the tokens, and what a host page may set of them. */
import { make } from "./element.ts";

export type Look = { readonly [name in "theme" | "accent" | "position" | "label"]?: string | undefined };

export function lookRoot(look: Look, kind: string): HTMLDivElement {
  const root = make("div", { class: `gs ${kind}` });
  applyLook(root, look);
  return root;
}

/** Unknown values mean the default. An accent has to be a CSS colour; the colours that go with it are worked out from it. */
export function applyLook(root: HTMLElement, { theme, accent, position }: Look): void {
  root.dataset["theme"] = theme === "light" || theme === "dark" ? theme : "auto";
  root.dataset["position"] = position === "left" ? "left" : "right";
  if (!accent || !CSS.supports("color", accent)) return;
  const colours = {
    "": accent,
    "-hover": `color-mix(in oklab,${accent} 88%,#000)`,
    "-text": `light-dark(oklch(from ${accent} min(l,.48) c h),oklch(from ${accent} max(l,.8) c h))`,
    "-soft": `color-mix(in oklab,${accent} 12%,var(--gs-bg))`,
    "-line": `color-mix(in oklab,${accent} 40%,var(--gs-bg))`,
  };
  for (const [name, value] of Object.entries(colours)) root.style.setProperty(`--gs-accent${name}`, value);
  // Black or white, whichever reads better: the two contrasts meet near this lightness.
  root.style.setProperty("--gs-on-accent", `oklch(from ${accent} clamp(0,(.6 - l)*999,1) 0 0)`);
}
