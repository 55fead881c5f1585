/** A workspace's themes: the list, and each one's page with its ideas. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import { failure } from "../../errors.ts";
import { Theme, ThemeItem } from "../../protocol/rest/themes.ts";
import { err } from "../../result.ts";
import { teamPath, teamThemePath, withNotice } from "../../web/console/address.ts";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { ThemePage, ThemesPage } from "../../web/console/themes.tsx";
import { ask, tell } from "./ask.ts";
import { type Answer, page, show } from "./page.ts";
import { type Act, apiOf, forms, openTeam, settle, slugOf } from "./team.ts";

export const themesPage = page((context, params) => showThemes(context, params, null));

async function showThemes(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params);
  if (!visit.ok) return visit;
  const themes = await ask(context, z.array(Theme), "GET", `${apiOf(params)}/themes`);
  if (!themes.ok) return themes;
  const { shell, team } = visit.value;
  return show(context, ThemesPage({ shell, team, themes: themes.value, attempt }), { attempt });
}

/** As it stands in a path; what is no number names no theme. */
function pathOf(params: Params, id: string): string {
  return `${apiOf(params)}/themes/${encodeURIComponent(id)}`;
}

function pin(pinned: boolean): Act {
  return (context, params, { id = "" }) =>
    settle(
      tell(context, "PATCH", pathOf(params, id), { pinned }),
      withNotice(teamPath(slugOf(params), "themes"), pinned ? "theme-pinned" : "theme-unpinned"),
      (failed) => showThemes(context, params, refused("page", failed, {}, [])),
    );
}

const rebuild: Act = (context, params) =>
  settle(
    tell(context, "POST", `${apiOf(params)}/themes/rebuild`),
    withNotice(teamPath(slugOf(params), "themes"), "themes-asked"),
    (failed) => showThemes(context, params, refused("page", failed, {}, [])),
  );

export const changeThemes = forms({ pin: pin(true), unpin: pin(false), rebuild });

export const themePage = page((context, params) => showTheme(context, params, null));

function themeOf(params: Params): string {
  return params["theme"] ?? "";
}

async function showTheme(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params);
  if (!visit.ok) return visit;
  const cursor = context.request.method === "GET" ? context.url.searchParams.get("cursor") : null;
  const query = cursor === null ? "" : `?${new URLSearchParams({ cursor }).toString()}`;
  const [themes, items] = await Promise.all([
    ask(context, z.array(Theme), "GET", `${apiOf(params)}/themes`),
    askPage(context, `${pathOf(params, themeOf(params))}/items${query}`),
  ]);
  if (!themes.ok) return themes;
  if (!items.ok) return items;
  const theme = themes.value.find(({ id }) => String(id) === themeOf(params));
  if (theme === undefined) return err(failure("THEME_NOT_FOUND", "There is no such theme in this workspace."));
  const { shell, team } = visit.value;
  const others = themes.value.filter(({ id }) => id !== theme.id);
  return show(context, ThemePage({ shell, team, theme, others, ...items.value, attempt }), { attempt });
}

async function askPage(context: RequestContext, path: string) {
  let next: string | null = null;
  const noting: RequestContext = {
    ...context,
    api: async (...asked) => {
      const response = await context.api(...asked);
      next = response.headers.get("x-next-cursor");
      return response;
    },
  };
  const items = await ask(noting, z.array(ThemeItem), "GET", path);
  return items.ok ? ({ ok: true, value: { items: items.value, next } } as const) : items;
}

/** A form of the theme's page, which comes again when it is refused. */
function themeForm(
  form: string,
  method: "PATCH" | "POST",
  bodyOf: (sent: Readonly<Record<string, string>>) => object,
  after: (slug: string, id: string) => string,
): Act {
  return (context, params, sent) => {
    const path = pathOf(params, themeOf(params));
    return settle(
      tell(context, method, method === "POST" ? `${path}/merge` : path, bodyOf(sent)),
      after(slugOf(params), themeOf(params)),
      (failed) => showTheme(context, params, refused(form, failed, sent, ["name", "intoId"])),
    );
  };
}

const here = (notice: string) => (slug: string, id: string) => withNotice(teamThemePath(slug, Number(id)), notice);

export const changeTheme = forms({
  rename: themeForm("rename", "PATCH", ({ name = "" }) => ({ name }), here("theme-named")),
  pin: themeForm("page", "PATCH", () => ({ pinned: true }), here("theme-pinned")),
  unpin: themeForm("page", "PATCH", () => ({ pinned: false }), here("theme-unpinned")),
  merge: themeForm(
    "merge",
    "POST",
    ({ intoId = "" }) => ({ intoId: Number(intoId) }),
    (slug) => withNotice(teamPath(slug, "themes"), "theme-merged"),
  ),
});
