/** A workspace's settings, its branding, and its end. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import { failure, type Failure } from "../../errors.ts";
import { RateLimit, WORKSPACE_QUOTAS } from "../../protocol/rest/rate-limits.ts";
import { Branding, Settings } from "../../protocol/rest/settings.ts";
import { CONSOLE_PATH, teamPath, withNotice } from "../../web/console/address.ts";
import { BrandingPage } from "../../web/console/branding.tsx";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { SettingsPage } from "../../web/console/settings.tsx";
import { contentSecurityPolicy } from "../../web/page/response.ts";
import { ask, tell } from "./ask.ts";
import { type Answer, page, show } from "./page.ts";
import { type Act, apiOf, forms, openTeam, settle, slugOf } from "./team.ts";

export const settingsPage = page((context, params) => showSettings(context, params, null));

async function showSettings(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params, "workspace.configure");
  if (!visit.ok) return visit;
  const [settings, limits] = await Promise.all([
    ask(context, Settings, "GET", `${apiOf(params)}/settings`),
    ask(context, z.array(RateLimit), "GET", `${apiOf(params)}/rate-limits`),
  ]);
  if (!settings.ok) return settings;
  if (!limits.ok) return limits;
  const { shell, team } = visit.value;
  const facts = { shell, team, settings: settings.value, limits: limits.value, attempt };
  return show(context, SettingsPage(facts), { attempt });
}

const rename: Act = (context, params, { name = "" }) =>
  settle(
    tell(context, "PATCH", apiOf(params), { name }),
    withNotice(teamPath(slugOf(params), "settings"), "workspace-renamed"),
    (failed) => showSettings(context, params, refused("rename", failed, { name }, ["name"])),
  );

/** The form shows all of it and sends all of it: an unticked box is one that was not sent. */
const changeAccess: Act = (context, params, sent) => {
  const allowedOrigins = (sent["allowedOrigins"] ?? "")
    .split(/\s+/u)
    .filter((line) => line !== "")
    .map(asOrigin);
  const anonymousPosting = sent["anonymousPosting"] !== undefined;
  const requireIdentity = sent["requireIdentity"] !== undefined;
  return settle(
    tell(context, "PATCH", `${apiOf(params)}/settings`, { anonymousPosting, requireIdentity, allowedOrigins }),
    withNotice(teamPath(slugOf(params), "settings"), "settings-saved"),
    (failed) => showSettings(context, params, refused("access", failed, sent, ["allowedOrigins"])),
  );
};

const changeModeration: Act = (context, params, sent) => {
  const lockClosed = sent["lockClosed"] !== undefined;
  return settle(
    tell(context, "PATCH", `${apiOf(params)}/settings`, { moderation: sent["moderation"], lockClosed }),
    withNotice(teamPath(slugOf(params), "settings"), "settings-saved"),
    (failed) => showSettings(context, params, refused("moderation", failed, sent, [])),
  );
};

/** An empty field is the default; what is not sent stays, and what is no number is for the API to refuse. */
const changeLimits: Act = (context, params, sent) => {
  const limitOf = (text: string) => (text === "" ? null : /^\d+$/u.test(text) ? Number(text) : text);
  const useDefaults = sent["defaults"] !== undefined;
  const limits = WORKSPACE_QUOTAS.flatMap((name) => {
    const text = sent[name]?.trim();
    if (useDefaults) return [[name, null] as const];
    return text === undefined ? [] : [[name, limitOf(text)] as const];
  });
  return settle(
    tell(context, "PATCH", `${apiOf(params)}/rate-limits`, Object.fromEntries(limits)),
    withNotice(teamPath(slugOf(params), "settings"), "limits-saved"),
    (failed) => showSettings(context, params, refused("limits", failed, sent, WORKSPACE_QUOTAS)),
  );
};

/** A slash at the end is what an address bar adds when one copies from it. */
function asOrigin(text: string): string {
  const url = URL.parse(text);
  return url !== null && `${url.origin}/` === text ? url.origin : text;
}

const remove: Act = (context, params, sent) => {
  const slug = slugOf(params);
  const again = (failed: Failure) => showSettings(context, params, refused("delete", failed, sent, ["confirm"]));
  if (sent["confirm"]?.trim() !== slug) return again(notConfirmed(slug));
  return settle(tell(context, "DELETE", apiOf(params)), withNotice(CONSOLE_PATH, "workspace-deleted"), again);
};

export function notConfirmed(slug: string): Failure {
  const message = `Type “${slug}”, letter for letter.`;
  return failure("INVALID_REQUEST", message, [{ path: "confirm", message }]);
}

export const changeSettings = forms({
  rename,
  access: changeAccess,
  moderation: changeModeration,
  limits: changeLimits,
  delete: remove,
});

export const brandingPage = page((context, params) => showBranding(context, params, null));

async function showBranding(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params, "workspace.configure");
  if (!visit.ok) return visit;
  const branding = await ask(context, Branding, "GET", `${apiOf(params)}/branding`);
  if (!branding.ok) return branding;
  const { shell, team } = visit.value;
  // The logo stands on the customer's own server.
  const policy = contentSecurityPolicy(context.origin).replace("img-src 'self' data:", "img-src 'self' data: https:");
  return show(context, BrandingPage({ shell, team, branding: branding.value, attempt }), { attempt, policy });
}

const brand: Act = (context, params, sent) => {
  const accentColor = emptyAsNull(sent["accentColor"]?.toLowerCase());
  const logoUrl = emptyAsNull(sent["logoUrl"]);
  return settle(
    tell(context, "PATCH", `${apiOf(params)}/branding`, { accentColor, logoUrl }),
    withNotice(teamPath(slugOf(params), "branding"), "branding-saved"),
    (failed) => showBranding(context, params, refused("branding", failed, sent, ["accentColor", "logoUrl"])),
  );
};

function emptyAsNull(text = ""): string | null {
  const trimmed = text.trim();
  return trimmed === "" ? null : trimmed;
}

export const changeBranding = forms({ branding: brand });
