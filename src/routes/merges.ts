/** `/:workspace/:board/feedback/:id/merge`, `…/unmerge`, `…/merged`: see protocol/rest/merges.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, seqHeader } from "../edge/respond.ts";
import { listMerged, mergeFeedback, unmergeFeedback } from "../protocol/rest/merges.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const mergeRoutes: readonly Route[] = [
  route(mergeFeedback, async (context, { params, body }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.mergeFeedback(callOf(context), board, id, body),
    );
    return map(result, ({ merge, seq }) => json(merge, 200, seqHeader(seq)));
  }),
  route(unmergeFeedback, async (context, { params }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.unmergeFeedback(callOf(context), board, id),
    );
    return map(result, ({ merge, seq }) => json(merge, 200, seqHeader(seq)));
  }),
  route(listMerged, async (context, { params }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.listMerged(callOf(context), board, id));
    return map(result, (items) => json(items));
  }),
];
