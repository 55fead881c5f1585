/** `/workspaces/:workspace/members` and `/invitations`: see protocol/rest/members.ts. */
import { invitationMail } from "../auth/mailer/invitation.ts";
import { mailLater, sendsMail } from "../auth/mailer/mailer.ts";
import { sealMade, secretInForce } from "../auth/sealed-answer.ts";
import { hashOf, newSecret } from "../auth/secret.ts";
import { callOf, type RequestContext } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import {
  acceptInvitation,
  type CreatedInvitation,
  createInvitation,
  listInvitations,
  listMembers,
  removeMember,
  revokeInvitation,
  updateMember,
} from "../protocol/rest/members.ts";
import { map, ok } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const memberRoutes: readonly Route[] = [
  route(listMembers, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.listMembers(callOf(context)));
    return map(result, (members) => json(members));
  }),
  route(updateMember, async (context, { params, body }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) =>
      stub.updateMember(callOf(context), params.userId, body),
    );
    return map(result, (member) => json(member));
  }),
  route(removeMember, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.removeMember(callOf(context), params.userId),
    );
    return map(result, noContent);
  }),
  route(listInvitations, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) =>
      stub.listInvitations(callOf(context)),
    );
    return map(result, (invitations) => json(invitations));
  }),
  route(createInvitation, async (context, { params, body }) => {
    const { workspace } = params;
    const made = await sealMade(context, newSecret());
    const hash = await hashOf(made.secret);
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.createInvitation(callOf(context), body, hash, made.sealed),
    );
    if (!result.ok) return result;
    const { sealed, ...invitation } = result.value;
    const token = await secretInForce(context, made, sealed);
    // Behind the `#`: browsers keep it out of requests, so out of logs and `Referer`.
    const link = `${context.origin}/console/w/${workspace}/join#${token}`;
    // Otherwise it was asked for before, and that mail is on its way.
    if (sealed === made.sealed) {
      const mail = invitationMail(context.origin, invitation.email, workspace, link);
      mailLater(context, () => Promise.resolve(mail));
    }
    return ok(json({ ...invitation, link } satisfies CreatedInvitation, 201));
  }),
  route(revokeInvitation, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.revokeInvitation(callOf(context), params.id),
    );
    return map(result, noContent);
  }),
  route(acceptInvitation, async (context, { params, body }) => {
    const hash = await hashOf(body.token);
    const result = await callWorkspace(context, params.workspace, false, (stub) =>
      stub.acceptInvitation(callOf(context), hash, joining(context)),
    );
    return map(result, (member) => json(member));
  }),
];

/** The endpoint is `online`, so the profile was looked up. */
function joining({ caller, env }: RequestContext) {
  if (caller.kind !== "account" || caller.profile === null) throw new Error("nobody's profile was looked up");
  return { userId: caller.userId, ...caller.profile, mayVerify: sendsMail(env) };
}
