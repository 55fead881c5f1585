/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The moderation queue: a tab for each state, a list to tick, and what can be decided. One form, which works without script; the script only ticks all at once. */
import { MODERATION_COUNT_MAX, SPAM_HELD_SCORE } from "../../limits.ts";
import type { Board } from "../../protocol/rest/boards.ts";
import {
  type ModerationAction,
  QUEUE_STATES,
  type QueueCounts,
  type QueueEntry,
  type QueueKind,
  type QueueState,
} from "../../protocol/rest/moderation.ts";
import { teamPath } from "./address.ts";
import { Action, Summary } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { type Shell, type Team, TeamPage } from "./frame.tsx";
import { Empty, When } from "./parts.tsx";

export type QueueView = {
  readonly state: QueueState;
  readonly kind?: QueueKind | undefined;
  readonly board?: string | undefined;
  readonly cursor?: string | undefined;
};

type ModerationProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly view: QueueView;
  readonly entries: readonly QueueEntry[];
  /** The next page's cursor; null: this is the last. */
  readonly next: string | null;
  readonly counts: QueueCounts;
  readonly boards: readonly Board[];
  readonly attempt: Attempt | null;
};

type StateWords = {
  readonly tab: string;
  readonly empty: string;
  readonly says: string;
  readonly actions: readonly Exclude<ModerationAction, "delete">[];
};
const STATES: Readonly<Record<QueueState, StateWords>> = {
  pending: {
    tab: "Waiting",
    empty: "Nothing waits",
    says: "What is held for you to look at stands here, the newest first.",
    actions: ["approve", "reject", "spam"],
  },
  spam: {
    tab: "Spam",
    empty: "No spam",
    says: "What you mark as spam stays here until you delete it.",
    actions: ["approve"],
  },
  rejected: {
    tab: "Rejected",
    empty: "Nothing was rejected",
    says: "What you reject stays here; you can still think better of it.",
    actions: ["approve", "spam"],
  },
  hidden: {
    tab: "Hidden",
    empty: "Nothing is hidden",
    says: "What was public and is hidden by your team stays here until somebody shows it again.",
    actions: ["unhide"],
  },
};
const ACTION_LABELS: Readonly<Record<Exclude<ModerationAction, "delete">, string>> = {
  approve: "Approve",
  reject: "Reject",
  spam: "Spam",
  hide: "Hide",
  unhide: "Show again",
};
/** Below the score that is held, and worth a word. */
const SUSPICIOUS_SCORE = 30;
const FORM_ID = "queue";

export function queuePath(workspace: string, view: QueueView, more: Readonly<Record<string, string>> = {}): string {
  const { state, kind, board } = view;
  const given = Object.entries({ state, kind, board, ...more }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return `${teamPath(workspace, "moderation")}?${new URLSearchParams(given).toString()}`;
}

export function ModerationPage(props: ModerationProps) {
  const { shell, team, view, entries, next, attempt } = props;
  const { empty, says } = STATES[view.state];
  return (
    <TeamPage shell={shell} team={team} section="moderation" title="Moderation">
      <Summary form="page" fill={fillOf(attempt, "page")} />
      <Tabs {...props} />
      <Filters {...props} />
      {entries.length === 0 ? (
        <Empty heading={empty}>
          {says}
          {view.state === "pending" ? (
            <>
              {" "}
              Who has to wait is up to the <a href={teamPath(team.slug, "settings")}>settings</a>.
            </>
          ) : null}
        </Empty>
      ) : (
        <Entries {...props} />
      )}
      {next === null ? null : (
        <nav class="after" aria-label="Pages">
          <a rel="next" href={queuePath(team.slug, view, { cursor: next })}>
            Older entries
          </a>
        </nav>
      )}
    </TeamPage>
  );
}

function Tabs({ team, view, counts }: ModerationProps) {
  return (
    <nav class="tabs" aria-label="States">
      <ul>
        {QUEUE_STATES.map((state) => (
          <li>
            <a href={queuePath(team.slug, { ...view, state })} aria-current={state === view.state ? "page" : undefined}>
              {STATES[state].tab} <span class="badge">{countWords(counts[state])}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function countWords(count: number): string {
  return count < MODERATION_COUNT_MAX ? String(count) : `${String(MODERATION_COUNT_MAX)}+`;
}

/** Where there is something to choose. */
function Filters({ team, view, boards }: ModerationProps) {
  return (
    <form class="queue-filters" method="get" action={teamPath(team.slug, "moderation")}>
      <input type="hidden" name="state" value={view.state} />
      <label for="filter-board">Board</label>
      <select id="filter-board" name="board">
        <option value="">All boards</option>
        {boards.map(({ slug, name }) => (
          <option value={slug} selected={slug === view.board}>
            {name}
          </option>
        ))}
      </select>
      <label for="filter-kind">Kind</label>
      <select id="filter-kind" name="kind">
        <option value="">Posts and comments</option>
        <option value="feedback" selected={view.kind === "feedback"}>
          Posts
        </option>
        <option value="comment" selected={view.kind === "comment"}>
          Comments
        </option>
      </select>
      <button class="secondary small">Show</button>
    </form>
  );
}

function Entries({ shell, view, entries, boards }: ModerationProps) {
  const { state, kind = "", board = "" } = view;
  const { actions } = STATES[state];
  const names = new Map(boards.map(({ slug, name }) => [slug, name]));
  return (
    <form method="post" class="card" id={FORM_ID}>
      {/* Enter in a box presses the form's first button: this one does nothing. */}
      <button disabled hidden></button>
      <Action name="decide" fields={{ state, kind, board }} />
      <div class="queue-bulk" role="group" aria-label="Decide about all that are ticked">
        <button class="plain scripted" type="button" data-tick-all={FORM_ID}>
          Tick all
        </button>
        <span class="queue-bulk-label">With the ticked ones:</span>
        {actions.map((action) => (
          <button class="secondary small" name="verb" value={action}>
            {ACTION_LABELS[action]}
            <span class="vh"> all that are ticked</span>
          </button>
        ))}
        <details class="confirm" name="confirm">
          <summary>
            Delete<span class="vh"> all that are ticked</span>
          </summary>
          <div class="question">
            <p>Deletes all that are ticked, with their votes and comments, for good.</p>
            <button class="dangerous small" name="verb" value="delete">
              Delete them
            </button>
          </div>
        </details>
      </div>
      <ul class="rows">
        {entries.map((entry) => (
          <Entry entry={entry} board={names.get(entry.board) ?? entry.board} actions={actions} nowMs={shell.nowMs} />
        ))}
      </ul>
    </form>
  );
}

type EntryProps = {
  readonly entry: QueueEntry;
  /** Its name. */
  readonly board: string;
  readonly actions: StateWords["actions"];
  readonly nowMs: number;
};

function Entry({ entry, board, actions, nowMs }: EntryProps) {
  const subject = `${entry.kind}-${String(entry.id)}`;
  const isComment = entry.kind === "comment";
  const about = isComment ? `comment on “${entry.title}”` : `“${entry.title}”`;
  return (
    <li class="entry queue-entry" data-entry={subject}>
      <input type="checkbox" name={subject} id={subject} aria-label={`Tick ${about}`} />
      <div class="entry-main">
        <p class="entry-title">
          {isComment ? <span class="queue-kind">Comment on </span> : null}
          <a href={entry.url}>{entry.title}</a>
        </p>
        {entry.excerpt === "" ? null : (
          <p class="queue-text">
            {entry.excerpt}
            {entry.isExcerpted ? "…" : ""}
          </p>
        )}
        <p class="entry-facts">
          <Score score={entry.spamScore} />
          <span>{authorWords(entry)}</span>
          {entry.isNewcomer ? <span>nothing let through yet</span> : null}
          <span>{board}</span>
          <When at={entry.createdAt} nowMs={nowMs} />
        </p>
      </div>
      <div class="entry-acts">
        {actions.map((action) => (
          <button class="secondary small" name="one" value={`${action}:${subject}`}>
            {ACTION_LABELS[action]}
            <span class="vh"> {about}</span>
          </button>
        ))}
      </div>
    </li>
  );
}

function authorWords({ authorName, authorEmail }: QueueEntry): string {
  if (authorName === null) return authorEmail ?? "by somebody without a name";
  return authorEmail === null ? `by ${authorName}` : `by ${authorName} (${authorEmail})`;
}

function Score({ score }: { readonly score: number }) {
  if (score < SUSPICIOUS_SCORE) return null;
  const says = score < SPAM_HELD_SCORE ? "Some signs of spam" : "Looks like spam";
  return (
    <span class="badge warn">
      {says}: {score} of 100
    </span>
  );
}
