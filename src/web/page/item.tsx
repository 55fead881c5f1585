/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The page of one item: its permalink, with the whole description. */
import type { Board } from "../../protocol/rest/boards.ts";
import type { Feedback } from "../../protocol/rest/feedback.ts";
import type { Workspace } from "../../protocol/rest/workspaces.ts";
import { type AssetUrls, Document, Footer } from "../document.tsx";
import { boardPath, itemPath } from "./address.ts";
import { BoardFacts, BoardHeader, EmbedFooter, LiveParts } from "./board.tsx";
import { formatCounted, shorten, statusLabel } from "./format.ts";
import { ItemFacts, VoteForm } from "./item-row.tsx";
import { Markdown, plainText } from "./markdown.tsx";
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
          <article class="item" data-id={String(item.id)}>
            <VoteForm address={address} item={item} voted={props.voted} back={{ to: "item" }} />
            <div class="body">
              <h1 data-title="">{item.title}</h1>
              <ItemFacts address={address} item={item} view={{ sort: "vote_count" }} nowMs={props.nowMs} />
              {item.description === "" ? (
                <p class="quiet">The title says it all: there is no further description.</p>
              ) : (
                <Markdown text={item.description} newTab={embedded} />
              )}
            </div>
          </article>
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

function describeItem(item: Feedback): string {
  const state = `${formatCounted(item.voteCount, "vote")} · ${statusLabel(item.status)}`;
  return item.description === ""
    ? `${item.title}. ${state}`
    : `${shorten(plainText(item.description), DESCRIPTION_META_CHARS)} (${state})`;
}
