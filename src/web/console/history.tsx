/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The event log for people: who did what when, and what it was before. Links and one GET form, so that every view of it has an address. */
import type { Board } from "../../protocol/rest/boards.ts";
import type { WorkspaceEvent } from "../../protocol/rest/events.ts";
import type { Member } from "../../protocol/rest/members.ts";
import { boardPath, itemPath } from "../page/address.ts";
import { teamPath } from "./address.ts";
import { type Shell, type Team, TeamPage } from "./frame.tsx";
import { actorName, type ChangeWords, changesOf, deedOf, objectOf, SHOWN, type ShownName } from "./history-words.ts";
import { Empty, Section, When } from "./parts.tsx";

/** What of the log a page shows; empty: all. */
export type HistoryView = {
  readonly show: ShownName;
  readonly actor: string;
  readonly board: string;
  readonly cursor: string;
};

export type HistoryProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly view: HistoryView;
  readonly events: readonly WorkspaceEvent[];
  /** The next page's cursor; null: this is the last. */
  readonly next: string | null;
  readonly members: readonly Member[];
  readonly boards: readonly Board[];
};

/** Who is nobody of the team, by kind. */
const KINDS = [
  ["kind:api-key", "API keys"],
  ["kind:person", "Users of your site"],
  ["kind:account", "Accounts outside the team"],
  ["kind:anonymous", "Nobody in particular"],
  ["kind:operator", "The operator"],
  ["kind:system", "Groundswell itself"],
] as const;

function historyPath(workspace: string, view: HistoryView): string {
  const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value !== ""));
  const path = teamPath(workspace, "history");
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

export function HistoryPage(props: HistoryProps) {
  const { shell, team, view, events, next } = props;
  const isFirst = view.cursor === "";
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="history"
      title="History"
      lead="Every change to this workspace, the newest first. Owners and admins see it; nobody can change it."
    >
      <Filter {...props} />
      {events.length === 0 ? (
        <Empty heading={next === null ? "Nothing here" : "Nothing in this stretch"}>
          {next === null
            ? "Nothing of this kind has happened, or it was too long ago to be kept."
            : "Many other things happened here. Go on to older ones."}
        </Empty>
      ) : (
        <Section id="events" heading={isFirst ? "Newest" : "Older"}>
          <ol class="rows">
            {events.map((event) => (
              <Entry {...props} event={event} />
            ))}
          </ol>
        </Section>
      )}
      <nav class="pager" aria-label="Pages of the history">
        {isFirst ? null : <a href={historyPath(team.slug, { ...view, cursor: "" })}>← Newest</a>}
        {next === null ? null : (
          <a rel="next" href={historyPath(team.slug, { ...view, cursor: next })}>
            Older →
          </a>
        )}
      </nav>
    </TeamPage>
  );
}

function Filter({ team, view, members, boards }: HistoryProps) {
  const actors = [...members.map(({ userId, name, email }) => [userId, name ?? email ?? userId] as const), ...KINDS];
  return (
    <form class="history-filters" method="get" action={teamPath(team.slug, "history")}>
      <Choice
        name="show"
        label="What"
        chosen={view.show}
        options={Object.entries(SHOWN).map(([key, { label }]) => [key, label])}
      />
      <Choice name="actor" label="Who" chosen={view.actor} options={[["", "Everybody"], ...actors]} />
      <Choice
        name="board"
        label="Board"
        chosen={view.board}
        options={[["", "All boards"], ...boards.map(({ slug, name }) => [slug, name] as const)]}
      />
      <button class="secondary small">Show</button>
    </form>
  );
}

function Choice({
  name,
  label,
  chosen,
  options,
}: {
  readonly name: string;
  readonly label: string;
  readonly chosen: string;
  readonly options: readonly (readonly [value: string, label: string])[];
}) {
  return (
    <div>
      <label for={`history-${name}`}>{label}</label>
      <select id={`history-${name}`} name={name}>
        {options.map(([value, text]) => (
          <option value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function Entry({ shell, team, members, boards, event }: HistoryProps & { readonly event: WorkspaceEvent }) {
  const names = new Map(members.map(({ userId, name, email }) => [userId, name ?? email ?? userId]));
  const [before, after] = deedOf(event);
  const board = boards.find(({ slug }) => slug === event.board);
  const changes = changesOf(event, objectOf(event, names));
  return (
    <li class="entry history-entry">
      <p class="history-deed">
        <strong>{actorName(event.actor)}</strong> {before}
        <Deed team={team} event={event} names={names} isNamed={before.endsWith(" ") || after !== ""} />
        {after}
      </p>
      <p class="entry-facts">
        <span>
          <When at={event.at} nowMs={shell.nowMs} />
        </span>
        {board === undefined ? null : (
          <span>
            on <a href={boardPath({ workspace: team.slug, board: board.slug })}>{board.name}</a>
          </span>
        )}
        <span>
          change <code>{String(event.seq)}</code>
        </span>
      </p>
      {changes.length === 0 ? null : <Changes changes={changes} />}
    </li>
  );
}

/** What it was done to; an item that is there is a link to it. */
function Deed({
  team,
  event,
  names,
  isNamed,
}: {
  readonly team: Team;
  readonly event: WorkspaceEvent;
  readonly names: ReadonlyMap<string, string>;
  readonly isNamed: boolean;
}) {
  const object = isNamed ? objectOf(event, names) : null;
  if (object === null) return null;
  const { board, feedbackId, feedbackTitle } = event;
  if (board === null || feedbackId === null || feedbackTitle === null) return <>“{object}”</>;
  return <a href={itemPath({ workspace: team.slug, board }, feedbackId)}>{object}</a>;
}

function Changes({ changes }: { readonly changes: readonly ChangeWords[] }) {
  const short = changes.filter(({ long }) => !long);
  const long = changes.filter((change) => change.long);
  return (
    <div class="history-changes">
      {short.length === 0 ? null : (
        <dl>
          {short.map(({ field, before, after }) => (
            <div>
              <dt>{field}</dt>
              <dd>
                {before === null ? null : <del>{before}</del>}
                {before === null || after === null ? null : <span aria-hidden="true"> → </span>}
                {after === null ? null : <ins>{after}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {long.map((change) => (
        <LongChange change={change} />
      ))}
    </div>
  );
}

function LongChange({ change: { field, before, after } }: { readonly change: ChangeWords }) {
  return (
    <details>
      <summary>{field}</summary>
      {before === null ? null : (
        <figure>
          <figcaption>Before</figcaption>
          <blockquote>{before}</blockquote>
        </figure>
      )}
      {after === null ? null : (
        <figure>
          <figcaption>After</figcaption>
          <blockquote>{after}</blockquote>
        </figure>
      )}
    </details>
  );
}
