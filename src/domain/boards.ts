/** Boards: how many, and under which names. */
import { type Failure, failure, invalidField } from "../errors.ts";
import { isSlug } from "../ids.ts";
import { BOARDS_PER_WORKSPACE_MAX } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";

/** Errors: SLUG_TAKEN, LIMIT_REACHED. */
export function decideCreateBoard(taken: ReadonlySet<string>, slug: string): Result<null, Failure> {
  if (taken.has(slug)) return err(invalidField("slug", `a board "${slug}" exists`, "SLUG_TAKEN"));
  if (taken.size >= BOARDS_PER_WORKSPACE_MAX) {
    return err(failure("LIMIT_REACHED", `A workspace has at most ${String(BOARDS_PER_WORKSPACE_MAX)} boards.`));
  }
  return ok(null);
}

/** "feature-requests" → "Feature requests": the name of what a first post creates. Null for a slug that may not be created. */
export function nameFromSlug(slug: string): string | null {
  if (!isSlug(slug)) return null;
  const words = slug.replaceAll("-", " ").trim();
  return words === "" ? slug : words.charAt(0).toUpperCase() + words.slice(1);
}
