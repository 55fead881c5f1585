/**
 * Who may do what in a workspace: one table, default deny. The objects ask it, the tests sweep it, docs/permissions.md is printed from it.
 * Source: SECURITY 16.
 */
import type { ApiKeyScope } from "../protocol/rest/api-keys.ts";
import type { Action, Role } from "../protocol/rest/roles.ts";

/** Besides members: an end user whom we know (signed identity, or an account that is no member), and anybody else. */
export type Standing = Role | "end-user" | "anonymous";
export const STANDINGS = ["owner", "admin", "moderator", "member", "end-user", "anonymous"] as const;

/** `if-invited`: to that board; `if-enabled`: where the workspace lets people post who are nobody in particular. */
export type Rule = "yes" | "no" | "if-invited" | "if-enabled";

type Row = Readonly<Record<Standing, Rule>> & {
  /** What it is, for people. */
  readonly says: string;
  /** Each of these lets an API key do it; none: no key may. */
  readonly keyScopes: readonly ApiKeyScope[];
};

export const PERMISSIONS: Readonly<Record<Action, Row>> = {
  "board.read": row("Read a public board", "yes yes yes yes yes yes", ["read"]),
  "private.read": row("Read a private board", "yes yes yes yes if-invited no", ["read"]),
  "feedback.write": row("Post, vote, comment", "yes yes yes yes yes if-enabled", ["write"]),
  "own.edit": row("Edit or delete what one posted", "yes yes yes yes yes no", ["write", "moderate"]),
  "internal.read": row("See the team, voters' emails, hidden items, internal comments", "yes yes yes yes no no", [
    "read",
  ]),
  "behalf.act": row("Post and vote for somebody else, give a vote a weight", "yes yes yes yes no no", ["write"]),
  "feedback.moderate": row("Set a status, pin, merge, hide, approve; roadmap", "yes yes yes no no no", ["moderate"]),
  "workspace.configure": row("Settings, branding, boards, webhooks, export", "yes yes no no no no", ["configure"]),
  "team.manage": row("Members, invitations, API keys, signing secrets", "yes yes no no no no", []),
  "workspace.own": row("Delete the workspace, make owners", "yes no no no no no", []),
};

function row(says: string, rules: string, keyScopes: readonly ApiKeyScope[]): Row {
  const [owner, admin, moderator, member, endUser, anonymous] = rules.split(" ") as Rule[];
  return {
    says,
    keyScopes,
    owner: owner ?? "no",
    admin: admin ?? "no",
    moderator: moderator ?? "no",
    member: member ?? "no",
    "end-user": endUser ?? "no",
    anonymous: anonymous ?? "no",
  };
}

/** Somebody whose credentials were checked. */
export type Actor = {
  readonly standing: Standing;
  /** Null: not an API key. */
  readonly scopes: readonly ApiKeyScope[] | null;
};

/** `if-…` answers true here: what it depends on is looked at where that is known. */
export function may(actor: Actor, action: Action): boolean {
  const { keyScopes, [actor.standing]: rule } = PERMISSIONS[action];
  if (rule === "no") return false;
  return actor.scopes === null || actor.scopes.some((scope) => keyScopes.includes(scope));
}

/** Whether the rule holds whatever else is the case. */
export function mayAlways(actor: Actor, action: Action): boolean {
  return may(actor, action) && PERMISSIONS[action][actor.standing] === "yes";
}

/** Whether somebody who is nobody in particular may, at least here or there. */
export function mayAnonymous(action: Action): boolean {
  return PERMISSIONS[action].anonymous !== "no";
}
