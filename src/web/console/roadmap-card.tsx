/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** One item of the team's roadmap: its card, the buttons that step it, and what can be changed of it. */
import { ROADMAP_DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from "../../limits.ts";
import type { Status } from "../../protocol/rest/feedback.ts";
import type { RoadmapItem } from "../../protocol/rest/roadmap.ts";
import { itemPath } from "../page/address.ts";
import { formatCounted, statusLabel } from "../page/format.ts";
import { Action, AreaField, TextField, Tick } from "./fields.tsx";
import { BLANK } from "./fill.ts";
import type { Team } from "./frame.tsx";
import type { Step } from "./roadmap-moves.ts";

const ARROWS: readonly (readonly [Step, arrow: string, says: string])[] = [
  ["up", "↑", "up"],
  ["down", "↓", "down"],
  ["left", "←", "to the phase before"],
  ["right", "→", "to the next phase"],
];

export function StatusDot({ status }: { readonly status: Status }) {
  return <span class={`plan-dot s-${status}`} aria-hidden="true"></span>;
}

export function ItemCard({
  item,
  team,
  arranges,
  ends,
}: {
  readonly item: RoadmapItem;
  readonly team: Team;
  readonly arranges: boolean;
  /** Where it can go no further. */
  readonly ends: Readonly<Record<Step, boolean>>;
}) {
  const { id, feedbackId, board, title, isPublic, isShown, voteCount, status, category } = item;
  const path = feedbackId === null || board === null ? null : itemPath({ workspace: team.slug, board }, feedbackId);
  return (
    <li class="plan-item" data-item={String(id)}>
      <p class="plan-title">
        {arranges ? (
          <span class="grip scripted" data-grip="" aria-hidden="true">
            ⠿
          </span>
        ) : null}
        {path === null ? (
          <span data-title="">{title}</span>
        ) : (
          <a href={path} data-title="" draggable={false}>
            {title}
          </a>
        )}
      </p>
      <p class="entry-facts">
        {isShown ? null : <span class="badge warn">{isPublic ? "not shown" : "private"}</span>}
        {status === null ? null : (
          <span>
            <StatusDot status={status} />
            {statusLabel(status)}
          </span>
        )}
        {voteCount === null ? null : <span>{formatCounted(voteCount, "vote")}</span>}
        {board === null ? null : <span>{board}</span>}
        {category === null ? null : <span>{category}</span>}
      </p>
      {arranges ? (
        <div class="plan-acts">
          <form method="post" class="moves" data-step={`item-${String(id)}`}>
            <Action name="move" fields={{ id: String(id) }} />
            {ARROWS.map(([step, arrow, says]) => (
              <button class="step" name="to" value={step} data-way={step} disabled={ends[step]}>
                <span aria-hidden="true">{arrow}</span>
                <span class="vh">
                  Move {title} {says}
                </span>
              </button>
            ))}
          </form>
          <ItemForms item={item} />
        </div>
      ) : null}
    </li>
  );
}

function ItemForms({ item }: { readonly item: RoadmapItem }) {
  const { id, feedbackId, title, description, isPublic } = item;
  const form = `item-${String(id)}`;
  return (
    <details class="plan-more">
      <summary>
        Change<span class="vh"> {title}</span>
      </summary>
      <form method="post">
        <Action name="change-item" fields={{ id: String(id) }} />
        {feedbackId === null ? (
          <>
            <TextField form={form} name="title" label="Title" fill={BLANK} value={title} maxlength={TITLE_CHARS_MAX} />
            <AreaField
              form={form}
              name="description"
              label="Description"
              fill={BLANK}
              rows={3}
              optional
              value={description}
              maxlength={ROADMAP_DESCRIPTION_CHARS_MAX}
            />
          </>
        ) : null}
        <Tick form={form} name="isPublic" checked={isPublic} label="Everybody sees it" />
        <button class="primary small">Save</button>
      </form>
      <form method="post">
        <Action name="delete-item" fields={{ id: String(id) }} />
        <button class="dangerous small">
          Take off the roadmap<span class="vh"> {title}</span>
        </button>
      </form>
    </details>
  );
}
