/** A workspace with a team, through the API. */
import type { Role } from "../../src/protocol/rest/roles.ts";
import type { TestAccount } from "./accounts.ts";
import { type Answer, call, uniqueSlug } from "./workerd.ts";

/** A workspace that the account owns; answers its slug. */
export async function workspaceOf(owner: TestAccount, name = "Team"): Promise<string> {
  const slug = uniqueSlug();
  const { status, body } = await call("POST", "/api/v1/workspaces", { slug, name }, owner.headers);
  if (status !== 201) throw new Error(`no workspace: ${String(status)} ${JSON.stringify(body)}`);
  return slug;
}

export function invite(workspace: string, by: TestAccount, email: string, role: Role): Promise<Answer> {
  return call("POST", `/api/v1/workspaces/${workspace}/invitations`, { email, role }, by.headers);
}

export function accept(workspace: string, who: TestAccount, token: string): Promise<Answer> {
  return call("POST", `/api/v1/workspaces/${workspace}/invitations/accept`, { token }, who.headers);
}

/** The secret part of an invitation's link. */
export function tokenOf({ body }: Answer): string {
  return new URL(body.link).hash.slice(1);
}

/** Has the person join by invitation. */
export async function join(workspace: string, by: TestAccount, who: TestAccount, role: Role): Promise<void> {
  const invited = await invite(workspace, by, who.email, role);
  if (invited.status !== 201) throw new Error(`not invited: ${JSON.stringify(invited.body)}`);
  const { status, body } = await accept(workspace, who, tokenOf(invited));
  if (status !== 200) throw new Error(`not joined: ${String(status)} ${JSON.stringify(body)}`);
}

export function setRole(workspace: string, by: TestAccount, who: TestAccount, role: Role): Promise<Answer> {
  return call("PATCH", `/api/v1/workspaces/${workspace}/members/${who.userId}`, { role }, by.headers);
}

export function remove(workspace: string, by: TestAccount, who: TestAccount): Promise<Answer> {
  return call("DELETE", `/api/v1/workspaces/${workspace}/members/${who.userId}`, undefined, by.headers);
}

/** Roles by user id, as the team itself reads them. */
export async function rolesOf(workspace: string, by: TestAccount): Promise<Record<string, Role>> {
  const { body } = await call("GET", `/api/v1/workspaces/${workspace}/members`, undefined, by.headers);
  return Object.fromEntries(body.map((member: { userId: string; role: Role }) => [member.userId, member.role]));
}

/** "My workspaces" by slug. */
export async function mine(who: TestAccount): Promise<Record<string, { name: string; role: Role }>> {
  const { body } = await call("GET", "/api/v1/workspaces", undefined, who.headers);
  return Object.fromEntries(
    body.map(({ slug, name, role }: { slug: string; name: string; role: Role }) => [slug, { name, role }]),
  );
}
