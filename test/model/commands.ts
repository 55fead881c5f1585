/** The commands of the model test, as fast-check draws them. Items and people are named by number, so that any subsequence is a test too. */
import fc from "fast-check";
import { MODERATION_ACTIONS, type ModerationAction } from "../../src/protocol/rest/moderation.ts";
import type { Changes, Draft, Filter } from "../support/model.ts";
import { MODERATION_STATES, type Sort, SORTS, STATUSES } from "../../src/protocol/rest/feedback.ts";

export const BOARDS = ["ideas", "bugs"] as const;
export const PEOPLE = ["ada", "bob", "cléo", "dan"] as const;
export const CATEGORIES = ["api", "UI & design"] as const;
const WORDS = [
  "dark",
  "darkness",
  "export",
  "Éxporter",
  "csv",
  "CSV2",
  "mode",
  "naïve",
  "日本",
  "a",
  "NEAR",
  "7",
] as const;
export const COMMENT_ACTIONS = ["approve", "reject", "spam"] as const;
type CommentAction = (typeof COMMENT_ACTIONS)[number];
const HOUR_MS = 60 * 60 * 1_000;

export type Over = "rest" | "socket";
export type Command = { readonly afterMs: number } & (
  | { readonly kind: "create"; readonly board: string; readonly draft: Draft; readonly author: string | null }
  | { readonly kind: "edit"; readonly at: number; readonly changes: Changes }
  | { readonly kind: "delete"; readonly at: number }
  | {
      readonly kind: "vote";
      readonly at: number;
      readonly person: string;
      readonly weight: number | null;
      readonly over: Over;
      /** A retry whose first try had arrived. */ readonly twice: boolean;
    }
  | { readonly kind: "unvote"; readonly at: number; readonly person: string; readonly over: Over }
  | {
      readonly kind: "list";
      readonly board: string;
      readonly sort: Sort;
      readonly filter: Filter;
      readonly limit: number;
    }
  | { readonly kind: "board-create" | "board-delete"; readonly board: string }
  | {
      readonly kind: "comment";
      readonly at: number;
      readonly person: string;
      /** The one that it replies to, counted among all that were written; null: none. */ readonly under: number | null;
      readonly isInternal: boolean;
    }
  | { readonly kind: "comment-delete"; readonly comment: number }
  | { readonly kind: "moderate"; readonly at: readonly number[]; readonly action: ModerationAction }
  | { readonly kind: "moderate-comment"; readonly comment: number; readonly action: CommentAction }
  | { readonly kind: "merge"; readonly at: number; readonly into: number }
  | { readonly kind: "unmerge"; readonly at: number }
  | {
      readonly kind: "plan";
      readonly at: number;
      readonly phase: number;
      /** Stands right before the one of that place in the phase; null: at the end. */ readonly before: number | null;
    }
  | { readonly kind: "unplan"; readonly at: number }
  | { readonly kind: "evict"; readonly webSockets: "close" | "hibernate" }
  | { readonly kind: "alarm" }
);

const board = fc.constantFrom(...BOARDS);
const person = fc.constantFrom(...PEOPLE);
const category = fc.constantFrom(...CATEGORIES);
const over = fc.constantFrom<Over[]>("rest", "socket");
const twice = fc.nat({ max: 4 }).map((drawn) => drawn === 0);
const at = fc.nat({ max: 30 });
const words = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((list) => list.join(" "));
const afterMs = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 12, arbitrary: fc.constant(250) },
  { weight: 1, arbitrary: fc.constantFrom(HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS) },
);
/** Fields that were not drawn are left out, as a client would. */
const optional: { requiredKeys: [] } = { requiredKeys: [] };
const changes = fc
  .oneof(
    {
      weight: 2,
      arbitrary: fc.record(
        { title: words, description: words, category: fc.option(category), status: fc.constantFrom(...STATUSES) },
        optional,
      ),
    },
    { weight: 1, arbitrary: fc.record({ pinned: fc.boolean() }) },
    // Half of all that was hidden comes back.
    {
      weight: 2,
      arbitrary: fc.record(
        { isHidden: fc.boolean(), moderationState: fc.constantFrom("approved", ...MODERATION_STATES) },
        optional,
      ),
    },
  )
  .filter((drawn) => Object.keys(drawn).length > 0);
const filter = fc.record({ status: fc.constantFrom(...STATUSES), category, q: words }, optional);

const weighted = (weight: number, arbitrary: fc.Arbitrary<unknown>) => ({ weight, arbitrary });
const kind = <K extends Command["kind"]>(name: K) => fc.constant(name);

const create = fc.record({
  afterMs,
  kind: kind("create"),
  board,
  draft: fc.record({ title: words, description: words, category }, { requiredKeys: ["title"] }),
  author: fc.option(person),
});

const command = fc.oneof(
  weighted(6, create),
  weighted(5, fc.record({ afterMs, kind: kind("edit"), at, changes })),
  weighted(1, fc.record({ afterMs, kind: kind("delete"), at })),
  weighted(12, fc.record({ afterMs, kind: kind("vote"), at, person, weight: fc.constant(null), over, twice })),
  weighted(
    3,
    fc.record({
      afterMs,
      kind: kind("vote"),
      at,
      person,
      weight: fc.integer({ min: 1, max: 1_000 }),
      over: fc.constant("rest"),
      twice,
    }),
  ),
  weighted(9, fc.record({ afterMs, kind: kind("unvote"), at, person, over })),
  weighted(
    3,
    fc.record({
      afterMs,
      kind: kind("list"),
      board,
      sort: fc.constantFrom(...SORTS),
      filter,
      limit: fc.integer({ min: 1, max: 7 }),
    }),
  ),
  weighted(
    4,
    fc.record({
      afterMs,
      kind: kind("comment"),
      at,
      person,
      under: fc.option(fc.nat({ max: 8 })),
      isInternal: fc.nat({ max: 3 }).map((drawn) => drawn === 0),
    }),
  ),
  weighted(2, fc.record({ afterMs, kind: kind("comment-delete"), comment: fc.nat({ max: 8 }) })),
  weighted(
    2,
    fc.record({
      afterMs,
      kind: kind("moderate"),
      at: fc.uniqueArray(at, { minLength: 1, maxLength: 3 }),
      action: fc.constantFrom(...MODERATION_ACTIONS, "approve", "unhide"),
    }),
  ),
  weighted(
    4,
    fc.record({
      afterMs,
      kind: kind("moderate-comment"),
      comment: fc.nat({ max: 8 }),
      action: fc.constantFrom(...COMMENT_ACTIONS),
    }),
  ),
  weighted(7, fc.record({ afterMs, kind: kind("merge"), at, into: at })),
  weighted(4, fc.record({ afterMs, kind: kind("unmerge"), at })),
  weighted(
    7,
    fc.record({ afterMs, kind: kind("plan"), at, phase: fc.nat({ max: 2 }), before: fc.option(fc.nat({ max: 3 })) }),
  ),
  weighted(1, fc.record({ afterMs, kind: kind("unplan"), at })),
  weighted(1, fc.record({ afterMs, kind: kind("board-create"), board })),
  weighted(1, fc.record({ afterMs, kind: kind("board-delete"), board })),
  weighted(1, fc.record({ afterMs, kind: kind("evict"), webSockets: fc.constantFrom("close", "hibernate") })),
  weighted(1, fc.record({ afterMs, kind: kind("alarm") })),
) as fc.Arbitrary<Command>;

/** So many posts at the least, and commands after them. */
const POSTS_MIN = 5;

/** `most`: commands of a run. They begin with posts, so that there is something to do something to. */
export function sequences(most: number): fc.Arbitrary<readonly Command[]> {
  const posts = fc.array(create, { minLength: POSTS_MIN, maxLength: 2 * POSTS_MIN }) as fc.Arbitrary<Command[]>;
  const commands = fc.array(command, { minLength: most / 4, maxLength: most, size: "max" });
  return fc.tuple(posts, commands).map(([first, then]) => [...first, ...then]);
}
