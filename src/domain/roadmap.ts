/** Where things stand on a roadmap: items by positions with gaps between them, phases by their rank. */
import { ROADMAP_POSITION_GAP } from "../limits.ts";
import type { RoadmapColumn, RoadmapQuery } from "../protocol/rest/roadmap.ts";

/** A position between two others (null: there is none on that side); null: no whole number is left between them, and the phase must be numbered anew. */
export function positionBetween(before: number | null, after: number | null): number | null {
  if (before === null) return after === null ? 0 : after - ROADMAP_POSITION_GAP;
  if (after === null) return before + ROADMAP_POSITION_GAP;
  const middle = Math.floor((before + after) / 2);
  return middle === before ? null : middle;
}

/** The ids with one of them at another rank; past the last is the last. */
export function ranked(ids: readonly number[], id: number, rank: number): number[] {
  return ids.filter((other) => other !== id).toSpliced(rank, 0, id);
}

/** What a public text may tell: cut where it is too long, not within a character. */
export function excerptOf(text: string, chars: number): string {
  return text.length <= chars
    ? text
    : `${text
        .slice(0, chars)
        .replace(/[\uD800-\uDBFF]$/u, "")
        .trimEnd()}…`;
}

/** Only linked feedback of that board and category; every phase stays. */
export function narrowed(
  columns: readonly RoadmapColumn[],
  { board, category }: RoadmapQuery,
): readonly RoadmapColumn[] {
  if (board === undefined && category === undefined) return columns;
  return columns.map((column) => ({
    ...column,
    items: column.items.filter(
      (item) => (board === undefined || item.board === board) && (category === undefined || item.category === category),
    ),
  }));
}
