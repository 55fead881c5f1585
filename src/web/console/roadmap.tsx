/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The roadmap as the team arranges it: columns of cards that are dragged, stepped by buttons, or changed by forms. All of it works without script. */
import {
  NAME_CHARS_MAX,
  ROADMAP_DESCRIPTION_CHARS_MAX,
  ROADMAP_PHASES_MAX,
  SEARCH_CHARS_MAX,
  TITLE_CHARS_MAX,
} from "../../limits.ts";
import { type Status, STATUSES } from "../../protocol/rest/feedback.ts";
import type { RoadmapItem, RoadmapPhase } from "../../protocol/rest/roadmap.ts";
import { roadmapPath } from "../page/address.ts";
import { formatCounted, statusLabel } from "../page/format.ts";
import { Action, AreaField, SelectField, Summary, TextField, Tick } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { allows, type Shell, type Team, TeamPage } from "./frame.tsx";
import { Empty, Section } from "./parts.tsx";
import { ItemCard, StatusDot } from "./roadmap-card.tsx";

export type Found = {
  readonly id: number;
  readonly board: string;
  readonly title: string;
  readonly voteCount: number;
  readonly status: Status;
  /** On the roadmap already. */
  readonly isOn: boolean;
};

type Props = {
  readonly shell: Shell;
  readonly team: Team;
  readonly phases: readonly RoadmapPhase[];
  readonly items: readonly RoadmapItem[];
  /** What was searched for, and found; null: nothing was. */
  readonly q: string;
  readonly found: readonly Found[] | null;
  readonly script: string;
  readonly attempt: Attempt | null;
};

const LABELS = {
  name: "Name",
  status: "Feedback becomes",
  title: "Title",
  description: "Description",
  phaseId: "Phase",
};

export function RoadmapConsolePage(props: Props) {
  const { shell, team, phases, items, attempt, script } = props;
  const arranges = allows(team.role, "feedback.moderate");
  const isPublic = phases.some((phase) => phase.isPublic);
  const lead = (
    <>
      What comes when.{" "}
      {isPublic ? (
        <a href={roadmapPath({ workspace: team.slug })}>See it as everybody does</a>
      ) : (
        "Nobody else sees it yet."
      )}
    </>
  );
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="roadmap"
      title="Roadmap"
      lead={lead}
      scripts={arranges ? [script] : []}
    >
      <Summary form="page" fill={fillOf(attempt, "page")} />
      {phases.length === 0 ? (
        <Empty heading="No phase yet">
          {arranges
            ? "Phases are the roadmap’s columns, such as Next and Now. Make the first one below."
            : "A moderator can make the first one."}
        </Empty>
      ) : (
        <div class="plan" role="group" aria-label="Phases" data-plan="">
          {phases.map((phase, index) => (
            <PhaseColumn
              phase={phase}
              index={index}
              phases={phases}
              items={items.filter(({ phaseId }) => phaseId === phase.id)}
              team={team}
              arranges={arranges}
            />
          ))}
        </div>
      )}
      {arranges && phases.length > 0 ? <AddItem {...props} /> : null}
      {arranges && phases.length < ROADMAP_PHASES_MAX ? <NewPhase attempt={attempt} /> : null}
    </TeamPage>
  );
}

function PhaseColumn({
  phase,
  index,
  phases,
  items,
  team,
  arranges,
}: {
  readonly phase: RoadmapPhase;
  readonly index: number;
  readonly phases: readonly RoadmapPhase[];
  readonly items: readonly RoadmapItem[];
  readonly team: Team;
  readonly arranges: boolean;
}) {
  const heading = `phase-${String(phase.id)}`;
  return (
    <section class="plan-phase" aria-labelledby={heading}>
      <div class="plan-head">
        <h2 id={heading} data-name="">
          {phase.status === null ? null : <StatusDot status={phase.status} />}
          {phase.name}
        </h2>
        <span class="plan-count">{String(items.length)}</span>
        {phase.isPublic ? null : <span class="badge warn">private</span>}
        {arranges ? <PhaseSteps phase={phase} index={index} last={phases.length - 1} /> : null}
      </div>
      {arranges ? <PhaseForm phase={phase} isEmpty={items.length === 0} /> : null}
      <ol class="plan-items" data-items={String(phase.id)} aria-labelledby={heading}>
        {items.map((item, rank) => (
          <ItemCard
            item={item}
            team={team}
            arranges={arranges}
            ends={{
              up: rank === 0,
              down: rank === items.length - 1,
              left: index === 0,
              right: index === phases.length - 1,
            }}
          />
        ))}
      </ol>
      {items.length === 0 ? <p class="plan-none">Nothing here.</p> : null}
    </section>
  );
}

function PhaseSteps({
  phase,
  index,
  last,
}: {
  readonly phase: RoadmapPhase;
  readonly index: number;
  readonly last: number;
}) {
  const steps = [
    { name: "left", arrow: "←", position: index - 1, isEnd: index === 0 },
    { name: "right", arrow: "→", position: index + 1, isEnd: index === last },
  ];
  return (
    <form method="post" class="moves" data-step={`phase-${String(phase.id)}`}>
      <Action name="move-phase" fields={{ id: String(phase.id) }} />
      {steps.map(({ name, arrow, position, isEnd }) => (
        <button class="step" name="position" value={String(position)} data-way={name} disabled={isEnd}>
          <span aria-hidden="true">{arrow}</span>
          <span class="vh">
            Move phase {phase.name} {name}
          </span>
        </button>
      ))}
    </form>
  );
}

const STATUS_OPTIONS = [
  { value: "", label: "what it was (no change)" },
  ...STATUSES.map((status) => ({ value: status, label: statusLabel(status) })),
];

function PhaseForm({ phase, isEmpty }: { readonly phase: RoadmapPhase; readonly isEmpty: boolean }) {
  const form = `phase-${String(phase.id)}`;
  const fill = fillOf(null, form);
  return (
    <details class="plan-more">
      <summary>
        Change<span class="vh"> phase {phase.name}</span>
      </summary>
      <form method="post">
        <Action name="change-phase" fields={{ id: String(phase.id) }} />
        <TextField
          form={form}
          name="name"
          label={LABELS.name}
          fill={fill}
          value={phase.name}
          maxlength={NAME_CHARS_MAX}
        />
        <SelectField
          form={form}
          name="status"
          label={LABELS.status}
          fill={fill}
          value={phase.status ?? ""}
          options={STATUS_OPTIONS}
        />
        <Tick form={form} name="isPublic" checked={phase.isPublic} label="Everybody sees it" />
        <button class="primary small">Save</button>
      </form>
      {isEmpty ? (
        <form method="post">
          <Action name="delete-phase" fields={{ id: String(phase.id) }} />
          <button class="dangerous small">
            Delete<span class="vh"> phase {phase.name}</span>
          </button>
        </form>
      ) : (
        <p class="hint">A phase can be deleted once it is empty.</p>
      )}
    </details>
  );
}

function NewPhase({ attempt }: { readonly attempt: Attempt | null }) {
  const fill = fillOf(attempt, "new-phase");
  const checked = fill.message === null || fill.values["isPublic"] !== undefined;
  return (
    <Section
      id="new-phase"
      heading="New phase"
      lead="A column of the roadmap. Feedback that is put into it takes its status."
    >
      <form method="post" class="narrow">
        <Action name="new-phase" />
        <Summary form="new-phase" fill={fill} labels={LABELS} />
        <TextField
          form="new-phase"
          name="name"
          label={LABELS.name}
          fill={fill}
          maxlength={NAME_CHARS_MAX}
          placeholder="Next"
        />
        <SelectField
          form="new-phase"
          name="status"
          label={LABELS.status}
          fill={fill}
          value=""
          options={STATUS_OPTIONS}
        />
        <Tick form="new-phase" name="isPublic" checked={checked} label="Everybody sees it" />
        <button class="primary small">Add the phase</button>
      </form>
    </Section>
  );
}

function AddItem({ phases, q, found, attempt }: Props) {
  const fill = fillOf(attempt, "new-item");
  const options = phases.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <Section id="add" heading="Add to the roadmap">
      <form method="get" class="narrow" role="search" action="#add">
        <div class="field">
          <label for="add-q">An idea from a board</label>
          <div class="inline">
            <input
              id="add-q"
              name="q"
              type="search"
              value={q}
              maxlength={SEARCH_CHARS_MAX}
              placeholder="Words, or its number"
              autocomplete="off"
            />
            <button class="secondary small">Search</button>
          </div>
        </div>
      </form>
      {found === null ? null : <Matches found={found} options={options} q={q} />}
      <form method="post" class="narrow">
        <Action name="new-item" />
        <Summary form="new-item" fill={fill} labels={LABELS} />
        <TextField
          form="new-item"
          name="title"
          label="Or something of your own"
          fill={fill}
          maxlength={TITLE_CHARS_MAX}
        />
        <AreaField
          form="new-item"
          name="description"
          label={LABELS.description}
          fill={fill}
          rows={2}
          optional
          maxlength={ROADMAP_DESCRIPTION_CHARS_MAX}
        />
        <SelectField
          form="new-item"
          name="phaseId"
          label={LABELS.phaseId}
          fill={fill}
          value={options[0]?.value ?? ""}
          options={options}
        />
        <button class="primary small">Add it</button>
      </form>
    </Section>
  );
}

function Matches({
  found,
  options,
  q,
}: {
  readonly found: readonly Found[];
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly q: string;
}) {
  if (found.length === 0)
    return (
      <p class="plan-matches quiet" role="status">
        Nothing on the boards matches “{q}”.
      </p>
    );
  return (
    <ul class="rows plan-matches">
      {found.map(({ id, board, title, voteCount, status, isOn }) => (
        <li class="entry">
          <div class="entry-main">
            <p class="entry-title">{title}</p>
            <p class="entry-facts">
              <span>#{String(id)}</span>
              <span>{board}</span>
              <span>{statusLabel(status)}</span>
              <span>{formatCounted(voteCount, "vote")}</span>
            </p>
          </div>
          {isOn ? (
            <span class="badge">on the roadmap</span>
          ) : (
            <form method="post" class="inline">
              <Action name="link" fields={{ feedbackId: String(id) }} />
              <label class="vh" for={`link-${String(id)}`}>
                Phase for {title}
              </label>
              <select id={`link-${String(id)}`} name="phaseId">
                {options.map(({ value, label }) => (
                  <option value={value}>{label}</option>
                ))}
              </select>
              <button class="primary small">
                Add<span class="vh"> {title}</span>
              </button>
            </form>
          )}
        </li>
      ))}
    </ul>
  );
}
