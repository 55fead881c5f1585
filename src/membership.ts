import type { Role } from "./protocol/rest/roles.ts";

/** Who a member is, as the person's own object says, and as the workspace shows it to the team. */
export type MemberProfile = { readonly email: string | null; readonly name: string | null };

/** What a workspace writes down to tell the people who belong to it. Plain data: it waits in an outbox as JSON. */
export type MembershipChange =
  | {
      readonly kind: "member";
      readonly workspace: string;
      readonly name: string;
      readonly role: Role;
      readonly since: number;
      /** What the workspace shows of the person: one who is called otherwise by now says so. */
      readonly shown: MemberProfile;
    }
  | { readonly kind: "gone"; readonly workspace: string };

/** The same as it is sent. The larger version is the newer, within one workspace: what was overtaken on its way must not be heard. */
export type MembershipNews = MembershipChange & { readonly version: number };

/** Until people can sign in there is one: whoever holds the operator token. */
export const OPERATOR_USER_ID = "operator";
