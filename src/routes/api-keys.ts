/** `/workspaces/:workspace/api-keys`: see protocol/rest/api-keys.ts. */
import { sealMade, secretInForce } from "../auth/sealed-answer.ts";
import { hashOf, newSecret } from "../auth/secret.ts";
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import { API_KEY_PREFIX } from "../limits.ts";
import { createApiKey, type CreatedApiKey, listApiKeys, revokeApiKey } from "../protocol/rest/api-keys.ts";
import { map, ok } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

const LAST_FOUR = 4;

export const apiKeyRoutes: readonly Route[] = [
  route(listApiKeys, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.listApiKeys(callOf(context)));
    return map(result, (keys) => json(keys));
  }),
  route(createApiKey, async (context, { params, body }) => {
    const { workspace } = params;
    const made = await sealMade(context, `${API_KEY_PREFIX}${newSecret()}`);
    const stored = { keyHash: await hashOf(made.secret), lastFour: made.secret.slice(-LAST_FOUR), sealed: made.sealed };
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.createApiKey(callOf(context), body, stored),
    );
    if (!result.ok) return result;
    const { sealed, ...apiKey } = result.value;
    const key = await secretInForce(context, made, sealed);
    return ok(json({ ...apiKey, key } satisfies CreatedApiKey, 201, NOT_KEPT));
  }),
  route(revokeApiKey, async (context, { params }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.revokeApiKey(callOf(context), id));
    return map(result, noContent);
  }),
];

/** An answer with a secret in it stays in no cache. */
export const NOT_KEPT = { "cache-control": "no-store" } as const;
