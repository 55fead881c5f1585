/** Makes one item part of another, and takes it out again. What happens to the votes: carry.ts. */
import { eq, type SQL, sql } from "drizzle-orm";
import { feedbackItems } from "../../../schema/workspace.ts";
import { isVisible } from "../../../src/domain/feedback.ts";
import { checkExtent, decideMerge, type Extent, notMerged } from "../../../src/domain/merge.ts";
import { shiftTrending } from "../../../src/domain/trending.ts";
import { type Failure, failure, feedbackNotFound } from "../../../src/errors.ts";
import { MERGE_VOTES_MAX } from "../../../src/limits.ts";
import type { Merge } from "../../../src/protocol/rest/merges.ts";
import { err, ok, type Result } from "../../../src/result.ts";
import { appeared, disappeared } from "../appearance.ts";
import type { Actor } from "../authorize.ts";
import { leaveSuggestions } from "../duplicates/groups.ts";
import { findBoard, mayRead } from "../find-board.ts";
import { record } from "../history/record.ts";
import { followMerge, followUnmerge } from "../roadmap/follow.ts";
import type { FeedbackRow } from "../rows.ts";
import type { WorkspaceStore } from "../store.ts";
import { carryInto, settle, type Weight } from "./carry.ts";
import { ancestorsOf } from "./root.ts";

export type Merged = { readonly merge: Merge; readonly seq: number };

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, FEEDBACK_MERGED, INVALID_REQUEST, LIMIT_REACHED. */
export function mergeFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  id: number,
  intoId: number,
): Result<Merged, Failure> {
  const source = loadOn(store, actor, board, id);
  if (!source.ok) return source;
  const target = loadTarget(store, actor, intoId);
  if (!target.ok) return target;
  const joined = join(store, actor, source.value, target.value);
  return joined.ok ? ok(told(store, id, intoId, joined.value)) : joined;
}

/** Errors: BOARD_NOT_FOUND, FEEDBACK_NOT_FOUND, also where the caller may not read what it was merged into; NOT_MERGED. */
export function unmergeFeedback(
  store: WorkspaceStore,
  actor: Actor,
  board: string,
  id: number,
): Result<Merged, Failure> {
  const loaded = loadOn(store, actor, board, id);
  if (!loaded.ok) return loaded;
  const [target] = ancestorsOf(store, loaded.value);
  if (target === undefined) return err(notMerged(id));
  const targetBoard = store.boardById(target.boardId);
  if (targetBoard !== null && !mayRead(store, actor, targetBoard)) return err(notHere(target.id));
  leave(store, actor, loaded.value, true);
  const now = store.statements.feedbackById.get({ feedbackId: target.id }) ?? target;
  return ok(told(store, id, null, now));
}

/** The item that others are merged into, wherever the caller may read. Errors: FEEDBACK_NOT_FOUND. */
export function loadTarget(store: WorkspaceStore, actor: Actor, id: number): Result<FeedbackRow, Failure> {
  const row = store.statements.feedbackById.get({ feedbackId: id });
  const board = row === undefined ? null : store.boardById(row.boardId);
  if (row === undefined || board === null || !mayRead(store, actor, board)) {
    return err(notHere(id));
  }
  return ok(row);
}

/** Answers the target as it is then. Errors: as `mergeFeedback`'s. */
export function join(
  store: WorkspaceStore,
  actor: Actor,
  source: FeedbackRow,
  target: FeedbackRow,
): Result<FeedbackRow, Failure> {
  const decision = decideMerge(source, target);
  if (!decision.ok) return decision;
  const seq = store.nextSeq();
  const merged = { mergedInto: target.id, visible: false, seq, contentSeq: seq };
  store.db.update(feedbackItems).set(merged).where(eq(feedbackItems.id, source.id)).run();
  const bounded = checkExtent(extentOf(store, target.id));
  if (!bounded.ok) return bounded;
  if (source.visible) disappeared(store, source, seq);
  const event = { type: "feedback.merged", boardId: source.boardId, feedbackId: source.id } as const;
  record(store, actor, { ...event, seq, before: { mergedInto: null }, after: { mergedInto: target.id } });
  leaveSuggestions(store, source.id);
  const weight = carryInto(store, target.id, source.id);
  const joined = weighAgain(store, actor, "feedback.merged", source, target, 1, weight);
  followMerge(store, actor, source.id, target.id);
  return ok(joined);
}

/** Out of the item that it was merged into. `stays`: it is shown again, if it may be; otherwise it is about to go for good. */
export function leave(store: WorkspaceStore, actor: Actor | null, source: FeedbackRow, stays: boolean): void {
  const above = ancestorsOf(store, source);
  comeBack(store, actor, source, stays);
  for (const [step, item] of above.entries()) {
    const weight = settle(store, item.id, source.id);
    weighAgain(store, actor, "feedback.unmerged", source, item, step === 0 ? -1 : 0, weight);
  }
  if (source.mergedInto !== null) followUnmerge(store, actor, source.id, source.mergedInto);
}

/** The item itself, as it was; nothing of what it was merged into. */
export function comeBack(store: WorkspaceStore, actor: Actor | null, source: FeedbackRow, stays: boolean): void {
  const board = store.boardById(source.boardId);
  const seq = store.nextSeq();
  const visible = stays && board !== null && isVisible(source.moderationState, source.isHidden, null);
  const visibleSeq = visible ? seq : source.visibleSeq;
  const row: FeedbackRow = { ...source, mergedInto: null, visible, seq, contentSeq: seq, visibleSeq };
  const changes = { mergedInto: null, visible, seq, contentSeq: seq, visibleSeq };
  store.db.update(feedbackItems).set(changes).where(eq(feedbackItems.id, source.id)).run();
  if (visible) appeared(store, row, board.slug);
  const event = { type: "feedback.unmerged", boardId: source.boardId, feedbackId: source.id } as const;
  record(store, actor, { ...event, seq, before: { mergedInto: source.mergedInto }, after: { mergedInto: null } });
}

/** An item whose people's votes changed by `weight`, and how many are merged into it. It takes a seq of its own, as every row that open pages may hear of. */
function weighAgain(
  store: WorkspaceStore,
  actor: Actor | null,
  type: "feedback.merged" | "feedback.unmerged",
  source: FeedbackRow,
  item: FeedbackRow,
  more: number,
  { votes, decayed }: Weight,
): FeedbackRow {
  const { id, boardId } = item;
  const seq = store.nextSeq();
  const voteCount = item.voteCount + votes;
  const mergedCount = item.mergedCount + more;
  const trending = shiftTrending(item.trending, decayed, store.now(), item.createdAt);
  store.db.update(feedbackItems).set({ voteCount, mergedCount, trending, seq }).where(eq(feedbackItems.id, id)).run();
  if (item.visible) {
    store.statements.shiftBoardCounters.run({ boardId, items: 0, votes });
    store.changed({ kind: "votes", boardId, seq, id, voteCount });
  }
  const counts = {
    before: { voteCount: item.voteCount, mergedCount: item.mergedCount },
    after: { voteCount, mergedCount },
  };
  record(store, actor, { seq, type, boardId, feedbackId: id, subject: String(source.id), ...counts });
  return { ...item, voteCount, mergedCount, trending, seq };
}

/** Of all that ends in an item. */
function extentOf(store: WorkspaceStore, id: number): Extent {
  const below = sql`with recursive below (id, depth) as (
    select id, 1 from feedback_items where merged_into = ${id}
    union all select i.id, below.depth + 1 from below join feedback_items i on i.merged_into = below.id)`;
  const one = (query: SQL) => store.db.get<{ n: number }>(sql`${below} ${query}`).n;
  const votes = sql`select count(*) as n from (
    select 1 from below cross join feedback_votes v on v.feedback_id = below.id limit ${MERGE_VOTES_MAX + 1})`;
  return {
    items: one(sql`select count(*) as n from below`),
    depth: one(sql`select coalesce(max(depth), 0) as n from below`),
    votes: one(votes),
  };
}

function loadOn(store: WorkspaceStore, actor: Actor, board: string, id: number): Result<FeedbackRow, Failure> {
  const found = findBoard(store, actor, board);
  if (!found.ok) return found;
  const row = store.statements.feedbackById.get({ feedbackId: id });
  return row === undefined || row.boardId !== found.value.id ? err(feedbackNotFound(id)) : ok(row);
}

function notHere(id: number): Failure {
  return failure("FEEDBACK_NOT_FOUND", `There is no feedback ${String(id)} in this workspace.`);
}

function told(store: WorkspaceStore, id: number, mergedInto: number | null, target: FeedbackRow): Merged {
  const { voteCount, mergedCount } = target;
  const board = store.boardById(target.boardId)?.slug ?? "";
  return {
    merge: { feedbackId: id, mergedInto, target: { id: target.id, board, voteCount, mergedCount } },
    seq: store.seq(),
  };
}
