/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** A workspace at a glance: its numbers, its boards, and what to do next. */
import type { Board } from "../../protocol/rest/boards.ts";
import type { Workspace } from "../../protocol/rest/workspaces.ts";
import { boardPath } from "../page/address.ts";
import { formatCount, formatCounted } from "../page/format.ts";
import { teamPath } from "./address.ts";
import { allows, type Shell, type Team, TeamPage } from "./frame.tsx";
import { Code, Empty, Section } from "./parts.tsx";

export function OverviewPage({
  shell,
  team,
  workspace,
  boards,
  memberCount,
  origin,
}: {
  readonly shell: Shell;
  readonly team: Team;
  readonly workspace: Workspace;
  readonly boards: readonly Board[];
  readonly memberCount: number;
  readonly origin: string;
}) {
  const votes = boards.reduce((sum, { voteCount }) => sum + voteCount, 0);
  const ideas = boards.reduce((sum, { feedbackCount }) => sum + feedbackCount, 0);
  const first = boards.find(({ visibility }) => visibility === "public");
  return (
    <TeamPage shell={shell} team={team} section="" title="Overview">
      <dl class="figures">
        <Figure name="Boards" value={workspace.boardCount} />
        <Figure name="Ideas" value={ideas} />
        <Figure name="Votes" value={votes} />
        <Figure name="Members" value={memberCount} />
      </dl>
      {boards.length === 0 ? (
        <Empty heading="No board yet">
          {allows(team.role, "workspace.configure") ? (
            <>
              Feedback lives on boards. <a href={teamPath(team.slug, "boards")}>Make the first one</a>.
            </>
          ) : (
            "An admin of this workspace can make the first one."
          )}
        </Empty>
      ) : (
        <Section id="boards" heading="Boards">
          <ul class="rows">
            {boards.map((board) => (
              <li class="entry">
                <div class="entry-main">
                  <p class="entry-title">
                    <a href={boardPath({ workspace: team.slug, board: board.slug })}>{board.name}</a>{" "}
                    {board.visibility === "private" ? <span class="badge">private</span> : null}
                  </p>
                  <p class="entry-facts">
                    <span>{formatCounted(board.feedbackCount, "idea")}</span>
                    <span>{formatCounted(board.voteCount, "vote")}</span>
                  </p>
                </div>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {first === undefined ? null : (
        <Section
          id="embed"
          heading="Put it on your site"
          lead="One line, anywhere in the page. The board opens from a button in the corner."
        >
          <Code
            id="embed-code"
            label="HTML that loads the widget"
            code={`<script src="${origin}/widget.js"\n        data-workspace="${team.slug}" data-board="${first.slug}" async></script>`}
          />
        </Section>
      )}
    </TeamPage>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{formatCount(value)}</dd>
    </div>
  );
}
