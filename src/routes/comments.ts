/** `/:workspace/:board/feedback/:id/comments`: see protocol/rest/comments.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, moderationHeader, noContent, seqHeader } from "../edge/respond.ts";
import { createComment, deleteComment, listComments, updateComment } from "../protocol/rest/comments.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";
import { nextPage } from "./next-page.ts";

export const commentRoutes: readonly Route[] = [
  route(listComments, async (context, { params, query }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.listComments(callOf(context), board, id, query),
    );
    return map(result, ({ items, nextCursor, seq }) =>
      json(items, 200, { ...seqHeader(seq), ...nextPage(context, nextCursor) }),
    );
  }),
  route(createComment, async (context, { params, body }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.createComment(callOf(context), board, id, body),
    );
    return map(result, ({ item, seq, isHeld }) => {
      const location = `/api/v1/${workspace}/${board}/feedback/${String(id)}/comments/${String(item.id)}`;
      return json(item, 201, { location, ...seqHeader(seq), ...moderationHeader(isHeld) });
    });
  }),
  route(updateComment, async (context, { params, body }) => {
    const { workspace, board, id, commentId } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.updateComment(callOf(context), board, id, commentId, body),
    );
    return map(result, ({ item, seq, isHeld }) => json(item, 200, { ...seqHeader(seq), ...moderationHeader(isHeld) }));
  }),
  route(deleteComment, async (context, { params }) => {
    const { workspace, board, id, commentId } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.deleteComment(callOf(context), board, id, commentId),
    );
    return map(result, noContent);
  }),
];
