/** What a workspace tells the people who belong to it. Plain data: it crosses objects and waits in an outbox as JSON. */
export type MembershipNews =
  | {
      readonly kind: "member";
      readonly workspace: string;
      readonly name: string;
      readonly role: "owner";
      readonly since: number;
    }
  | { readonly kind: "gone"; readonly workspace: string };

/** Until people can sign in there is one: whoever holds the operator token. */
export const OPERATOR_USER_ID = "operator";
