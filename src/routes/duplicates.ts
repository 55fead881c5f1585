/** `/workspaces/:workspace/duplicates`: see protocol/rest/duplicates.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, seqHeader } from "../edge/respond.ts";
import { confirmDuplicates, createDuplicates, dismissDuplicates, listDuplicates } from "../protocol/rest/duplicates.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";
import { nextPage } from "./next-page.ts";

export const duplicateRoutes: readonly Route[] = [
  route(listDuplicates, async (context, { params, query }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) =>
      stub.listDuplicates(callOf(context), query),
    );
    return map(result, ({ groups, nextCursor }) => json(groups, 200, nextPage(context, nextCursor)));
  }),
  route(createDuplicates, async (context, { params, body }) => {
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.createDuplicates(callOf(context), body),
    );
    return map(result, (group) => json(group, 201));
  }),
  route(confirmDuplicates, async (context, { params, body }) => {
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.confirmDuplicates(callOf(context), params.id, body),
    );
    return map(result, ({ group, seq }) => json(group, 200, seqHeader(seq)));
  }),
  route(dismissDuplicates, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.dismissDuplicates(callOf(context), params.id),
    );
    return map(result, ({ group, seq }) => json(group, 200, seqHeader(seq)));
  }),
];
