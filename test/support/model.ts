/**
 * A workspace as plain data: what its boards, items and votes must be after a sequence of commands, and what the lists must answer. Written from the contract, shares no
 * code with the objects. Knows nothing of seqs, sockets or storage; time is told to it. The roadmap's model is model-roadmap.ts.
 */
import type { Feedback, ModerationState, Sort, Status } from "../../src/protocol/rest/feedback.ts";

/** Of `sort=trending`: every vote's weight halves each week, and a new post counts as one vote. */
const HALF_LIFE_MS = 7 * 24 * 60 * 60 * 1_000;

export type VoteModel = { readonly weight: number; readonly votedAt: number };

export type CommentModel = {
  readonly id: number;
  readonly parentId: number | null;
  readonly isInternal: boolean;
  moderationState: ModerationState;
  isDeleted: boolean;
};

export type ItemModel = {
  readonly id: number;
  readonly board: string;
  title: string;
  description: string;
  category: string | null;
  status: Status;
  pinned: boolean;
  moderationState: ModerationState;
  isHidden: boolean;
  readonly createdAt: number;
  updatedAt: number;
  /** By person: what they cast on this very item. */
  readonly votes: Map<string, VoteModel>;
  /** Who took their vote back while a merged item carried one for them. */
  readonly refused: Set<string>;
  /** What was merged into it directly. */
  readonly merged: ItemModel[];
  mergedInto: number | null;
  readonly comments: Map<number, CommentModel>;
};

export type Draft = { readonly title: string; readonly description?: string; readonly category?: string };
export type Changes = Partial<
  Pick<ItemModel, "title" | "description" | "category" | "status" | "pinned" | "moderationState" | "isHidden">
>;
export type Filter = { readonly status?: Status; readonly category?: string; readonly q?: string };

export class WorkspaceModel {
  readonly boards = new Set<string>();
  readonly items = new Map<number, ItemModel>();

  create(board: string, id: number, draft: Draft, now: number): ItemModel {
    const item: ItemModel = {
      id,
      board,
      title: draft.title,
      description: draft.description ?? "",
      category: draft.category ?? null,
      status: "open",
      pinned: false,
      moderationState: "approved",
      isHidden: false,
      createdAt: now,
      updatedAt: now,
      votes: new Map(),
      refused: new Set(),
      merged: [],
      mergedInto: null,
      comments: new Map(),
    };
    this.items.set(id, item);
    return item;
  }

  /** A change that changes nothing leaves `updatedAt` alone. */
  edit(item: ItemModel, changes: Changes, now: number): void {
    const before = JSON.stringify(item);
    Object.assign(item, changes);
    if (JSON.stringify(item) !== before) item.updatedAt = now;
  }

  /** Never a toggle; a repeated vote keeps its time, and its weight unless a new one is given. */
  vote(item: ItemModel, person: string, weight: number | null, now: number): void {
    const known = item.votes.get(person);
    item.refused.delete(person);
    item.votes.set(person, { weight: weight ?? known?.weight ?? 1, votedAt: known?.votedAt ?? now });
  }

  /** Also what is carried for them, as long as it is. */
  unvote(item: ItemModel, person: string): void {
    item.votes.delete(person);
    if (carriedTo(item, person) !== null) item.refused.add(person);
  }

  merge(source: ItemModel, target: ItemModel): void {
    source.mergedInto = target.id;
    target.merged.push(source);
  }

  unmerge(source: ItemModel): void {
    const target = source.mergedInto === null ? undefined : this.items.get(source.mergedInto);
    source.mergedInto = null;
    target?.merged.splice(target.merged.indexOf(source), 1);
    // Of what is carried no more nobody keeps in mind that it was refused.
    for (const item of this.items.values()) {
      for (const person of item.refused) if (carriedTo(item, person) === null) item.refused.delete(person);
    }
  }

  /** It leaves what it was merged into, and what was merged into it comes back. */
  remove(item: ItemModel): void {
    this.unmerge(item);
    for (const merged of item.merged.slice()) this.unmerge(merged);
    this.items.delete(item.id);
  }

  removeBoard(board: string): void {
    this.boards.delete(board);
    for (const item of this.on(board)) this.items.delete(item.id);
  }

  on(board: string): ItemModel[] {
    return [...this.items.values()].filter((item) => item.board === board);
  }

  /** What the public sees, in order. */
  list(board: string, sort: Sort, filter: Filter = {}): ItemModel[] {
    const found = this.on(board).filter(
      (item) =>
        isVisible(item) &&
        (filter.status === undefined || item.status === filter.status) &&
        (filter.category === undefined || item.category === filter.category) &&
        (filter.q === undefined || matches(item, filter.q)),
    );
    return found.toSorted((a, b) => sortValue(b, sort) - sortValue(a, sort) || b.id - a.id);
  }

  totals(board: string): { feedbackCount: number; voteCount: number } {
    const seen = this.on(board).filter(isVisible);
    return { feedbackCount: seen.length, voteCount: seen.reduce((sum, item) => sum + voteCount(item), 0) };
  }
}

export function isVisible(item: ItemModel): boolean {
  return item.moderationState === "approved" && !item.isHidden && item.mergedInto === null;
}

/** The votes that count for it, by person: their own, or what merged items carry for them, whichever is higher; dated by their own, or by the first that is carried. */
export function countedVotes(item: ItemModel): Map<string, VoteModel> {
  const people = new Set([...item.votes.keys(), ...item.merged.flatMap((merged) => [...countedVotes(merged).keys()])]);
  const counted = new Map<string, VoteModel>();
  for (const person of people) {
    const own = item.votes.get(person) ?? null;
    const carried = carriedTo(item, person);
    if (own !== null) counted.set(person, { ...own, weight: Math.max(own.weight, carried?.weight ?? 0) });
    else if (carried !== null && !item.refused.has(person)) counted.set(person, carried);
  }
  return counted;
}

function carriedTo(item: ItemModel, person: string): VoteModel | null {
  const votes = item.merged.flatMap((merged) => countedVotes(merged).get(person) ?? []);
  if (votes.length === 0) return null;
  const weight = Math.max(...votes.map((vote) => vote.weight));
  return { weight, votedAt: Math.min(...votes.map((vote) => vote.votedAt)) };
}

export function voteCount(item: ItemModel): number {
  return [...countedVotes(item).values()].reduce((sum, vote) => sum + vote.weight, 0);
}

/** What the public sees of them. */
export function commentCount(item: ItemModel): number {
  return [...item.comments.values()].filter(isPublic).length;
}

function isPublic({ isInternal, isDeleted, moderationState }: CommentModel): boolean {
  return !isInternal && !isDeleted && moderationState === "approved";
}

export function trendingOf(createdAt: number, votes: Iterable<VoteModel>): number {
  const age = (at: number) => 2 ** ((at - createdAt) / HALF_LIFE_MS);
  let sum = 1;
  for (const { weight, votedAt } of votes) sum += weight * age(votedAt);
  return (createdAt - Date.UTC(2020, 0, 1)) / HALF_LIFE_MS + Math.log2(sum);
}

export function sortValue(item: ItemModel, sort: Sort): number {
  switch (sort) {
    case "vote_count":
      return voteCount(item);
    case "created_at":
      return item.createdAt;
    case "updated_at":
      return item.updatedAt;
    case "trending":
      return trendingOf(item.createdAt, countedVotes(item).values());
  }
}

/** The item as the public reads it. */
export function presented(item: ItemModel): Feedback {
  const { id, board, title, description, status, category, pinned } = item;
  return {
    id,
    board,
    title,
    description,
    status,
    category,
    voteCount: voteCount(item),
    commentCount: commentCount(item),
    authorName: null,
    pinned,
    createdAt: new Date(item.createdAt).toISOString(),
    updatedAt: new Date(item.updatedAt).toISOString(),
  };
}

/** Every word of the query begins a word of the item; case and accents do not count. */
function matches(item: ItemModel, q: string): boolean {
  const words = wordsOf(`${item.title} ${item.description}`);
  return wordsOf(q).every((term) => words.some((word) => word.startsWith(term)));
}

function wordsOf(text: string): string[] {
  const folded = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}
