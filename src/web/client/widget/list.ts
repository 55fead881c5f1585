/** The list of items on screen: rows keyed by id, moved rather than rebuilt, so that focus, scroll and expanded text stay. */
import type { Feedback } from "../api.ts";
import { make, mayMove } from "./element.ts";
import { openRow } from "./row.ts";
import type { Row } from "./row.ts";

const MOVE_MS = 320;

export type List = {
  readonly element: HTMLUListElement;
  readonly draw: (items: readonly Feedback[], voted: (id: number) => boolean) => void;
  /** Draws the eye to a row: the visitor's new item, and what appears live. */
  readonly point: (id: number, focus: boolean) => void;
  /** Someone is pointing at or moving in it: rows should not jump away. */
  readonly inUse: () => boolean;
};

export function openList(onVote: (id: number, voted: boolean) => void, label: string): List {
  const shown = new Map<number, Row>();
  const element = make("ul", { role: "list", "aria-label": label });

  function draw(items: readonly Feedback[], voted: (id: number) => boolean): void {
    const before = shown.size > 0 && mayMove() ? tops() : new Map<number, number>();
    const kept = new Set(items.map((item) => item.id));
    for (const [id, { element: gone }] of shown) {
      if (kept.has(id)) continue;
      gone.remove();
      shown.delete(id);
    }
    let moved = false;
    items.forEach((item, index) => {
      const row = rowOf(item);
      row.draw(item, voted(item.id));
      const there = element.children[index];
      if (there === row.element) return;
      element.insertBefore(row.element, there ?? null);
      moved = true;
    });
    if (moved) glide(before);
  }

  function rowOf(item: Feedback): Row {
    const row = shown.get(item.id) ?? openRow(item, onVote);
    shown.set(item.id, row);
    return row;
  }

  function tops(): Map<number, number> {
    return new Map([...shown].map(([id, row]) => [id, row.element.offsetTop]));
  }

  /** Rows travel from where they were (FLIP): the eye can follow what overtook what. */
  function glide(before: ReadonlyMap<number, number>): void {
    for (const [id, top] of before) {
      const row = shown.get(id)?.element;
      const by = row === undefined ? 0 : top - row.offsetTop;
      if (by !== 0) {
        row?.animate([{ transform: `translateY(${String(by)}px)` }, { transform: "none" }], {
          duration: MOVE_MS,
          easing: "cubic-bezier(.2,.7,.2,1)",
        });
      }
    }
  }

  return {
    element,
    draw,
    point(id, focus) {
      const row = shown.get(id)?.element;
      if (row === undefined) return;
      row.classList.add("fresh");
      if (!focus) return;
      row.scrollIntoView({ block: "nearest" });
      row.querySelector<HTMLElement>(".title")?.focus();
    },
    inUse: () => element.matches(":hover") || element.matches(":focus-within"),
  };
}
