/** When frames leave, and that nothing keeps the object awake: conflation, heartbeats, hibernation. Ids are those of test/SPEC.md. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { VOTES_FRAME_INTERVAL_MS } from "../../src/limits.ts";
import type { DownFrame } from "../../src/protocol/live/down.ts";
import { board, call, OPERATOR, Peer, post, upgrade } from "../support/workerd.ts";

type Votes = Extract<DownFrame, { type: "votes" }>;
/** Timers may fire this much early by the clock that measures them. */
const TIMER_SLACK_MS = 5;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const vote = (path: string, id: number, person: string) =>
  call("POST", `${path}/feedback/${id}/votes`, { externalUserId: person });

async function greeted(path: string): Promise<Peer> {
  const peer = await Peer.open(path);
  peer.send({ type: "hello", since: null });
  await peer.until(({ frames }) => frames.length > 0);
  return peer;
}

function votesOf(peer: Peer): Votes[] {
  return peer.frames.filter((frame) => frame.type === "votes");
}

afterEach(() => vi.restoreAllMocks());

describe("conflation", () => {
  it("[L14] a burst of 100 votes becomes few frames, 50 ms apart, each with the newest count only", async () => {
    const { path, stub } = await board();
    const ids = [await post(path, "One"), await post(path, "Two")] as const;
    const peer = await greeted(path);
    // The time of sending is what counts, so it is taken where the frames leave.
    const sentAt: number[] = [];
    await runInDurableObject(stub, (_, ctx) => {
      for (const socket of ctx.getWebSockets()) {
        const send = socket.send.bind(socket);
        vi.spyOn(socket, "send").mockImplementation((text) => {
          if (String(text).includes('"votes"')) sentAt.push(Date.now());
          send(text);
        });
      }
    });
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => vote(path, ids[n % 2 === 0 ? 0 : 1], `person-${String(n)}`)),
    );
    const newest = () =>
      new Map(votesOf(peer).flatMap(({ changes }) => changes.map(({ id, voteCount }) => [id, voteCount])));
    await peer.until(() => newest().get(ids[0]) === 50 && newest().get(ids[1]) === 50);
    const frames = votesOf(peer);
    expect(sentAt).toHaveLength(frames.length);
    for (const [index, at] of sentAt.slice(1).entries()) {
      expect(at - (sentAt[index] ?? 0)).toBeGreaterThanOrEqual(VOTES_FRAME_INTERVAL_MS - TIMER_SLACK_MS);
    }
    expect(frames.length).toBeLessThan(50);
    for (const { changes } of frames) expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length);
    const seqs = frames.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    const { headers } = await call("GET", `${path}/feedback`);
    expect(seqs.at(-1)).toBe(Number(headers.get("x-seq")));
  });

  it("[L15] a lone vote on a quiet board leaves at once, with no timer", async () => {
    const { path } = await board();
    const id = await post(path, "One");
    const peer = await greeted(path);
    await pause(2 * VOTES_FRAME_INTERVAL_MS);
    const timers = vi.spyOn(globalThis, "setTimeout");
    await vote(path, id, "ada");
    const delays = timers.mock.calls.map(([, ms]) => ms);
    timers.mockRestore();
    await peer.until(() => votesOf(peer).length === 1);
    expect(votesOf(peer)).toMatchObject([{ changes: [{ id, voteCount: 1 }] }]);
    expect(delays.filter((ms) => ms !== undefined && ms > 1 && ms <= VOTES_FRAME_INTERVAL_MS)).toEqual([]);
  });

  it("[L16] a change to an item is never overtaken by older votes, nor overtakes them", async () => {
    const { path } = await board();
    const id = await post(path, "One");
    const peer = await greeted(path);
    await vote(path, id, "ada");
    await vote(path, id, "bob");
    await call("PATCH", `${path}/feedback/${id}`, { title: "Renamed" }, OPERATOR);
    await vote(path, id, "cleo");
    await peer.until(({ frames }) => frames.length === 5);
    expect(peer.frames.slice(1)).toMatchObject([
      { type: "votes", changes: [{ voteCount: 1 }] },
      { type: "votes", changes: [{ voteCount: 2 }] },
      { type: "feedback", op: "updated", item: { title: "Renamed", voteCount: 2 } },
      { type: "votes", changes: [{ voteCount: 3 }] },
    ]);
    const seqs = peer.frames.map((frame) => (frame.type === "error" ? 0 : frame.seq));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });
});

describe("hibernation", () => {
  it("[L17] ping is answered with pong by the runtime: the object does not wake", async () => {
    const { path, stub } = await board();
    const { webSocket: socket } = await upgrade(path);
    if (socket === null) return expect.fail("no socket");
    const answers: unknown[] = [];
    socket.addEventListener("message", ({ data }) => {
      answers.push(data);
    });
    socket.accept();
    socket.send("ping");
    await expect.poll(() => answers).toEqual(["pong"]);
    await evictDurableObject(stub);
    socket.send("ping");
    await expect.poll(() => answers).toEqual(["pong", "pong"]);
    // Only what runs can be evicted.
    await expect(evictDurableObject(stub)).rejects.toThrow();
    socket.send(JSON.stringify({ type: "hello", since: null }));
    await expect.poll(() => answers).toHaveLength(3);
    await evictDurableObject(stub);
    socket.close();
  });

  it("[L18] once all was told, no timer is left that would keep the object awake", async () => {
    const { path } = await board();
    const id = await post(path, "One");
    const peers = [await greeted(path), await greeted(path)] as const;
    const open = new Set<unknown>();
    let started = 0;
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    // Only the object's timers are shorter than votes are held back; the test's own poll is not.
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms?: number) => {
      const timer = set(() => {
        open.delete(timer);
        run();
      }, ms);
      open.add(timer);
      started += 1;
      return timer;
    }) as typeof setTimeout);
    vi.spyOn(globalThis, "clearTimeout").mockImplementation((timer) => {
      open.delete(timer);
      clear(timer);
    });
    const intervals = vi.spyOn(globalThis, "setInterval");
    await Promise.all(Array.from({ length: 30 }, (_, n) => vote(path, id, `person-${String(n)}`)));
    expect(started, "the burst was conflated by timers").toBeGreaterThan(0);
    await new Promise((resolve) => set(resolve, 3 * VOTES_FRAME_INTERVAL_MS));
    expect(open.size).toBe(0);
    expect(intervals).not.toHaveBeenCalled();
    for (const peer of peers) expect(votesOf(peer).at(-1)?.changes).toEqual([{ id, voteCount: 30 }]);
  });

  it("[L19] sockets survive a hibernation: they still receive, vote, are counted, and are known by person", async () => {
    const { path, stub } = await board();
    const id = await post(path, "One");
    const ada = await Peer.open(path, "?externalUserId=ada");
    ada.send({ type: "hello", since: null });
    const bob = await greeted(path);
    await ada.until(({ frames }) => frames.length === 1);
    await evictDurableObject(stub);
    await post(path, "Two");
    for (const peer of [ada, bob]) {
      await peer.until(({ frames }) => frames.length === 2);
      expect(peer.frames[1]).toMatchObject({ type: "feedback", op: "created", item: { title: "Two" } });
    }
    await evictDurableObject(stub);
    ada.send({ type: "vote", requestId: "1", feedbackId: id });
    await ada.until(({ frames }) => frames.some(({ type }) => type === "ack"));
    await bob.until(() => votesOf(bob).length === 1);
    expect((await call("GET", `${path}/votes?ids=${id}&externalUserId=ada`)).body).toEqual({ [id]: 1 });
    await evictDurableObject(stub);
    const late = await greeted(path);
    expect(late.frames[0]).toMatchObject({ type: "welcome", online: 3 });
    bob.socket.close();
    late.socket.close();
    await expect
      .poll(async () => {
        const next = await greeted(path);
        next.socket.close();
        return next.frames[0];
      })
      .toMatchObject({ online: 2 });
    expect([ada.closed]).toEqual([null]);
  });

  it("[L20] an ack and a votes frame leave only when the vote is committed", async () => {
    const { path, stub } = await board();
    const id = await post(path, "One");
    const peer = await Peer.open(path, "?externalUserId=ada");
    peer.send({ type: "hello", since: null });
    await peer.until(({ frames }) => frames.length === 1);
    const sent: { text: string; inTransaction: boolean; committed: number }[] = [];
    await runInDurableObject(stub, (_, ctx) => {
      const { storage } = ctx;
      let depth = 0;
      let committed = 0;
      const transact = storage.transactionSync.bind(storage);
      vi.spyOn(storage, "transactionSync").mockImplementation((closure) => {
        depth += 1;
        try {
          const result = transact(closure);
          committed += 1;
          return result;
        } finally {
          depth -= 1;
        }
      });
      for (const socket of ctx.getWebSockets()) {
        const send = socket.send.bind(socket);
        vi.spyOn(socket, "send").mockImplementation((text) => {
          sent.push({ text: String(text), inTransaction: depth > 0, committed });
          send(text);
        });
      }
    });
    peer.send({ type: "vote", requestId: "1", feedbackId: id });
    await peer.until(({ frames }) => frames.length === 3);
    expect(sent).toMatchObject([
      { text: expect.stringContaining('"votes"'), inTransaction: false, committed: 1 },
      { text: expect.stringContaining('"ack"'), inTransaction: false, committed: 1 },
    ]);
  });
});
