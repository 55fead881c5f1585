/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Likely duplicates side by side, with what can be decided about them; what was decided; and a form that puts posts side by side. Works without script. */
import type { Board } from "../../protocol/rest/boards.ts";
import {
  type DuplicateGroup,
  type DuplicateItem,
  GROUP_STATUSES,
  type GroupStatus,
} from "../../protocol/rest/duplicates.ts";
import type { MergedItem } from "../../protocol/rest/merges.ts";
import type { SimilarFeedback } from "../../protocol/rest/similar.ts";
import { itemPath } from "../page/address.ts";
import { formatCounted, shorten, statusLabel } from "../page/format.ts";
import { plainText } from "../page/markdown.tsx";
import { ComparePosts } from "./compare-posts.tsx";
import { duplicatesPath, type DuplicatesView } from "./address.ts";
import { Action, Summary } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { type Shell, type Team, TeamPage } from "./frame.tsx";
import { Empty, Section, When } from "./parts.tsx";

const EXCERPT_CHARS = 320;

type DuplicatesProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly view: DuplicatesView;
  readonly groups: readonly DuplicateGroup[];
  readonly next: string | null;
  readonly boards: readonly Board[];
  /** Null: nothing was searched for. */
  readonly found: readonly SimilarFeedback[] | null;
  /** Null: no item was asked for. */
  readonly merged: readonly MergedItem[] | null;
  readonly attempt: Attempt | null;
};

const TABS: Readonly<Record<GroupStatus, { readonly tab: string; readonly empty: string; readonly says: string }>> = {
  suggested: {
    tab: "Suggested",
    empty: "No duplicates in sight",
    says: "A few minutes after a post is shown it is compared with all others. What looks the same stands here.",
  },
  confirmed: {
    tab: "Merged",
    empty: "Nothing was merged here yet",
    says: "Groups that you merge stay here, so that a post can be taken out again.",
  },
  dismissed: {
    tab: "Not the same",
    empty: "Nothing was dismissed",
    says: "What you say is not the same stays here, and is not suggested again.",
  },
};

export function DuplicatesPage(props: DuplicatesProps) {
  const { shell, team, view, groups, next, attempt } = props;
  const { empty, says } = TABS[view.status];
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="duplicates"
      title="Duplicates"
      lead="Posts that say the same become one: every voter counts once, and the others lead there."
    >
      <Summary form="page" fill={fillOf(attempt, "page")} />
      <nav class="tabs" aria-label="Groups">
        <ul>
          {GROUP_STATUSES.map((status) => (
            <li>
              <a
                href={duplicatesPath(team.slug, { status })}
                aria-current={status === view.status ? "page" : undefined}
              >
                {TABS[status].tab}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <MergedInto {...props} />
      {groups.length === 0 ? (
        <Empty heading={empty}>{says}</Empty>
      ) : (
        groups.map((group) => <Group {...props} group={group} />)
      )}
      {next === null ? null : (
        <nav class="after" aria-label="Pages">
          <a rel="next" href={duplicatesPath(team.slug, { status: view.status, cursor: next })}>
            Older groups
          </a>
        </nav>
      )}
      <ComparePosts team={team} boards={props.boards} view={view} found={props.found} attempt={attempt} />
    </TeamPage>
  );
}

type GroupProps = DuplicatesProps & { readonly group: DuplicateGroup };

function Group(props: GroupProps) {
  const { shell, group } = props;
  const id = `group-${String(group.id)}`;
  const isOpen = group.status === "suggested";
  return (
    <section class="card" aria-labelledby={id} data-group={String(group.id)}>
      <header class="group-head">
        <h2 id={id}>{formatCounted(group.items.length, "post")}</h2>
        <p class="entry-facts">
          <span>{alike(group)}</span>
          <span>
            {isOpen ? "" : `${TABS[group.status].tab.toLowerCase()} `}
            <When at={group.decidedAt ?? group.createdAt} nowMs={shell.nowMs} />
          </span>
        </p>
      </header>
      {isOpen ? (
        <form method="post">
          <input type="hidden" name="group" value={String(group.id)} />
          <fieldset class="sides">
            <legend class="vh">Which one stays? The others are merged into it.</legend>
            {group.items.map((item, index) => (
              <Side {...props} item={item} checked={index === 0} />
            ))}
          </fieldset>
          <div class="group-acts">
            <button class="primary small" name="action" value="confirm">
              Merge into the chosen one
            </button>
            <button class="secondary small" name="action" value="dismiss">
              Not the same
            </button>
          </div>
        </form>
      ) : (
        <div class="sides">
          {group.items.map((item) => (
            <Side {...props} item={item} checked={null} />
          ))}
        </div>
      )}
    </section>
  );
}

function alike({ score }: DuplicateGroup): string {
  return score === 1 ? "put together by hand" : `${String(Math.round(score * 100))} % alike`;
}

/** `checked` null: nothing is to be chosen. */
function Side({
  team,
  shell,
  boards,
  group,
  item,
  checked,
}: GroupProps & { item: DuplicateItem; checked: boolean | null }) {
  const id = `into-${String(group.id)}-${String(item.id)}`;
  return (
    <div class="side-item" data-item={String(item.id)}>
      {checked === null ? null : (
        <p class="side-choice">
          <input type="radio" name="intoId" id={id} value={String(item.id)} checked={checked} />
          <label for={id}>
            This one stays<span class="vh"> {item.title}</span>
          </label>
        </p>
      )}
      <h3>
        <a href={itemPath({ workspace: team.slug, board: item.board }, item.id)}>{item.title}</a>
      </h3>
      <p class="side-votes">
        <strong>{item.voteCount}</strong> {item.voteCount === 1 ? "vote" : "votes"}
      </p>
      {item.excerpt === "" ? (
        <p class="side-text quiet">No further description.</p>
      ) : (
        <p class="side-text">{shorten(plainText(item.excerpt), EXCERPT_CHARS)}</p>
      )}
      <p class="entry-facts">
        <span>#{item.id}</span>
        <span>{boards.find(({ slug }) => slug === item.board)?.name ?? item.board}</span>
        <span>{statusLabel(item.status)}</span>
        <span>
          <When at={item.createdAt} nowMs={shell.nowMs} />
        </span>
        {item.commentCount === 0 ? null : <span>{formatCounted(item.commentCount, "comment")}</span>}
        {item.mergedCount === 0 ? null : <span>{formatCounted(item.mergedCount, "post")} merged in</span>}
      </p>
      <Flags item={item} />
      {item.mergedInto === null || group.status === "suggested" ? null : <TakeOut item={item} of={undefined} />}
    </div>
  );
}

function Flags({ item }: { readonly item: Pick<DuplicateItem, "isHidden" | "moderationState" | "mergedInto"> }) {
  const { isHidden, moderationState, mergedInto } = item;
  if (!isHidden && moderationState === "approved" && mergedInto === null) return null;
  return (
    <p class="side-flags">
      {isHidden ? <span class="badge warn">hidden</span> : null}
      {moderationState === "approved" ? null : <span class="badge warn">{moderationState}</span>}
      {mergedInto === null ? null : <span class="badge good">merged into #{mergedInto}</span>}
    </p>
  );
}

type TakeOutProps = {
  readonly item: { readonly board: string; readonly id: number; readonly title: string };
  readonly of: DuplicatesView["of"] | undefined;
};

function TakeOut({ item, of }: TakeOutProps) {
  const back = of === undefined ? {} : { of: `${of.board}/${String(of.id)}` };
  return (
    <form method="post" class="side-out">
      <Action name="unmerge" fields={{ item: `${item.board}/${String(item.id)}`, ...back }} />
      <button class="secondary small">
        Take out again<span class="vh"> {item.title}</span>
      </button>
    </form>
  );
}

/** What was merged into one item, however it was. */
function MergedInto({ team, boards, view, merged }: DuplicatesProps) {
  const { of } = view;
  if (merged === null || of === undefined) return null;
  const target = itemPath({ workspace: team.slug, board: of.board }, of.id);
  return (
    <Section id="merged-into" heading={`Merged into #${String(of.id)}`} lead={<a href={target}>See it on its board</a>}>
      {merged.length === 0 ? (
        <p class="hint">Nothing is merged into it.</p>
      ) : (
        <ul class="rows">
          {merged.map((item) => (
            <li class="entry" data-merged={String(item.id)}>
              <div class="entry-main">
                <p class="entry-title">{item.title}</p>
                <p class="entry-facts">
                  <span>#{item.id}</span>
                  <span>{boards.find(({ slug }) => slug === item.board)?.name ?? item.board}</span>
                  <span>{formatCounted(item.voteCount, "vote")} of its own</span>
                  {item.isHidden === true ? <span class="badge warn">hidden</span> : null}
                </p>
              </div>
              <TakeOut item={item} of={of} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
