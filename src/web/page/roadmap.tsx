/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The public roadmap: its phases side by side, on a phone one below the other. Works by links and one GET form alone; `client/roadmap.ts` keeps it live. */
import type { RoadmapColumn, RoadmapEntry } from "../../protocol/rest/roadmap.ts";
import type { Workspace } from "../../protocol/rest/workspaces.ts";
import { type AssetUrls, Document, Footer, Header } from "../document.tsx";
import { boardPath, itemPath, type RoadmapAddress, roadmapHref, roadmapPath, type RoadmapView } from "./address.ts";
import { LiveParts } from "./board.tsx";
import { formatCounted, formatTally, shorten } from "./format.ts";
import { CalmSea, Caret } from "./icons.tsx";
import { plainText } from "./markdown.tsx";

const EXCERPT_CHARS = 160;

type Named = { readonly slug: string; readonly name: string };

export type RoadmapPageProps = {
  readonly origin: string;
  readonly assets: AssetUrls;
  readonly embedded: boolean;
  readonly workspace: Workspace;
  readonly phases: readonly RoadmapColumn[];
  readonly seq: number;
  readonly boards: readonly Named[];
  readonly categories: readonly string[];
  readonly home: Named | null;
  readonly view: RoadmapView;
};

export function RoadmapPage(props: RoadmapPageProps) {
  const { workspace, phases, embedded, view, home } = props;
  const address = { workspace: workspace.slug, embedded };
  const items = phases.reduce((sum, phase) => sum + phase.items.length, 0);
  return (
    <Document
      title={`Roadmap · ${workspace.name}`}
      description={`What ${workspace.name} is working on: ${formatCounted(items, "item")} in ${formatCounted(phases.length, "phase")}.`}
      canonical={`${props.origin}${roadmapPath({ ...address, embedded: false })}`}
      siteName={workspace.name}
      styles={[props.assets.boardCss]}
      scripts={[props.assets.roadmapJs]}
      data={{
        "data-page": "roadmap",
        "data-workspace": workspace.slug,
        ...(embedded ? { "data-embedded": "" } : {}),
      }}
    >
      {embedded ? null : (
        <Header home={homePath(address, home)} name={workspace.name} trail="Roadmap" skipTo="roadmap">
          <span class="presence" data-presence="" hidden></span>
          {home === null ? null : <a href={homePath(address, home)}>{home.name}</a>}
        </Header>
      )}
      <main class="wide roadmap" id="roadmap" tabindex={-1} data-seq={String(props.seq)}>
        <div class="intro">
          <h1>Roadmap</h1>
          <p>What the team is working on, and what comes next. Votes move here as they are cast.</p>
        </div>
        <Filter {...props} address={address} />
        {phases.length === 0 || items === 0 ? <Nothing address={address} view={view} /> : null}
        {phases.length === 0 ? null : (
          <div class="phases">
            {phases.map((phase) => (
              <Phase phase={phase} address={address} boards={props.boards} view={view} />
            ))}
          </div>
        )}
      </main>
      <LiveParts />
      {embedded ? <RoadmapEmbedFooter address={address} home={home} /> : <Footer />}
    </Document>
  );
}

function homePath({ workspace, embedded }: RoadmapAddress, home: Named | null): string {
  return home === null ? "/" : boardPath({ workspace, board: home.slug, embedded: embedded === true });
}

/** There where there is something to choose. A chosen filter always has its way out. */
function Filter({ boards, categories, view, address }: RoadmapPageProps & { readonly address: RoadmapAddress }) {
  const isFiltered = view.board !== undefined || view.category !== undefined;
  if (boards.length < 2 && categories.length === 0 && !isFiltered) return null;
  return (
    <form class="narrow" method="get" action={roadmapPath(address)} data-filter="" aria-label="Filter the roadmap">
      {boards.length < 2 && view.board === undefined ? null : (
        <Choice
          name="board"
          label="Board"
          all="All boards"
          value={view.board}
          options={boards.map(({ slug, name }) => [slug, name])}
        />
      )}
      {categories.length === 0 && view.category === undefined ? null : (
        <Choice
          name="category"
          label="Category"
          all="All categories"
          value={view.category}
          options={categories.map((category) => [category, category])}
        />
      )}
      <button class="primary small">Show</button>
      {isFiltered ? <a href={roadmapHref(address, {})}>Show all</a> : null}
    </form>
  );
}

function Choice({
  name,
  label,
  all,
  value,
  options,
}: {
  readonly name: string;
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, label: string])[];
}) {
  return (
    <label>
      <span class="vh">{label}</span>
      <select name={name}>
        <option value="">{all}</option>
        {options.map(([one, says]) => (
          <option value={one} selected={one === value}>
            {says}
          </option>
        ))}
      </select>
    </label>
  );
}

function Phase({
  phase,
  address,
  boards,
  view,
}: {
  readonly phase: RoadmapColumn;
  readonly address: RoadmapAddress;
  readonly boards: readonly Named[];
  readonly view: RoadmapView;
}) {
  const heading = `phase-${String(phase.id)}`;
  return (
    <section class={phase.status === null ? "phase" : `phase s-${phase.status}`} aria-labelledby={heading}>
      <h2 id={heading}>
        {phase.name} <span class="tally">{String(phase.items.length)}</span>
        <span class="vh"> {phase.items.length === 1 ? "item" : "items"}</span>
      </h2>
      {phase.items.length === 0 ? (
        <p class="none">Nothing here right now.</p>
      ) : (
        <ol>
          {phase.items.map((entry) => (
            <Entry entry={entry} address={address} boards={boards} view={view} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Entry({
  entry,
  address,
  boards,
  view,
}: {
  readonly entry: RoadmapEntry;
  readonly address: RoadmapAddress;
  readonly boards: readonly Named[];
  readonly view: RoadmapView;
}) {
  const { feedbackId, board, title, description, category, voteCount, commentCount } = entry;
  const excerpt = shorten(plainText(description), feedbackId === null ? Infinity : EXCERPT_CHARS);
  const from = boards.length > 1 && view.board === undefined ? boards.find(({ slug }) => slug === board) : undefined;
  return (
    <li class="entry">
      <h3>
        {feedbackId === null || board === null ? (
          title
        ) : (
          <a href={itemPath({ ...address, board }, feedbackId)}>{title}</a>
        )}
      </h3>
      {excerpt === "" ? null : <p class="excerpt">{excerpt}</p>}
      {feedbackId === null ? null : (
        <p class="facts">
          <span class="votes">
            <Caret />
            <span data-votes={String(feedbackId)}>{formatTally(voteCount ?? 0)}</span>
            <span class="vh"> votes</span>
          </span>
          {category === null ? null : (
            <a class="tag" href={roadmapHref(address, { ...view, category })}>
              {category}
            </a>
          )}
          {commentCount === null || commentCount === 0 ? null : (
            <span data-comments={String(feedbackId)}>{formatCounted(commentCount, "comment")}</span>
          )}
          {from === undefined ? null : <span>{from.name}</span>}
        </p>
      )}
    </li>
  );
}

function Nothing({ address, view }: { readonly address: RoadmapAddress; readonly view: RoadmapView }) {
  const isFiltered = view.board !== undefined || view.category !== undefined;
  return (
    <div class="empty">
      <CalmSea />
      {isFiltered ? (
        <>
          <h2>Nothing of this is on the roadmap</h2>
          <p>
            <a href={roadmapHref(address, {})}>See the whole roadmap</a>
          </p>
        </>
      ) : (
        <>
          <h2>Nothing is charted yet</h2>
          <p>What the team takes up will stand here.</p>
        </>
      )}
    </div>
  );
}

/** Under the framed page: the way to the ideas in the same frame, and to the page in a window of its own. */
function RoadmapEmbedFooter({ address, home }: { readonly address: RoadmapAddress; readonly home: Named | null }) {
  return (
    <footer class="foot">
      <div class="wide">
        {home === null ? null : <a href={homePath(address, home)}>{home.name}</a>}
        <a href={roadmapPath({ ...address, embedded: false })} target="_blank" rel="noopener">
          Open in a new tab
        </a>
      </div>
    </footer>
  );
}
