/** Calls of the Workspace object about itself, its team, its keys and its settings. */
import type { Call } from "../../../src/call.ts";
import { invalidInvitation } from "../../../src/domain/team.ts";
import { type MemberProfile, OPERATOR_USER_ID } from "../../../src/membership.ts";
import type { CreateApiKey } from "../../../src/protocol/rest/api-keys.ts";
import type { UpdateRateLimits } from "../../../src/protocol/rest/rate-limits.ts";
import type { UpdateBranding, UpdateSettings } from "../../../src/protocol/rest/settings.ts";
import type { CreateInvitation, UpdateMember } from "../../../src/protocol/rest/members.ts";
import type { CreateWorkspace, UpdateWorkspace } from "../../../src/protocol/rest/workspaces.ts";
import { err } from "../../../src/result.ts";
import { createApiKey, listApiKeys, type MadeKey, revokeApiKey } from "../api-keys.ts";
import { type Actor, recognise } from "../authorize.ts";
import { UNASKED } from "../calls.ts";
import {
  acceptInvitation,
  createInvitation,
  type JoiningAccount,
  listInvitations,
  revokeInvitation,
} from "../invitations.ts";
import { inviteGuest, listGuests, removeGuest } from "../guests.ts";
import { hearProfile, listMembers, type Owner, removeMember, updateMember } from "../members.ts";
import { listRateLimits, updateRateLimits } from "../rate-limits.ts";
import { readBranding, readSettings, readWidgetConfig, updateBranding, updateSettings } from "../settings.ts";
import { createSigningSecret, listSigningSecrets, type MadeSecret, revokeSigningSecret } from "../signing-secrets.ts";
import type { WorkspaceStore } from "../store.ts";
import { createWorkspace, deleteWorkspace, readWorkspace, updateWorkspace } from "../workspace.ts";
import { WorkspaceObject } from "./object.ts";

export abstract class TeamCalls extends WorkspaceObject {
  // Workspaces

  createWorkspace(call: Call, command: CreateWorkspace) {
    const make = () =>
      createWorkspace(this.store, this.name, command.name, ownerOf(call), () => founderOf(this.store, call));
    const create = () => this.calls.once(call, "", make);
    return this.calls.told(call, this.calls.found("workspace.create", call, create));
  }
  readWorkspace(call: Call) {
    return this.calls.read("workspace.read", call, (actor) => readWorkspace(this.store, actor, this.name));
  }
  updateWorkspace(call: Call, command: UpdateWorkspace) {
    const update = (actor: Actor) => updateWorkspace(this.store, actor, this.name, command);
    return this.calls.told(call, this.calls.write("workspace.update", call, update));
  }
  deleteWorkspace(call: Call) {
    const remove = (actor: Actor) => deleteWorkspace(this.store, actor, this.name);
    return this.calls.told(call, this.calls.end("workspace.delete", call, remove));
  }

  // Team

  listMembers(call: Call) {
    return this.calls.read("member.list", call, () => listMembers(this.store));
  }
  updateMember(call: Call, userId: string, command: UpdateMember) {
    const update = (actor: Actor) => updateMember(this.store, actor, this.name, userId, command.role);
    return this.calls.told(call, this.calls.write("member.update", call, update));
  }
  removeMember(call: Call, userId: string) {
    const remove = (actor: Actor) => removeMember(this.store, actor, this.name, userId);
    return this.calls.told(call, this.calls.write("member.remove", call, remove));
  }
  listInvitations(call: Call) {
    return this.calls.read("invitation.list", call, () => listInvitations(this.store));
  }
  createInvitation(call: Call, command: CreateInvitation, tokenHash: string, sealed: string | null = null) {
    return this.calls.write("invitation.create", call, (actor) =>
      createInvitation(this.store, actor, command, tokenHash, sealed),
    );
  }
  revokeInvitation(call: Call, id: string) {
    return this.calls.write("invitation.revoke", call, (actor) => revokeInvitation(this.store, actor, id));
  }
  /** Not authorised: whoever was invited is nobody here yet. A workspace that is not there answers as for a wrong token. */
  async acceptInvitation(call: Call, tokenHash: string, account: JoiningAccount) {
    const accept = () => acceptInvitation(this.store, this.name, tokenHash, account);
    const join = () => this.calls.once(call, "", accept);
    if (!this.calls.isActive()) return this.calls.logged("invitation.accept", call, () => err(invalidInvitation()));
    return this.calls.told(call, this.calls.commit("invitation.accept", call, join));
  }
  /** A person's own object says what they are called now. Sets, so that a message which comes twice does no harm. */
  hearProfile(userId: string, profile: MemberProfile): void {
    const hear = () => hearProfile(this.store, userId, profile);
    if (this.calls.isActive()) this.calls.commit("member.hear", UNASKED, hear);
  }

  // Keys and settings

  listApiKeys(call: Call) {
    return this.calls.read("key.list", call, () => listApiKeys(this.store));
  }
  createApiKey(call: Call, command: CreateApiKey, made: MadeKey) {
    return this.calls.write("key.create", call, (actor) => createApiKey(this.store, actor, command, made));
  }
  revokeApiKey(call: Call, id: string) {
    return this.calls.write("key.revoke", call, (actor) => revokeApiKey(this.store, actor, id));
  }
  listSigningSecrets(call: Call) {
    return this.calls.read("secret.list", call, () => listSigningSecrets(this.store));
  }
  createSigningSecret(call: Call, made: MadeSecret) {
    return this.calls.write("secret.create", call, (actor) => createSigningSecret(this.store, actor, made));
  }
  revokeSigningSecret(call: Call, id: string) {
    return this.calls.write("secret.revoke", call, (actor) => revokeSigningSecret(this.store, actor, id));
  }
  readSettings(call: Call) {
    return this.calls.read("settings.read", call, () => readSettings(this.store));
  }
  updateSettings(call: Call, command: UpdateSettings) {
    return this.calls.write("settings.update", call, (actor) => updateSettings(this.store, actor, command));
  }
  listRateLimits(call: Call) {
    return this.calls.read("rate-limit.list", call, () => listRateLimits(this.store));
  }
  updateRateLimits(call: Call, command: UpdateRateLimits) {
    return this.calls.write("rate-limit.update", call, (actor) => updateRateLimits(this.store, actor, command));
  }
  readBranding(call: Call) {
    return this.calls.read("branding.read", call, () => readBranding(this.store));
  }
  updateBranding(call: Call, command: UpdateBranding) {
    return this.calls.write("branding.update", call, (actor) => updateBranding(this.store, actor, command));
  }
  readWidgetConfig(call: Call) {
    return this.calls.read("widget-config.read", call, () => readWidgetConfig(this.store));
  }
  listGuests(call: Call, board: string) {
    return this.calls.read("guest.list", call, (actor) => listGuests(this.store, actor, board));
  }
  inviteGuest(call: Call, board: string, externalUserId: string) {
    return this.calls.write("guest.invite", call, (actor) => inviteGuest(this.store, actor, board, externalUserId));
  }
  removeGuest(call: Call, board: string, externalUserId: string) {
    return this.calls.write("guest.remove", call, (actor) => removeGuest(this.store, actor, board, externalUserId));
  }
}

/** Nobody else may found one. */
function founderOf(store: WorkspaceStore, { caller }: Call): Actor {
  const known = caller.kind === "identity" ? null : recognise(store, caller);
  if (known === null || !known.ok) throw new Error("a workspace was founded by neither an account nor the operator");
  return known.value;
}

function ownerOf({ caller }: Call): Owner | null {
  if (caller.kind === "operator") return { userId: OPERATOR_USER_ID, email: null, name: null };
  if (caller.kind !== "account") return null;
  return { userId: caller.userId, email: caller.profile?.email ?? null, name: caller.profile?.name ?? null };
}
