/** A workspace's API keys and signing secrets. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import { DAY_MS } from "../../limits.ts";
import { API_KEY_SCOPES, ApiKey, CreatedApiKey } from "../../protocol/rest/api-keys.ts";
import { CreatedSigningSecret, SigningSecret } from "../../protocol/rest/signing-secrets.ts";
import { teamPath, withNotice } from "../../web/console/address.ts";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { IdentityPage } from "../../web/console/identity.tsx";
import { KeysPage, LIFETIMES, scopeField } from "../../web/console/keys.tsx";
import { ask, tell } from "./ask.ts";
import { type Answer, page, show } from "./page.ts";
import { type Act, apiOf, forms, openTeam, settle, slugOf } from "./team.ts";

export const keysPage = page((context, params) => showKeys(context, params));

type Shown<T> = { readonly attempt?: Attempt; readonly made?: T };

async function showKeys(context: RequestContext, params: Params, { attempt, made }: Shown<CreatedApiKey> = {}): Answer {
  const visit = await openTeam(context, params, "team.manage");
  if (!visit.ok) return visit;
  const keys = await ask(context, z.array(ApiKey), "GET", `${apiOf(params)}/api-keys`);
  if (!keys.ok) return keys;
  const { shell, team } = visit.value;
  const view = { shell, team, keys: keys.value, made: made ?? null, attempt: attempt ?? null };
  return show(context, KeysPage(view), attempt === undefined ? {} : { attempt });
}

const makeKey: Act = async (context, params, sent) => {
  const { name = "", expires = "" } = sent;
  const scopes = API_KEY_SCOPES.filter((scope) => sent[scopeField(scope)] !== undefined);
  const made = await ask(context, CreatedApiKey, "POST", `${apiOf(params)}/api-keys`, {
    name,
    scopes,
    ...endOf(expires),
  });
  if (made.ok) return showKeys(context, params, { made: made.value });
  return showKeys(context, params, { attempt: refused("new", made.error, sent, ["name", "scopes"]) });
};

/** What the form offers, counted from now. */
function endOf(lifetime: string): { readonly expiresAt?: string } {
  if (lifetime === "never" || !LIFETIMES.some(({ value }) => value === lifetime)) return {};
  return { expiresAt: new Date(Date.now() + Number(lifetime) * DAY_MS).toISOString() };
}

const revokeKey: Act = (context, params, sent) =>
  settle(
    tell(context, "DELETE", `${apiOf(params)}/api-keys/${encodeURIComponent(sent["id"] ?? "")}`),
    withNotice(teamPath(slugOf(params), "keys"), "key-revoked"),
    (failed) => showKeys(context, params, { attempt: refused("page", failed, {}, []) }),
  );

export const changeKeys = forms({ new: makeKey, revoke: revokeKey });

export const identityPage = page((context, params) => showSecrets(context, params));

async function showSecrets(
  context: RequestContext,
  params: Params,
  { attempt, made }: Shown<CreatedSigningSecret> = {},
): Answer {
  const visit = await openTeam(context, params, "team.manage");
  if (!visit.ok) return visit;
  const secrets = await ask(context, z.array(SigningSecret), "GET", `${apiOf(params)}/signing-secrets`);
  if (!secrets.ok) return secrets;
  const { shell, team } = visit.value;
  const view = { shell, team, secrets: secrets.value, made: made ?? null, attempt: attempt ?? null };
  return show(context, IdentityPage(view), attempt === undefined ? {} : { attempt });
}

const makeSecret: Act = async (context, params) => {
  const made = await ask(context, CreatedSigningSecret, "POST", `${apiOf(params)}/signing-secrets`);
  if (made.ok) return showSecrets(context, params, { made: made.value });
  return showSecrets(context, params, { attempt: refused("page", made.error, {}, []) });
};

const revokeSecret: Act = (context, params, sent) =>
  settle(
    tell(context, "DELETE", `${apiOf(params)}/signing-secrets/${encodeURIComponent(sent["id"] ?? "")}`),
    withNotice(teamPath(slugOf(params), "identity"), "secret-revoked"),
    (failed) => showSecrets(context, params, { attempt: refused("page", failed, {}, []) }),
  );

export const changeSecrets = forms({ new: makeSecret, revoke: revokeSecret });
