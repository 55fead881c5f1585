/**
 * From a provider's word to an account of ours: who has been here before is found by (issuer, subject), everybody else gets the account that domain/account-linking.ts says. It spans objects, so the order
 * matters: the address first, then the provider's identity, each claimed by whoever comes first, each telling the person's object through its outbox. Cut off anywhere, the next sign-in finishes it.
 */
import type { Identity } from "../../../objects/identity.ts";
import { decideLinking } from "../../domain/account-linking.ts";
import { passwordIdentityName } from "../../domain/email.ts";
import { clientOf } from "../../edge/client.ts";
import { callOf, type RequestContext } from "../../edge/context.ts";
import { failureOf } from "../../edge/object-call.ts";
import { type Failure, failure } from "../../errors.ts";
import { randomId } from "../../ids.ts";
import type { Provider } from "../../protocol/rest/oauth.ts";
import { err, ok, type Result } from "../../result.ts";
import type { ProviderProfile } from "./profile.ts";

/** The user id. Errors: UNAUTHENTICATED without an address to open an account with; those of the objects. */
export async function accountOf(
  context: RequestContext,
  provider: Provider,
  profile: ProviderProfile,
): Promise<Result<string, Failure>> {
  try {
    const identity = context.env.IDENTITY.getByName(`${provider}:${profile.subject}`);
    const known = await identity.read(callOf(context));
    if (!known.ok) return known;
    if (known.value.userId !== null) return ok(known.value.userId);
    return await openOrLink(context, provider, profile, identity);
  } catch (thrown) {
    return err(failureOf(thrown, context.requestId, "Identity"));
  }
}

async function openOrLink(
  context: RequestContext,
  provider: Provider,
  { subject, email, name }: ProviderProfile,
  identity: DurableObjectStub<Identity>,
): Promise<Result<string, Failure>> {
  const call = callOf(context);
  const device = clientOf(context);
  const linked = { provider, subject, email: email?.address ?? null };
  // Who has the address is decided by the object that owns it; here only whether it is asked.
  const { kind } = decideLinking(email, null);
  if (kind === "refuse" || email === null) return err(failure("UNAUTHENTICATED", "The provider told no address."));
  if (kind === "open-apart") {
    const account = { email: email.address, name };
    return identity.claimProvider(call, { userId: randomId(), identity: linked, account, device });
  }
  const address = context.env.IDENTITY.getByName(passwordIdentityName(email.address));
  const owner = await address.claimEmail(call, { userId: randomId(), email: email.address, name, device });
  if (!owner.ok) return owner;
  return identity.claimProvider(call, { userId: owner.value, identity: linked, account: null, device });
}
