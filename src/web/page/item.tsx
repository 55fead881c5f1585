/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The page of one item: its permalink, with the whole description. */
import { isVotingOpen } from "../../domain/voting.ts";
import type { Board } from "../../protocol/rest/boards.ts";
import type { Feedback } from "../../protocol/rest/feedback.ts";
import type { MergedItem } from "../../protocol/rest/merges.ts";
import type { Workspace } from "../../protocol/rest/workspaces.ts";
import { type AssetUrls, Document, Footer } from "../document.tsx";
import { type BoardAddress, boardPath, itemPath } from "./address.ts";
import { BoardFacts, BoardHeader, EmbedFooter, LiveParts } from "./board.tsx";
import { Discussion, type DiscussionProps } from "./comments.tsx";
import { formatCounted, shorten, statusLabel } from "./format.ts";
import { ItemFacts, VoteForm } from "./item-row.tsx";
import { Markdown, plainText } from "./markdown.tsx";
import { Merged } from "./merged.tsx";
import { StateBlock } from "./state-block.tsx";

const TITLE_META_CHARS = 90;
const DESCRIPTION_META_CHARS = 200;

export type ItemPageProps = {
  readonly origin: string;
  readonly assets: AssetUrls;
  /** The visitor has an account, and acts as it. */
  readonly signedIn: boolean;
  readonly embedded: boolean;
  readonly workspace: Workspace;
  readonly board: Board;
  readonly item: Feedback;
  readonly seq: number;
  readonly voted: boolean;
  readonly merged: readonly MergedItem[];
  readonly moderates: boolean;
  /** It waits for a moderator: only the team and whoever posted it see the page. */
  readonly isHeld: boolean;
  readonly lockClosed: boolean;
  readonly discussion: Pick<DiscussionProps, "comments" | "editable" | "nextCursor" | "after" | "draft" | "notice">;
  /** The visitor sees internal notes, and may write some. */
  readonly isTeam: boolean;
  readonly nowMs: number;
};

export function ItemPage(props: ItemPageProps) {
  const { workspace, board, item, embedded } = props;
  const address = { workspace: workspace.slug, board: board.slug, embedded };
  return (
    <Document
      title={`${shorten(item.title, TITLE_META_CHARS)} · ${workspace.name}`}
      description={describeItem(item)}
      canonical={`${props.origin}${itemPath({ ...address, embedded: false }, item.id)}`}
      siteName={workspace.name}
      ogType="article"
      styles={[props.assets.boardCss]}
      scripts={[props.assets.boardJs]}
      data={{
        "data-page": "item",
        "data-workspace": workspace.slug,
        "data-board": board.slug,
        ...(props.lockClosed ? { "data-lock-closed": "" } : {}),
        ...(props.signedIn ? { "data-signed-in": "" } : {}),
        ...(embedded ? { "data-embedded": "" } : {}),
      }}
    >
      {embedded ? null : <BoardHeader workspace={workspace} board={board} skipTo="item" />}
      <div class="wide columns">
        <main id="item" tabindex={-1}>
          <p class="crumb">
            <a href={boardPath(address)}>← Back to {board.name}</a>
          </p>
          {props.isHeld ? (
            <p class="notice">This waits for a moderator. Until then only the team and whoever posted it see it.</p>
          ) : null}
          <WholeItem {...props} address={address} />
          <Merged address={address} itemId={item.id} merged={props.merged} moderates={props.moderates && !embedded} />
          <Discussion
            {...props.discussion}
            address={address}
            itemId={item.id}
            commentCount={item.commentCount}
            isTeam={props.isTeam}
            nowMs={props.nowMs}
          />
        </main>
        {embedded ? null : (
          <aside aria-label="About this board">
            <BoardFacts workspace={workspace} board={board} />
          </aside>
        )}
      </div>
      <LiveParts />
      <StateBlock
        state={{
          items: [item],
          seq: props.seq,
          nextCursor: null,
          sort: "vote_count",
          filtered: true,
          votes: props.voted ? { [item.id]: 1 } : {},
          renderedAt: new Date(props.nowMs).toISOString(),
        }}
      />
      {embedded ? <EmbedFooter address={address} /> : <Footer />}
    </Document>
  );
}

/** The item itself: its vote, its facts, its whole text. */
function WholeItem({
  address,
  item,
  voted,
  lockClosed,
  embedded,
  nowMs,
}: ItemPageProps & { readonly address: BoardAddress }) {
  const isLocked = !isVotingOpen(item.status, lockClosed);
  return (
    <article class="item" data-id={String(item.id)}>
      <VoteForm address={address} item={item} voted={voted} isLocked={isLocked} back={{ to: "item" }} />
      <div class="body">
        <h1 data-title="">{item.title}</h1>
        <ItemFacts address={address} item={item} view={{ sort: "vote_count" }} isLocked={isLocked} nowMs={nowMs} />
        {item.description === "" ? (
          <p class="quiet">The title says it all: there is no further description.</p>
        ) : (
          <Markdown text={item.description} newTab={embedded} />
        )}
      </div>
    </article>
  );
}

function describeItem(item: Feedback): string {
  const state = `${formatCounted(item.voteCount, "vote")} · ${statusLabel(item.status)}`;
  return item.description === ""
    ? `${item.title}. ${state}`
    : `${shorten(plainText(item.description), DESCRIPTION_META_CHARS)} (${state})`;
}
