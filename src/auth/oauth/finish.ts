/** The callback: finds the sign-in that it finishes, has the provider say who it is, and opens a session. Every way that this can end badly is one of the closed list of error codes. */
import { callOf, isSecure, type RequestContext } from "../../edge/context.ts";
import { fault, log } from "../../log.ts";
import type { PendingSignIn } from "../../pending-sign-in.ts";
import type { OAuthErrorCode } from "../../protocol/rest/oauth.ts";
import { err, ok, type Result } from "../../result.ts";
import { hashOf } from "../secret.ts";
import { sessionCookies } from "../session-cookies.ts";
import { openSession } from "../sessions.ts";
import { accountOf } from "./account.ts";
import { browserSecret, callbackUrl, claimsToBeOld } from "./begin.ts";
import { exchangeCode, type OAuthRefusal } from "./exchange.ts";
import { fetchProfile } from "./profile.ts";
import type { ProviderSettings } from "./providers.ts";

/** What an operator should look into; the others anybody can cause. */
const PROVIDER_FAULTS: ReadonlySet<OAuthErrorCode> = new Set(["token_exchange_failed", "profile_fetch_failed"]);

/** Where the sign-in leads back to; the session's cookies go with the answer. */
export async function finishSignIn(
  context: RequestContext,
  settings: ProviderSettings,
  state: string | undefined,
): Promise<Result<string, OAuthErrorCode>> {
  const finished = await tryToFinish(context, settings, state).catch((thrown: unknown) => {
    log("error", fault(context.requestId, "sign-in", thrown));
    return err({ code: "internal_error", why: "thrown" } as const);
  });
  if (finished.ok) return finished;
  const { code, why } = finished.error;
  // Never with the thrown value: the library's errors hold codes and tokens.
  const error = `${code}: ${why}`;
  log(PROVIDER_FAULTS.has(code) ? "warn" : "info", {
    kind: "fault",
    requestId: context.requestId,
    where: `sign-in with ${settings.provider}`,
    error,
  });
  return err(code);
}

async function tryToFinish(
  context: RequestContext,
  settings: ProviderSettings,
  state: string | undefined,
): Promise<Result<string, OAuthRefusal>> {
  if (state === undefined || state === "") return err({ code: "invalid_parameters", why: "no state" });
  const pending = await takePending(context, settings, state);
  if (!pending.ok) return pending;
  const grant = await exchangeCode(settings, pending.value, context.url.searchParams, callbackUrl(context, settings));
  if (!grant.ok) return grant;
  const profile = await fetchProfile(settings, grant.value);
  if (!profile.ok) return profile;
  const account = await accountOf(context, settings.provider, profile.value);
  if (!account.ok) {
    const { code } = account.error;
    return err({ code: code === "UNAUTHENTICATED" ? "profile_fetch_failed" : "internal_error", why: code });
  }
  const session = await openSession(context, account.value, settings.provider);
  if (!session.ok) return err({ code: "internal_error", why: session.error.code });
  // The callback comes from the provider's site, yet this browser is the one that began: the cookie of the sign-in has shown it.
  context.cookies.push(...sessionCookies(session.value, isSecure(context)));
  return ok(pending.value.returnTo);
}

async function takePending(
  context: RequestContext,
  { provider }: ProviderSettings,
  state: string,
): Promise<Result<PendingSignIn, OAuthRefusal>> {
  const secret = browserSecret(context);
  const [address, browserHash] = await Promise.all([hashOf(state), secret === null ? null : hashOf(secret)]);
  try {
    const flow = context.env.OAUTH_FLOW.getByName(address);
    const taken = await flow.take(callOf(context), { provider, browserHash });
    if (taken.ok) return taken;
    const late = taken.error === "expired_state" || claimsToBeOld(state, Date.now());
    return err({ code: late ? "expired_state" : "invalid_state", why: taken.error });
  } catch (thrown) {
    log("error", fault(context.requestId, "OAuthFlow", thrown));
    return err({ code: "internal_error", why: "OAuthFlow" });
  }
}
