/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** What feedback is about: a workspace's themes by size, each with its closest items, and what moderators may do with them. Works without script. */
import { NAME_CHARS_MAX, THEMES_FROM_ITEMS } from "../../limits.ts";
import type { Theme, ThemeItem } from "../../protocol/rest/themes.ts";
import { itemPath } from "../page/address.ts";
import { formatCounted, statusLabel } from "../page/format.ts";
import { teamPath, teamThemePath } from "./address.ts";
import { Action, SelectField, Summary, TextField } from "./fields.tsx";
import { type Attempt, BLANK, fillOf } from "./fill.ts";
import { allows, type Shell, type Team, TeamPage } from "./frame.tsx";
import { Empty, Section } from "./parts.tsx";
import { Bar } from "./pictures.tsx";

const LABELS = { name: "Name", intoId: "Into" };

export function ThemesPage({
  shell,
  team,
  themes,
  attempt,
}: {
  readonly shell: Shell;
  readonly team: Team;
  readonly themes: readonly Theme[];
  readonly attempt: Attempt | null;
}) {
  const most = Math.max(1, ...themes.map(({ itemCount }) => itemCount));
  const mayModerate = allows(team.role, "feedback.moderate");
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="themes"
      title="Themes"
      lead="What your feedback is about, found in its words and kept up to date as it comes in."
    >
      <Summary form="page" fill={fillOf(attempt, "page")} />
      {themes.length === 0 ? (
        <Empty heading="No themes yet">
          {`They appear by themselves, a minute or two after there are ${String(THEMES_FROM_ITEMS)} ideas with something in common.`}
        </Empty>
      ) : (
        <ul class="card themes">
          {themes.map((theme) => (
            <ThemeEntry team={team} theme={theme} most={most} mayModerate={mayModerate} />
          ))}
        </ul>
      )}
      {mayModerate ? (
        <Section
          id="rebuild"
          heading="Find themes anew"
          lead="Goes through all feedback again. What you named, pinned or merged stays as it is; it is done by itself when a tenth of the feedback is new."
        >
          <form method="post">
            <Action name="rebuild" />
            <button class="secondary">Find themes anew</button>
          </form>
        </Section>
      ) : null}
    </TeamPage>
  );
}

function ThemeEntry({
  team,
  theme,
  most,
  mayModerate,
}: {
  readonly team: Team;
  readonly theme: Theme;
  readonly most: number;
  readonly mayModerate: boolean;
}) {
  const { id, name, pinned, itemCount, voteCount, samples } = theme;
  return (
    <li class="theme">
      <div class="theme-head">
        <h2>
          <a href={teamThemePath(team.slug, id)}>{name}</a> {pinned ? <span class="badge">pinned</span> : null}
        </h2>
        <p class="entry-facts">
          <span>{formatCounted(itemCount, "idea")}</span>
          <span>{formatCounted(voteCount, "vote")}</span>
        </p>
        {mayModerate ? (
          <form method="post">
            <Action name={pinned ? "unpin" : "pin"} fields={{ id: String(id) }} />
            <button class="plain">
              {pinned ? "Unpin" : "Pin"}
              <span class="vh"> {name}</span>
            </button>
          </form>
        ) : null}
      </div>
      <Bar share={itemCount / most} />
      <ul class="theme-samples">
        {samples.map((item) => (
          <li>
            <a href={itemPath({ workspace: team.slug, board: item.board }, item.id)}>{item.title}</a>
          </li>
        ))}
      </ul>
    </li>
  );
}

export function ThemePage({
  shell,
  team,
  theme,
  others,
  items,
  next,
  attempt,
}: {
  readonly shell: Shell;
  readonly team: Team;
  readonly theme: Theme;
  readonly others: readonly Theme[];
  readonly items: readonly ThemeItem[];
  /** Null: there are no more items. */
  readonly next: string | null;
  readonly attempt: Attempt | null;
}) {
  const { name, terms, itemCount, voteCount } = theme;
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="themes"
      title={name}
      crumb={{ href: teamPath(team.slug, "themes"), label: "All themes" }}
      lead={`${formatCounted(itemCount, "idea")}, ${formatCounted(voteCount, "vote")}. Telling words: ${terms.join(", ")}.`}
    >
      <Summary form="page" fill={fillOf(attempt, "page")} />
      <Section id="items" heading="Ideas" lead="The closest first.">
        {items.length === 0 ? <p class="hint">None at the moment.</p> : null}
        <ul class="rows">
          {items.map((item) => (
            <li class="entry">
              <div class="entry-main">
                <p class="entry-title">
                  <a href={itemPath({ workspace: team.slug, board: item.board }, item.id)}>{item.title}</a>
                </p>
                <p class="entry-facts">
                  <span>{statusLabel(item.status)}</span>
                  <span>{formatCounted(item.voteCount, "vote")}</span>
                  <span>{item.board}</span>
                </p>
              </div>
            </li>
          ))}
        </ul>
        {next === null ? null : (
          <p class="after">
            <a href={`?${new URLSearchParams({ cursor: next }).toString()}`}>More ideas</a>
          </p>
        )}
      </Section>
      {allows(team.role, "feedback.moderate") ? <Changes theme={theme} others={others} attempt={attempt} /> : null}
    </TeamPage>
  );
}

function Changes({
  theme,
  others,
  attempt,
}: {
  readonly theme: Theme;
  readonly others: readonly Theme[];
  readonly attempt: Attempt | null;
}) {
  const fill = fillOf(attempt, "rename");
  return (
    <>
      <Section id="rename" heading="Name" lead="A theme with a name of yours stays, whatever is found anew.">
        <form method="post" class="narrow">
          <Action name="rename" />
          <Summary form="rename" fill={fill} labels={LABELS} />
          <TextField
            form="rename"
            name="name"
            label={LABELS.name}
            value={theme.name}
            fill={fill}
            maxlength={NAME_CHARS_MAX}
          />
          <button class="primary small">Save the name</button>
        </form>
      </Section>
      <Section id="pin" heading={theme.pinned ? "Pinned" : "Pin"} lead="Pinned themes stand first, and stay.">
        <form method="post">
          <Action name={theme.pinned ? "unpin" : "pin"} fields={{ id: String(theme.id) }} />
          <button class="secondary">{theme.pinned ? "Unpin this theme" : "Pin this theme"}</button>
        </form>
      </Section>
      {others.length === 0 ? null : (
        <Section
          id="merge"
          heading="Merge into another theme"
          danger
          lead="Its ideas go there, and whatever would fall into it from now on. It cannot be undone."
        >
          <form method="post" class="narrow">
            <Action name="merge" />
            <Summary form="merge" fill={fillOf(attempt, "merge")} labels={LABELS} />
            <SelectField
              form="merge"
              name="intoId"
              label={LABELS.intoId}
              fill={BLANK}
              value=""
              options={others.map(({ id, name }) => ({ value: String(id), label: name }))}
            />
            <button class="dangerous small">Merge</button>
          </form>
        </Section>
      )}
    </>
  );
}
