/** Groups of likely duplicates as moderators see them. */
import { and, desc, eq, lt, sql } from "drizzle-orm";
import { duplicateGroups } from "../../../schema/workspace-curation.ts";
import { isVisible } from "../../../src/domain/feedback.ts";
import { may } from "../../../src/domain/permissions.ts";
import { type Failure, invalidField } from "../../../src/errors.ts";
import { DUPLICATE_EXCERPT_CHARS, DUPLICATE_GROUPS_PER_PAGE } from "../../../src/limits.ts";
import type { DuplicateGroup, DuplicateItem, ListDuplicates } from "../../../src/protocol/rest/duplicates.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { mayRead } from "../find-board.ts";
import { instant } from "../present.ts";
import type { WorkspaceStore } from "../store.ts";

export type GroupRow = typeof duplicateGroups.$inferSelect;
export type GroupPage = { readonly groups: DuplicateGroup[]; readonly nextCursor: string | null };

/** A group with an item that the caller may not read is left out, so that a page may be shorter than others. Errors: INVALID_CURSOR. */
export function listDuplicates(
  store: WorkspaceStore,
  actor: Actor,
  { status, cursor }: ListDuplicates,
): Result<GroupPage, Failure> {
  const before = cursor === undefined ? null : readCursor(cursor);
  if (cursor !== undefined && before === null)
    return err(invalidField("query.cursor", "is not a cursor of this list", "INVALID_CURSOR"));
  const rows = store.db
    .select()
    .from(duplicateGroups)
    .where(and(eq(duplicateGroups.status, status), before === null ? undefined : lt(duplicateGroups.id, before)))
    .orderBy(desc(duplicateGroups.id))
    .limit(DUPLICATE_GROUPS_PER_PAGE + 1)
    .all();
  const shown = rows.slice(0, DUPLICATE_GROUPS_PER_PAGE);
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  return ok({
    groups: shown.map((row) => presentGroup(store, actor, row)).filter((group) => group !== null),
    nextCursor: last === undefined ? null : `g${String(last.id)}`,
  });
}

function readCursor(text: string): number | null {
  return /^g[1-9][0-9]{0,14}$/u.test(text) ? Number(text.slice(1)) : null;
}

type ItemRow = Omit<DuplicateItem, "board" | "createdAt" | "isHidden"> & {
  readonly boardId: number;
  readonly isHidden: number;
  readonly createdAt: number;
};

/** Null: the caller may not read all of it. A key that moderates need not be one that reads what is hidden. */
export function presentGroup(store: WorkspaceStore, actor: Actor, row: GroupRow): DuplicateGroup | null {
  const items: DuplicateItem[] = [];
  for (const { boardId, ...item } of itemsOf(store, row.id)) {
    const board = store.boardById(boardId);
    // It is being purged with its board.
    if (board === null) continue;
    const isShown = isVisible(item.moderationState, item.isHidden === 1, null);
    if (!mayRead(store, actor, board) || !(isShown || may(actor, "internal.read"))) return null;
    items.push({ ...item, board: board.slug, isHidden: item.isHidden === 1, createdAt: instant(item.createdAt) });
  }
  const { id, status, score, createdAt, decidedAt, decidedBy } = row;
  return {
    id,
    status,
    score,
    items,
    createdAt: instant(createdAt),
    decidedAt: decidedAt === null ? null : instant(decidedAt),
    decidedBy,
  };
}

function itemsOf(store: WorkspaceStore, groupId: number): ItemRow[] {
  return store.db.all<ItemRow>(sql`
    select i.id, i.board_id as boardId, i.title, substr(i.description, 1, ${DUPLICATE_EXCERPT_CHARS}) as excerpt, i.status,
      i.vote_count as voteCount, i.comment_count as commentCount, i.merged_count as mergedCount,
      i.merged_into as mergedInto, i.moderation_state as moderationState, i.is_hidden as isHidden, i.created_at as createdAt
    from duplicate_group_items g cross join feedback_items i on i.id = g.feedback_id
    where g.group_id = ${groupId}
    order by i.vote_count desc, i.id`);
}
