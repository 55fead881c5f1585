/** The URLs of the board's pages and what of the query they carry. A cursor belongs to one sort and filter: changing those drops it. */
import type { ListFeedback, Sort } from "../../protocol/rest/feedback.ts";

/** The part of a list query that pages expose. */
export type View = Pick<ListFeedback, "sort" | "status" | "category" | "q" | "cursor">;

export type BoardAddress = {
  readonly workspace: string;
  readonly board: string;
  /** Within a frame on a customer's page, where everything leads to framed pages again. */
  readonly embedded?: boolean;
};

const EMBED_PREFIX = "/embed/";

export function isEmbedPath(path: string): boolean {
  return path.startsWith(EMBED_PREFIX);
}

const DEFAULT_SORT: Sort = "vote_count";

export function boardPath({ workspace, board, embedded = false }: BoardAddress): string {
  return `${embedded ? EMBED_PREFIX : "/w/"}${workspace}/${board}`;
}

export function itemPath(address: BoardAddress, id: number): string {
  return `${boardPath(address)}/${String(id)}`;
}

export function votePath(address: BoardAddress, id: number): string {
  return `${itemPath(address, id)}/vote`;
}

export function commentsPath(address: BoardAddress, id: number): string {
  return `${itemPath(address, id)}/comments`;
}

export function commentPath(address: BoardAddress, id: number, comment: number): string {
  return `${commentsPath(address, id)}/${String(comment)}`;
}

/** The view as a query without its `?`; defaults are left out, so that equal views have equal URLs. */
export function viewQuery(view: View): string {
  const query = new URLSearchParams();
  if (view.sort !== DEFAULT_SORT) query.set("sort", view.sort);
  if (view.status !== undefined) query.set("status", view.status);
  if (view.category !== undefined) query.set("category", view.category);
  if (view.q !== undefined) query.set("q", view.q);
  if (view.cursor !== undefined) query.set("cursor", view.cursor);
  return query.toString();
}

export function boardHref(address: BoardAddress, view: View): string {
  const query = viewQuery(view);
  return query === "" ? boardPath(address) : `${boardPath(address)}?${query}`;
}

/** The view with some parts changed (`undefined` takes a part out), back on its first page. */
export function changeView(view: View, change: { readonly [K in keyof View]?: View[K] | undefined }): View {
  const { sort, status, category, q } = { ...view, ...change };
  return {
    sort: sort ?? DEFAULT_SORT,
    ...(status === undefined ? {} : { status }),
    ...(category === undefined ? {} : { category }),
    ...(q === undefined ? {} : { q }),
    ...(change.cursor === undefined ? {} : { cursor: change.cursor }),
  };
}

/** The roadmap's page, and what of it is shown. */
export type RoadmapAddress = { readonly workspace: string; readonly embedded?: boolean };
export type RoadmapView = { readonly board?: string | undefined; readonly category?: string | undefined };

export function roadmapPath(address: RoadmapAddress): string {
  return boardPath({ ...address, board: "roadmap" });
}

export function roadmapHref(address: RoadmapAddress, { board, category }: RoadmapView): string {
  const query = new URLSearchParams();
  if (board !== undefined) query.set("board", board);
  if (category !== undefined) query.set("category", category);
  return query.size === 0 ? roadmapPath(address) : `${roadmapPath(address)}?${query.toString()}`;
}
