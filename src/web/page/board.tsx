/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The board page: everything a visitor can do on it works by links and forms alone; `client/board.ts` enhances this same markup. */
import { isVotingOpen } from "../../domain/voting.ts";
import type { Board } from "../../protocol/rest/boards.ts";
import type { Feedback } from "../../protocol/rest/feedback.ts";
import type { Workspace } from "../../protocol/rest/workspaces.ts";
import { type AssetUrls, Document, Footer, Header } from "../document.tsx";
import { type BoardAddress, boardHref, boardPath, changeView, roadmapPath, type View } from "./address.ts";
import { feedPath } from "./atom.ts";
import { Filters } from "./filters.tsx";
import { formatCount, formatCounted, shorten } from "./format.ts";
import { CalmSea } from "./icons.tsx";
import { ItemRow } from "./item-row.tsx";
import { type Draft, PostForm } from "./post-form.tsx";
import { StateBlock } from "./state-block.tsx";

/** In place of an item's id in `?posted=`. */
export const WAITING = "waiting";

export type BoardPageProps = {
  readonly origin: string;
  readonly assets: AssetUrls;
  /** The visitor has an account, and acts as it. */
  readonly signedIn: boolean;
  /** It is to stand in a frame on a customer's page: without what surrounds a page of our own. */
  readonly embedded: boolean;
  readonly workspace: Workspace;
  readonly board: Board;
  readonly items: readonly Feedback[];
  readonly nextCursor: string | null;
  readonly seq: number;
  /** Weight by item id, of the visitor's votes. */
  readonly votes: Readonly<Record<string, number>>;
  readonly view: View;
  readonly draft: Draft;
  /** Of the challenge that the visitor has to solve before posting; null: none. */
  readonly challengeKey: string | null;
  /** Id of the item this visitor has just posted; or that it waits for a moderator. */
  readonly posted: number | typeof WAITING | null;
  /** No votes are cast on what is completed or closed. */
  readonly lockClosed: boolean;
  /** There is something of a roadmap to see. */
  readonly hasRoadmap: boolean;
  readonly nowMs: number;
};

export function BoardPage(props: BoardPageProps) {
  const { board, workspace, items, embedded } = props;
  const address = { workspace: workspace.slug, board: board.slug, embedded };
  return (
    <Document
      title={`${board.name} · ${workspace.name}`}
      description={describeBoard(board, workspace)}
      canonical={`${props.origin}${boardPath({ ...address, embedded: false })}`}
      feed={
        board.visibility === "public" && !embedded
          ? { href: feedPath(workspace.slug, board.slug), title: `${board.name} · ${workspace.name}` }
          : null
      }
      siteName={workspace.name}
      styles={[props.assets.boardCss]}
      scripts={[props.assets.boardJs]}
      data={{
        "data-page": "board",
        "data-workspace": workspace.slug,
        "data-board": board.slug,
        ...(props.lockClosed ? { "data-lock-closed": "" } : {}),
        ...(props.signedIn ? { "data-signed-in": "" } : {}),
        ...(embedded ? { "data-embedded": "" } : {}),
      }}
    >
      {embedded ? null : (
        <BoardHeader workspace={workspace} board={board} skipTo="list" hasRoadmap={props.hasRoadmap} />
      )}
      <div class="wide columns">
        <main>
          <div class="intro">
            <h1>{board.name}</h1>
            {board.description === "" ? null : <p>{board.description}</p>}
          </div>
          <Filters address={address} view={props.view} />
          <Results {...props} address={address} />
        </main>
        <aside aria-label="Post and about">
          <PostForm
            address={address}
            draft={props.draft}
            categories={categoriesOf(items, props.view)}
            challengeKey={props.challengeKey}
          />
          {embedded ? null : <BoardFacts workspace={workspace} board={board} />}
        </aside>
      </div>
      <LiveParts />
      <StateBlock
        state={{
          items: props.items,
          seq: props.seq,
          nextCursor: props.nextCursor,
          sort: props.view.sort,
          filtered: isFiltered(props.view),
          votes: props.votes,
          renderedAt: new Date(props.nowMs).toISOString(),
        }}
      />
      {embedded ? <EmbedFooter address={address} hasRoadmap={props.hasRoadmap} /> : <Footer />}
    </Document>
  );
}

/** What the page's script takes anew when the list is asked for again. */
function Results({
  address,
  items,
  posted,
  view,
  votes,
  lockClosed,
  nextCursor,
  nowMs,
}: BoardPageProps & { readonly address: BoardAddress }) {
  return (
    <div id="results">
      <Notice posted={posted} items={items} />
      <button class="news" type="button" data-news="" hidden></button>
      {items.length === 0 ? (
        <Empty address={address} view={view} />
      ) : (
        <ol class="list" id="list" tabindex={-1}>
          {items.map((item) => (
            <ItemRow
              address={address}
              item={item}
              voted={votes[item.id] !== undefined}
              view={view}
              fresh={item.id === posted}
              isLocked={!isVotingOpen(item.status, lockClosed)}
              nowMs={nowMs}
            />
          ))}
        </ol>
      )}
      <More address={address} view={view} nextCursor={nextCursor} />
    </div>
  );
}

export function describeBoard(board: Board, workspace: Workspace): string {
  const about =
    board.description === ""
      ? `Vote on ideas for ${workspace.name} and post your own.`
      : shorten(board.description, 160);
  return `${about} ${formatCounted(board.feedbackCount, "idea")}, ${formatCounted(board.voteCount, "vote")}.`;
}

export function BoardHeader({
  workspace,
  board,
  skipTo,
  hasRoadmap = false,
}: {
  readonly workspace: Workspace;
  readonly board: Board;
  readonly skipTo: string;
  readonly hasRoadmap?: boolean;
}) {
  const home = boardPath({ workspace: workspace.slug, board: board.slug });
  return (
    <Header home={home} name={workspace.name} trail={board.name} skipTo={skipTo}>
      <span class="presence" data-presence="" hidden></span>
      {hasRoadmap ? <a href={roadmapPath({ workspace: workspace.slug })}>Roadmap</a> : null}
      <a class="primary small" href={`${home}#post`}>
        Share an idea
      </a>
    </Header>
  );
}

export function BoardFacts({ workspace, board }: { readonly workspace: Workspace; readonly board: Board }) {
  return (
    <section class="card about">
      <h2>About this board</h2>
      <dl>
        <div>
          <dt>Ideas</dt>
          <dd data-total="feedback" data-count={String(board.feedbackCount)}>
            {formatCount(board.feedbackCount)}
          </dd>
        </div>
        <div>
          <dt>Votes</dt>
          <dd data-total="votes" data-count={String(board.voteCount)}>
            {formatCount(board.voteCount)}
          </dd>
        </div>
      </dl>
      <p>
        The team at {workspace.name} reads every idea. Votes show what matters most, and they move here as they are
        cast.
      </p>
    </section>
  );
}

function isFiltered(view: View): boolean {
  return view.q !== undefined || view.status !== undefined || view.category !== undefined || view.cursor !== undefined;
}

/** Under a framed page: the way to the same one in a window of its own, where somebody may be signed in. */
export function EmbedFooter({
  address,
  hasRoadmap = false,
}: {
  readonly address: BoardAddress;
  readonly hasRoadmap?: boolean;
}) {
  return (
    <footer class="foot">
      <div class="wide">
        {hasRoadmap ? <a href={roadmapPath(address)}>Roadmap</a> : null}
        <a href={boardPath({ ...address, embedded: false })} target="_blank" rel="noopener">
          Open in a new tab
        </a>
      </div>
    </footer>
  );
}

/** What only the client fills: a banner for the connection and refusals, and what is read out. */
export function LiveParts() {
  return (
    <>
      <p class="banner" role="status" data-banner="" hidden></p>
      <p class="vh" role="status" aria-live="polite" data-announce=""></p>
    </>
  );
}

function Notice({ posted, items }: Pick<BoardPageProps, "posted" | "items">) {
  if (posted === WAITING) {
    return (
      <p class="notice" role="status" data-notice="">
        Thank you! Your idea waits for a moderator, and appears here when it is let through.
      </p>
    );
  }
  const item = items.find((candidate) => candidate.id === posted);
  return item === undefined ? null : (
    <p class="notice" role="status" data-notice="">
      Thank you! “{shorten(item.title, 80)}” is on the board.
    </p>
  );
}

function More({
  address,
  view,
  nextCursor,
}: {
  readonly address: BoardAddress;
  readonly view: View;
  readonly nextCursor: string | null;
}) {
  return nextCursor === null ? null : (
    <nav class="more" aria-label="Pages">
      <a rel="next" href={boardHref(address, changeView(view, { cursor: nextCursor }))} data-more="">
        Show more ideas
      </a>
    </nav>
  );
}

function Empty({ address, view }: { readonly address: BoardAddress; readonly view: View }) {
  const filtered = isFiltered(view);
  return (
    <div class="empty" id="list" tabindex={-1}>
      <CalmSea />
      {filtered ? (
        <>
          <h2>{view.q === undefined ? "Nothing here yet" : `Nothing matches “${view.q}”`}</h2>
          <p>
            It may be an idea nobody has had before. <a href="#post">Post it</a>, or{" "}
            <a href={boardHref(address, { sort: view.sort })}>see all ideas</a>.
          </p>
        </>
      ) : (
        <>
          <h2>Calm water, for now</h2>
          <p>
            Every groundswell starts with one voice. <a href="#post">Share the first idea</a> and others can get behind
            it.
          </p>
        </>
      )}
    </div>
  );
}

/** Suggestions for the form: what is in use on this page. */
function categoriesOf(items: readonly Feedback[], view: View): readonly string[] {
  const names = new Set(items.map((item) => item.category).filter((category) => category !== null));
  if (view.category !== undefined) names.add(view.category);
  return [...names].toSorted((a, b) => a.localeCompare(b, "en"));
}
