/**
 * The floating button and the panel it opens: a modal dialog in the top layer, so that no z-index, transform or overflow of the
 * host page can cover or clip it. Trapping and returning focus, and Esc, are the dialog's own.
 */
import { openBoardView } from "./board-view.ts";
import type { BoardPlace, BoardView } from "./board-view.ts";
import { ICONS, icon, make } from "./element.ts";
import { lookRoot } from "./look.ts";
import type { Look } from "./look.ts";
import { adoptStyles } from "./styles.ts";

const LABEL = "Feedback";
/** A panel that is closed for so long gives its socket back; opened again it goes on from the last seq. */
const SLEEP_AFTER_MS = 30_000;

export type Panel = { readonly open: () => void; readonly close: () => void };

export function openPanel(place: BoardPlace, look: Look): Panel {
  const { label = LABEL } = look;
  let view: BoardView | undefined;
  let sleeping: ReturnType<typeof setTimeout> | undefined;

  const host = document.createElement("groundswell-widget");
  const shadow = host.attachShadow({ mode: "open" });
  adoptStyles(shadow);
  const dialog = make("dialog", {
    class: "panel",
    "aria-labelledby": "heading",
    onclose: () => {
      clearTimeout(sleeping);
      sleeping = setTimeout(() => view?.sleep(), SLEEP_AFTER_MS);
    },
    onclick: (event: Event) => {
      if (event.target === dialog) dialog.close();
    },
  });
  const button = make(
    "button",
    { class: "main open", "aria-haspopup": "dialog", onclick: open },
    icon(ICONS.talk),
    label,
  );
  const root = lookRoot(look, "floating");
  root.append(button, dialog);
  shadow.append(root);
  document.body.append(host);

  function open(): void {
    if (dialog.open) return;
    clearTimeout(sleeping);
    if (view === undefined) {
      view = openBoardView(place, label, () => dialog.close());
      dialog.append(view.element);
    }
    dialog.showModal();
    // The heading, not the first control: a screen reader says where one is, and no keyboard pops up on a phone.
    shadow.getElementById("heading")?.focus();
    view.wake();
  }

  return { open, close: () => dialog.close() };
}
