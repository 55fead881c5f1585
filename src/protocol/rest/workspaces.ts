/** Workspaces: the tenant, and everything a slug in the path names. */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { Role } from "./roles.ts";
import { instant, name, slug, workspaceParams } from "./fields.ts";

export const Workspace = z
  .strictObject({
    slug,
    name,
    boardCount: z.int().min(0),
    seq: z.int().min(0).meta({ description: "The workspace's change counter" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "Workspace" });
export type Workspace = z.infer<typeof Workspace>;

/** A workspace that the caller belongs to. */
export const MyWorkspace = z.strictObject({ slug, name, role: Role, since: instant }).meta({ id: "MyWorkspace" });
export type MyWorkspace = z.infer<typeof MyWorkspace>;

export const CreateWorkspace = z.strictObject({ slug, name }).meta({ id: "CreateWorkspace" });
export type CreateWorkspace = z.infer<typeof CreateWorkspace>;

export const UpdateWorkspace = z
  .strictObject({ name: name.optional() })
  .refine((body) => Object.keys(body).length > 0, "must change at least one field")
  .meta({ id: "UpdateWorkspace" });
export type UpdateWorkspace = z.infer<typeof UpdateWorkspace>;

const tag = "Workspaces";

export const createWorkspace = endpoint({
  method: "POST",
  path: "/workspaces",
  operationId: "createWorkspace",
  tag,
  summary: "Create a workspace",
  description: "Whoever creates it owns it.",
  who: "account-or-operator",
  online: true,
  limit: "workspace-create",
  params: z.strictObject({}),
  body: CreateWorkspace,
  answers: { 201: { description: "Created", schema: Workspace, headers: { Location: "Where it lives" } } },
});

export const listWorkspaces = endpoint({
  method: "GET",
  path: "/workspaces",
  operationId: "listWorkspaces",
  tag,
  summary: "List my workspaces",
  description: "By slug. Workspaces that a first post created belong to nobody and are in no list.",
  who: "account-or-operator",
  params: z.strictObject({}),
  answers: { 200: { description: "The workspaces", schema: z.array(MyWorkspace) } },
});

export const readWorkspace = endpoint({
  method: "GET",
  path: "/workspaces/:workspace",
  operationId: "readWorkspace",
  tag,
  summary: "Read a workspace",
  who: "board.read",
  params: workspaceParams,
  answers: { 200: { description: "The workspace", schema: Workspace } },
});

export const updateWorkspace = endpoint({
  method: "PATCH",
  path: "/workspaces/:workspace",
  operationId: "updateWorkspace",
  tag,
  summary: "Rename a workspace",
  who: "workspace.configure",
  online: true,
  params: workspaceParams,
  body: UpdateWorkspace,
  answers: { 200: { description: "The workspace", schema: Workspace } },
});

export const deleteWorkspace = endpoint({
  method: "DELETE",
  path: "/workspaces/:workspace",
  operationId: "deleteWorkspace",
  tag,
  summary: "Delete a workspace and all that is in it",
  who: "workspace.own",
  online: true,
  params: workspaceParams,
  answers: { 204: { description: "Gone" } },
});
