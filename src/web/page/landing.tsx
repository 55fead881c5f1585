/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The front page of an instance: what runs here and where its documentation is. It lists no workspaces: those are their owners' to share. */
import { type AssetUrls, Document, Footer, Header } from "../document.tsx";

export function LandingPage({ origin, assets }: { readonly origin: string; readonly assets: AssetUrls }) {
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
          <a class="primary" href="/docs">
            Read the API reference
          </a>
          <a href="/openapi.json">openapi.json</a>
        </p>
      </main>
      <Footer />
    </Document>
  );
}
