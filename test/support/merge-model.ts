/**
 * Votes and merges as plain data: what each person cast on each item, and which item is part of which. What counts where follows by walking the tree, each time anew. Written from docs/merging.md; shares
 * no code with the objects.
 */
export type CastModel = { readonly weight: number; readonly at: number };

export type MergeItem = {
  readonly id: number;
  readonly board: string;
  isHidden: boolean;
  isApproved: boolean;
  into: number | null;
  /** By person. `back`: they took it back while something was carried for them. */
  readonly own: Map<string, CastModel | "back">;
};

export class MergeModel {
  readonly items = new Map<number, MergeItem>();

  below(id: number): MergeItem[] {
    return [...this.items.values()].filter(({ into }) => into === id);
  }

  isShown(item: MergeItem): boolean {
    return item.isApproved && !item.isHidden && item.into === null;
  }

  root(item: MergeItem): MergeItem {
    const next = item.into === null ? undefined : this.items.get(item.into);
    return next === undefined ? item : this.root(next);
  }

  /** What merged items bring for each person: the highest weight, the first time. */
  carried(id: number): Map<string, CastModel> {
    const all = new Map<string, CastModel>();
    for (const merged of this.below(id)) {
      for (const [person, vote] of this.votes(merged)) {
        const known = all.get(person);
        all.set(person, {
          weight: Math.max(vote.weight, known?.weight ?? 0),
          at: Math.min(vote.at, known?.at ?? vote.at),
        });
      }
    }
    return all;
  }

  /** What counts, by person. */
  votes(item: MergeItem): Map<string, CastModel> {
    const all = this.carried(item.id);
    for (const [person, own] of item.own) {
      if (own === "back") all.delete(person);
      else all.set(person, { weight: Math.max(own.weight, all.get(person)?.weight ?? 0), at: own.at });
    }
    return all;
  }

  count(item: MergeItem): number {
    return [...this.votes(item).values()].reduce((sum, { weight }) => sum + weight, 0);
  }

  vote(item: MergeItem, person: string, weight: number | null, now: number): void {
    const own = item.own.get(person);
    const known = own === "back" ? undefined : own;
    item.own.set(person, { weight: weight ?? known?.weight ?? 1, at: known?.at ?? now });
  }

  unvote(item: MergeItem, person: string): void {
    if (!this.votes(item).has(person)) return;
    if (this.carried(item.id).has(person)) item.own.set(person, "back");
    else item.own.delete(person);
  }

  /** How many steps end in the item. */
  depth(id: number): number {
    return Math.max(0, ...this.below(id).map((merged) => 1 + this.depth(merged.id)));
  }

  place(item: MergeItem, into: number | null): void {
    item.into = into;
    this.#forget();
  }

  remove(id: number): void {
    for (const merged of this.below(id)) merged.into = null;
    this.items.delete(id);
    this.#forget();
  }

  /** Who took a vote back took back what was carried: once nothing is, nothing is remembered of it. */
  #forget(): void {
    // From the leaves up: what is remembered below decides what is carried above.
    for (const item of [...this.items.values()].toSorted((a, b) => this.depth(a.id) - this.depth(b.id))) {
      const carried = this.carried(item.id);
      for (const [person, own] of item.own) if (own === "back" && !carried.has(person)) item.own.delete(person);
    }
  }
}
