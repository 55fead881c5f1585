/** The picture of the widget on the branding page follows the colour and the logo as they are typed. */
import { inkOn } from "./ink.ts";

const COLOR = /^#[0-9a-f]{6}$/iu;

export function followBranding(): void {
  const drawing = document.querySelector("[data-preview]");
  const field = document.querySelector<HTMLInputElement>("[data-accent]");
  const swatch = document.querySelector<HTMLInputElement>("[data-swatch]");
  if (drawing === null || field === null || swatch === null) return;
  const standard = field.placeholder;
  field.addEventListener("input", () => {
    const typed = field.value.trim().toLowerCase();
    const color = typed === "" ? standard : typed;
    if (!COLOR.test(color)) return;
    swatch.value = color;
    paint(drawing, color);
  });
  swatch.addEventListener("input", () => {
    field.value = swatch.value;
    paint(drawing, swatch.value);
  });
  followLogo();
}

function followLogo(): void {
  const field = document.querySelector<HTMLInputElement>("[data-logo]");
  const image = document.querySelector<HTMLImageElement>("[data-preview-logo]");
  if (field === null || image === null) return;
  image.addEventListener("error", () => {
    image.hidden = true;
  });
  image.addEventListener("load", () => {
    image.hidden = false;
  });
  // On change, not with every letter: each would be a request to somebody's server.
  field.addEventListener("change", () => {
    image.hidden = true;
    if (URL.parse(field.value)?.protocol === "https:") image.src = field.value;
  });
}

function paint(drawing: Element, color: string): void {
  for (const part of drawing.querySelectorAll("[data-fill]")) part.setAttribute("fill", color);
  for (const part of drawing.querySelectorAll("[data-ink]")) part.setAttribute("fill", inkOn(color));
}
