/** The list of items on screen: rows keyed by id, moved rather than rebuilt, so that focus, scroll and expanded text stay. */
import type { Feedback } from "../api.ts";
import { make } from "./element.ts";
import { openRow } from "./row.ts";
import type { Row } from "./row.ts";

export type List = {
  readonly element: HTMLUListElement;
  readonly draw: (items: readonly Feedback[], voted: (id: number) => boolean) => void;
  /** Puts the visitor on a row: their own new item. */
  readonly point: (id: number) => void;
  /** Someone is pointing at or moving in it: rows should not jump away. */
  readonly inUse: () => boolean;
};

export function openList(onVote: (id: number, voted: boolean) => void, label: string): List {
  const shown = new Map<number, Row>();
  const element = make("ul", { role: "list", "aria-label": label });

  function draw(items: readonly Feedback[], voted: (id: number) => boolean): void {
    const gone = new Set(shown.keys());
    const fresh = shown.size > 0;
    items.forEach((item, index) => {
      const { id } = item;
      let row = shown.get(id);
      if (row === undefined) {
        row = openRow(id, onVote, fresh && index < shown.size);
        shown.set(id, row);
      }
      gone.delete(id);
      row.draw(item, voted(id));
      const there = element.children[index];
      if (there !== row.element) element.insertBefore(row.element, there ?? null);
    });
    for (const id of gone) {
      shown.get(id)?.element.remove();
      shown.delete(id);
    }
  }

  return {
    element,
    draw,
    point: (id) => shown.get(id)?.element.querySelector<HTMLElement>(".title")?.focus(),
    inUse: () => element.matches(":hover,:focus-within"),
  };
}
