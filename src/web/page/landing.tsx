/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The front page of an instance: what runs here and where its documentation is. It lists no workspaces: those are their owners' to share. */
import { type AssetUrls, Document, Footer, Header } from "../document.tsx";

type LandingProps = {
  readonly origin: string;
  readonly assets: AssetUrls;
  /** The demo workspace is here. */
  readonly demo: boolean;
};

export function LandingPage({ origin, assets, demo }: LandingProps) {
  return (
    <Document
      title="Groundswell: feedback boards that move as people vote"
      description="This instance hosts live feedback boards: people post ideas, vote, and see every vote on every open page as it is cast."
      canonical={`${origin}/`}
      siteName="Groundswell"
      styles={[assets.boardCss]}
      scripts={[]}
    >
      <Header home="/" name="Groundswell" skipTo="main">
        <a href="/console">Console</a>
        <a href="/docs">API reference</a>
      </Header>
      <main class="wide lone" id="main" tabindex={-1}>
        <h1>Hear what your users want, while they say it.</h1>
        <p>
          Groundswell hosts feedback boards. People post ideas and vote for each other’s, and every open page sees the
          votes move as they are cast. This is a self-hosted instance, and it is up and running.
        </p>
        <p>Put a board on any site with one line:</p>
        <pre tabindex={0} aria-label="HTML that loads the widget">
          <code>{`<script src="${origin}/widget.js"\n        data-workspace="your-team" data-board="ideas" async></script>`}</code>
        </pre>
        <p>
          Every board also has a page of its own, at <code>/w/your-team/ideas</code>.
        </p>
        <p class="actions">
          {demo ? (
            <a class="primary" href="/w/demo/ideas">
              Open the demo board
            </a>
          ) : null}
          {demo ? <a href="/demo">The widget on a page</a> : null}
          <a class={demo ? undefined : "primary"} href="/docs">
            Read the API reference
          </a>
        </p>
      </main>
      <Footer />
    </Document>
  );
}
