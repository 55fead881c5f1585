/** What stands above the list: the search field, the button for a new idea, the orders to choose from. */
import { SEARCH_CHARS_MAX } from "../../../limits.ts";
import type { BoardStore } from "./board-store.ts";
import { ICONS, icon, later, make } from "./element.ts";

const SORTS = { vote_count: "Top", trending: "Trending", created_at: "New" } as const;

/** `load` reads the list for what the field and the state's order say. */
export function openTools(store: BoardStore, load: () => Promise<void>, onWrite: () => Promise<void>) {
  const field = make("input", {
    class: "field",
    type: "search",
    placeholder: "Search ideas",
    "aria-label": "Search ideas",
    maxlength: SEARCH_CHARS_MAX,
    oninput: later(load),
  });
  const sorts = Object.entries(SORTS).map(([sort, label]) =>
    make("button", { name: sort, onclick: () => sortBy(sort as keyof typeof SORTS) }, label),
  );
  const write = make("button", { class: "main", onclick: onWrite }, icon(ICONS.plus), "New idea");
  const element = make(
    "div",
    "tools",
    make("div", "find", icon(ICONS.search), field),
    write,
    make("div", { class: "sorts", role: "group", "aria-label": "Sort by" }, ...sorts),
  );

  function sortBy(sort: keyof typeof SORTS): Promise<void> {
    store.set({ ...store.get(), sort });
    return load();
  }

  return {
    element,
    field,
    write,
    draw(): void {
      for (const button of sorts) button.ariaPressed = String(button.name === store.get().sort);
    },
  };
}
