/** A workspace's settings, its branding, and what a widget is told of both. */
import * as z from "zod";
import { ALLOWED_ORIGINS_MAX, URL_FIELD_CHARS_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { workspaceParams } from "./fields.ts";

/** Scheme, host and port, nothing behind. */
const origin = z
  .string()
  .max(URL_FIELD_CHARS_MAX)
  .refine(
    (text) =>
      // Of what a host's name is made: it goes into headers, where a quote or a star would mean something.
      /^https?:\/\/[\w.:[\]-]+$/u.test(text) && URL.parse(text)?.origin === text,
    {
      message: "must be an origin, such as https://www.example.com",
    },
  );

/** Whose posts and comments wait for a moderator: nobody's; those of people of whom none was let through yet; everybody's. Never the team's. */
export const MODERATION_MODES = ["open", "first-post", "all"] as const;
export const ModerationMode = z.enum(MODERATION_MODES).meta({ id: "ModerationMode" });
export type ModerationMode = z.infer<typeof ModerationMode>;

export const Settings = z
  .strictObject({
    anonymousPosting: z
      .boolean()
      .meta({ description: "Whether people who are nobody in particular may post, vote and comment" }),
    requireIdentity: z
      .boolean()
      .meta({ description: "Whether people must come signed by your server: a bare `externalUserId` is then refused" }),
    allowedOrigins: z
      .array(origin)
      .max(ALLOWED_ORIGINS_MAX)
      .meta({ description: "Sites whose pages may write and open sockets; empty: any" }),
    moderation: ModerationMode.meta({
      description:
        "Which posts and comments wait for a moderator: `open` none, `first-post` those of people of whom none was let through yet, `all` everybody's but the team's. What looks like spam waits in any case",
    }),
    lockClosed: z.boolean().meta({ description: "Whether votes on completed and closed items are refused" }),
  })
  .meta({ id: "Settings" });
export type Settings = z.infer<typeof Settings>;

export const UpdateSettings = Settings.partial()
  .refine((body) => Object.keys(body).length > 0, "must change at least one field")
  .meta({ id: "UpdateSettings" });
export type UpdateSettings = z.infer<typeof UpdateSettings>;

export const Branding = z
  .strictObject({
    accentColor: z
      .string()
      .regex(/^#[0-9a-f]{6}$/u, "must be a colour, such as #0a7c66")
      .nullable(),
    logoUrl: z
      .url({ protocol: /^https$/u, error: "must be an https:// address" })
      .max(URL_FIELD_CHARS_MAX)
      .refine((text) => !/^https:\/\/[^/]*@/u.test(text), "must not carry a user name")
      .nullable(),
  })
  .meta({ id: "Branding" });
export type Branding = z.infer<typeof Branding>;

export const UpdateBranding = Branding.partial()
  .refine((body) => Object.keys(body).length > 0, "must change at least one field")
  .meta({ id: "UpdateBranding" });
export type UpdateBranding = z.infer<typeof UpdateBranding>;

export const WidgetConfig = z
  .strictObject({
    name: z.string(),
    branding: Branding,
    anonymousPosting: z.boolean(),
    requireIdentity: z.boolean(),
    boards: z.array(z.strictObject({ slug: z.string(), name: z.string() })),
    turnstileSiteKey: z.string().nullable().meta({
      description: "Whoever posts without signing in has to solve a Turnstile challenge with this key; null: nobody",
    }),
  })
  .meta({ id: "WidgetConfig" });
export type WidgetConfig = z.infer<typeof WidgetConfig>;

const tag = "Settings";

export const readSettings = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/settings",
  operationId: "readSettings",
  tag,
  summary: "Read the settings",
  who: "workspace.configure",
  params: workspaceParams,
  answers: { 200: { description: "The settings", schema: Settings } },
});

export const updateSettings = endpoint({
  method: "PATCH",
  path: "/workspaces/:workspace/settings",
  operationId: "updateSettings",
  tag,
  summary: "Change settings",
  who: "workspace.configure",
  online: true,
  params: workspaceParams,
  body: UpdateSettings,
  answers: { 200: { description: "The settings", schema: Settings } },
});

export const readBranding = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/branding",
  operationId: "readBranding",
  tag,
  summary: "Read the branding",
  who: "board.read",
  params: workspaceParams,
  answers: { 200: { description: "The branding", schema: Branding } },
});

export const updateBranding = endpoint({
  method: "PATCH",
  path: "/workspaces/:workspace/branding",
  operationId: "updateBranding",
  tag,
  summary: "Change the branding",
  who: "workspace.configure",
  online: true,
  params: workspaceParams,
  body: UpdateBranding,
  answers: { 200: { description: "The branding", schema: Branding } },
});

export const readWidgetConfig = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/widget-config",
  operationId: "readWidgetConfig",
  tag,
  summary: "What a widget needs to know",
  description: "Public boards only.",
  who: "board.read",
  params: workspaceParams,
  answers: { 200: { description: "The configuration", schema: WidgetConfig } },
});
