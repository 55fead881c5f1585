/** Ideas that may already say what someone is typing: those of this board to vote for, those of others as links. */
import { STATUS_LOOK } from "../core-tokens.ts";
import { announcement, latestOnly } from "../similar-asked.ts";
import { make, setText } from "./element.ts";
import type { BoardSide, SimilarIdea } from "./form-port.ts";

export function openSimilar(side: BoardSide) {
  const ask = latestOnly(side.search);
  const says = make("p", { role: "status" });
  const elsewhere = make("ul", { role: "list", "aria-label": "Similar ideas on other boards" });
  const element = make("section", "like", says, side.matches, elsewhere);

  function show(ideas: readonly SimilarIdea[]): void {
    const others = ideas.filter(({ board }) => board !== side.board);
    element.classList.toggle("some", ideas.length > 0);
    setText(says, announcement(ideas.length));
    elsewhere.replaceChildren(...others.map((idea) => link(side, idea)));
    side.showMatches(ideas.filter((idea) => !others.includes(idea)).map(({ id }) => id));
  }

  return {
    element,
    /** A later call gives up an earlier one, which then throws. */
    look: async (title: string): Promise<void> => show(await ask(title)),
    clear: (): void => show([]),
  };
}

function link({ origin, workspace }: BoardSide, { id, board, title, status, voteCount }: SimilarIdea): HTMLElement {
  const href = `${origin}/w/${workspace}/${board}/${id}`;
  const facts = [`${voteCount} vote${voteCount === 1 ? "" : "s"}`, STATUS_LOOK[status].label, `on ${board}`];
  return make(
    "li",
    "row",
    make(
      "div",
      "",
      make("a", { class: "title", href, target: "_blank", rel: "noopener" }, title),
      make("div", "meta", facts.join(" · ")),
    ),
  );
}
