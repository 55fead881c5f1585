/**
 * The floor that bench/load measures against: a Worker and an object that run the product's SQL on the product's tables for list, create and vote, and
 * nothing else. No router, validation, ids, logs, sockets, errors; limits are written down, and hold nobody. Never deployed.
 */
import { DurableObject } from "cloudflare:workers";
import { migrate } from "../../schema/migrate.ts";
import { MIGRATIONS } from "../../schema/workspace/manifest.ts";
import { CREATE, LIMITS, LIST, VOTE } from "./statements.ts";

type FloorEnv = { readonly FLOOR: DurableObjectNamespace<Floor> };
type Row = Record<string, SqlStorageValue>;

const BOARD = 1;
const PAGE = 20;
const DAY_MS = 24 * 60 * 60 * 1_000;

export class Floor extends DurableObject<FloorEnv> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: FloorEnv) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(ctx.storage, MIGRATIONS);
    this.#sql.exec(
      "insert or ignore into settings (id, name, active, seq, last_feedback_id, created_at, updated_at) values (1, 'Floor', 1, 0, 0, 0, 0)",
    );
    this.#sql.exec(
      "insert or ignore into boards (id, slug, name, description, feedback_count, vote_count, resume_floor_seq, created_at, updated_at) values (1, 'ideas', 'Ideas', '', 0, 0, 0, 0, 0)",
    );
  }

  list(): Row[] {
    return this.#sql.exec(LIST, BOARD, PAGE + 1, 0).toArray();
  }

  create(address: string, body: { title: string; description: string }): Row {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const { title, description } = body;
      this.#sql.exec(CREATE.text, title, 1, now, now - 7 * DAY_MS).one();
      const { seq = 0, last_feedback_id: id = 0 } = this.#sql.exec(CREATE.next, 1).one();
      const counters = [
        0,
        0,
        now / 1_000_000,
        null,
        null,
        0,
        "approved",
        0,
        0,
        null,
        0,
        null,
        1,
        seq,
        seq,
        seq,
        now,
        now,
      ];
      this.#sql.exec(CREATE.insert, id, BOARD, title, description, "open", null, ...counters);
      this.#sql.exec(CREATE.index, id, title, description, "b1 s6f70656e");
      this.#sql.exec(CREATE.count, 1, 0, BOARD);
      this.#sql.exec(CREATE.daily, Math.floor(now / DAY_MS), BOARD, "open", "", 1, 0, 0, 0, 0);
      const after = JSON.stringify({ title, description });
      this.#sql.exec(CREATE.event, seq, now, "feedback.created", "anonymous", null, BOARD, id, null, null, after);
      this.#sql.exec(LIMITS.save, `feedback-create-address|${address}`, now);
      return { id, title, description, seq };
    });
  }

  vote(address: string, feedbackId: number, externalUserId: string): Row {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const keys = [`vote-person|p:${externalUserId}`, `vote-address|${address}`] as const;
      this.#sql.exec(LIMITS.load, keys[0]).toArray();
      const item = this.#sql.exec(VOTE.item, feedbackId).one();
      const [known] = this.#sql.exec(VOTE.person, externalUserId).toArray();
      const profile = [null, null, null, null, null];
      const person =
        known?.["id"] ?? this.#sql.exec(VOTE.newPerson, externalUserId, ...profile, now).one()["id"] ?? null;
      const [vote] = this.#sql.exec(VOTE.vote, feedbackId, person).toArray();
      const voteCount = Number(item["vote_count"]) + (vote === undefined ? 1 : 0);
      if (vote === undefined) {
        this.#sql.exec(VOTE.put, feedbackId, person, 1, now);
        const { seq = 0 } = this.#sql.exec(VOTE.seq, 1).one();
        this.#sql.exec(VOTE.tally, voteCount, now / 1_000_000, seq, feedbackId);
        this.#sql.exec(VOTE.count, 0, 1, BOARD);
        this.#sql.exec(VOTE.daily, Math.floor(now / DAY_MS), BOARD, "open", "", 0, 1, 0, 0, 0);
        const event = [seq, now, "vote.cast", "person", externalUserId, BOARD, feedbackId, null, null, '{"weight":1}'];
        this.#sql.exec(VOTE.event, ...event);
      }
      this.#sql.exec(LIMITS.saveTwo, keys[0], now, keys[1], now);
      return { feedbackId, voteCount };
    });
  }
}

/** The product's paths: `/api/v1/:workspace/:board/feedback[/:id/votes]`. */
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const [, , , workspace = "", , , id] = pathname.split("/");
    const object = env.FLOOR.getByName(workspace);
    const address = request.headers.get("cf-connecting-ip") ?? "";
    if (request.method === "GET") return Response.json(await object.list());
    if (id === undefined) return Response.json(await object.create(address, await request.json()), { status: 201 });
    const { externalUserId } = await request.json<{ externalUserId: string }>();
    return Response.json(await object.vote(address, Number(id), externalUserId), { status: 201 });
  },
} satisfies ExportedHandler<FloorEnv>;
