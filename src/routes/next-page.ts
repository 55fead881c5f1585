/** The headers that lead from one page of a list to the next (RFC 8288). */
import type { RequestContext } from "../edge/context.ts";

/** The same query with the next cursor, and without `page`, which a cursor replaces. */
export function nextPage({ url }: RequestContext, cursor: string | null): Record<string, string> {
  if (cursor === null) return {};
  return { link: `<${url.pathname}?${nextQuery(url, cursor)}>; rel="next"`, "x-next-cursor": cursor };
}

/** Most lists are asked for without a query. */
function nextQuery({ search, searchParams }: URL, cursor: string): string {
  if (search === "") return `cursor=${encodeURIComponent(cursor)}`;
  const next = new URLSearchParams(searchParams);
  next.delete("page");
  next.set("cursor", cursor);
  return next.toString();
}
