/** What one endpoint takes and answers, as data: the router validates with it and OpenAPI is generated from it. */
import type { z } from "zod";
import type { Policy } from "./rate-limits.ts";
import type { Action } from "./roles.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Who may call. An action is decided by the workspace's object, from the table in domain/permissions.ts; the others by the Worker:
 * anybody, whoever is signed in, the deployment's operator, the operator or whoever is signed in. For an `asset` nobody even looks who asks.
 */
export type Who = "asset" | "anyone" | "account" | "operator" | "account-or-operator" | Action;

export type Answer = {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Tag =
  | "Workspaces"
  | "Boards"
  | "Feedback"
  | "Votes"
  | "Moderation"
  | "Comments"
  | "Live"
  | "Roadmap"
  | "Sign-in"
  | "Account"
  | "Members"
  | "API keys"
  | "Signed identity"
  | "Settings"
  | "Events"
  | "Analytics"
  | "Themes"
  | "Operators";

export type Endpoint = {
  readonly method: Method;
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly who: Who;
  /** The caller's session is looked up in their User object first: a revoked one is refused at once, not when its access token ends. */
  readonly online?: true;
  /** Which limit it counts against, where that does not follow from `who`. */
  readonly limit?: Policy;
  readonly params: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Success answers by status. Failures are the same problem+json everywhere. */
  readonly answers: Readonly<Record<number, Answer>>;
};

/** What is asked of boards counts as reading, what needs an account as that. Whatever else is to be limited names its limit. */
export function limitOf({ who, limit }: Pick<Endpoint, "who" | "limit">): Policy | null {
  if (limit !== undefined) return limit;
  if (who === "asset" || who === "anyone" || who === "operator") return null;
  return who === "board.read" ? "read" : "signed-in";
}

/** Keeps the schemas' exact types while checking the shape. */
export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition;
}
