/** `/me` and `/auth/sessions`: see protocol/rest/account.ts. */
import type { Caller } from "../call.ts";
import { clientOf } from "../edge/client.ts";
import { callOf, type RequestContext } from "../edge/context.ts";
import { callUser } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import {
  listSecurityEvents,
  listSessions,
  readMe,
  revokeOtherSessions,
  revokeSession,
  updateMe,
} from "../protocol/rest/account.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const accountRoutes: readonly Route[] = [
  route(readMe, async (context) => {
    const { userId } = accountOf(context);
    return map(await callUser(context, userId, true, (stub) => stub.readMe(callOf(context))), (me) => json(me));
  }),
  route(updateMe, async (context, { body }) => {
    const { userId } = accountOf(context);
    return map(await callUser(context, userId, true, (stub) => stub.updateMe(callOf(context), body)), (me) => json(me));
  }),
  route(listSecurityEvents, async (context) => {
    const { userId } = accountOf(context);
    const events = await callUser(context, userId, true, (stub) => stub.listEvents(callOf(context)));
    return map(events, (list) => json(list));
  }),
  route(listSessions, async (context) => {
    const { userId, sessionId } = accountOf(context);
    const sessions = await callUser(context, userId, true, (stub) => stub.listSessions(callOf(context), sessionId));
    return map(sessions, (list) => json(list));
  }),
  route(revokeSession, async (context, { params }) => {
    const { userId } = accountOf(context);
    const device = clientOf(context);
    const revoked = await callUser(context, userId, false, (stub) =>
      stub.revokeSession(callOf(context), params.id, device),
    );
    return map(revoked, noContent);
  }),
  route(revokeOtherSessions, async (context) => {
    const { userId, sessionId } = accountOf(context);
    const device = clientOf(context);
    const revoked = await callUser(context, userId, true, (stub) =>
      stub.revokeOtherSessions(callOf(context), sessionId, device),
    );
    return map(revoked, noContent);
  }),
];

/** Throws for anybody else: `route` has refused them already. */
export function accountOf({ caller }: RequestContext): Extract<Caller, { kind: "account" }> {
  if (caller.kind !== "account") throw new Error("the endpoint's rule let somebody in who has no account");
  return caller;
}
