/** Runs drawn commands on a real workspace and on the model side by side; every answer must be the model's. What the rows say afterwards is recount.ts's. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { SORTS } from "../../src/protocol/rest/feedback.ts";
import {
  countedVotes,
  type Filter,
  isVisible,
  type ItemModel,
  presented,
  sortValue,
  voteCount,
  WorkspaceModel,
} from "../support/model.ts";
import { call, OPERATOR, Peer, uniqueSlug } from "../support/workerd.ts";
import type { Clock } from "./clock.ts";
import { CurationRun } from "./curation-run.ts";
import { evict } from "./evict.ts";
import { BOARDS, CATEGORIES, type Command, PEOPLE } from "./commands.ts";

/** Fewer than a socket may send in a second, for the clock may stand still. */
const MESSAGES_PER_PEER = 10;
/** One command in so many names an item that may be gone. */
const WILD = 5;
const TRENDING_TOLERANCE = 1e-6;
const NO_ITEM: Pick<ItemModel, "id" | "board"> = { id: 999_999, board: BOARDS[0] };

type Vote = Extract<Command, { kind: "vote" | "unvote" }>;
type Answer = {
  readonly status: number;
  readonly voteCount?: number;
  readonly voted?: boolean;
  readonly code?: string;
};

export class ModelRun {
  readonly workspace = uniqueSlug();
  readonly model = new WorkspaceModel();
  readonly stub = env.WORKSPACE.getByName(this.workspace);
  readonly #clock: Clock;
  readonly #ids: number[] = [];
  readonly #curation: CurationRun;
  readonly #peers = new Map<string, { peer: Peer; sent: number }>();
  #requests = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    const named = (at: number) => this.#named(at);
    this.#curation = new CurationRun(this.workspace, this.model, clock, named);
  }

  async run(commands: readonly Command[]): Promise<void> {
    await this.#call("POST", "/api/v1/workspaces", { slug: this.workspace, name: "Model" }, 201);
    await this.#curation.begin();
    for (const command of commands) {
      this.#clock.advance(command.afterMs);
      await this.#step(command);
    }
    for (const { peer } of this.#peers.values()) peer.socket.close();
  }

  /** Whatever can be read equals the model. */
  async check(): Promise<void> {
    const known = await this.#call("GET", `/api/v1/workspaces/${this.workspace}/boards`, undefined, 200);
    const totals = [...this.model.boards].map((slug) => ({ slug, ...this.model.totals(slug) }));
    expect(known.toSorted((a: { slug: string }, b: { slug: string }) => (a.slug < b.slug ? -1 : 1))).toMatchObject(
      totals.toSorted((a, b) => (a.slug < b.slug ? -1 : 1)),
    );
    for (const board of this.model.boards) {
      for (const sort of SORTS) {
        for (const filter of this.#filters(board)) await this.#checkList(board, sort, filter, 100);
      }
      await this.#checkVotes(board);
    }
    await this.#curation.check();
  }

  #filters(board: string): Filter[] {
    const statuses = [...new Set(this.model.on(board).map((item) => item.status))];
    return [
      {},
      { status: "closed" },
      ...statuses.map((status) => ({ status })),
      ...CATEGORIES.map((category) => ({ category })),
      ...statuses.flatMap((status) => CATEGORIES.map((category) => ({ status, category }))),
      { q: "dark" },
      ...statuses.map((status) => ({ status, q: "expor" })),
    ];
  }

  async #checkVotes(board: string): Promise<void> {
    const items = this.model.on(board);
    const ids = [NO_ITEM.id, ...items.map((item) => item.id)].slice(-100).join();
    for (const person of PEOPLE) {
      // Of what the public does not see, a look-up says nothing.
      const expected = items.flatMap((item) => {
        const vote = isVisible(item) ? countedVotes(item).get(person) : undefined;
        return vote === undefined ? [] : [[String(item.id), vote.weight] as const];
      });
      const path = `${this.#path(board)}/votes?ids=${ids}&externalUserId=${encodeURIComponent(person)}`;
      expect(await this.#call("GET", path, undefined, 200)).toEqual(Object.fromEntries(expected));
    }
  }

  async #step(command: Command): Promise<void> {
    switch (command.kind) {
      case "create":
        return await this.#create(command);
      case "edit":
        return await this.#edit(command);
      case "delete":
        return await this.#delete(command);
      case "vote":
      case "unvote":
        return await this.#vote(command);
      case "list":
        return await this.#checkList(command.board, command.sort, command.filter, command.limit);
      case "board-create": {
        const taken = this.model.boards.has(command.board);
        const body = { slug: command.board, name: command.board };
        await this.#call("POST", `/api/v1/workspaces/${this.workspace}/boards`, body, taken ? 409 : 201);
        this.model.boards.add(command.board);
        return;
      }
      case "board-delete": {
        const path = `/api/v1/workspaces/${this.workspace}/boards/${command.board}`;
        await this.#call("DELETE", path, undefined, this.model.boards.has(command.board) ? 204 : 404);
        this.model.removeBoard(command.board);
        this.#curation.boardRemoved();
        this.#peers.delete(command.board);
        return;
      }
      case "comment":
      case "comment-delete":
      case "moderate":
      case "moderate-comment":
      case "merge":
      case "unmerge":
      case "plan":
      case "unplan":
        return await this.#curation.step(command);
      case "evict":
        // It must be running to be evicted.
        await this.#call("GET", `/api/v1/workspaces/${this.workspace}`, undefined, 200);
        await evict(this.stub, command.webSockets);
        if (command.webSockets === "close") this.#peers.clear();
        return;
      case "alarm":
        await runDurableObjectAlarm(this.stub);
    }
  }

  async #create({ board, draft, author }: Extract<Command, { kind: "create" }>): Promise<void> {
    // The first post to an unknown board creates it.
    this.model.boards.add(board);
    const body = author === null ? draft : { ...draft, externalUserId: author };
    const item = await this.#call("POST", `${this.#path(board)}/feedback`, body, 201);
    expect(this.#ids).not.toContain(item.id);
    this.#ids.push(item.id);
    expect(item).toEqual(presented(this.model.create(board, item.id, draft, this.#clock.now)));
  }

  async #edit({ at, changes }: Extract<Command, { kind: "edit" }>): Promise<void> {
    const { id, board, item } = this.#named(at);
    const answer = await this.#call("PATCH", `${this.#path(board)}/feedback/${id}`, changes, item === null ? 404 : 200);
    if (item === null) return;
    this.model.edit(item, changes, this.#clock.now);
    const { moderationState, isHidden, mergedInto, merged } = item;
    const inside = { authorEmail: null, moderationState, isHidden, mergedInto, mergedCount: merged.length };
    expect(answer).toEqual({ ...presented(item), ...inside });
  }

  async #delete({ at }: Extract<Command, { kind: "delete" }>): Promise<void> {
    const { id, board, item } = this.#named(at);
    await this.#call("DELETE", `${this.#path(board)}/feedback/${id}`, undefined, item === null ? 404 : 204);
    if (item !== null) this.#curation.removed(item);
  }

  async #vote(command: Vote): Promise<void> {
    const { id, board, item } = this.#named(command.at);
    const seen = item !== null && isVisible(item) ? item : null;
    const first = seen !== null && command.kind === "vote" && !countedVotes(seen).has(command.person);
    for (const repeated of command.kind === "vote" && command.twice ? [false, true] : [false]) {
      const answer = await (command.over === "rest"
        ? this.#voteByRest(command, id, board)
        : this.#voteBySocket(command, id, board));
      if (
        seen === null &&
        item !== null &&
        this.#curation.isSentOn(item, command.over === "rest" && command.kind === "vote" && command.weight !== null)
      ) {
        expect(answer).toEqual({ status: command.over === "rest" ? 409 : 404, code: "FEEDBACK_MERGED" });
        continue;
      }
      if (seen === null) {
        expect(answer).toEqual({
          status: 404,
          code: this.model.boards.has(board) ? "FEEDBACK_NOT_FOUND" : "BOARD_NOT_FOUND",
        });
        continue;
      }
      if (command.kind === "vote") this.model.vote(seen, command.person, command.weight, this.#clock.now);
      else this.model.unvote(seen, command.person);
      const status = command.over === "rest" && first && !repeated ? 201 : 200;
      expect(answer).toEqual({ status, voteCount: voteCount(seen), voted: command.kind === "vote" });
    }
  }

  async #voteByRest(command: Vote, id: number, board: string): Promise<Answer> {
    const weight = command.kind === "vote" && command.weight !== null ? { weight: command.weight } : {};
    const method = command.kind === "vote" ? "POST" : "DELETE";
    const body = { externalUserId: command.person, ...weight };
    const headers = "weight" in weight ? OPERATOR : {};
    const answer = await call(method, `${this.#path(board)}/feedback/${id}/votes`, body, headers);
    const { status, body: said } = answer;
    return status >= 400 ? { status, code: said.code } : { status, voteCount: said.voteCount, voted: said.voted };
  }

  async #voteBySocket(command: Vote, id: number, board: string): Promise<Answer> {
    // There is no socket to a board that is not there.
    if (!this.model.boards.has(board)) return { status: 404, code: "BOARD_NOT_FOUND" };
    const peer = await this.#peer(board);
    this.#requests += 1;
    const requestId = `r${String(this.#requests)}`;
    peer.send({ type: command.kind, requestId, feedbackId: id, externalUserId: command.person });
    const answer = () =>
      peer.frames.find((frame) => (frame.type === "ack" || frame.type === "error") && frame.requestId === requestId);
    await peer.until(() => answer() !== undefined || peer.closed !== null);
    const frame = answer();
    if (frame?.type === "ack") return { status: 200, voteCount: frame.voteCount, voted: frame.voted };
    if (frame?.type === "error") return { status: 404, code: frame.code };
    throw new Error(`socket closed: ${JSON.stringify(peer.closed)}`);
  }

  async #peer(board: string): Promise<Peer> {
    const open = this.#peers.get(board);
    if (open !== undefined && open.sent < MESSAGES_PER_PEER) {
      open.sent += 1;
      return open.peer;
    }
    open?.peer.socket.close();
    const peer = await Peer.open(this.#path(board));
    this.#peers.set(board, { peer, sent: 1 });
    return peer;
  }

  /** Walks all pages. Scores that differ by less than the tolerance may stand in either order. */
  async #checkList(board: string, sort: (typeof SORTS)[number], filter: Filter, limit: number): Promise<void> {
    const query = new URLSearchParams({ ...filter, sort, limit: String(limit) });
    const rows: { id: number }[] = [];
    for (;;) {
      const { status, headers, body } = await call("GET", `${this.#path(board)}/feedback?${query}`);
      expect(status).toBe(this.model.boards.has(board) ? 200 : 404);
      if (status === 404) return;
      rows.push(...body);
      const cursor = headers.get("x-next-cursor");
      if (cursor === null) break;
      expect(body).toHaveLength(limit);
      query.set("cursor", cursor);
    }
    const expected = this.model.list(board, sort, filter);
    const byId = (a: { id: number }, b: { id: number }) => a.id - b.id;
    expect(rows.toSorted(byId)).toEqual(expected.map(presented).toSorted(byId));
    if (sort !== "trending") return expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    const scores = rows.map(({ id }) => sortValue(this.model.items.get(id) ?? expect.fail("unknown item"), sort));
    for (const [index, score] of scores.entries()) {
      expect(score).toBeGreaterThanOrEqual((scores[index + 1] ?? 0) - TRENDING_TOLERANCE);
    }
  }

  #named(at: number): { id: number; board: string; item: ItemModel | null } {
    const there = [...this.model.items.keys()];
    const among = at % WILD === 0 || there.length === 0 ? this.#ids : there;
    const id = among[at % Math.max(1, among.length)] ?? NO_ITEM.id;
    const item = this.model.items.get(id) ?? null;
    return { id, board: item?.board ?? NO_ITEM.board, item };
  }

  #path(board: string): string {
    return `/api/v1/${this.workspace}/${board}`;
  }

  async #call(method: string, path: string, body: unknown, status: number) {
    const answer = await call(method, path, body, OPERATOR);
    expect(answer, `${method} ${path} ${JSON.stringify(answer.body)}`).toMatchObject({ status });
    return answer.body;
  }
}
