/** `POST /user/store-provider-api-key`: see protocol/rest/account.ts. The key is sealed here, in the Worker; the person's object never sees it. */
import { seal, type SealingSecrets } from "../auth/seal.ts";
import { clientOf } from "../edge/client.ts";
import { callOf } from "../edge/context.ts";
import { callUser } from "../edge/object-call.ts";
import { json } from "../edge/respond.ts";
import { failure } from "../errors.ts";
import { storeProviderKey } from "../protocol/rest/account.ts";
import { err, map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

const LAST_FOUR = 4;

export const providerKeyRoutes: readonly Route[] = [
  route(storeProviderKey, async (context, { body }) => {
    const { caller } = context;
    if (caller.kind !== "account") return err(failure("UNAUTHENTICATED", "This needs the access token of an account."));
    const { provider, apiKey, baseUrl = null } = body;
    const sealed = await seal(context.env as SealingSecrets, { userId: caller.userId, provider }, apiKey);
    if (!sealed.ok) return sealed;
    const stored = {
      provider,
      sealed: sealed.value,
      lastFour: apiKey.slice(-LAST_FOUR),
      baseUrl,
      device: clientOf(context),
    };
    const result = await callUser(context, caller.userId, true, (stub) =>
      stub.storeProviderKey(callOf(context), stored),
    );
    return map(result, (key) => json(key));
  }),
];
