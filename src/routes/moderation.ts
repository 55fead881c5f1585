/** `/workspaces/:workspace/moderation`: see protocol/rest/moderation.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json } from "../edge/respond.ts";
import { countModeration, listModeration, moderate } from "../protocol/rest/moderation.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";
import { nextPage } from "./next-page.ts";

export const moderationRoutes: readonly Route[] = [
  route(countModeration, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) =>
      stub.countModeration(callOf(context)),
    );
    return map(result, (counts) => json(counts));
  }),
  route(listModeration, async (context, { params, query }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) =>
      stub.listModeration(callOf(context), query),
    );
    return map(result, ({ items, nextCursor }) => json(items, 200, nextPage(context, nextCursor)));
  }),
  route(moderate, async (context, { params, body }) => {
    // Not asked again after a fault: what it deletes cannot be told from what never was.
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.moderate(callOf(context), body),
    );
    return map(result, (results) => json(results));
  }),
];
