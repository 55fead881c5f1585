/** What the server-rendered pages need, read together: a page costs one hop. */
import { selfOf } from "../../src/domain/person.ts";
import type { Failure } from "../../src/errors.ts";
import type { Board } from "../../src/protocol/rest/boards.ts";
import type { Feedback, ListFeedback } from "../../src/protocol/rest/feedback.ts";
import type { Workspace } from "../../src/protocol/rest/workspaces.ts";
import { ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { readBoard } from "./boards.ts";
import { readFeedback } from "./feedback.ts";
import { type FeedbackPage, listFeedback } from "./list-feedback.ts";
import type { WorkspaceStore } from "./store.ts";
import { votesOf } from "./vote.ts";
import { readWorkspace } from "./workspace.ts";

/** `votes`: the person's weight by item id, for the items of this page. */
export type BoardPage = FeedbackPage & {
  readonly workspace: Workspace;
  readonly board: Board;
  readonly votes: Record<string, number>;
  /** Sites that may write, and so may frame the page's embedded form; empty: any. */
  readonly allowedOrigins: readonly string[];
};

/** Errors: WORKSPACE_NOT_FOUND, BOARD_NOT_FOUND, INVALID_CURSOR, INVALID_REQUEST. */
export function boardPage(
  store: WorkspaceStore,
  actor: Actor,
  slug: string,
  boardSlug: string,
  query: ListFeedback,
  externalUserId: string | null,
): Result<BoardPage, Failure> {
  const workspace = readWorkspace(store, actor, slug);
  if (!workspace.ok) return workspace;
  const board = readBoard(store, actor, boardSlug);
  if (!board.ok) return board;
  const page = listFeedback(store, actor, boardSlug, query);
  if (!page.ok) return page;
  const ids = page.value.items.map((item) => item.id);
  const votes = votesOfVisitor(store, actor, ids, externalUserId);
  return ok({
    ...page.value,
    workspace: workspace.value,
    board: board.value,
    votes,
    allowedOrigins: allowedOrigins(store),
  });
}

export type ItemPage = {
  readonly workspace: Workspace;
  readonly board: Board;
  readonly item: Feedback;
  readonly seq: number;
  /** Whether the person voted for it. */
  readonly voted: boolean;
  readonly allowedOrigins: readonly string[];
};

/** Errors: WORKSPACE_NOT_FOUND, BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND. */
export function itemPage(
  store: WorkspaceStore,
  actor: Actor,
  slug: string,
  boardSlug: string,
  id: number,
  externalUserId: string | null,
): Result<ItemPage, Failure> {
  const workspace = readWorkspace(store, actor, slug);
  if (!workspace.ok) return workspace;
  const board = readBoard(store, actor, boardSlug);
  if (!board.ok) return board;
  const found = readFeedback(store, actor, boardSlug, id);
  if (!found.ok) return found;
  const voted = String(id) in votesOfVisitor(store, actor, [id], externalUserId);
  return ok({
    ...found.value,
    workspace: workspace.value,
    board: board.value,
    voted,
    allowedOrigins: allowedOrigins(store),
  });
}

function allowedOrigins(store: WorkspaceStore): readonly string[] {
  return store.credentials.policy().allowedOrigins;
}

/** Of whoever looks at the page: a signed-in visitor is that account, whatever the cookie of visitors says. */
function votesOfVisitor(
  store: WorkspaceStore,
  actor: Actor,
  ids: readonly number[],
  cookie: string | null,
): Record<string, number> {
  const person = selfOf(actor) ?? cookie;
  if (person === null || ids.length === 0) return {};
  const votes = votesOf(store, actor, ids, person);
  return votes.ok ? votes.value : {};
}
