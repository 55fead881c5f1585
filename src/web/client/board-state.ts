/**
 * What a page knows of a board, as a pure value: rows, their order, the visitor's votes, and how far the live socket has brought
 * us. No I/O, no DOM. `live.ts` feeds it, the widget and the board page draw it.
 *
 * Every fact carries the seq it is true at, so sources may arrive in any order: of two facts about a row the newer one stays.
 * `seq` is the promise behind a reconnect: nothing up to it is missing. It moves only by frames after a welcome, or by a list that
 * is read anew, and falls back when a page turns out older than what was watched.
 */
import type { DownFrame } from "../../protocol/live/down.ts";
import type { Feedback, Sort } from "../../protocol/rest/feedback.ts";
import { learnNews } from "./board-facts.ts";
import type { Facts } from "./board-facts.ts";

export type PageOfRows = {
  readonly items: readonly Feedback[];
  readonly seq: number;
  readonly nextCursor: string | null;
};

export type BoardState = Facts & {
  readonly sort: Sort;
  /** A search or a status filter is on: rows that appear live stay out. */
  readonly filtered: boolean;
  /** Nothing up to here is missing; null before the first list. */
  readonly seq: number | null;
  /** Every live fact after this one is held, so a page read at or after it can be trusted. */
  readonly watchedSince: number;
  /** The socket has to (again) say from where on it wants changes: it is new, or `seq` fell back. */
  readonly helloDue: boolean;
  /** Hellos without a welcome yet. Until the last one's, frames are used but prove nothing about what came before them. */
  readonly hellosOut: number;
  /** The server could not fill the gap: the list has to be read anew. */
  readonly resync: boolean;
  readonly online: number;
  /** Frames of a resume, labelled with the seq it began at: how new they are is known when the one that ends it arrives. */
  readonly held: readonly FeedbackFrame[];
  readonly order: readonly number[];
  /** The visitor's own new items, newest first: they stand first until the list is read again. */
  readonly fresh: readonly number[];
  readonly nextCursor: string | null;
  /** Items the socket said have come onto the board, new or shown again, and when. */
  readonly appeared: ReadonlyMap<number, number>;
  /** Weight of the visitor's settled votes. */
  readonly mine: ReadonlyMap<number, number>;
  /** When the visitor last acted on an item, by `clock`: a look-up that began before knows less. */
  readonly touched: ReadonlyMap<number, number>;
  readonly clock: number;
};

/** Where a page keeps its state. */
export type Store = { readonly get: () => BoardState; readonly set: (state: BoardState) => void };

/** What `settleVote` takes: an ack, or the REST answer. */
export type SettledVote = { readonly seq: number; readonly voteCount: number; readonly voted: boolean };
type FeedbackFrame = Extract<DownFrame, { type: "feedback" }>;
export type AppliedFrame = Exclude<DownFrame, { type: "ack" | "error" }>;

export function emptyBoard(sort: Sort = "vote_count"): BoardState {
  return {
    sort,
    filtered: false,
    seq: null,
    watchedSince: 0,
    helloDue: true,
    hellosOut: 0,
    resync: false,
    online: 0,
    facts: new Map(),
    held: [],
    order: [],
    fresh: [],
    nextCursor: null,
    appeared: new Map(),
    mine: new Map(),
    touched: new Map(),
    clock: 0,
    underway: new Map(),
  };
}

/** The rows to show, in order, with the visitor's unsettled votes in their counts. */
export function rows(state: BoardState): Feedback[] {
  return state.order.flatMap((id) => row(state, id) ?? []);
}

export function row(state: BoardState, id: number): Feedback | undefined {
  const fact = state.facts.get(id);
  if (!fact?.item) return;
  const { item, voteCount, commentCount } = fact;
  return { ...item, voteCount: Math.max(0, voteCount + shiftOf(state, id)), commentCount };
}

/** The server said that it was removed; one that was never heard of is not gone. */
export function isGone(state: BoardState, id: number): boolean {
  const fact = state.facts.get(id);
  return fact?.item === null && fact.seq >= 0;
}

/** What the shown count adds to the server's. */
function shiftOf(state: BoardState, id: number): number {
  const vote = state.underway.get(id);
  return vote === undefined || vote.unsure ? 0 : (vote.voted ? 1 : 0) - (state.mine.get(id) ?? 0);
}

export function hasVoted(state: BoardState, id: number): boolean {
  return state.underway.get(id)?.voted ?? state.mine.has(id);
}

/** A new connection: it has been told nothing yet. */
export function connected(state: BoardState): BoardState {
  return { ...state, helloDue: true, hellosOut: 0, held: [] };
}

/** A hello with `seq` goes out. */
export function greeted(state: BoardState): BoardState {
  return { ...state, helloDue: false, hellosOut: state.hellosOut + 1 };
}

export function applyFrame(state: BoardState, frame: AppliedFrame): BoardState {
  if (frame.type === "welcome") return { ...state, hellosOut: Math.max(0, state.hellosOut - 1), online: frame.online };
  if (frame.type === "resync") return { ...state, resync: true };
  const { seq } = frame;
  if (frame.type === "feedback") {
    const next = takeFeedback(state, frame, seq);
    if (seq > (state.seq ?? seq)) return reach(next, seq);
    // A resume's frames carry the seq that it began at; what is older is late, and as old as it says.
    return seq === state.seq ? { ...next, held: [...state.held, frame] } : next;
  }
  if (frame.type === "comments") return reach(learnNews(state, [frame], seq), seq);
  const resumed = state.held.reduce((next, held) => takeFeedback(next, held, seq), state);
  return reach(learnNews(resumed, frame.changes, seq), seq);
}

function takeFeedback(state: BoardState, { op, item }: FeedbackFrame, seq: number): BoardState {
  if (op === "removed") return learnNews(state, [{ id: item.id, item: null }], seq);
  const appeared = op === "created" ? new Map(state.appeared).set(item.id, seq) : state.appeared;
  return placed(withRows({ ...state, appeared }, [item], seq), item.id);
}

function withRows(state: BoardState, items: readonly Feedback[], seq: number): BoardState {
  return learnNews(
    state,
    items.map((item) => ({ id: item.id, item, voteCount: item.voteCount, commentCount: item.commentCount })),
    seq,
  );
}

/** A first page: of a new view, or the same one read anew. */
export function replaceList(
  state: BoardState,
  page: PageOfRows,
  { sort, filtered }: { readonly sort: Sort; readonly filtered: boolean } = state,
): BoardState {
  const { seq, nextCursor } = page;
  // Read anew, what was known before proves nothing, and may be from before the server's data was replaced.
  const base =
    state.seq === null || state.resync
      ? { ...state, seq, watchedSince: seq, helloDue: true, resync: false, facts: new Map(), held: [] }
      : state;
  const order = page.items.map((item) => item.id);
  return { ...learn(base, page), sort, filtered, order, nextCursor, fresh: [] };
}

/** The page after the ones shown. Rows that moved between the two reads are not shown twice. */
export function appendPage(state: BoardState, page: PageOfRows): BoardState {
  const order = new Set([...state.order, ...page.items.map((item) => item.id)]);
  return { ...learn(state, page), order: [...order], nextCursor: page.nextCursor };
}

/** Rows that are shown outside the list, such as likely duplicates: known from now on, without a place in the order. */
export function learn(state: BoardState, { items, seq }: PageOfRows): BoardState {
  const next = withRows(state, items, seq);
  // Older than what was watched, it lacks changes nobody told us: the socket has to say hello from there again.
  return state.seq !== null && seq < state.watchedSince
    ? { ...next, seq: Math.min(seq, state.seq), watchedSince: seq, helloDue: true }
    : next;
}

/** The visitor's own new item stands first, whatever the order, until the list is read again. */
export function addCreated(state: BoardState, item: Feedback, seq: number): BoardState {
  const { id } = item;
  const order = [id, ...state.order.filter((other) => other !== id)];
  return { ...withRows(state, [item], seq), order, fresh: [id, ...state.fresh] };
}

/** Brings the order up to the counts shown. Only where the client knows the server's rule; `trending` stays as read. */
export function reorder(state: BoardState): BoardState {
  if (state.sort === "trending") return state;
  const { fresh } = state;
  const rest = rows(state).filter((item) => !fresh.includes(item.id));
  const order = [...fresh, ...rest.toSorted((a, b) => compare(state.sort, a, b)).map((item) => item.id)];
  return order.every((id, index) => id === state.order[index]) ? state : { ...state, order };
}

/**
 * The outcome of a look-up that covered `ids` and began when `clock` was the state's. Items the visitor has acted on since are
 * left alone.
 */
export function takeVotes(
  state: BoardState,
  ids: readonly number[],
  votes: ReadonlyMap<number, number>,
  clock: number,
): BoardState {
  const mine = new Map(state.mine);
  for (const id of ids) {
    if ((state.touched.get(id) ?? -1) > clock || state.underway.has(id)) continue;
    const weight = votes.get(id);
    if (weight === undefined) mine.delete(id);
    else mine.set(id, weight);
  }
  return { ...state, mine };
}

/** The visitor pressed: show it at once. At most one request per item may be under way; a later press waits for its answer. */
export function beginVote(state: BoardState, id: number, requestId: string, voted: boolean): BoardState {
  const clock = state.clock + 1;
  const unsure = state.underway.get(id)?.unsure ?? false;
  const underway = new Map(state.underway).set(id, { requestId, voted, unsure });
  return { ...state, underway, clock, touched: new Map(state.touched).set(id, clock) };
}

/** The server's answer to `requestId`. Its count replaces the guess, unless a newer one is here already. */
export function settleVote(state: BoardState, id: number, requestId: string, answer: SettledVote): BoardState {
  const mine = new Map(state.mine);
  if (answer.voted) mine.set(id, mine.get(id) ?? 1);
  else mine.delete(id);
  const clock = state.clock + 1;
  const counted = learnNews(state, [{ id, voteCount: answer.voteCount }], answer.seq);
  return endVote({ ...counted, mine, clock, touched: new Map(state.touched).set(id, clock) }, id, requestId);
}

/**
 * No request of this item is under way any more: `requestId` was settled, refused by the server, or given up, and what is shown is
 * what is known. A later press on the item stays, and as it was not sent yet it is certainly not in the count.
 */
export function endVote(state: BoardState, id: number, requestId: string): BoardState {
  const vote = state.underway.get(id);
  if (vote === undefined) return state;
  const underway = new Map(state.underway);
  if (vote.requestId === requestId) underway.delete(id);
  else underway.set(id, { ...vote, unsure: false });
  return { ...state, underway };
}

function reach(state: BoardState, seq: number): BoardState {
  const next = { ...state, held: [] };
  const complete = !state.helloDue && state.hellosOut === 0 && !state.resync;
  return complete && state.seq !== null && seq > state.seq ? { ...next, seq } : next;
}

/** Gives a row that came live its place, if the pages read so far reach that far. */
function placed(state: BoardState, id: number): BoardState {
  const item = row(state, id);
  if (item === undefined || state.filtered || state.order.includes(id)) return state;
  const at = state.sort === "trending" ? -1 : rows(state).findIndex((other) => compare(state.sort, item, other) < 0);
  if (at < 0 && state.nextCursor !== null) return state;
  return { ...state, order: state.order.toSpliced(at < 0 ? state.order.length : at, 0, id) };
}

/** The server's orders, all descending with the id as the tie-break. */
function compare(sort: Sort, a: Feedback, b: Feedback): number {
  if (sort === "vote_count" && a.voteCount !== b.voteCount) return b.voteCount - a.voteCount;
  if (sort === "updated_at" && a.updatedAt !== b.updatedAt) return a.updatedAt < b.updatedAt ? 1 : -1;
  return b.id - a.id;
}
