/**
 * Merging facts about rows into a board's state: each carries the seq it is true at, and of two the newer stays. Facts about rows
 * that are not loaded are kept too, for the page that will bring them may be older. Order and reach are `board-state.ts`'s.
 */
import type { Feedback } from "../../protocol/rest/feedback.ts";
import type { BoardState } from "./board-state.ts";

/** When more facts about unloaded rows pile up the oldest go, and pages older than those are not trusted. */
const UNLOADED_FACTS_MAX = 1_000;

/** A row, the seq its fields are from, and the seq its count is from (a `votes` frame moves only the latter). */
export type Known = { readonly item: Feedback; readonly seq: number; readonly countSeq: number };
export type Fact = { readonly voteCount: number; readonly seq: number };
/**
 * A vote the server has not answered. `unsure`: a count arrived meanwhile that may hold it already, so adding it again could count
 * it twice; the server's number is shown as it is until the answer comes.
 */
export type PendingVote = { readonly requestId: string; readonly voted: boolean; readonly unsure: boolean };

export function withRows(state: BoardState, items: readonly Feedback[], seq: number): BoardState {
  const known = new Map(state.known);
  const unloaded = new Map(state.unloaded);
  const pending = new Map(state.pending);
  const gone = new Map(state.gone);
  for (const item of items) {
    if ((gone.get(item.id) ?? -1) >= seq) continue;
    gone.delete(item.id);
    const old = known.get(item.id);
    const count = old === undefined ? unloaded.get(item.id) : { voteCount: old.item.voteCount, seq: old.countSeq };
    const countIsNewer = count !== undefined && count.seq > seq;
    const fields = old !== undefined && old.seq > seq ? old.item : item;
    known.set(item.id, {
      item: countIsNewer ? { ...fields, voteCount: count.voteCount } : { ...fields, voteCount: item.voteCount },
      seq: Math.max(old?.seq ?? 0, seq),
      countSeq: countIsNewer ? count.seq : seq,
    });
    unloaded.delete(item.id);
    if (!countIsNewer && seq > (count?.seq ?? -1)) overtake(pending, item.id);
  }
  return { ...state, known, unloaded, pending, gone };
}

export function withCounts(
  state: BoardState,
  changes: readonly { id: number; voteCount: number }[],
  seq: number,
): BoardState {
  const known = new Map(state.known);
  const unloaded = new Map(state.unloaded);
  const pending = new Map(state.pending);
  for (const { id, voteCount } of changes) {
    const old = known.get(id);
    if (old !== undefined && seq > old.countSeq) {
      known.set(id, { ...old, item: { ...old.item, voteCount }, countSeq: seq });
      overtake(pending, id);
    } else if (old === undefined && seq > (unloaded.get(id)?.seq ?? -1)) {
      unloaded.delete(id);
      unloaded.set(id, { voteCount, seq });
    }
  }
  return bounded({ ...state, known, unloaded, pending });
}

/** The server's count moved while a vote is under way: it may hold that vote, so adding it again could count it twice. */
function overtake(pending: Map<number, PendingVote>, id: number): void {
  const vote = pending.get(id);
  if (vote !== undefined) pending.set(id, { ...vote, unsure: true });
}

export function withoutRow(state: BoardState, id: number, seq: number): BoardState {
  const old = state.known.get(id);
  if (old !== undefined && old.seq > seq) return state;
  const known = new Map(state.known);
  known.delete(id);
  const pending = new Map(state.pending);
  pending.delete(id);
  const gone = new Map(state.gone);
  gone.delete(id);
  gone.set(id, seq);
  return bounded({ ...state, known, pending, gone, order: state.order.filter((other) => other !== id) });
}

/** Maps keep insertion order, and facts come in by rising seq, so the first are the oldest. */
function bounded(state: BoardState): BoardState {
  let { watchedSince } = state;
  for (const facts of [state.unloaded, state.gone] as Map<number, Fact | number>[]) {
    for (const [id, fact] of facts) {
      if (facts.size <= UNLOADED_FACTS_MAX) break;
      facts.delete(id);
      watchedSince = Math.max(watchedSince, typeof fact === "number" ? fact : fact.seq);
    }
  }
  return watchedSince === state.watchedSince ? state : { ...state, watchedSince };
}
