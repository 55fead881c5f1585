/**
 * The server's own pages, fetched and taken apart. Rows are rendered in one place only, on the server; the client moves them over. A
 * parsed document is inert: nothing in it loads or runs.
 */
import type { Store } from "../board-state.ts";
import { type PageState, STATE_BLOCK_ID } from "../../page/page-state.ts";

export type FetchedPage = {
  readonly document: Document;
  /** Null on failure pages. */
  readonly state: PageState | null;
  /** After redirects. */
  readonly url: URL;
  /** The board state's clock when the page was asked for: what it says of the visitor's votes is as old as that. */
  readonly clock: number;
};

/** Throws on network failures and aborts; any answer of the server is a page. */
export async function fetchPage(
  url: string,
  store: Store,
  init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
): Promise<FetchedPage> {
  const { clock } = store.get();
  const response = await fetch(url, { ...init, headers: { ...init.headers, accept: "text/html" } });
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  return { document: parsed, state: readState(parsed), url: new URL(response.url), clock };
}

export function readState(from: Document): PageState | null {
  const text = from.querySelector(`#${STATE_BLOCK_ID}`)?.textContent;
  return text === undefined ? null : (JSON.parse(text) as PageState);
}

/** Puts the fetched page's part in the place of ours; a part that only one of them has comes or goes. */
export function takePart(page: FetchedPage, selector: string, under: string): void {
  const theirs = page.document.querySelector(selector);
  const ours = document.querySelector(selector);
  if (theirs === null) ours?.remove();
  else if (ours === null) document.querySelector(under)?.append(document.importNode(theirs, true));
  else ours.replaceWith(document.importNode(theirs, true));
}
