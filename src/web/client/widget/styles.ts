/**
 * The widget's stylesheet, adopted by every shadow root it makes (constructed, so a host page's `style-src` does not stop it). The
 * build hands in `widget.css` as text.
 */
import { CORE } from "../core-tokens.ts";
import widgetCss from "./widget.css";

let sheet: CSSStyleSheet | undefined;

export function adoptStyles(root: ShadowRoot): void {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(`.gs{${CORE}}${widgetCss}`);
  }
  root.adoptedStyleSheets = [sheet];
}
