/** The client's state: order, optimistic votes, and that whatever arrives in whatever order ends in what the server has. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Feedback } from "../../src/protocol/rest/feedback.ts";
import {
  addCreated,
  appendPage,
  applyFrame,
  beginVote,
  connected,
  emptyBoard,
  endVote,
  greeted,
  hasVoted,
  reorder,
  replaceList,
  row,
  rows,
  settleVote,
  takeVotes,
} from "../../src/web/client/board-state.ts";
import type { AppliedFrame, BoardState } from "../../src/web/client/board-state.ts";

function item(id: number, voteCount = 0): Feedback {
  return {
    id,
    board: "ideas",
    title: `Item ${String(id)}`,
    description: "",
    status: "open",
    category: null,
    voteCount,
    commentCount: 0,
    authorName: null,
    pinned: false,
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
  };
}

/** A board with a list read at `seq` and a socket that was welcomed. */
function live(items: Feedback[], seq = 10, nextCursor: string | null = null): BoardState {
  const listed = replaceList(emptyBoard(), { items, seq, nextCursor });
  return applyFrame(greeted(connected(listed)), { type: "welcome", seq, online: 1 });
}

const ids = (state: BoardState): number[] => rows(state).map(({ id }) => id);
const count = (state: BoardState, id: number): number | undefined => row(state, id)?.voteCount;

describe("an optimistic vote", () => {
  test("[C1] shows at once and settles on the server's number", () => {
    const pressed = beginVote(live([item(1, 5)]), 1, "r1", true);
    expect([count(pressed, 1), hasVoted(pressed, 1)]).toEqual([6, true]);
    const settled = settleVote(pressed, 1, "r1", { seq: 14, voteCount: 9, voted: true });
    expect([count(settled, 1), hasVoted(settled, 1), settled.underway.size]).toEqual([9, true, 0]);
  });

  test("[C2] is not counted twice when the votes frame comes before the ack", () => {
    let state = beginVote(live([item(1, 5)]), 1, "r1", true);
    state = applyFrame(state, { type: "votes", seq: 11, changes: [{ id: 1, voteCount: 6 }] });
    expect(count(state, 1)).toBe(6);
    state = settleVote(state, 1, "r1", { seq: 11, voteCount: 6, voted: true });
    expect(count(state, 1)).toBe(6);
  });

  test("[C3] an ack older than what is shown does not turn the count back", () => {
    let state = beginVote(live([item(1, 5)]), 1, "r1", true);
    state = applyFrame(state, { type: "votes", seq: 13, changes: [{ id: 1, voteCount: 8 }] });
    state = settleVote(state, 1, "r1", { seq: 11, voteCount: 6, voted: true });
    expect([count(state, 1), hasVoted(state, 1)]).toEqual([8, true]);
  });

  test("[C4] pressed and taken back before any answer: each answer leaves the guess exact", () => {
    let state = beginVote(live([item(1, 5)]), 1, "r1", true);
    state = beginVote(state, 1, "r2", false);
    expect([count(state, 1), hasVoted(state, 1)]).toEqual([5, false]);
    state = settleVote(state, 1, "r1", { seq: 11, voteCount: 6, voted: true });
    expect([count(state, 1), hasVoted(state, 1)]).toEqual([5, false]);
    state = settleVote(state, 1, "r2", { seq: 12, voteCount: 5, voted: false });
    expect([count(state, 1), hasVoted(state, 1), state.underway.size]).toEqual([5, false, 0]);
  });

  test("[C5] refused: back to what was known, weight and all", () => {
    const before = takeVotes(live([item(1, 5)]), [1], new Map([[1, 3]]), 0);
    const pressed = beginVote(before, 1, "r1", false);
    expect(count(pressed, 1)).toBe(2);
    const failed = endVote(pressed, 1, "r1");
    expect([count(failed, 1), hasVoted(failed, 1)]).toEqual([5, true]);
  });

  test("[C6] a look-up that began before the press does not undo it", () => {
    const start = live([item(1, 5), item(2, 5)]);
    let state = beginVote(start, 1, "r1", true);
    state = settleVote(state, 1, "r1", { seq: 11, voteCount: 6, voted: true });
    state = takeVotes(state, [1, 2], new Map([[2, 1]]), start.clock);
    expect([hasVoted(state, 1), hasVoted(state, 2)]).toEqual([true, true]);
  });
});

describe("order", () => {
  test("[C7] a live row takes its place by votes; beyond the pages read it has none", () => {
    let state = live([item(1, 9), item(2, 3)], 10, "next");
    state = applyFrame(state, { type: "feedback", seq: 11, op: "created", item: item(3, 5) });
    expect(ids(state)).toEqual([1, 3, 2]);
    state = applyFrame(state, { type: "feedback", seq: 12, op: "created", item: item(4, 0) });
    expect(ids(state)).toEqual([1, 3, 2]);
  });

  test("[C8] rows stay put while counts move, until reordered", () => {
    const state = applyFrame(live([item(1, 9), item(2, 8)]), {
      type: "votes",
      seq: 11,
      changes: [{ id: 2, voteCount: 10 }],
    });
    expect(ids(state)).toEqual([1, 2]);
    expect(ids(reorder(state))).toEqual([2, 1]);
  });

  test("[C9] a search takes no live rows in, and the visitor's own item stands first", () => {
    const search = replaceList(
      live([item(1, 9)]),
      { items: [item(1, 9)], seq: 10, nextCursor: null },
      { sort: "vote_count", filtered: true },
    );
    expect(ids(applyFrame(search, { type: "feedback", seq: 11, op: "created", item: item(2) }))).toEqual([1]);
    expect(ids(addCreated(live([item(1, 9)]), item(2), 11))).toEqual([2, 1]);
  });

  test("[C10] a removed row does not come back with an older page", () => {
    let state = applyFrame(live([item(1, 9), item(2, 8)], 10, "next"), {
      type: "feedback",
      seq: 12,
      op: "removed",
      item: { id: 2 },
    });
    state = appendPage(state, { items: [item(2, 8), item(3, 1)], seq: 11, nextCursor: null });
    expect(ids(state)).toEqual([1, 3]);
  });
});

describe("reach", () => {
  test("[C11] frames before the welcome, and the welcome itself, prove nothing about the gap", () => {
    let state = greeted(connected(live([item(1)], 10)));
    state = applyFrame(state, { type: "votes", seq: 20, changes: [{ id: 1, voteCount: 4 }] });
    expect([state.seq, count(state, 1)]).toEqual([10, 4]);
    state = applyFrame(state, { type: "welcome", seq: 20, online: 1 });
    expect(state.seq).toBe(10);
    expect(applyFrame(state, { type: "votes", seq: 20, changes: [] }).seq).toBe(20);
  });

  test("[C12] a page older than what was watched asks for a new hello from there", () => {
    const state = appendPage(live([item(2)], 10, "next"), { items: [item(1)], seq: 7, nextCursor: null });
    expect([state.seq, state.helloDue]).toEqual([7, true]);
  });
});

/** A server of one board, and one client's connection to it that may drop, delay and reorder REST answers against frames. */
class Model {
  seq = 0;
  counts = new Map<number, number>();
  changedAt = new Map<number, number>();
  createdAt = new Map<number, number>();
  removed = new Map<number, number>();
  mine = new Set<number>();
  state = emptyBoard();
  link: AppliedFrame[] | null = null;
  hello: { since: number; tooFar: boolean } | null = null;
  acks: (() => void)[] = [];
  unsent: { id: number; requestId: string; voted: boolean; sent: boolean }[] = [];
  presses = 0;

  change(id: number, by: number): void {
    const now = this.counts.get(id);
    if (now === undefined || now + by < 0) return;
    this.counts.set(id, now + by);
    this.stamp(id, { type: "votes", seq: 0, changes: [{ id, voteCount: now + by }] });
  }

  stamp(id: number, frame: AppliedFrame): void {
    this.seq += 1;
    this.changedAt.set(id, this.seq);
    this.link?.push({ ...frame, seq: this.seq });
  }

  create(id: number): void {
    if (this.counts.has(id) || this.removed.has(id)) return;
    this.counts.set(id, 0);
    this.createdAt.set(id, this.seq + 1);
    this.stamp(id, { type: "feedback", seq: 0, op: "created", item: item(id) });
  }

  remove(id: number): void {
    if (!this.counts.delete(id)) return;
    this.mine.delete(id);
    this.removed.set(id, this.seq + 1);
    this.stamp(id, { type: "feedback", seq: 0, op: "removed", item: { id } });
  }

  page(): { items: Feedback[]; seq: number; nextCursor: null } {
    const items = [...this.counts].map(([id, votes]) => item(id, votes));
    return {
      items: items.toSorted((a, b) => b.voteCount - a.voteCount || b.id - a.id),
      seq: this.seq,
      nextCursor: null,
    };
  }

  connect(tooFar: boolean): void {
    const since = this.state.seq;
    if (since === null || this.link !== null) return;
    this.state = greeted(connected(this.state));
    this.link = [];
    this.hello = { since, tooFar };
  }

  /** The server reads the hello; changes may have gone out over the new socket before. */
  welcome(): void {
    if (this.link === null || this.hello === null) return;
    const { since, tooFar } = this.hello;
    this.hello = null;
    this.link.push({ type: "welcome", seq: since, online: 1 });
    if (tooFar) {
      this.link.push({ type: "resync", seq: this.seq });
      return;
    }
    if (since === this.seq) return;
    // As the server does: every frame but the last is labelled with where the resume began.
    const changes: { id: number; voteCount: number }[] = [];
    for (const [id, at] of this.changedAt) {
      const voteCount = this.counts.get(id);
      if (at <= since) continue;
      if (voteCount === undefined) this.link.push({ type: "feedback", seq: since, op: "removed", item: { id } });
      else if (id % 2 === 0) changes.push({ id, voteCount });
      else this.link.push({ type: "feedback", seq: since, op: "updated", item: item(id, voteCount) });
    }
    for (const [id, at] of this.createdAt) {
      const voteCount = this.counts.get(id);
      if (at > since && voteCount !== undefined)
        this.link.push({ type: "feedback", seq: since, op: "created", item: item(id, voteCount) });
    }
    this.link.push({ type: "votes", seq: this.seq, changes });
  }

  drop(): void {
    this.link = null;
    this.hello = null;
    for (const vote of this.unsent) vote.sent = false;
  }

  press(id: number): void {
    if (row(this.state, id) === undefined || this.unsent.some((vote) => vote.id === id)) return;
    const requestId = `r${String((this.presses += 1))}`;
    const voted = !hasVoted(this.state, id);
    this.state = beginVote(this.state, id, requestId, voted);
    this.unsent.push({ id, requestId, voted, sent: false });
  }

  /** The server handles a vote; its answer comes when `acks` is drained, or never if the link drops before. */
  send(): void {
    const vote = this.unsent.find(({ sent }) => !sent);
    if (vote === undefined) return;
    const { id, requestId, voted } = vote;
    vote.sent = true;
    if (!this.counts.has(id)) {
      this.answer(vote, () => endVote(this.state, id, requestId));
      return;
    }
    if (voted !== this.mine.has(id)) {
      if (voted) this.mine.add(id);
      else this.mine.delete(id);
      this.change(id, voted ? 1 : -1);
    }
    const ack = { seq: this.seq, voteCount: this.counts.get(id) ?? 0, voted };
    this.answer(vote, () => settleVote(this.state, id, requestId, ack));
  }

  answer(vote: Model["unsent"][number], settled: () => BoardState): void {
    this.acks.push(() => {
      if (!vote.sent || !this.unsent.includes(vote)) return;
      this.state = settled();
      this.unsent = this.unsent.filter((other) => other !== vote);
    });
  }

  receive(): void {
    const frame = this.link?.shift();
    if (frame !== undefined) this.state = applyFrame(this.state, frame);
  }

  reread(): void {
    this.state = replaceList(this.state, this.page());
    this.drop();
  }

  step(kind: number, id: number): void {
    const steps = [
      () => this.change(id, 1),
      () => (this.mine.size === 0 ? this.change(id, -1) : undefined),
      () => this.create(id),
      () => (id > 6 ? this.remove(id) : undefined),
      () => this.connect(id === 1),
      () => this.welcome(),
      () => this.drop(),
      () => this.press(id),
      () => this.send(),
      () => this.acks.shift()?.(),
      () => this.receive(),
      () => this.receive(),
      () => (this.state.seq === null || this.state.resync ? this.reread() : undefined),
    ];
    steps[kind % steps.length]?.();
  }

  /** Let everything arrive. */
  finish(): void {
    for (let round = 0; round < 4; round += 1) {
      if (this.state.seq === null || this.state.resync) this.reread();
      this.connect(false);
      this.welcome();
      while (this.unsent.length > 0) {
        for (const vote of this.unsent) vote.sent = false;
        this.send();
        while (this.acks.length > 0) this.acks.shift()?.();
      }
      while ((this.link?.length ?? 0) > 0) this.receive();
    }
  }
}

const stepsOf = fc.array(fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 8 })), { maxLength: 120 });

test("[C13] whatever is dropped, resent, resynced or late, the client ends with what the server has", () => {
  fc.assert(
    fc.property(stepsOf, (steps) => {
      const model = new Model();
      for (let id = 1; id <= 4; id += 1) model.create(id);
      for (const [kind, id] of steps) model.step(kind, id);
      model.finish();
      const shown = reorder(model.state);
      expect(rows(shown).map(({ id, voteCount }) => [id, voteCount])).toEqual(
        model.page().items.map(({ id, voteCount }) => [id, voteCount]),
      );
      expect(shown.underway.size).toBe(0);
      for (const id of model.counts.keys())
        expect(hasVoted(shown, id), `vote for ${String(id)}`).toBe(model.mine.has(id));
    }),
    { numRuns: 3_000 },
  );
});

test("[C14] alone on a board, no count is ever shown above one: a vote under way is never doubled", () => {
  const alone = fc.array(fc.tuple(fc.constantFrom(4, 5, 6, 7, 7, 8, 9, 10, 12), fc.integer({ min: 1, max: 3 })), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(alone, (steps) => {
      const model = new Model();
      for (let id = 1; id <= 3; id += 1) model.create(id);
      for (const [kind, id] of steps) {
        model.step(kind, id);
        for (const { voteCount } of rows(model.state)) expect(voteCount).toBeLessThanOrEqual(1);
      }
    }),
    // Voted, and told so by a resume's frame, labelled with the old seq, before the answer.
    {
      numRuns: 3_000,
      examples: [
        [
          [
            [12, 1],
            [7, 1],
            [8, 1],
            [4, 2],
            [5, 1],
            [10, 1],
            [10, 1],
          ],
        ],
      ],
    },
  );
});

describe("comments", () => {
  const said = (state: BoardState): number | undefined => row(state, 1)?.commentCount;
  const frame = (seq: number, commentCount: number): AppliedFrame => ({ type: "comments", seq, id: 1, commentCount });
  const withComments = (commentCount: number): Feedback => ({ ...item(1, 5), commentCount });

  test("[CM26] a frame moves the count alone, and what is missing before the next resume", () => {
    const state = applyFrame(live([item(1, 5)]), frame(11, 3));
    expect([said(state), count(state, 1), state.seq]).toEqual([3, 5, 11]);
    expect(said(applyFrame(state, { type: "votes", seq: 12, changes: [{ id: 1, voteCount: 6 }] }))).toBe(3);
  });

  test("[CM26] the newest count stays, whether it came with a page, an item or a frame", () => {
    const older = applyFrame(live([item(1, 5)]), frame(14, 3));
    expect(said(appendPage(older, { items: [withComments(2)], seq: 13, nextCursor: null }))).toBe(3);
    expect(said(applyFrame(older, { type: "feedback", seq: 15, op: "updated", item: withComments(4) }))).toBe(4);
    expect(said(applyFrame(older, frame(13, 1)))).toBe(3);
  });

  test("[CM26] a count of an item that is not loaded waits for its page", () => {
    const state = applyFrame(live([item(2)], 10, "more"), frame(12, 7));
    expect(row(state, 1)).toBeUndefined();
    expect(said(appendPage(state, { items: [withComments(6)], seq: 11, nextCursor: null }))).toBe(7);
  });
});
