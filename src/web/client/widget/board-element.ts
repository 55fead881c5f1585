/** `<groundswell-board workspace="acme" board="ideas">`: the same board inline. Attributes are read once; its place on the page may change. `<groundswell-roadmap workspace="acme">`: the roadmap. */
import { openBoardView } from "./board-view.ts";
import type { BoardView } from "./board-view.ts";
import { contain, make } from "./element.ts";
import { lookRoot } from "./look.ts";
import { adoptStyles } from "./styles.ts";

const NAME = "groundswell-board";
const LABEL = "Ideas";
const ROADMAP_PX = 720;
const ATTRIBUTES = ["workspace", "board", "host", "theme", "accent", "label"];

/** `origin`: of the widget's script, and of the server when the element does not say (`host="https://…"`). */
export function defineBoard(origin: string): void {
  if (customElements.get(NAME) !== undefined) return;

  // The server's own page in a frame takes next to nothing here.
  customElements.define(
    "groundswell-roadmap",
    class extends HTMLElement {
      connectedCallback(): void {
        const src = `${origin}/embed/${this.getAttribute("workspace")}/roadmap`;
        this.replaceChildren(
          make("iframe", { src, title: "Roadmap", width: "100%", height: ROADMAP_PX, frameborder: 0 }),
        );
      }
    },
  );
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
