/** `<groundswell-board workspace="acme" board="ideas">`: the same board inline. Attributes may change; its place on the page too. */
import { openBoardView } from "./board-view.ts";
import type { BoardView } from "./board-view.ts";
import { swallow } from "./element.ts";
import { lookRoot } from "./look.ts";
import { adoptStyles } from "./styles.ts";

const NAME = "groundswell-board";
const LABEL = "Ideas";

/** `origin` is the server's when the element does not say (`host="https://…"`). */
export function defineBoard(origin: string): void {
  if (customElements.get(NAME) !== undefined) return;

  customElements.define(
    NAME,
    class extends HTMLElement {
      static readonly observedAttributes = ["workspace", "board", "host", "theme", "accent", "label"];
      #view: BoardView | undefined;

      connectedCallback(): void {
        try {
          if (this.#view === undefined) this.#build();
          this.#view?.wake();
        } catch (error) {
          swallow(error);
        }
      }

      disconnectedCallback(): void {
        this.#view?.sleep();
      }

      attributeChangedCallback(): void {
        this.#view?.sleep();
        this.#view = undefined;
        if (this.isConnected) this.connectedCallback();
      }

      #build(): void {
        const read = (name: string): string => this.getAttribute(name)?.trim() ?? "";
        const [workspace, board] = [read("workspace"), read("board")];
        const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
        adoptStyles(shadow);
        if (workspace === "" || board === "") return;
        const place = { origin: new URL(read("host") || origin).origin, workspace, board };
        this.#view = openBoardView(place, read("label") || LABEL);
        const root = lookRoot({ theme: read("theme"), accent: read("accent") }, "inline");
        root.append(this.#view.element);
        shadow.replaceChildren(root);
      }
    },
  );
}
