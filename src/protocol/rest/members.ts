/** The people who run a workspace, and those invited to. */
import * as z from "zod";
import { MAILED_TOKEN_CHARS_MAX } from "../../limits.ts";
import { email } from "./auth.ts";
import { endpoint } from "./endpoint.ts";
import { instant, workspaceParams } from "./fields.ts";
import { Role } from "./roles.ts";

export const Member = z
  .strictObject({
    userId: z.string(),
    role: Role,
    name: z.string().nullable(),
    email: z.string().nullable(),
    since: instant,
  })
  .meta({ id: "Member" });
export type Member = z.infer<typeof Member>;

export const UpdateMember = z.strictObject({ role: Role }).meta({ id: "UpdateMember" });
export type UpdateMember = z.infer<typeof UpdateMember>;

export const Invitation = z
  .strictObject({ id: z.string(), email: z.string(), role: Role, createdAt: instant, expiresAt: instant })
  .meta({ id: "Invitation" });
export type Invitation = z.infer<typeof Invitation>;

/** Shown once: whoever has the link and the invited address may join. */
export const CreatedInvitation = Invitation.extend({ link: z.url() }).meta({ id: "CreatedInvitation" });
export type CreatedInvitation = z.infer<typeof CreatedInvitation>;

export const CreateInvitation = z.strictObject({ email, role: Role }).meta({ id: "CreateInvitation" });
export type CreateInvitation = z.infer<typeof CreateInvitation>;

export const AcceptInvitation = z
  .strictObject({ token: z.string().min(1).max(MAILED_TOKEN_CHARS_MAX) })
  .meta({ id: "AcceptInvitation" });
export type AcceptInvitation = z.infer<typeof AcceptInvitation>;

const tag = "Members";
const memberParams = workspaceParams.extend({ userId: z.string().max(64) });

export const listMembers = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/members",
  operationId: "listMembers",
  tag,
  summary: "List the team",
  description: "Oldest first; at most 200.",
  who: "internal.read",
  params: workspaceParams,
  answers: { 200: { description: "The members", schema: z.array(Member) } },
});

export const updateMember = endpoint({
  method: "PATCH",
  path: "/workspaces/:workspace/members/:userId",
  operationId: "updateMember",
  tag,
  summary: "Change a member's role",
  description: "Only an owner makes an owner, or changes one. The last owner stays one.",
  who: "team.manage",
  online: true,
  params: memberParams,
  body: UpdateMember,
  answers: { 200: { description: "The member", schema: Member } },
});

export const removeMember = endpoint({
  method: "DELETE",
  path: "/workspaces/:workspace/members/:userId",
  operationId: "removeMember",
  tag,
  summary: "Remove a member, or leave",
  description:
    "Anybody may leave; the last owner may not. It holds from the next request on, and closes the person's sockets.",
  who: "internal.read",
  online: true,
  params: memberParams,
  answers: { 204: { description: "Gone" } },
});

export const listInvitations = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/invitations",
  operationId: "listInvitations",
  tag,
  summary: "List open invitations",
  who: "team.manage",
  params: workspaceParams,
  answers: { 200: { description: "The invitations", schema: z.array(Invitation) } },
});

export const createInvitation = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/invitations",
  operationId: "createInvitation",
  tag,
  summary: "Invite somebody to the team",
  description:
    "Mailed where the deployment sends mail; the link is in the answer, once. An address that is invited already gets a new link.",
  who: "team.manage",
  online: true,
  limit: "email",
  params: workspaceParams,
  body: CreateInvitation,
  answers: { 201: { description: "Invited", schema: CreatedInvitation } },
});

export const revokeInvitation = endpoint({
  method: "DELETE",
  path: "/workspaces/:workspace/invitations/:id",
  operationId: "revokeInvitation",
  tag,
  summary: "Take an invitation back",
  who: "team.manage",
  online: true,
  params: workspaceParams.extend({ id: z.string().max(64) }),
  answers: { 204: { description: "Gone" } },
});

export const acceptInvitation = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/invitations/accept",
  operationId: "acceptInvitation",
  tag,
  summary: "Join a team with an invitation's token",
  description: "By the account whose address was invited.",
  who: "account",
  online: true,
  params: workspaceParams,
  body: AcceptInvitation,
  answers: { 200: { description: "Joined", schema: Member } },
});
