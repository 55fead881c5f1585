/** `/workspaces/:workspace/boards/:board/guests`: see protocol/rest/boards.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import { inviteGuest, listGuests, removeGuest } from "../protocol/rest/boards.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const guestRoutes: readonly Route[] = [
  route(listGuests, async (context, { params }) => {
    const { workspace, board } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.listGuests(callOf(context), board));
    return map(result, (guests) => json(guests));
  }),
  route(inviteGuest, async (context, { params, body }) => {
    const { workspace, board } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.inviteGuest(callOf(context), board, body.externalUserId),
    );
    return map(result, (guest) => json(guest));
  }),
  route(removeGuest, async (context, { params }) => {
    const { workspace, board, externalUserId } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.removeGuest(callOf(context), board, externalUserId),
    );
    return map(result, noContent);
  }),
];
