/**
 * The REST calls a visitor's browser makes, typed. Answers carry the seq they reflect, so that `board-state.ts` can weigh them
 * against live frames. Every failure, the network's included, is an `ApiError`; an abort by the caller is told by its code.
 */
import type { FailureCode, FieldError } from "../../errors.ts";
import type { CreateFeedback, Feedback, ListFeedback } from "../../protocol/rest/feedback.ts";
import type { Vote } from "../../protocol/rest/votes.ts";

export type { Feedback, Vote };

export type ListQuery = Partial<Pick<ListFeedback, "sort" | "status" | "category" | "q" | "limit" | "cursor">>;
export type Page = { readonly items: readonly Feedback[]; readonly seq: number; readonly nextCursor: string | null };
export type Posted = { readonly item: Feedback; readonly seq: number };
export type VoteAnswer = Vote & { readonly seq: number };
export type ApiErrorCode = FailureCode | "NETWORK" | "TIMEOUT" | "ABORTED" | "UNKNOWN";

const TIMEOUT_MS = 15_000;

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  /** HTTP status, or 0 when there was no answer. */
  readonly status: number;
  readonly errors: readonly FieldError[];

  constructor(code: ApiErrorCode, message: string, status = 0, errors: readonly FieldError[] = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.errors = errors;
  }

  /** The workspace or the board is not there (an item that is gone is `FEEDBACK_NOT_FOUND` and not meant). */
  get boardMissing(): boolean {
    return this.code === "WORKSPACE_NOT_FOUND" || this.code === "BOARD_NOT_FOUND";
  }

  /** Nobody refused: the same call may work later. */
  get passing(): boolean {
    return this.status === 0 ? this.code !== "ABORTED" : this.status === 429 || this.status >= 500;
  }
}

export type Api = ReturnType<typeof boardApi>;

/** `origin` without a trailing slash, such as `https://feedback.example.com`. */
export function boardApi(origin: string, workspace: string, board: string) {
  const base = `${origin}/api/v1/${encodeURIComponent(workspace)}/${encodeURIComponent(board)}`;
  const feedback = `${base}/feedback`;

  return {
    /** Where the live socket of this board is. */
    liveUrl: (externalUserId: string): string =>
      `${base.replace(/^http/u, "ws")}/live?externalUserId=${encodeURIComponent(externalUserId)}`,

    async list(query: ListQuery, signal?: AbortSignal): Promise<Page> {
      const answer = await call(`${feedback}${search(query)}`, { signal });
      return { items: answer.body as Feedback[], seq: answer.seq, nextCursor: answer.headers.get("x-next-cursor") };
    },

    async read(id: number, signal?: AbortSignal): Promise<Posted> {
      const answer = await call(`${feedback}/${String(id)}`, { signal });
      return { item: answer.body as Feedback, seq: answer.seq };
    },

    async create(body: CreateFeedback): Promise<Posted> {
      const answer = await call(feedback, { method: "POST", body });
      return { item: answer.body as Feedback, seq: answer.seq };
    },

    async vote(id: number, externalUserId: string): Promise<VoteAnswer> {
      const answer = await call(`${feedback}/${String(id)}/votes`, { method: "POST", body: { externalUserId } });
      return { ...(answer.body as Vote), seq: answer.seq };
    },

    async unvote(id: number, externalUserId: string): Promise<VoteAnswer> {
      const query = search({ externalUserId });
      const answer = await call(`${feedback}/${String(id)}/votes${query}`, { method: "DELETE" });
      return { ...(answer.body as Vote), seq: answer.seq };
    },

    /** Weight by item id, for the items of `ids` (at most 100) that the person voted for. */
    async lookUpVotes(
      ids: readonly number[],
      externalUserId: string,
      signal?: AbortSignal,
    ): Promise<Map<number, number>> {
      if (ids.length === 0) return new Map();
      const answer = await call(`${base}/votes${search({ ids: ids.join(","), externalUserId })}`, { signal });
      return new Map(Object.entries(answer.body as Record<string, number>).map(([id, weight]) => [Number(id), weight]));
    },
  };
}

function search(query: Record<string, string | number | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") params.set(name, String(value));
  return params.size === 0 ? "" : `?${params.toString()}`;
}

type Call = { method?: string; body?: unknown; signal?: AbortSignal | undefined };
type Answer = { body: unknown; headers: Headers; seq: number };

async function call(url: string, { method = "GET", body, signal }: Call): Promise<Answer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method,
      credentials: "omit",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    if (!response.ok) throw problem(response.status, text);
    return { body: JSON.parse(text), headers: response.headers, seq: Number(response.headers.get("x-seq") ?? 0) };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (signal?.aborted === true) throw new ApiError("ABORTED", "The call was given up.");
    if (timeout.aborted) throw new ApiError("TIMEOUT", "The server took too long to answer.");
    throw new ApiError("NETWORK", "The server could not be reached.");
  }
}

/** An RFC 9457 body as an error; whatever stands in between (a proxy's page) becomes `UNKNOWN`. */
function problem(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as { code: FailureCode; message: string; errors?: FieldError[] };
    if (typeof body.code === "string") return new ApiError(body.code, body.message, status, body.errors);
  } catch {
    // Not JSON: told apart below.
  }
  return new ApiError("UNKNOWN", `The server answered ${String(status)}.`, status);
}
