/** `/workspaces`: see protocol/rest/workspaces.ts. */
import { callOf, type RequestContext } from "../edge/context.ts";
import { callUser, callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import type { Failure } from "../errors.ts";
import { OPERATOR_USER_ID } from "../membership.ts";
import {
  createWorkspace,
  deleteWorkspace,
  listWorkspaces,
  readWorkspace,
  updateWorkspace,
} from "../protocol/rest/workspaces.ts";
import { map, ok, type Result } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

/** Whose list: the operator is a user, too. */
function userIdOf({ caller }: RequestContext): string {
  return caller.kind === "account" ? caller.userId : OPERATOR_USER_ID;
}

/** Each slug is an object of its own: that a key came with another slug before, only the person's can tell. */
async function claimKey(context: RequestContext): Promise<Result<null, Failure>> {
  if (context.idempotency === null) return ok(null);
  return callUser(context, userIdOf(context), true, (stub) => stub.claimKey(callOf(context)));
}

export const workspaceRoutes: readonly Route[] = [
  route(createWorkspace, async (context, { body }) => {
    const claimed = await claimKey(context);
    if (!claimed.ok) return claimed;
    const result = await callWorkspace(context, body.slug, false, (stub) =>
      stub.createWorkspace(callOf(context), body),
    );
    return map(result, (workspace) => json(workspace, 201, { location: `/api/v1/workspaces/${workspace.slug}` }));
  }),
  route(listWorkspaces, async (context) => {
    const result = await callUser(context, userIdOf(context), true, (stub) => stub.listWorkspaces(callOf(context)));
    return map(result, (workspaces) => json(workspaces));
  }),
  route(readWorkspace, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.readWorkspace(callOf(context)));
    return map(result, (workspace) => json(workspace));
  }),
  route(updateWorkspace, async (context, { params, body }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) =>
      stub.updateWorkspace(callOf(context), body),
    );
    return map(result, (workspace) => json(workspace));
  }),
  route(deleteWorkspace, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.deleteWorkspace(callOf(context)),
    );
    return map(result, noContent);
  }),
];
