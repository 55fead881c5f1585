/** `/workspaces/:workspace/api-keys`: see protocol/rest/api-keys.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "../protocol/rest/api-keys.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const apiKeyRoutes: readonly Route[] = [
  route(listApiKeys, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.listApiKeys(callOf(context)));
    return map(result, (keys) => json(keys));
  }),
  route(createApiKey, async (context, { params, body }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.createApiKey(callOf(context), body));
    return map(result, (key) => json(key, 201, NOT_KEPT));
  }),
  route(revokeApiKey, async (context, { params }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.revokeApiKey(callOf(context), id));
    return map(result, noContent);
  }),
];

/** An answer with a secret in it stays in no cache. */
export const NOT_KEPT = { "cache-control": "no-store" } as const;
