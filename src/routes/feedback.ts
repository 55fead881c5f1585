/** `/:workspace/:board/feedback`: see protocol/rest/feedback.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, jsonText, moderationHeader, movedTo, noContent, seqHeader } from "../edge/respond.ts";
import { API_PREFIX } from "../ids.ts";
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
import { nextPage } from "./next-page.ts";
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
    return map(result, ({ item, seq, isHeld }) => {
      const location = locationOf(workspace, { board, id: item.id });
      return json(item, 201, { location, ...seqHeader(seq), ...moderationHeader(isHeld) });
    });
  }),
  route(readFeedback, async (context, { params }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.readFeedback(callOf(context), board, id),
    );
    return map(result, (found) => {
      if ("movedTo" in found) return movedTo(locationOf(workspace, found.movedTo));
      return json(found.item, 200, { ...seqHeader(found.seq), ...moderationHeader(found.isHeld) });
    });
  }),
  route(updateFeedback, async (context, { params, body }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.updateFeedback(callOf(context), board, id, body),
    );
    return map(result, ({ item, seq, isHeld }) => json(item, 200, { ...seqHeader(seq), ...moderationHeader(isHeld) }));
  }),
  route(deleteFeedback, async (context, { params }) => {
    const { workspace, board, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.deleteFeedback(callOf(context), board, id),
    );
    return map(result, noContent);
  }),
];

function locationOf(workspace: string, { board, id }: { readonly board: string; readonly id: number }): string {
  return `${API_PREFIX}/${workspace}/${board}/feedback/${String(id)}`;
}
