/** `/:workspace/:board/feedback/:id/votes` and the look-up: see protocol/rest/votes.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, seqHeader } from "../edge/respond.ts";
import { castVote, lookUpVotes, removeVote } from "../protocol/rest/votes.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const voteRoutes: readonly Route[] = [
  route(castVote, async (context, { params, body }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.castVote(callOf(context), board, id, body),
    );
    return map(result, ({ first, seq, ...vote }) => json(vote, first ? 201 : 200, seqHeader(seq)));
  }),
  route(removeVote, async (context, { params, query, body }) => {
    const { workspace, board, id } = params;
    // The body is undefined when none was sent.
    const person = (body as typeof body | undefined)?.externalUserId ?? query.externalUserId;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.removeVote(callOf(context), board, id, person),
    );
    return map(result, ({ first: _first, seq, ...vote }) => json(vote, 200, seqHeader(seq)));
  }),
  route(lookUpVotes, async (context, { params, query }) => {
    const { workspace, board } = params;
    const { ids, externalUserId } = query;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.lookUpVotes(callOf(context), board, ids, externalUserId),
    );
    return map(result, (votes) => json(votes));
  }),
];
