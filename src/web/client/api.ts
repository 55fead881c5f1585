/**
 * The REST calls a visitor's browser makes, typed. Answers carry the seq they reflect, so that `board-state.ts` can weigh them
 * against live frames. Every failure, the network's included, is an `ApiError`; an abort by the caller is told by its code.
 */
import type { FailureCode, FieldError } from "../../errors.ts";
import { randomId } from "../../ids.ts";
import type { CreateFeedback, Feedback, ListFeedback } from "../../protocol/rest/feedback.ts";
import type { Vote } from "../../protocol/rest/votes.ts";
import type { Who } from "./who.ts";

export type { Feedback, Vote };

export type ListQuery = Partial<Pick<ListFeedback, "sort" | "status" | "category" | "q" | "limit" | "cursor">> & {
  /** Of what somebody is about to post, for `similar`. */
  readonly title?: string;
};
export type Page = { readonly items: readonly Feedback[]; readonly seq: number; readonly nextCursor: string | null };
/** `held`: it waits for a moderator, and is not on the board yet. */
export type Posted = { readonly item: Feedback; readonly seq: number; readonly held: boolean };
export type VoteAnswer = Vote & { readonly seq: number };
export type ApiErrorCode = FailureCode | "NETWORK" | "TIMEOUT" | "ABORTED" | "UNKNOWN";

const TIMEOUT_MS = 15_000;
const UNAUTHENTICATED_STATUS = 401;
const UNREACHABLE = "The server could not be reached.";

export class ApiError extends Error {
  declare readonly code: ApiErrorCode;
  /** HTTP status, or 0 when there was no answer. */
  declare readonly status: number;
  declare readonly errors: readonly FieldError[];
  /** How long the server asks to wait; 0 when it does not say. */
  declare readonly waitSeconds: number;

  constructor(code: ApiErrorCode, message: string, status = 0, errors: readonly FieldError[] = [], waitSeconds = 0) {
    super(message);
    this.waitSeconds = waitSeconds;
    this.code = code;
    this.status = status;
    this.errors = errors;
  }

  /** The workspace or the board is not there (an item that is gone is `FEEDBACK_NOT_FOUND` and not meant). */
  get boardMissing(): boolean {
    return this.status === 404 && this.code !== "FEEDBACK_NOT_FOUND";
  }

  /** Nobody refused: the same call may work later. */
  get passing(): boolean {
    return this.status === 0 ? this.code !== "ABORTED" : this.status === 429 || this.status >= 500;
  }
}

export type Api = ReturnType<typeof boardApi>;

/** `origin` without a trailing slash, such as `https://feedback.example.com`. `current`: who is there now, for calls that do not say. */
export function boardApi(origin: string, workspace: string, board: string, current: () => Who) {
  const base = `${origin}/api/v1/${encodeURIComponent(workspace)}/${encodeURIComponent(board)}`;
  const feedback = `${base}/feedback`;
  const once = onceOnly();

  return {
    /** Where the live socket of this board is, and the person's token for it. */
    async liveUrl({ id, bearer }: Who, refused?: string): Promise<[url: string, token: string | undefined]> {
      const url = `${base}/live`;
      return [id ? `${url}?externalUserId=${encodeURIComponent(id)}` : url, await bearer?.(url, refused)];
    },

    /** `of`: what is listed; `similar` has items of all boards. */
    async list(query: ListQuery, signal?: AbortSignal, of: "feedback" | "similar" = "feedback"): Promise<Page> {
      const { body, seq, headers } = await call<Feedback[]>(current(), `${base}/${of}`, { query, signal });
      return { items: body, seq, nextCursor: headers.get("x-next-cursor") };
    },

    async create(body: Omit<CreateFeedback, "externalUserId">): Promise<Posted> {
      const { turnstileToken: _token, ...idea } = body;
      const key = once.keyOf(JSON.stringify(idea));
      const { body: item, seq, headers } = await call<Feedback>(current(), feedback, { method: "POST", body, key });
      once.done();
      return { item, seq, held: headers.has("x-moderation") };
    },

    /** Casts the vote, or takes it back. */
    async vote(id: number, who: Who, voted: boolean): Promise<VoteAnswer> {
      const method = voted ? "POST" : "DELETE";
      const { body, seq } = await call<Vote>(who, `${feedback}/${String(id)}/votes`, { method, body: {} });
      return { ...body, seq };
    },

    /** Weight by item id, for the items of `ids` (at most 100) that the person voted for. */
    async lookUpVotes(ids: readonly number[], who: Who): Promise<Map<number, number>> {
      if (ids.length === 0) return new Map();
      const query = { ids: ids.join(), externalUserId: who.id };
      const { body } = await call<Record<string, number>>(who, `${base}/votes`, { query });
      return new Map(Object.entries(body).map(([id, weight]) => [Number(id), weight]));
    },
  };
}

/** The same words get the same key until they arrived: an answer that was lost does not post them twice. */
export function onceOnly() {
  let tried = "";
  let key = "";
  return {
    keyOf(text: string): string {
      if (text !== tried) key = randomId();
      tried = text;
      return key;
    },
    done(): void {
      tried = "";
    },
  };
}

type Call = {
  method?: string;
  query?: Record<string, string | number | undefined>;
  /** Of a write: who does it is added. */
  body?: object;
  /** So that it is done once, however often it is sent. */
  key?: string;
  signal?: AbortSignal | undefined;
};
type Answer<T> = { body: T; headers: Headers; seq: number };

/** A token that was refused is asked for anew, and without one the visitor goes on reading. */
async function call<T>(who: Who, address: string, options: Call, refused?: string): Promise<Answer<T>> {
  const { method = "GET", query = {}, body, key, signal } = options;
  const token = await who.bearer?.(address, refused);
  if (token === "" && body) throw signInFirst();
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, String(value));
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method,
      credentials: who.credentials ?? "omit",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
        ...(key && { "idempotency-key": key }),
      },
      body: body ? JSON.stringify({ ...body, externalUserId: who.id }) : null,
    });
    const { status, headers } = response;
    // What stands in between (a proxy's page) is not JSON.
    const answer: unknown = await response.json().catch(() => ({}));
    if (response.ok) return { body: answer as T, headers, seq: Number(headers.get("x-seq")) };
    if (status === UNAUTHENTICATED_STATUS) {
      if (token) return await call(who, address, options, token);
      throw signInFirst();
    }
    const { code = "UNKNOWN", message = UNREACHABLE, errors } = answer as Partial<ApiError>;
    throw new ApiError(code, message, status, errors, Number(headers.get("retry-after")));
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const code = signal?.aborted ? "ABORTED" : timeout.aborted ? "TIMEOUT" : "NETWORK";
    throw new ApiError(code, UNREACHABLE);
  }
}

function signInFirst(): ApiError {
  return new ApiError("UNAUTHENTICATED", "Sign in to vote and post.", UNAUTHENTICATED_STATUS);
}
