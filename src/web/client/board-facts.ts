/**
 * Merging facts about rows into a board's state: each carries the seq it is true at, and of two the newer stays. Facts about rows
 * that are not loaded are kept too, for the page that will bring them may be older. Order and reach are `board-state.ts`'s.
 */
import type { Feedback } from "../../protocol/rest/feedback.ts";

/**
 * What is known of a row: its fields and the seq they are from (-1: never seen; null with a seq: removed then), its counts and the
 * seqs those are from. A `votes` frame moves only the one, a `comments` frame the other.
 */
export type Fact = {
  readonly item: Feedback | null;
  readonly seq: number;
  readonly voteCount: number;
  readonly countSeq: number;
  readonly commentCount: number;
  readonly commentSeq: number;
};
/**
 * A vote the server has not answered. `unsure`: a count arrived meanwhile that may hold it already, so adding it again could count
 * it twice; the server's number is shown as it is until the answer comes.
 */
export type PendingVote = { readonly requestId: string; readonly voted: boolean; readonly unsure: boolean };

/** News of one row: its fields (null: it is gone), its counts. */
export type News = {
  readonly id: number;
  readonly voteCount?: number;
  readonly commentCount?: number;
  readonly item?: Feedback | null;
};

/** The part of a board's state that this file merges. */
export type Facts = {
  readonly facts: ReadonlyMap<number, Fact>;
  readonly underway: ReadonlyMap<number, PendingVote>;
};

const UNKNOWN: Fact = { item: null, seq: -1, voteCount: 0, countSeq: -1, commentCount: 0, commentSeq: -1 };

export function learnNews<State extends Facts>(state: State, news: readonly News[], seq: number): State {
  const facts = new Map(state.facts);
  const underway = new Map(state.underway);
  for (const { id, voteCount, commentCount, item } of news) {
    let fact = facts.get(id) ?? UNKNOWN;
    if (item !== undefined && seq >= fact.seq) fact = { ...fact, item, seq };
    if (voteCount !== undefined && seq >= fact.countSeq) {
      const vote = underway.get(id);
      // Also a count of the same seq: the frames of a resume carry the one that it began at, and are newer.
      if (vote !== undefined) underway.set(id, { ...vote, unsure: true });
      fact = { ...fact, voteCount, countSeq: seq };
    }
    if (commentCount !== undefined && seq >= fact.commentSeq) fact = { ...fact, commentCount, commentSeq: seq };
    facts.set(id, fact);
  }
  return { ...state, facts, underway };
}
