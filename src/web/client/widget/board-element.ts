/** `<groundswell-board workspace="acme" board="ideas">`: the same board inline. Attributes are read once; its place on the page may change. */
import { openBoardView } from "./board-view.ts";
import type { BoardView } from "./board-view.ts";
import { contain } from "./element.ts";
import { lookRoot } from "./look.ts";
import { adoptStyles } from "./styles.ts";

const NAME = "groundswell-board";
const LABEL = "Ideas";
const ATTRIBUTES = ["workspace", "board", "host", "theme", "accent", "label"];

/** `origin`: of the widget's script, and of the server when the element does not say (`host="https://…"`). */
export function defineBoard(origin: string): void {
  if (customElements.get(NAME) !== undefined) return;

  customElements.define(
    NAME,
    class extends HTMLElement {
      #view: BoardView | undefined;

      connectedCallback(): void {
        void contain(() => {
          this.#view ??= this.#build();
          this.#view.wake();
        });
      }

      disconnectedCallback(): void {
        this.#view?.sleep();
      }

      #build(): BoardView {
        const [workspace = "", board = "", host = origin, theme, accent, label = LABEL] = ATTRIBUTES.map(
          (name) => this.getAttribute(name) ?? undefined,
        );
        const shadow = this.attachShadow({ mode: "open" });
        adoptStyles(shadow);
        const view = openBoardView({ origin: new URL(host).origin, scripts: origin, workspace, board }, label);
        const root = lookRoot({ theme, accent }, "inline");
        root.append(view.element);
        shadow.append(root);
        return view;
      }
    },
  );
}
