/** `/:workspace/:board/feedback`: see protocol/rest/feedback.ts. */
import { callOf, type RequestContext } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, jsonText, noContent, seqHeader } from "../edge/respond.ts";
import { passChallenge } from "../edge/turnstile.ts";
import {
  createFeedback,
  deleteFeedback,
  listFeedback,
  readFeedback,
  updateFeedback,
} from "../protocol/rest/feedback.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";
import { postOrOpen } from "./post-or-open.ts";

export const feedbackRoutes: readonly Route[] = [
  route(listFeedback, async (context, { params, query }) => {
    const { workspace, board } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.listFeedback(callOf(context), board, query),
    );
    return map(result, (page) =>
      jsonText(page.items, { ...seqHeader(page.seq), ...nextPage(context, page.nextCursor) }),
    );
  }),
  route(createFeedback, async (context, { params, body }) => {
    const { workspace, board } = params;
    const { turnstileToken, ...command } = body;
    const passed = await passChallenge(context, turnstileToken);
    if (!passed.ok) return passed;
    const result = await postOrOpen(context, workspace, board, command);
    return map(result, ({ item, seq }) => {
      const location = `/api/v1/${workspace}/${board}/feedback/${String(item.id)}`;
      return json(item, 201, { location, ...seqHeader(seq) });
    });
  }),
  route(readFeedback, async (context, { params }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.readFeedback(callOf(context), board, id),
    );
    return map(result, ({ item, seq }) => json(item, 200, seqHeader(seq)));
  }),
  route(updateFeedback, async (context, { params, body }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.updateFeedback(callOf(context), board, id, body),
    );
    return map(result, ({ item, seq }) => json(item, 200, seqHeader(seq)));
  }),
  route(deleteFeedback, async (context, { params }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.deleteFeedback(callOf(context), board, id),
    );
    return map(result, noContent);
  }),
];

/** RFC 8288: the same query with the next cursor, and without `page`, which a cursor replaces. */
function nextPage({ url }: RequestContext, cursor: string | null): Record<string, string> {
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
