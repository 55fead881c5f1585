/** `/:workspace/:board/similar`: see protocol/rest/similar.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, seqHeader } from "../edge/respond.ts";
import { findSimilar } from "../protocol/rest/similar.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const similarRoutes: readonly Route[] = [
  route(findSimilar, async (context, { params, query }) => {
    const { workspace, board } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.findSimilar(callOf(context), board, query),
    );
    return map(result, ({ items, seq }) => json(items, 200, seqHeader(seq)));
  }),
];
