/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The API reference: swagger-ui on our own `/openapi.json`, and the closed list of failure codes that problem documents link to. */
import { FAILURES } from "../../errors.ts";
import { type AssetUrls, Document, Footer, Header } from "../document.tsx";

export function DocsPage({ origin, assets }: { readonly origin: string; readonly assets: AssetUrls }) {
  return (
    <Document
      title="API reference · Groundswell"
      description="REST and live API of Groundswell: workspaces, boards, feedback and votes."
      canonical={`${origin}/docs`}
      siteName="Groundswell"
      styles={["/docs/swagger-ui.css", assets.docsCss]}
      scripts={[assets.docsJs]}
      data={{ "data-openapi": "/openapi.json", "data-viewer": "/docs/swagger-ui-bundle.js" }}
    >
      <Header home="/" name="Groundswell" trail="API reference" skipTo="main">
        <a href="/openapi.json">openapi.json</a>
      </Header>
      <main class="wide" id="main" tabindex={-1}>
        <div id="viewer">
          <p>
            The reference is drawn by a script. Without it, read <a href="/openapi.json">openapi.json</a>.
          </p>
        </div>
        <section class="codes" aria-labelledby="codes">
          <h2 id="codes">Failure codes</h2>
          <p>
            Every refusal is a problem document (RFC 9457) whose <code>code</code> is one of these.
          </p>
          <table>
            <thead>
              <tr>
                <th scope="col">Code</th>
                <th scope="col">Status</th>
                <th scope="col">Meaning</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(FAILURES).map(([code, { status, title }]) => (
                <tr id={code.toLowerCase().replaceAll("_", "-")}>
                  <td>
                    <code>{code}</code>
                  </td>
                  <td>{status}</td>
                  <td>{title}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </main>
      <Footer />
    </Document>
  );
}
