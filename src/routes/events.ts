/** `/workspaces/:workspace/events`: see protocol/rest/events.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { jsonText, seqHeader } from "../edge/respond.ts";
import { listEvents } from "../protocol/rest/events.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";
import { nextPage } from "./next-page.ts";

export const eventRoutes: readonly Route[] = [
  route(listEvents, async (context, { params, query }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) =>
      stub.listEvents(callOf(context), query),
    );
    return map(result, ({ items, nextCursor, seq, oldestSeq, missed }) =>
      jsonText(items, {
        ...seqHeader(seq),
        ...nextPage(context, nextCursor),
        ...(oldestSeq === null ? {} : { "x-oldest-seq": String(oldestSeq) }),
        ...(missed ? { "x-events-missed": "true" } : {}),
      }),
    );
  }),
];
