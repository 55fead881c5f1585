/** Pages of the moderation queue, newest first, and its counts. Posts and comments are read from an index each and merged, so that a page costs at most twice its size. */
import { and, desc, eq, getTableColumns, inArray, lt, sql } from "drizzle-orm";
import { feedbackComments, moderationQueue } from "../../../schema/workspace-discussion.ts";
import { endUsers, feedbackItems } from "../../../schema/workspace.ts";
import { decodeQueueCursor, encodeQueueCursor } from "../../../src/domain/moderation.ts";
import { may } from "../../../src/domain/permissions.ts";
import { type Failure, failure } from "../../../src/errors.ts";
import { MODERATION_COUNT_MAX, QUEUE_EXCERPT_CHARS_MAX } from "../../../src/limits.ts";
import {
  type ListQueue,
  QUEUE_KINDS,
  QUEUE_STATES,
  type QueueCounts,
  type QueueEntry,
  type QueueKind,
} from "../../../src/protocol/rest/moderation.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { findBoard, mayRead } from "../find-board.ts";
import { instant } from "../present.ts";
import type { WorkspaceStore } from "../store.ts";

export type QueuePage = { readonly items: readonly QueueEntry[]; readonly nextCursor: string | null };
/** What the indexes have of an entry. */
const { createdAt: _createdAt, ...columns } = getTableColumns(moderationQueue);
type Row = Omit<typeof moderationQueue.$inferSelect, "createdAt">;

/** What waits or is hidden is for those who may see it: a key needs the scope for that, too. Errors: FORBIDDEN, BOARD_NOT_FOUND, INVALID_CURSOR. */
export function listQueue(
  store: WorkspaceStore,
  actor: Actor,
  workspace: string,
  query: ListQueue,
): Result<QueuePage, Failure> {
  if (!may(actor, "internal.read")) return err(failure("FORBIDDEN", "Reading the queue needs the scope `read`, too."));
  const board = query.board === undefined ? ok(null) : findBoard(store, actor, query.board);
  if (!board.ok) return board;
  const before = query.cursor === undefined ? ok(Number.MAX_SAFE_INTEGER) : decodeQueueCursor(query.cursor);
  if (!before.ok) return before;
  const kinds = query.kind === undefined ? QUEUE_KINDS : [query.kind];
  const found = kinds
    .flatMap((kind) => readKind(store, query, kind, board.value?.id ?? null, before.value))
    .toSorted((one, other) => other.id - one.id);
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  const nextCursor = found.length > rows.length && last !== undefined ? encodeQueueCursor(last.id) : null;
  return ok({ items: present(store, actor, workspace, rows), nextCursor });
}

/** On the index `queue_by_state` or `queue_by_board`. */
function readKind(
  store: WorkspaceStore,
  { state, limit }: ListQueue,
  kind: QueueKind,
  boardId: number | null,
  before: number,
): readonly Row[] {
  const ofState = and(eq(moderationQueue.state, state), eq(moderationQueue.kind, kind), lt(moderationQueue.id, before));
  const ofBoard = boardId === null ? undefined : eq(moderationQueue.boardId, boardId);
  return store.db
    .select(columns)
    .from(moderationQueue)
    .where(and(ofState, ofBoard))
    .orderBy(desc(moderationQueue.id))
    .limit(limit + 1)
    .all();
}

/** What is left of a deleted board waits for its purge, and is nobody's. */
function present(store: WorkspaceStore, actor: Actor, workspace: string, rows: readonly Row[]): readonly QueueEntry[] {
  const items = itemsOf(store, rows);
  const comments = commentsOf(store, rows);
  return rows.flatMap((row) => {
    const board = store.boardById(row.boardId);
    const item = items.get(row.feedbackId);
    const text = row.kind === "feedback" ? item : comments.get(row.subjectId);
    if (board === null || item === undefined || text === undefined || !mayRead(store, actor, board)) return [];
    return [
      {
        kind: row.kind,
        id: row.subjectId,
        feedbackId: row.feedbackId,
        board: board.slug,
        title: item.title,
        excerpt: text.excerpt.slice(0, QUEUE_EXCERPT_CHARS_MAX),
        isExcerpted: text.excerpt.length > QUEUE_EXCERPT_CHARS_MAX,
        authorName: text.authorName,
        authorEmail: text.authorEmail,
        isNewcomer: text.trustedAt === null,
        state: row.state,
        spamScore: row.spamScore,
        createdAt: instant(text.createdAt),
        url: `/w/${workspace}/${board.slug}/${String(row.feedbackId)}`,
      },
    ];
  });
}

const author = { authorEmail: endUsers.email, trustedAt: endUsers.trustedAt };

function itemsOf(store: WorkspaceStore, rows: readonly Row[]) {
  const { id, title, description, authorName, createdAt } = feedbackItems;
  const found = store.db
    .select({ id, title, excerpt: beginningOf(description), authorName, createdAt, ...author })
    .from(feedbackItems)
    .leftJoin(endUsers, eq(endUsers.id, feedbackItems.authorId))
    .where(inArray(id, among(rows.map(({ feedbackId }) => feedbackId))))
    .all();
  return new Map(found.map((item) => [item.id, item]));
}

function commentsOf(store: WorkspaceStore, rows: readonly Row[]) {
  const { id, body, authorName, createdAt } = feedbackComments;
  const ids = rows.filter(({ kind }) => kind === "comment").map(({ subjectId }) => subjectId);
  if (ids.length === 0) return new Map<number, never>();
  const found = store.db
    .select({ id, excerpt: beginningOf(body), authorName, createdAt, ...author })
    .from(feedbackComments)
    .leftJoin(endUsers, eq(endUsers.id, feedbackComments.authorId))
    .where(inArray(id, among(ids)))
    .all();
  return new Map(found.map((comment) => [comment.id, comment]));
}

/** One character more tells that there is more. */
function beginningOf(text: typeof feedbackItems.description | typeof feedbackComments.body) {
  return sql<string>`substr(${text}, 1, ${QUEUE_EXCERPT_CHARS_MAX + 1})`;
}

/** A statement takes at most 100 parameters. */
function among(ids: readonly number[]) {
  return sql`(select value from json_each(${JSON.stringify(ids)}))`;
}

/** No further than MODERATION_COUNT_MAX, on the index `queue_by_state`. */
export function countQueue(store: WorkspaceStore): Result<QueueCounts, Failure> {
  const counted = QUEUE_STATES.map((state) => {
    const some = store.db
      .select({ id: moderationQueue.id })
      .from(moderationQueue)
      .where(eq(moderationQueue.state, state))
      .limit(MODERATION_COUNT_MAX)
      .all();
    return [state, some.length] as const;
  });
  return ok(Object.fromEntries(counted) as QueueCounts);
}
