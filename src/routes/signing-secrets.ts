/** `/workspaces/:workspace/signing-secrets`: see protocol/rest/signing-secrets.ts. */
import { sealMade, secretInForce } from "../auth/sealed-answer.ts";
import { newSecret } from "../auth/secret.ts";
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import { SIGNING_SECRET_PREFIX } from "../limits.ts";
import {
  type CreatedSigningSecret,
  createSigningSecret,
  listSigningSecrets,
  revokeSigningSecret,
} from "../protocol/rest/signing-secrets.ts";
import { map, ok } from "../result.ts";
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
    const made = await sealMade(context, `${SIGNING_SECRET_PREFIX}${newSecret()}`);
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.createSigningSecret(callOf(context), made),
    );
    if (!result.ok) return result;
    const { sealed, ...signingSecret } = result.value;
    const secret = await secretInForce(context, made, sealed);
    return ok(json({ ...signingSecret, secret } satisfies CreatedSigningSecret, 201, NOT_KEPT));
  }),
  route(revokeSigningSecret, async (context, { params }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) =>
      stub.revokeSigningSecret(callOf(context), id),
    );
    return map(result, noContent);
  }),
];
