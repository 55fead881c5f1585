/**
 * What a crash test's writers asked for and were told, and how it compares with what a server has afterwards. Every person acts on an item in a fixed order and nothing is asked twice, so a
 * write that was lost cannot be made good by a later one.
 */
export type Item = { readonly id: number; readonly title: string; readonly voteCount: number };

/** What the server has, read over its public API. */
export type Found = {
  readonly items: readonly Item[];
  readonly board: { readonly feedbackCount: number; readonly voteCount: number };
  /** Ids of the items that each person has voted for. */
  readonly votes: ReadonlyMap<string, ReadonlySet<number>>;
};

export type Findings = {
  readonly acknowledged: number;
  /** Asked for, never answered: may stand or not. */
  readonly unanswered: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** There though nobody asked for it. */
  readonly invented: readonly string[];
  readonly miscounted: readonly string[];
};

/** `acknowledged`: what the server last said yes to; `asked`: what it has not answered. Null: nothing. */
type Vote = { readonly person: string; readonly item: number; acknowledged: boolean | null; asked: boolean | null };

export class Ledger {
  readonly #votes = new Map<string, Vote>();
  /** By title; null until the server said which id it has. */
  readonly #posts = new Map<string, number | null>();
  #acknowledged = 0;

  /** Before the request: the person wants to have voted, or not. Returns what to call with the answer. */
  vote(person: string, item: number, voted: boolean): () => void {
    const key = `${person} ${String(item)}`;
    const vote = this.#votes.get(key) ?? { person, item, acknowledged: null, asked: null };
    vote.asked = voted;
    this.#votes.set(key, vote);
    return () => {
      vote.acknowledged = voted;
      vote.asked = null;
      this.#acknowledged += 1;
    };
  }

  post(title: string): (id: number) => void {
    this.#posts.set(title, null);
    return (id) => {
      this.#posts.set(title, id);
      this.#acknowledged += 1;
    };
  }

  people(): string[] {
    return [...new Set(Array.from(this.#votes.values(), ({ person }) => person))];
  }

  compare(found: Found): Findings {
    const lost: string[] = [];
    const invented: string[] = [];
    let unanswered = 0;
    for (const [key, { person, item, acknowledged, asked }] of this.#votes) {
      const present = found.votes.get(person)?.has(item) === true;
      if (asked !== null) unanswered += 1;
      if (acknowledged !== null && present !== acknowledged && present !== asked) lost.push(key);
    }
    for (const [person, items] of found.votes) {
      for (const item of items)
        if (!this.#votes.has(`${person} ${String(item)}`)) invented.push(`${person} ${String(item)}`);
    }
    const byTitle = Map.groupBy(found.items, ({ title }) => title);
    for (const [title, id] of this.#posts) {
      if (id === null) unanswered += 1;
      else if (byTitle.get(title)?.some((item) => item.id === id) !== true) lost.push(title);
    }
    return {
      acknowledged: this.#acknowledged,
      unanswered,
      lost,
      invented: [...invented, ...[...byTitle.keys()].filter((title) => !this.#posts.has(title))],
      doubled: [...byTitle].filter(([, items]) => items.length > 1).map(([title]) => title),
      miscounted: miscounts(found),
    };
  }
}

/** Every counter against what it counts. */
function miscounts({ items, board, votes }: Found): string[] {
  const counted = new Map<number, number>();
  for (const voted of votes.values()) for (const id of voted) counted.set(id, (counted.get(id) ?? 0) + 1);
  const wrong = items
    .filter(({ id, voteCount }) => voteCount !== (counted.get(id) ?? 0))
    .map(({ id, voteCount }) => `item ${String(id)} says ${String(voteCount)}, has ${String(counted.get(id) ?? 0)}`);
  const voteCount = items.reduce((sum, item) => sum + item.voteCount, 0);
  if (board.feedbackCount !== items.length)
    wrong.push(`board says ${String(board.feedbackCount)} items, has ${String(items.length)}`);
  if (board.voteCount !== voteCount)
    wrong.push(`board says ${String(board.voteCount)} votes, has ${String(voteCount)}`);
  return wrong;
}
