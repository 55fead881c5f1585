/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** A workspace's boards: the list with the form that makes one, and each one's own page with its guests and its end. */
import { BOARD_DESCRIPTION_CHARS_MAX, EXTERNAL_USER_ID_CHARS_MAX, NAME_CHARS_MAX } from "../../limits.ts";
import type { Board, Guest } from "../../protocol/rest/boards.ts";
import { boardPath } from "../page/address.ts";
import { formatCounted } from "../page/format.ts";
import { teamBoardPath, teamPath } from "./address.ts";
import { Action, AreaField, Summary, TextField, Tick } from "./fields.tsx";
import { type Attempt, type Fill, fillOf } from "./fill.ts";
import { allows, type Shell, type Team, TeamPage } from "./frame.tsx";
import { Day, Empty, Section } from "./parts.tsx";
import { ConfirmBySlug } from "./settings.tsx";
import { SlugField } from "./workspaces.tsx";

type ListProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly boards: readonly Board[];
  readonly attempt: Attempt | null;
};

export function BoardsPage({ shell, team, boards, attempt }: ListProps) {
  const configures = allows(team.role, "workspace.configure");
  return (
    <TeamPage shell={shell} team={team} section="boards" title="Boards">
      <Summary form="page" fill={fillOf(attempt, "page")} />
      {boards.length === 0 ? (
        <Empty heading="No board yet">
          {configures
            ? "A board collects feedback on one subject. Make the first one below."
            : "An admin of this workspace can make the first one."}
        </Empty>
      ) : (
        <Section id="boards" heading="All boards">
          <ul class="rows">
            {boards.map((board) => (
              <li class="entry" data-board={board.slug}>
                <div class="entry-main">
                  <p class="entry-title">
                    <a href={boardPath({ workspace: team.slug, board: board.slug })}>{board.name}</a>{" "}
                    <span class={board.visibility === "private" ? "badge warn" : "badge"}>{board.visibility}</span>
                  </p>
                  <p class="entry-facts">
                    <code>
                      /w/{team.slug}/{board.slug}
                    </code>
                    <span>{formatCounted(board.feedbackCount, "idea")}</span>
                    <span>{formatCounted(board.voteCount, "vote")}</span>
                  </p>
                </div>
                {configures ? (
                  <div class="entry-acts">
                    <a class="secondary small" href={teamBoardPath(team.slug, board.slug)}>
                      Change<span class="vh"> {board.name}</span>
                    </a>
                  </div>
                ) : null}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {configures ? <NewBoard fill={fillOf(attempt, "new")} /> : null}
    </TeamPage>
  );
}

const LABELS = {
  name: "Name",
  slug: "Address",
  description: "Description",
  visibility: "Who may read it",
  externalUserId: "Id",
  confirm: "Address",
};

function NewBoard({ fill }: { readonly fill: Fill }) {
  return (
    <Section id="make" heading="New board">
      <form method="post" class="narrow">
        <Action name="new" />
        <Summary form="new" fill={fill} labels={LABELS} />
        <TextField
          form="new"
          name="name"
          label={LABELS.name}
          fill={fill}
          maxlength={NAME_CHARS_MAX}
          placeholder="Ideas"
          data={{ "data-names": "new-slug" }}
        />
        <SlugField
          form="new"
          fill={fill}
          hint="Lower-case letters, digits and hyphens. It ends the board’s link and stays as it is."
          placeholder="ideas"
        />
        <Description form="new" fill={fill} value="" />
        <VisibilityField form="new" fill={fill} value="public" />
        <button class="primary small">Make the board</button>
      </form>
    </Section>
  );
}

type ShareProps<T> = { readonly form: string; readonly fill: Fill; readonly value: T };

function Description({ form, fill, value }: ShareProps<string>) {
  return (
    <AreaField
      form={form}
      name="description"
      label={LABELS.description}
      rows={3}
      optional
      value={value}
      fill={fill}
      maxlength={BOARD_DESCRIPTION_CHARS_MAX}
    />
  );
}

function VisibilityField({ form, fill, value }: ShareProps<Board["visibility"]>) {
  const chosen = fill.values["visibility"] ?? value;
  return (
    <fieldset>
      <legend>{LABELS.visibility}</legend>
      <Tick form={form} name="visibility" type="radio" value="public" checked={chosen === "public"} label="Everybody" />
      <Tick
        form={form}
        name="visibility"
        type="radio"
        value="private"
        checked={chosen === "private"}
        label="The team, and guests"
        says="Guests are people whom your server signs and whom you put on the board’s list."
      />
    </fieldset>
  );
}

export function BoardSettingsPage({
  shell,
  team,
  board,
  guests,
  attempt,
}: {
  readonly shell: Shell;
  readonly team: Team;
  readonly board: Board;
  readonly guests: readonly Guest[];
  readonly attempt: Attempt | null;
}) {
  const fill = fillOf(attempt, "change");
  const end = fillOf(attempt, "delete");
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="boards"
      title={board.name}
      crumb={{ href: teamPath(team.slug, "boards"), label: "All boards" }}
      lead={
        <a href={boardPath({ workspace: team.slug, board: board.slug })}>
          /w/{team.slug}/{board.slug}
        </a>
      }
    >
      <Summary form="page" fill={fillOf(attempt, "page")} />
      <Section id="change" heading="Board">
        <form method="post" class="narrow">
          <Action name="change" />
          <Summary form="change" fill={fill} labels={LABELS} />
          <TextField
            form="change"
            name="name"
            label={LABELS.name}
            value={board.name}
            fill={fill}
            maxlength={NAME_CHARS_MAX}
          />
          <Description form="change" fill={fill} value={board.description} />
          <VisibilityField form="change" fill={fill} value={board.visibility} />
          <button class="primary small">Save the board</button>
        </form>
      </Section>
      <Guests board={board} guests={guests} fill={fillOf(attempt, "guest")} />
      <Section
        id="delete"
        heading="Delete the board"
        danger
        lead="All its feedback, votes and comments go with it, for good."
      >
        <form method="post" class="narrow">
          <Action name="delete" />
          <Summary form="delete" fill={end} labels={LABELS} />
          <ConfirmBySlug form="delete" slug={board.slug} fill={end} />
          <button class="dangerous small">Delete this board</button>
        </form>
      </Section>
    </TeamPage>
  );
}

function Guests({
  board,
  guests,
  fill,
}: {
  readonly board: Board;
  readonly guests: readonly Guest[];
  readonly fill: Fill;
}) {
  return (
    <Section
      id="guests"
      heading="Guests"
      lead={
        board.visibility === "private"
          ? "Besides the team, these people may read the board, once your server has signed who they are."
          : "The board is public: everybody may read it. The list counts when you make it private."
      }
    >
      {guests.length === 0 ? (
        <p class="hint">Nobody yet.</p>
      ) : (
        <ul class="rows">
          {guests.map(({ externalUserId, since }) => (
            <li class="entry" data-guest={externalUserId}>
              <div class="entry-main">
                <p class="entry-title">
                  <code>{externalUserId}</code>
                </p>
                <p class="entry-facts">
                  <span>
                    since <Day at={since} />
                  </span>
                </p>
              </div>
              <form method="post">
                <Action name="remove-guest" fields={{ externalUserId }} />
                <button class="secondary small">
                  Remove<span class="vh"> {externalUserId}</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form method="post" class="after">
        <Action name="guest" />
        <Summary form="guest" fill={fill} labels={LABELS} />
        <div class="side-by-side">
          <TextField
            form="guest"
            name="externalUserId"
            label="Your id of the person"
            fill={fill}
            maxlength={EXTERNAL_USER_ID_CHARS_MAX}
            placeholder="user-8271"
          />
          <button class="secondary">Add</button>
        </div>
      </form>
    </Section>
  );
}
