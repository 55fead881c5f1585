/** `/workspaces/:workspace/signing-secrets`: see protocol/rest/signing-secrets.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import { createSigningSecret, listSigningSecrets, revokeSigningSecret } from "../protocol/rest/signing-secrets.ts";
import { map } from "../result.ts";
import { NOT_KEPT } from "./api-keys.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const signingSecretRoutes: readonly Route[] = [
  route(listSigningSecrets, async (context, { params }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.listSigningSecrets(callOf(context)));
    return map(result, (secrets) => json(secrets));
  }),
  route(createSigningSecret, async (context, { params }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.createSigningSecret(callOf(context)));
    return map(result, (secret) => json(secret, 201, NOT_KEPT));
  }),
  route(revokeSigningSecret, async (context, { params }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.revokeSigningSecret(callOf(context), id),
    );
    return map(result, noContent);
  }),
];
