/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/**
 * The HTML document around every page: head, header, footer. What a page is about comes from the page; headers of the response are
 * `routes/pages.ts`'s.
 */
import type { Child } from "hono/jsx";
import { FAVICON, Mark } from "./page/icons.tsx";

/** Hashed URLs of the pages' assets. */
export type AssetUrls = {
  readonly boardCss: string;
  readonly boardJs: string;
  readonly roadmapJs: string;
  readonly docsCss: string;
  readonly docsJs: string;
};

export type DocumentProps = {
  readonly title: string;
  readonly description: string;
  /** Absolute URL of the page as it should be linked, or null for pages that nobody should find. */
  readonly canonical: string | null;
  /** A path of this site, for a page that has a feed of its own. */
  readonly feed?: { readonly href: string; readonly title: string } | null;
  readonly siteName: string;
  readonly ogType?: "website" | "article";
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** Bootstrap data of the page's client, as `data-*` of the body. */
  readonly data?: Readonly<Record<`data-${string}`, string>>;
  readonly children: Child;
};

export function Document(props: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{props.title}</title>
        <meta name="description" content={props.description} />
        <meta name="color-scheme" content="light dark" />
        {props.canonical === null ? (
          <meta name="robots" content="noindex" />
        ) : (
          <>
            <link rel="canonical" href={props.canonical} />
            <meta property="og:url" content={props.canonical} />
          </>
        )}
        {props.feed === undefined || props.feed === null ? null : (
          <link rel="alternate" type="application/atom+xml" href={props.feed.href} title={props.feed.title} />
        )}
        <meta property="og:type" content={props.ogType ?? "website"} />
        <meta property="og:site_name" content={props.siteName} />
        <meta property="og:title" content={props.title} />
        <meta property="og:description" content={props.description} />
        <meta name="twitter:card" content="summary" />
        <meta name="twitter:title" content={props.title} />
        <meta name="twitter:description" content={props.description} />
        <link rel="icon" type="image/svg+xml" href={FAVICON} />
        {props.styles.map((href) => (
          <link rel="stylesheet" href={href} />
        ))}
        {props.scripts.map((src) => (
          <script type="module" src={src}></script>
        ))}
      </head>
      <body {...props.data}>{props.children}</body>
    </html>
  );
}

/** `trail` stands right of the mark; `skipTo` is the id of the page's main part. */
export function Header({
  home,
  name,
  trail,
  skipTo,
  children,
}: {
  readonly home: string;
  readonly name: string;
  readonly trail?: string;
  readonly skipTo: string;
  readonly children?: Child;
}) {
  return (
    <>
      <a class="skip" href={`#${skipTo}`}>
        Skip to content
      </a>
      <header class="top">
        <div class="wide">
          <a class="brand" href={home}>
            <Mark />
            <span>{name}</span>
          </a>
          {trail === undefined ? null : <span class="trail">{trail}</span>}
          <div class="end">{children}</div>
        </div>
      </header>
    </>
  );
}

export function Footer() {
  return (
    <footer class="foot">
      <div class="wide">
        <span>
          Runs on <a href="/">Groundswell</a>
        </span>
        <a href="/docs">API</a>
      </div>
    </footer>
  );
}

/** The finished page. */
export function renderDocument(document: ReturnType<typeof Document>): string {
  if (document instanceof Promise)
    throw new TypeError("A page's component awaits; pages get all their data handed in.");
  return `<!doctype html>${document.toString()}`;
}
