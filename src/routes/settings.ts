/** `/workspaces/:workspace/settings`, `…/branding`, `…/widget-config`: see protocol/rest/settings.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json } from "../edge/respond.ts";
import { siteKeyOf } from "../edge/turnstile.ts";
import {
  readBranding,
  readSettings,
  readWidgetConfig,
  updateBranding,
  updateSettings,
} from "../protocol/rest/settings.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const settingsRoutes: readonly Route[] = [
  route(readSettings, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.readSettings(callOf(context)));
    return map(result, (settings) => json(settings));
  }),
  route(updateSettings, async (context, { params, body }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.updateSettings(callOf(context), body));
    return map(result, (settings) => json(settings));
  }),
  route(readBranding, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.readBranding(callOf(context)));
    return map(result, (branding) => json(branding));
  }),
  route(updateBranding, async (context, { params, body }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.updateBranding(callOf(context), body));
    return map(result, (branding) => json(branding));
  }),
  route(readWidgetConfig, async (context, { params }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.readWidgetConfig(callOf(context)));
    return map(result, (config) => json({ ...config, turnstileSiteKey: siteKeyOf(context.env) }));
  }),
];
