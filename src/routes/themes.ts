/** `/workspaces/:workspace/themes`: see protocol/rest/themes.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import { listThemeItems, listThemes, mergeTheme, rebuildThemes, updateTheme } from "../protocol/rest/themes.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";
import { nextPage } from "./next-page.ts";

export const themeRoutes: readonly Route[] = [
  route(listThemes, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.listThemes(callOf(context)));
    return map(result, (themes) => json(themes));
  }),
  route(rebuildThemes, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.rebuildThemes(callOf(context)));
    return map(result, (state) => json(state, 202));
  }),
  route(listThemeItems, async (context, { params, query }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.listThemeItems(callOf(context), id, query),
    );
    return map(result, ({ items, nextCursor }) => json(items, 200, nextPage(context, nextCursor)));
  }),
  route(updateTheme, async (context, { params, body }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.updateTheme(callOf(context), id, body));
    return map(result, noContent);
  }),
  route(mergeTheme, async (context, { params, body }) => {
    const { workspace, id } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.mergeTheme(callOf(context), id, body));
    return map(result, noContent);
  }),
];
