/** API keys: for a customer's own servers. */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { instant, name, workspaceParams } from "./fields.ts";

/** What a key may be used for; which actions that is stands in domain/permissions.ts. */
export const API_KEY_SCOPES = ["read", "write", "moderate", "configure"] as const;
export const ApiKeyScope = z.enum(API_KEY_SCOPES);
export type ApiKeyScope = z.infer<typeof ApiKeyScope>;

export const ApiKey = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    lastFour: z.string(),
    scopes: z.array(ApiKeyScope),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable().meta({ description: "To the hour" }),
  })
  .meta({ id: "ApiKey" });
export type ApiKey = z.infer<typeof ApiKey>;

export const CreatedApiKey = ApiKey.extend({
  key: z.string().meta({ description: "Shown this once; we keep only its hash" }),
}).meta({ id: "CreatedApiKey" });
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;

export const CreateApiKey = z
  .strictObject({
    name,
    scopes: z.array(ApiKeyScope).min(1).max(API_KEY_SCOPES.length),
    expiresAt: instant.optional().meta({ description: "In the future; left out: never" }),
  })
  .meta({ id: "CreateApiKey" });
export type CreateApiKey = z.infer<typeof CreateApiKey>;

const tag = "API keys";
const path = "/workspaces/:workspace/api-keys";

export const listApiKeys = endpoint({
  method: "GET",
  path,
  operationId: "listApiKeys",
  tag,
  summary: "List API keys",
  who: "team.manage",
  params: workspaceParams,
  answers: { 200: { description: "The keys, without themselves", schema: z.array(ApiKey) } },
});

export const createApiKey = endpoint({
  method: "POST",
  path,
  operationId: "createApiKey",
  tag,
  summary: "Make an API key",
  who: "team.manage",
  online: true,
  params: workspaceParams,
  body: CreateApiKey,
  answers: { 201: { description: "Made", schema: CreatedApiKey } },
});

export const revokeApiKey = endpoint({
  method: "DELETE",
  path: "/workspaces/:workspace/api-keys/:id",
  operationId: "revokeApiKey",
  tag,
  summary: "Revoke an API key",
  who: "team.manage",
  online: true,
  params: workspaceParams.extend({ id: z.string().max(64) }),
  answers: { 204: { description: "Refused from now on" } },
});
