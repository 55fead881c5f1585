/** Roles that a member of a workspace can have, and the actions that rights are given for. Which role may do what: domain/permissions.ts. */
import * as z from "zod";

export const ROLES = ["owner", "admin", "moderator", "member"] as const;
export const Role = z.enum(ROLES).meta({ id: "Role" });
export type Role = z.infer<typeof Role>;

/** What can be done in a workspace. Every endpoint of a workspace names one. */
export const ACTIONS = [
  "board.read",
  "private.read",
  "feedback.write",
  "own.edit",
  "internal.read",
  "behalf.act",
  "feedback.moderate",
  "workspace.configure",
  "team.manage",
  "workspace.own",
] as const;
export type Action = (typeof ACTIONS)[number];
