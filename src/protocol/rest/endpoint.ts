/** What one endpoint takes and answers, as data: the router validates with it and OpenAPI is generated from it. */
import type { z } from "zod";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** Who may call: anybody, or only the deployment's operator (a bearer token). */
export type Who = "anyone" | "operator";

export type Answer = {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Endpoint = {
  readonly method: Method;
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly tag: "Workspaces" | "Boards" | "Feedback" | "Votes" | "Live";
  readonly summary: string;
  readonly description?: string;
  readonly who: Who;
  readonly params: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Success answers by status. Failures are the same problem+json everywhere. */
  readonly answers: Readonly<Record<number, Answer>>;
};

/** Keeps the schemas' exact types while checking the shape. */
export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition;
}
