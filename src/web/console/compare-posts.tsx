/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The form that puts posts side by side by hand: what a search of titles finds, to tick, and a field for numbers. */
import type { Board } from "../../protocol/rest/boards.ts";
import type { SimilarFeedback } from "../../protocol/rest/similar.ts";
import { formatCounted } from "../page/format.ts";
import { type DuplicatesView, teamPath } from "./address.ts";
import { Action, Summary, TextField } from "./fields.tsx";
import { type Attempt, type Fill, fillOf } from "./fill.ts";
import type { Team } from "./frame.tsx";
import { Section } from "./parts.tsx";

type CompareProps = {
  readonly team: Team;
  readonly boards: readonly Board[];
  readonly view: DuplicatesView;
  /** Null: nothing was searched for. */
  readonly found: readonly SimilarFeedback[] | null;
  readonly attempt: Attempt | null;
};

export function ComparePosts({ team, boards, view, found, attempt }: CompareProps) {
  const fill = fillOf(attempt, "compare");
  const names = new Map(boards.map(({ slug, name }) => [slug, name]));
  return (
    <Section
      id="compare"
      heading="Put posts side by side"
      lead="You know of two that are the same? Look for them, or give their numbers; the last part of a post’s address is its number."
    >
      <form method="get" action={`${teamPath(team.slug, "duplicates")}#compare`} class="side-search" role="search">
        <label for="compare-title">Words of their titles</label>
        <div class="joined-row">
          <input
            id="compare-title"
            name="title"
            type="search"
            value={view.title ?? ""}
            maxlength={200}
            autocomplete="off"
          />
          <button class="secondary">Search</button>
        </div>
      </form>
      <form method="post" class="after">
        <Action name="compare" />
        <Summary form="compare" fill={fill} labels={{ numbers: "Numbers" }} />
        <Found found={found} names={names} fill={fill} />
        <TextField
          form="compare"
          name="numbers"
          label="Numbers"
          hint="Such as 12, 48. They may be on different boards."
          optional
          fill={fill}
          maxlength={2_000}
        />
        <p class="group-acts">
          <button class="secondary small">Put side by side</button>
        </p>
      </form>
    </Section>
  );
}

function Found({
  found,
  names,
  fill,
}: {
  readonly found: CompareProps["found"];
  readonly names: ReadonlyMap<string, string>;
  readonly fill: Fill;
}) {
  if (found === null) return null;
  if (found.length === 0) return <p class="hint">No post has words like these.</p>;
  return (
    <fieldset>
      <legend>Found</legend>
      {found.map(({ id, title, board, voteCount }) => (
        <div class="tick">
          <input
            type="checkbox"
            id={`pick-${String(id)}`}
            name={`pick-${String(id)}`}
            checked={fill.values[`pick-${String(id)}`] !== undefined}
            aria-describedby={`pick-${String(id)}-says`}
          />
          <div>
            <label for={`pick-${String(id)}`}>{title}</label>
            <p class="hint" id={`pick-${String(id)}-says`}>
              #{id} · {names.get(board) ?? board} · {formatCounted(voteCount, "vote")}
            </p>
          </div>
        </div>
      ))}
    </fieldset>
  );
}
