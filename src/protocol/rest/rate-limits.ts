/** Names of the limits on how often something may be asked, and the endpoints with which a workspace changes its own. What each allows: domain/rate-limits.ts. */
import * as z from "zod";
import { RATE_LIMIT_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { workspaceParams } from "./fields.ts";

/** What an endpoint may name as its `limit`. */
export const POLICIES = [
  "login",
  "register",
  "oauth-start",
  "mailed-link",
  "mail-request",
  "challenge",
  "refresh",
  "read",
  "feedback-create",
  "vote",
  "comment",
  "workspace-create",
  "workspace-open",
  "ai-analysis",
  "sync-providers",
  "email",
  "export",
  "signed-in",
] as const;
export type Policy = (typeof POLICIES)[number];

/** Quotas that a workspace may set for itself: those that it counts. */
export const WORKSPACE_QUOTAS = [
  "read",
  "feedback-create-person",
  "feedback-create-address",
  "vote-person",
  "vote-address",
  "comment-person",
  "comment-address",
  "api-key",
] as const;
export const WorkspaceQuota = z.enum(WORKSPACE_QUOTAS).meta({ id: "RateLimitName" });
export type WorkspaceQuota = z.infer<typeof WorkspaceQuota>;

/** A workspace's own quotas, by name. */
export type Overrides = Partial<Readonly<Record<WorkspaceQuota, number>>>;

const limit = z.int().min(1).max(RATE_LIMIT_MAX);

export const RateLimit = z
  .strictObject({
    name: WorkspaceQuota.meta({ description: "As in the `RateLimit-Policy` header" }),
    by: z.enum(["address", "person", "key"]).meta({ description: "Whose requests are counted together" }),
    limit: limit.meta({ description: "Requests in a window, as the workspace set it or by default" }),
    windowSeconds: z.int().min(1),
    default: limit,
  })
  .meta({ id: "RateLimit" });
export type RateLimit = z.infer<typeof RateLimit>;

export const UpdateRateLimits = z
  .partialRecord(WorkspaceQuota, limit.nullable())
  .refine((body) => Object.keys(body).length > 0, "must change at least one limit")
  .meta({ id: "UpdateRateLimits", description: "Requests in a window by name; null: the default again" });
export type UpdateRateLimits = z.infer<typeof UpdateRateLimits>;

const tag = "Settings";
const answers = { 200: { description: "Every limit that the workspace counts", schema: z.array(RateLimit) } } as const;

export const listRateLimits = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/rate-limits",
  operationId: "listRateLimits",
  tag,
  summary: "List the rate limits",
  who: "workspace.configure",
  params: workspaceParams,
  answers,
});

export const updateRateLimits = endpoint({
  method: "PATCH",
  path: "/workspaces/:workspace/rate-limits",
  operationId: "updateRateLimits",
  tag,
  summary: "Change rate limits",
  description: "They hold from the next request on. A limit that is left out stays as it is.",
  who: "workspace.configure",
  online: true,
  params: workspaceParams,
  body: UpdateRateLimits,
  answers,
});
