/** What the page's client starts from: the list that the HTML shows, as data. Written by `state-block.tsx`, read by `client/board`. */
import type { Feedback, Sort } from "../../protocol/rest/feedback.ts";

export const STATE_BLOCK_ID = "page-state";

export type PageState = {
  readonly items: readonly Feedback[];
  readonly seq: number;
  readonly nextCursor: string | null;
  readonly sort: Sort;
  /** Not the board's plain first page: items that appear live have no place in it. */
  readonly filtered: boolean;
  /** Weight by item id, of the visitor's votes. */
  readonly votes: Readonly<Record<string, number>>;
  /** The server's clock, ISO 8601. */
  readonly renderedAt: string;
};
