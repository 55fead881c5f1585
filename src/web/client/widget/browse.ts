/** What stands under the tools: the rows, "Show more", and what is there in place of rows: a skeleton, or a note that says why. */
import { hasVoted, rows } from "../board-state.ts";
import type { BoardState } from "../board-state.ts";
import { make, setText } from "./element.ts";
import { openList } from "./list.ts";
import type { Progress } from "./reading.ts";

const SKELETON = ["bone", "bone", "bone", "bone"];

export type BrowseOptions = {
  readonly label: string;
  readonly onVote: (id: number, voted: boolean) => void;
  readonly onMore: () => Promise<void>;
  /** The note's button: try again, or post what was searched for. */
  readonly onAct: () => Promise<void> | void;
};

export function openBrowse({ label, onVote, onMore, onAct }: BrowseOptions) {
  const list = openList(onVote, label);
  const bones = make("div", "", ...SKELETON.map((name) => make("div", name)));
  const noted = make("b");
  const advice = make("span");
  const act = make("button", { class: "plain", onclick: onAct });
  const note = make("div", { class: "note", role: "alert" }, noted, advice, act);
  const more = make("button", { class: "plain more", onclick: onMore }, "Show more");

  return {
    element: make("div", "", list.element, bones, note, more),
    list,
    draw(state: BoardState, { busy, failure }: Progress, query: string): void {
      const items = rows(state);
      list.draw(items, (id) => hasVoted(state, id));
      list.element.ariaBusy = String(busy);
      bones.hidden = !busy || items.length > 0;
      more.hidden = state.nextCursor === null;
      note.hidden = failure === undefined && (busy || items.length > 0);
      act.hidden = failure === undefined && query === "";
      const searched = query && `Nothing matches “${query}”.`;
      setText(noted, failure ? "The ideas could not be loaded." : searched || "No ideas yet.");
      setText(advice, failure?.message ?? "Post yours, and others can vote for it.");
      setText(act, failure ? "Try again" : "Post this idea");
    },
  };
}
