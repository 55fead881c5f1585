/** What much feedback is about: themes, as the workspace finds them and its team names, keeps and merges them. */
import * as z from "zod";
import { CURSOR_CHARS_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, THEMES_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { Status } from "./feedback.ts";
import { feedbackId, instant, name, workspaceParams } from "./fields.ts";

const themeId = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

export const ThemeItem = z
  .strictObject({
    id: feedbackId,
    board: z.string(),
    title: z.string(),
    status: Status,
    voteCount: z.int(),
    score: z.number().meta({ description: "How close it is to the theme, 0 to 1" }),
  })
  .meta({ id: "ThemeItem" });
export type ThemeItem = z.infer<typeof ThemeItem>;

export const Theme = z
  .strictObject({
    id: themeId,
    name: z.string(),
    terms: z.array(z.string()).meta({ description: "What its items say and others do not, the most telling first" }),
    isNamed: z.boolean().meta({ description: "Somebody gave it its name" }),
    pinned: z.boolean(),
    itemCount: z.int().meta({
      description:
        "Counted in the background, as is `voteCount`: within a minute or so of a change, or of the last look at this list",
    }),
    voteCount: z.int(),
    samples: z.array(ThemeItem).meta({ description: "The items closest to it" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "Theme" });
export type Theme = z.infer<typeof Theme>;

export const UpdateTheme = z
  .strictObject({ name: name.optional(), pinned: z.boolean().optional() })
  .refine((body) => Object.keys(body).length > 0, "must change at least one field")
  .meta({ id: "UpdateTheme" });
export type UpdateTheme = z.infer<typeof UpdateTheme>;

export const MergeTheme = z
  .strictObject({ intoId: themeId.meta({ description: "The theme that stays" }) })
  .meta({ id: "MergeTheme" });
export type MergeTheme = z.infer<typeof MergeTheme>;

export const ListThemeItems = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/u, "must be a positive integer")
    .transform(Number)
    .pipe(z.int().min(1).max(PAGE_SIZE_MAX))
    .meta({ override: { type: "integer", minimum: 1, maximum: PAGE_SIZE_MAX } })
    .default(PAGE_SIZE_DEFAULT),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional().meta({ description: "`X-Next-Cursor` of the page before" }),
});
export type ListThemeItems = z.infer<typeof ListThemeItems>;

const themeParams = z.strictObject({
  ...workspaceParams.shape,
  id: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/u, "must be a positive integer")
    .transform(Number)
    .pipe(themeId)
    .meta({ override: { type: "integer", minimum: 1 } }),
});

const tag = "Themes";

export const listThemes = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/themes",
  operationId: "listThemes",
  tag,
  summary: "List the themes",
  description: `Pinned ones first, then the largest; at most ${String(THEMES_MAX)}. Only what the public sees is in them.`,
  who: "internal.read",
  params: workspaceParams,
  answers: { 200: { description: "The themes", schema: z.array(Theme) } },
});

export const rebuildThemes = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/themes/rebuild",
  operationId: "rebuildThemes",
  tag,
  summary: "Find themes anew",
  description:
    "Done in the background: a second or two for some hundreds of items, a minute for 100,000; once a minute at most. It is done without being asked, too, when a tenth of the feedback is new.",
  who: "feedback.moderate",
  params: workspaceParams,
  answers: { 202: { description: "It is under way", schema: z.strictObject({ state: z.literal("queued") }) } },
});

export const listThemeItems = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/themes/:id/items",
  operationId: "listThemeItems",
  tag,
  summary: "List a theme's items",
  description:
    "The closest first. A page may be shorter than `limit` where items have just gone; the next link says whether there are more.",
  who: "internal.read",
  params: themeParams,
  query: ListThemeItems,
  answers: { 200: { description: "A page of items", schema: z.array(ThemeItem) } },
});

export const updateTheme = endpoint({
  method: "PATCH",
  path: "/workspaces/:workspace/themes/:id",
  operationId: "updateTheme",
  tag,
  summary: "Rename or pin a theme",
  description: "A theme that has a name of yours, or is pinned, stays whatever is found anew.",
  who: "feedback.moderate",
  params: themeParams,
  body: UpdateTheme,
  // Whoever may do this need not be allowed to read it.
  answers: { 204: { description: "It is so" } },
});

export const mergeTheme = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/themes/:id/merge",
  operationId: "mergeTheme",
  tag,
  summary: "Merge a theme into another",
  description: "Its items go there, and whatever would fall into it from now on.",
  who: "feedback.moderate",
  params: themeParams,
  body: MergeTheme,
  answers: { 204: { description: "It is merged" } },
});
