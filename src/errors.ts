/**
 * The closed list of failures a caller can be told, and their HTTP face (RFC 9457). `code` is stable and part of the contract;
 * titles and details may be reworded. `protocol/rest/openapi.ts` describes the same shape to OpenAPI.
 */
export const FAILURES = {
  INVALID_REQUEST: { status: 400, title: "The request is not valid" },
  INVALID_JSON: { status: 400, title: "The body is not valid JSON" },
  INVALID_ENCODING: { status: 400, title: "The body is not valid UTF-8" },
  INVALID_CURSOR: { status: 400, title: "The cursor is not valid" },
  INVALID_LINK: { status: 400, title: "The link is not valid" },
  UNAUTHENTICATED: { status: 401, title: "Sign-in needed" },
  INVALID_TOKEN: { status: 401, title: "The token is not valid" },
  INVALID_CREDENTIALS: { status: 401, title: "Email or password is wrong" },
  FORBIDDEN: { status: 403, title: "Not allowed" },
  ORIGIN_NOT_ALLOWED: { status: 403, title: "Origin not allowed" },
  CHALLENGE_REQUIRED: { status: 403, title: "A challenge has to be solved first" },
  CHALLENGE_FAILED: { status: 403, title: "The challenge was not solved" },
  BOT_REFUSED: { status: 403, title: "Not for bots" },
  NOT_FOUND: { status: 404, title: "Not found" },
  WORKSPACE_NOT_FOUND: { status: 404, title: "Workspace not found" },
  BOARD_NOT_FOUND: { status: 404, title: "Board not found" },
  FEEDBACK_NOT_FOUND: { status: 404, title: "Feedback not found" },
  COMMENT_NOT_FOUND: { status: 404, title: "Comment not found" },
  PHASE_NOT_FOUND: { status: 404, title: "Phase not found" },
  ROADMAP_ITEM_NOT_FOUND: { status: 404, title: "Roadmap item not found" },
  THEME_NOT_FOUND: { status: 404, title: "Theme not found" },
  GROUP_NOT_FOUND: { status: 404, title: "Duplicate group not found" },
  MEMBER_NOT_FOUND: { status: 404, title: "Member not found" },
  INVITATION_NOT_FOUND: { status: 404, title: "Invitation not found" },
  API_KEY_NOT_FOUND: { status: 404, title: "API key not found" },
  SIGNING_SECRET_NOT_FOUND: { status: 404, title: "Signing secret not found" },
  SESSION_NOT_FOUND: { status: 404, title: "Session not found" },
  METHOD_NOT_ALLOWED: { status: 405, title: "Method not allowed" },
  SLUG_TAKEN: { status: 409, title: "Slug taken" },
  EMAIL_TAKEN: { status: 409, title: "Email taken" },
  LAST_OWNER: { status: 409, title: "The last owner stays" },
  FEEDBACK_MERGED: { status: 409, title: "Merged into another item" },
  NOT_MERGED: { status: 409, title: "Not merged" },
  VOTING_CLOSED: { status: 409, title: "Voting is closed" },
  PHASE_NOT_EMPTY: { status: 409, title: "The phase is not empty" },
  ALREADY_ON_ROADMAP: { status: 409, title: "Already on the roadmap" },
  ALREADY_MEMBER: { status: 409, title: "Already a member" },
  LIMIT_REACHED: { status: 409, title: "Limit reached" },
  IDEMPOTENCY_IN_PROGRESS: { status: 409, title: "The first request is still running" },
  BODY_TOO_LARGE: { status: 413, title: "Body too large" },
  URL_TOO_LONG: { status: 414, title: "URL too long" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "Unsupported media type" },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: "Idempotency key used for another request" },
  UPGRADE_REQUIRED: { status: 426, title: "WebSocket upgrade required" },
  TOO_MANY_ATTEMPTS: { status: 429, title: "Too many attempts" },
  RATE_LIMITED: { status: 429, title: "Too many requests" },
  REQUEST_HEADERS_TOO_LARGE: { status: 431, title: "Headers too large" },
  INTERNAL: { status: 500, title: "Internal error" },
  UNAVAILABLE: { status: 501, title: "Not set up here" },
  OVERLOADED: { status: 503, title: "Busy" },
} as const satisfies Record<string, { status: number; title: string }>;

export type FailureCode = keyof typeof FAILURES;

/** One field of the request that was refused; `path` is dotted (`title`, `query.sort`, `headers.authorization`). */
export type FieldError = { readonly path: string; readonly message: string };

/** A failure as data. It crosses RPC and becomes problem+json in `edge/problem.ts`, or an `error` frame on a socket. */
export type Failure = {
  readonly code: FailureCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Of a 429 or 503: when to try again. */
  readonly retryAfterSeconds?: number;
  /** Of FEEDBACK_MERGED: the item that it is part of now. */
  readonly mergedInto?: number;
};

export function failure(code: FailureCode, detail: string, errors?: readonly FieldError[]): Failure {
  return errors === undefined ? { code, detail } : { code, detail, errors };
}

/** A failure that passes with time. */
export function retryLater(
  code: "TOO_MANY_ATTEMPTS" | "RATE_LIMITED" | "OVERLOADED",
  detail: string,
  seconds: number,
): Failure {
  return { code, detail, retryAfterSeconds: Math.max(1, Math.ceil(seconds)) };
}

export function workspaceNotFound(): Failure {
  return failure("WORKSPACE_NOT_FOUND", "There is no workspace of this name.");
}

/** The same whether or not the address in the link is known. */
export function invalidLink(): Failure {
  return failure("INVALID_LINK", "The link was used already, has ended, or was never one of ours.");
}

export function wrongPassword(): Failure {
  return failure("INVALID_CREDENTIALS", "There is no account of this address with this password.");
}

export function boardNotFound(): Failure {
  return failure("BOARD_NOT_FOUND", "There is no board of this name in this workspace.");
}

export function feedbackNotFound(id: number): Failure {
  return failure("FEEDBACK_NOT_FOUND", `There is no feedback ${String(id)} on this board.`);
}

/** One bad field: `path` as the caller wrote it, `message` one sentence. */
export function invalidField(path: string, message: string, code: FailureCode = "INVALID_REQUEST"): Failure {
  return failure(code, `${path}: ${message}`, [{ path, message }]);
}
