/** `/workspaces/:workspace/rate-limits`: see protocol/rest/rate-limits.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace, forgetRefusals } from "../edge/object-call.ts";
import { json } from "../edge/respond.ts";
import { listRateLimits, updateRateLimits } from "../protocol/rest/rate-limits.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const rateLimitRoutes: readonly Route[] = [
  route(listRateLimits, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.listRateLimits(callOf(context)));
    return map(result, (limits) => json(limits));
  }),
  route(updateRateLimits, async (context, { params, body }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.updateRateLimits(callOf(context), body),
    );
    forgetRefusals(workspace);
    return map(result, (limits) => json(limits));
  }),
];
