/** What the server-rendered pages need, read together: a page costs one hop. */
import { may } from "../../src/domain/permissions.ts";
import { selfOf } from "../../src/domain/person.ts";
import type { Failure } from "../../src/errors.ts";
import { PAGE_SIZE_MAX } from "../../src/limits.ts";
import type { Board } from "../../src/protocol/rest/boards.ts";
import type { Feedback, ListFeedback } from "../../src/protocol/rest/feedback.ts";
import type { MergedItem } from "../../src/protocol/rest/merges.ts";
import type { Workspace } from "../../src/protocol/rest/workspaces.ts";
import { ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { readBoard } from "./boards.ts";
import { type EditableComments, editableComments } from "./comments/list.ts";
import { type Moved, readFeedback } from "./feedback.ts";
import { mergedInto } from "./merge/list-merged.ts";
import { placeOfMerged } from "./merge/root.ts";
import { type FeedbackPage, listFeedback } from "./list-feedback.ts";
import type { WorkspaceStore } from "./store.ts";
import { votesOf } from "./vote.ts";
import { readWorkspace } from "./workspace.ts";

/** `votes`: the person's weight by item id, for the items of this page. */
export type BoardPage = FeedbackPage & {
  readonly workspace: Workspace;
  readonly board: Board;
  readonly votes: Record<string, number>;
  readonly hasRoadmap: boolean;
  /** No votes are cast on what is completed or closed. */
  readonly lockClosed: boolean;
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
    lockClosed: store.credentials.policy().lockClosed,
    hasRoadmap: store.roadmap.publicPhases().length > 0,
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
  /** What was merged into it, as far as the visitor may see it. */
  readonly merged: readonly MergedItem[];
  /** It waits for a moderator. */
  readonly isHeld: boolean;
  readonly lockClosed: boolean;
  /** A part of what is said about it. */
  readonly discussion: EditableComments;
  /** The visitor sees internal notes, and may write some. */
  readonly isTeam: boolean;
  readonly moderates: boolean;
  readonly allowedOrigins: readonly string[];
};

/** Whoever asks for a merged item is sent on, the team too: it finds it on the other's page. Errors: WORKSPACE_NOT_FOUND, BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, INVALID_CURSOR. */
export function itemPage(
  store: WorkspaceStore,
  actor: Actor,
  slug: string,
  boardSlug: string,
  id: number,
  externalUserId: string | null,
  /** The cursor that the discussion begins after; null: its beginning. */
  after: string | null,
): Result<ItemPage | Moved, Failure> {
  const workspace = readWorkspace(store, actor, slug);
  if (!workspace.ok) return workspace;
  const board = readBoard(store, actor, boardSlug);
  if (!board.ok) return board;
  const found = readFeedback(store, actor, boardSlug, id);
  if (!found.ok) return found;
  if ("movedTo" in found.value) return ok(found.value);
  const row = store.statements.feedbackById.get({ feedbackId: id });
  const movedTo = row === undefined ? null : placeOfMerged(store, actor, row);
  if (movedTo !== null) return ok({ movedTo });
  const part = { limit: PAGE_SIZE_MAX, ...(after === null ? {} : { cursor: after }) };
  const discussion = editableComments(store, actor, id, part);
  if (!discussion.ok) return discussion;
  const voted = String(id) in votesOfVisitor(store, actor, [id], externalUserId);
  return ok({
    ...found.value,
    workspace: workspace.value,
    board: board.value,
    voted,
    merged: row === undefined ? [] : mergedInto(store, actor, row),
    discussion: discussion.value,
    lockClosed: store.credentials.policy().lockClosed,
    isTeam: may(actor, "internal.read"),
    moderates: may(actor, "feedback.moderate"),
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
