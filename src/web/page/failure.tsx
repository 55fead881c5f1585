/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** What a person sees when a page cannot be shown: plain words, the fields at fault, the request's id, never an error's insides. */
import { FAILURES, type Failure } from "../../errors.ts";
import { type AssetUrls, Document, Footer, Header } from "../document.tsx";
import { CalmSea } from "./icons.tsx";

const HEADLINES: Partial<Readonly<Record<Failure["code"], string>>> = {
  WORKSPACE_NOT_FOUND: "There is no such workspace",
  BOARD_NOT_FOUND: "There is no such board",
  FEEDBACK_NOT_FOUND: "This idea is not here",
  NOT_FOUND: "There is nothing here",
  INVALID_REQUEST: "We could not read that request",
  INVALID_CURSOR: "That page of the list has moved",
  ORIGIN_NOT_ALLOWED: "That form came from somewhere else",
  INTERNAL: "Something broke on our side",
  RATE_LIMITED: "Not so fast",
  OVERLOADED: "Very busy right now",
};

export function FailurePage({
  failed,
  requestId,
  assets,
  back,
}: {
  readonly failed: Failure;
  readonly requestId: string;
  readonly assets: AssetUrls;
  /** A place to go on from. */
  readonly back: { readonly href: string; readonly label: string };
}) {
  const { status, title } = FAILURES[failed.code];
  const headline = HEADLINES[failed.code] ?? title;
  return (
    <Document
      title={`${headline} · Groundswell`}
      description={failed.detail}
      canonical={null}
      siteName="Groundswell"
      styles={[assets.boardCss]}
      scripts={[]}
    >
      <Header home="/" name="Groundswell" skipTo="main" />
      <main class="wide lone" id="main" tabindex={-1}>
        <CalmSea />
        <p class="code">{status}</p>
        <h1>{headline}</h1>
        <p>{failed.detail}</p>
        {failed.errors === undefined || failed.errors.length < 2 ? null : (
          <ul>
            {failed.errors.map((error) => (
              <li>
                <code>{error.path}</code> {error.message}
              </li>
            ))}
          </ul>
        )}
        <p>
          <a class="primary" href={back.href}>
            {back.label}
          </a>
        </p>
        <p class="quiet">
          Request <code>{requestId}</code>
        </p>
      </main>
      <Footer />
    </Document>
  );
}
