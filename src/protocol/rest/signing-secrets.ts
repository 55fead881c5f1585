/** Secrets with which a customer's server signs who its people are (a JWT, HS256). */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { instant, workspaceParams } from "./fields.ts";

export const SigningSecret = z
  .strictObject({ id: z.string(), lastFour: z.string(), createdAt: instant })
  .meta({ id: "SigningSecret" });
export type SigningSecret = z.infer<typeof SigningSecret>;

export const CreatedSigningSecret = SigningSecret.extend({
  secret: z.string().meta({ description: "Shown this once" }),
}).meta({ id: "CreatedSigningSecret" });
export type CreatedSigningSecret = z.infer<typeof CreatedSigningSecret>;

const tag = "Signed identity";
const path = "/workspaces/:workspace/signing-secrets";

export const listSigningSecrets = endpoint({
  method: "GET",
  path,
  operationId: "listSigningSecrets",
  tag,
  summary: "List signing secrets",
  who: "team.manage",
  params: workspaceParams,
  answers: { 200: { description: "The secrets, without themselves", schema: z.array(SigningSecret) } },
});

export const createSigningSecret = endpoint({
  method: "POST",
  path,
  operationId: "createSigningSecret",
  tag,
  summary: "Make a signing secret",
  description: "Two are good at a time, so that a new one can take over before the old one goes.",
  who: "team.manage",
  online: true,
  params: workspaceParams,
  answers: { 201: { description: "Made", schema: CreatedSigningSecret } },
});

export const revokeSigningSecret = endpoint({
  method: "DELETE",
  path: "/workspaces/:workspace/signing-secrets/:id",
  operationId: "revokeSigningSecret",
  tag,
  summary: "Revoke a signing secret",
  who: "team.manage",
  online: true,
  params: workspaceParams.extend({ id: z.string().max(64) }),
  answers: { 204: { description: "Refused from now on" } },
});
