/** Clients that come and go, also in the middle of a resume, end up with the server's board. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { RESUME_CHANGES_MAX, TOMBSTONES_PER_BOARD_MAX } from "../../src/limits.ts";
import { board, call, OPERATOR, Peer, post } from "../support/workerd.ts";
import { evict } from "./evict.ts";
import { BoardReader, LiveClient, readBoard, TextReader } from "./live-client.ts";
import { Random } from "./random.ts";

const SEEDS = 60;
const STEPS = 40;
const AT_ONCE = 6;
/** Longer than votes are held back. */
const QUIET_MS = 70;
const ITEMS_MAX = 90;
/** Seeds that failed once stay here. */
const KEPT_SEEDS: readonly number[] = [];

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** One run: four clients, random writes, drops, cuts and evictions. */
class ResumeRun {
  readonly #random: Random;
  readonly #path: string;
  readonly #stub: Awaited<ReturnType<typeof board>>["stub"];
  readonly #clients: readonly LiveClient[];
  #ids: number[] = [];
  #created = 0;

  constructor(seed: number, path: string, stub: Awaited<ReturnType<typeof board>>["stub"]) {
    this.#random = new Random(seed);
    this.#path = path;
    this.#stub = stub;
    const readers = [new TextReader(), new BoardReader(), new TextReader(), new BoardReader()];
    this.#clients = readers.map((reader) => new LiveClient(path, reader));
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step++) await this.#step();
    // Those still connected converge by what they were told.
    await this.#converge((client) => client.online);
    // All others, and these again, by what they resume.
    for (const client of this.#clients) client.drop();
    for (const client of this.#clients) await client.connect();
    await this.#converge(() => true);
    for (const client of this.#clients) client.drop();
  }

  async #step(): Promise<void> {
    const client = this.#clients[this.#random.below(this.#clients.length)];
    const drawn = this.#random.below(100);
    if (client === undefined || drawn < 45) return await this.#writes();
    if (drawn < 60) return await client.connect();
    if (drawn < 75) return await client.connect(1 + this.#random.below(5));
    if (drawn < 87) return client.drop();
    if (drawn < 93) return await pause(QUIET_MS);
    // Hibernation waits for timers; being closed does not.
    const webSockets = this.#random.chance(50) ? "close" : "hibernate";
    if (webSockets === "hibernate") await pause(QUIET_MS);
    await readBoard(this.#path);
    await evict(this.#stub, webSockets);
  }

  /** Several at once, so that frames of different kinds race. */
  async #writes(): Promise<void> {
    await Promise.all(Array.from({ length: 1 + this.#random.below(6) }, () => this.#write()));
  }

  async #write(): Promise<void> {
    const random = this.#random;
    const id = this.#ids[random.below(Math.max(1, this.#ids.length))];
    const drawn = random.below(100);
    if (id === undefined || (drawn < 20 && this.#ids.length < ITEMS_MAX)) {
      this.#created += 1;
      this.#ids = [...this.#ids, await post(this.#path, `Item ${String(this.#created)}`)];
      return;
    }
    const item = `${this.#path}/feedback/${id}`;
    const externalUserId = `person-${String(random.below(6))}`;
    const [client] = this.#clients;
    if (drawn < 60) await call("POST", `${item}/votes`, { externalUserId, weight: 1 + random.below(9) }, OPERATOR);
    else if (drawn < 65) client?.vote(random.pick(["vote", "unvote"]), id, externalUserId);
    else if (drawn < 72) await call("DELETE", `${item}/votes`, { externalUserId });
    else if (drawn < 85) await call("PATCH", item, { title: `Renamed ${String(random.below(1_000))}` }, OPERATOR);
    else if (drawn < 95) await call("PATCH", item, { isHidden: random.chance(50) }, OPERATOR);
    else await call("DELETE", item, undefined, OPERATOR);
  }

  /** `counts` is asked each time: a client may still be cut off while it waits. */
  async #converge(counts: (client: LiveClient) => boolean): Promise<void> {
    await vi.waitFor(
      async () => {
        const { view } = await readBoard(this.#path);
        for (const client of this.#clients.filter(counts)) expect(sorted(client.reader.view())).toEqual(sorted(view));
      },
      { timeout: 3_000, interval: 20 },
    );
    for (const client of this.#clients) expect(client.failed).toBeNull();
  }
}

function sorted(view: ReadonlyMap<number, unknown>): unknown[] {
  return [...view].toSorted(([a], [b]) => a - b).map(([, item]) => item);
}

async function play(seed: number): Promise<void> {
  const { path, stub } = await board();
  try {
    await new ResumeRun(seed, path, stub).run();
  } catch (thrown) {
    throw new Error(`seed ${String(seed)}`, { cause: thrown });
  }
}

describe("resume", () => {
  it(`[L1] after drops, cuts and evictions every client's state equals the server's, over ${String(SEEDS)} seeds`, async () => {
    const first = Math.trunc(Math.random() * 2 ** 31);
    console.log(`resume.test.ts: seeds ${String(first)} to ${String(first + SEEDS - 1)}`);
    const waiting = Array.from({ length: SEEDS }, (_, index) => first + index);
    const worker = async () => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) await play(seed);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  });

  it.each(KEPT_SEEDS)("[L1] seed %i, which failed once", play);

  it("[L2] cut off after any frame of a resume, a client starts over from where it was and ends equal", async () => {
    const { path } = await board();
    const away = [new LiveClient(path, new TextReader()), new LiveClient(path, new BoardReader())] as const;
    const ids = await Promise.all(Array.from({ length: 6 }, (_, index) => post(path, `Item ${String(index)}`)));
    for (const client of away) {
      await client.connect();
      client.drop();
    }
    const [edited, hidden, deleted, voted] = ids;
    await call("PATCH", `${path}/feedback/${edited}`, { title: "Edited" }, OPERATOR);
    await call("PATCH", `${path}/feedback/${hidden}`, { isHidden: true }, OPERATOR);
    await call("DELETE", `${path}/feedback/${deleted}`, undefined, OPERATOR);
    await call("POST", `${path}/feedback/${voted}/votes`, { externalUserId: "ada" });
    await post(path, "New");
    const { view } = await readBoard(path);
    // welcome, removed, updated, removed, created, votes
    for (let frames = 1; frames <= 6; frames++) {
      for (const client of away) {
        await client.connect(frames);
        await vi.waitFor(() => expect(client.online).toBe(false));
        if (frames < 6)
          expect(sorted(client.reader.view()), `after ${String(frames)} frames`).not.toEqual(sorted(view));
      }
    }
    for (const client of away) {
      expect(client.failed).toBeNull();
      expect(sorted(client.reader.view())).toEqual(sorted(view));
    }
  });

  it("[L3] a since from the future, or from before the board, is answered with resync", async () => {
    const { workspace, path } = await board();
    await post(path, "One");
    const { seq } = await readBoard(path);
    for (const since of [seq + 1, Number.MAX_SAFE_INTEGER, 0])
      expect(await answerTo(path, since)).toEqual(["welcome", "resync"]);
    expect(await answerTo(path, seq)).toEqual(["welcome"]);
    // Another board of the same name: what the client saw of the first means nothing there.
    const boards = `/api/v1/workspaces/${workspace}/boards`;
    await call("DELETE", `${boards}/ideas`, undefined, OPERATOR);
    await call("POST", boards, { slug: "ideas", name: "Ideas again" }, OPERATOR);
    expect(await answerTo(path, seq)).toEqual(["welcome", "resync"]);
    expect(await answerTo(path, (await readBoard(path)).seq)).toEqual(["welcome"]);
  });

  it("[L4] more changes than a resume may hold, or removals that are forgotten, are answered with resync", async () => {
    const { path, stub } = await board();
    await post(path, "Last");
    const { seq } = await readBoard(path);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec(
        `insert into feedback_tombstones (feedback_id, board_id, seq)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
         select 1000 + i, (select id from boards), ? + i from n`,
        TOMBSTONES_PER_BOARD_MAX,
        seq,
      );
      storage.sql.exec("update settings set seq = seq + ?", TOMBSTONES_PER_BOARD_MAX);
    });
    expect(await evict(stub, "hibernate")).toBe(true);
    const last = (await readBoard(path)).seq;
    expect(last).toBe(seq + TOMBSTONES_PER_BOARD_MAX);
    expect(await answerTo(path, last - RESUME_CHANGES_MAX)).toHaveLength(RESUME_CHANGES_MAX + 2);
    expect(await answerTo(path, last - RESUME_CHANGES_MAX - 1)).toEqual(["welcome", "resync"]);

    // One removal more than the board remembers; an hour later the oldest is forgotten.
    const id = await post(path, "Gone");
    await call("DELETE", `${path}/feedback/${id}`, undefined, OPERATOR);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * 60 * 60 * 1_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    vi.restoreAllMocks();
    await runInDurableObject(stub, (_, { storage }) => {
      const kept = storage.sql.exec("select count(*) as n, min(seq) as oldest from feedback_tombstones").one();
      const floor = storage.sql.exec("select resume_floor_seq as seq from boards").one();
      expect(kept).toEqual({ n: TOMBSTONES_PER_BOARD_MAX, oldest: seq + 2 });
      expect(floor).toEqual({ seq: seq + 1 });
    });
  });
});

/** The types of the frames that follow a hello. */
async function answerTo(path: string, since: number): Promise<string[]> {
  const peer = await Peer.open(path);
  peer.send({ type: "hello", since });
  // An answer to a frame sent later ends the wait.
  peer.send({ type: "unvote", requestId: "end", feedbackId: 999_999, externalUserId: "nobody" });
  await peer.until(({ frames }) => frames.some((frame) => frame.type === "error"));
  peer.socket.close();
  return peer.frames.map(({ type }) => type).filter((type) => type !== "error");
}
