/** When themes are found anew, and which of the groups found are themes that were there before. */
import { type Failure, invalidField } from "../errors.ts";
import { THEMES_ASKED_MS, THEMES_FROM_ITEMS, THEMES_REBUILD_MS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { type Centroid, type Group, similarity } from "./theme-clusters.ts";

/** A rebuild is worth it when so much of the text is new. */
const CHANGED_SHARE = 0.1;
const CHANGED_MIN = 10;
/** A theme that has moved further than this from where it was is another one. */
const SAME_SIMILARITY = 0.5;

export type Progress = {
  readonly isAsked: boolean;
  readonly changedItems: number;
  readonly rebuiltItems: number;
  readonly rebuiltAt: number | null;
};

/** Null: nothing calls for it. A time (ms) that may have passed. */
export function rebuildDueAt(
  { isAsked, changedItems, rebuiltItems, rebuiltAt }: Progress,
  items: number,
): number | null {
  if (isAsked) return rebuiltAt === null ? 0 : rebuiltAt + THEMES_ASKED_MS;
  if (rebuiltAt === null) return items >= THEMES_FROM_ITEMS ? 0 : null;
  const enough = Math.max(CHANGED_MIN, rebuiltItems * CHANGED_SHARE);
  return changedItems >= enough ? rebuiltAt + THEMES_REBUILD_MS : null;
}

/** A theme that a rebuild began from. `isFirm`: somebody named, pinned or merged it, or others into it; it stays whatever is found. */
export type Known = { readonly id: number; readonly isFirm: boolean; readonly centroid: Centroid };

export type Decision = { readonly group: Group; readonly id: number | null };

/** Which theme each group is; null: a new one. `known`: in the order in which they were seeds. */
export function decideThemes(groups: readonly Group[], known: readonly Known[]): readonly Decision[] {
  return groups.map((group) => {
    const before = known[group.origin];
    if (before === undefined) return { group, id: null };
    const isSame = before.isFirm || similarity(before.centroid, group.centroid) >= SAME_SIMILARITY;
    return { group, id: isSame ? before.id : null };
  });
}

/** Of a theme's items: the last one's place. */
export type ThemeCursor = { readonly score: number; readonly id: number };

export function encodeThemeCursor({ score, id }: ThemeCursor): string {
  return btoa(JSON.stringify(["theme", score, id]))
    .replaceAll("=", "")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** Errors: INVALID_CURSOR. */
export function decodeThemeCursor(text: string): Result<ThemeCursor, Failure> {
  const bad = err(invalidField("query.cursor", "is not a cursor of a theme's items", "INVALID_CURSOR"));
  try {
    const parts: unknown = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== "theme") return bad;
    const [, score, id] = parts as unknown[];
    if (typeof score !== "number" || !Number.isFinite(score) || !Number.isSafeInteger(id)) return bad;
    return ok({ score, id: id as number });
  } catch {
    return bad;
  }
}
