/**
 * What every verb of the Workspace object works on: the database, its hot statements prepared once, and the changes to tell open sockets after the commit. Boards are
 * held in memory, for every request names one; a write to them, or a rollback, forgets them.
 */
import { eq, getTableColumns, isNotNull, sql } from "drizzle-orm";
import { drizzle, type DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import * as tables from "../../schema/workspace.ts";
import type { Feedback } from "../../src/protocol/rest/feedback.ts";
import type { Result } from "../../src/result.ts";
import { FirstAnswers } from "../shared/idempotency.ts";
import { Limiter } from "../shared/limiter.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { Outbox } from "../shared/outbox.ts";
import { type AlarmClock, Schedule } from "../shared/schedule.ts";
import { transact } from "../shared/transaction.ts";
import { Credentials } from "./credentials.ts";
import type { LiveConnection } from "./admission.ts";
import type { ListStatement } from "./list-feedback.ts";
import { HeldRoadmap } from "./roadmap/held.ts";
import type { LiveBoard } from "./rows.ts";
import { prepareStatements, type Statements } from "./statements.ts";

/** A change that open sockets are told of. */
export type Change =
  | {
      readonly kind: "votes";
      readonly boardId: number;
      readonly seq: number;
      readonly id: number;
      readonly voteCount: number;
    }
  | { readonly kind: "created" | "updated"; readonly boardId: number; readonly seq: number; readonly item: Feedback }
  | { readonly kind: "removed"; readonly boardId: number; readonly seq: number; readonly id: number }
  /** Of the item `id`, what the public sees of its comments is not what it was. */
  | {
      readonly kind: "comments";
      readonly boardId: number;
      readonly seq: number;
      readonly id: number;
      readonly commentCount: number;
    }
  | { readonly kind: "board-removed"; readonly boardId: number }
  /** Of what everybody sees of the roadmap: its own socket says so. */
  | { readonly kind: "roadmap"; readonly seq: number }
  /** Somebody's rights are others now: their sockets are closed. */
  | {
      readonly kind: "disconnect";
      readonly tag: string;
      readonly code: number;
      /** Asked of each socket, when it depends on who it is: null leaves it open. */
      readonly reason: string | ((socket: LiveConnection) => string | null);
    };

/** Hands a message to a person's object; resolves when it is on disk there. */
export type SendNews = (userId: string, message: string, version: number) => Promise<void>;

export class WorkspaceStore {
  readonly db: DrizzleSqliteDODatabase;
  readonly statements: Statements;
  /** Those of lists, by their shape; each is prepared when it is first asked for. */
  readonly listStatements = new Map<string, ListStatement>();
  readonly outbox: Outbox;
  readonly credentials: Credentials;
  readonly limiter: Limiter;
  readonly answers: FirstAnswers;
  readonly roadmap: HeldRoadmap;
  /** Whether the alarm is known to look at themes: themes/mark.ts. */
  themesDue = false;
  /** The same of likely duplicates: duplicates/suggest.ts. */
  duplicatesDue = false;
  readonly #storage: MeteredStorage;
  readonly #clock: () => number;
  readonly #schedule: Schedule;
  #boards: Map<string, LiveBoard> | null = null;
  #changes: Change[] = [];
  #seq: number | null = null;
  /** Whether the command under way wrote to what is held here. */
  #isTouched = false;

  constructor(storage: MeteredStorage, alarm: AlarmClock, clock: () => number, send: SendNews) {
    this.#storage = storage;
    this.#clock = clock;
    // MeteredStorage has the two members of DurableObjectStorage that drizzle uses.
    this.db = drizzle(storage as unknown as DurableObjectStorage);
    this.statements = prepareStatements(this.db);
    this.credentials = new Credentials(this.db);
    this.limiter = new Limiter(this.db, tables.rateLimits, storage.sql);
    this.answers = new FirstAnswers(this.db, tables.idempotencyKeys);
    this.roadmap = new HeldRoadmap(this.db);
    this.outbox = new Outbox(this.db, tables.outbox, send);
    this.#schedule = new Schedule(this.db, tables.schedule, alarm);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#clock();
  }

  /** Runs a command in one transaction; what it changed is returned only when it was committed. */
  commit<R extends Result<unknown, unknown>>(
    command: () => R,
  ): { readonly result: R; readonly changes: readonly Change[] } {
    this.#changes = [];
    this.credentials.begin();
    this.#isTouched = false;
    try {
      const result = transact(this.#storage, command);
      if (!result.ok) this.#rolledBack();
      return { result, changes: result.ok ? this.#changes : [] };
    } catch (thrown) {
      this.#forget();
      throw thrown;
    }
  }

  /** Notes a change; it is told after the commit. */
  changed(change: Change): void {
    this.#changes.push(change);
  }

  /** Has the alarm do a task at `dueAt` (ms), once the command is committed. Answers whether it was to do so anyway. */
  schedule(task: string, dueAt: number): boolean {
    return this.#schedule.add(task, dueAt);
  }

  /** Has the alarm see to tasks that a migration wrote. */
  rearm(): void {
    this.#schedule.arm();
  }

  /** Does what is due; `report` hears of tasks that threw, which stay, and `publish` of what each task changed, once it is committed. */
  runDue(
    run: (task: string) => number | null,
    report: (task: string, thrown: unknown) => void,
    publish: (changes: readonly Change[]) => void,
  ): void {
    const piece = (task: string) => {
      this.#changes = [];
      try {
        const next = this.#storage.transactionSync(() => run(task));
        publish(this.#changes);
        return next;
      } catch (thrown) {
        this.#forget();
        throw thrown;
      }
    };
    this.#schedule.runDue(this.now(), piece, report);
  }

  /** The board of that slug, or null. */
  board(slug: string): LiveBoard | null {
    this.#boards ??= this.#readBoards();
    return this.#boards.get(slug) ?? null;
  }

  boardById(id: number): LiveBoard | null {
    return this.boards().find((board) => board.id === id) ?? null;
  }

  /** All boards, oldest first. */
  boards(): readonly LiveBoard[] {
    this.#boards ??= this.#readBoards();
    return [...this.#boards.values()];
  }

  forgetBoards(): void {
    this.#isTouched = true;
    this.#boards = null;
  }

  /** The last seq handed out; 0 for a workspace that is new. */
  seq(): number {
    this.#seq ??= this.statements.readSeq.get()?.seq ?? 0;
    return this.#seq;
  }

  /** Takes the workspace's next seq. */
  nextSeq(): number {
    this.#isTouched = true;
    this.#seq = this.statements.nextSeq.get().seq;
    return this.#seq;
  }

  /** Takes the next seq and the next feedback id in one write. */
  nextFeedback(): { readonly seq: number; readonly id: number } {
    this.#isTouched = true;
    const next = this.statements.nextFeedback.get();
    this.#seq = next.seq;
    return next;
  }

  /** The same with the next comment's id. */
  nextComment(): { readonly seq: number; readonly id: number } {
    this.#isTouched = true;
    const next = this.statements.nextComment.get();
    this.#seq = next.seq;
    return next;
  }

  /** What was refused before it wrote, as most is, costs nobody a reading. */
  #rolledBack(): void {
    if (this.#isTouched) return this.#forget();
    this.credentials.rolledBack();
    this.limiter.rolledBack();
    this.#changes = [];
  }

  #forget(): void {
    this.#boards = null;
    this.themesDue = false;
    this.duplicatesDue = false;
    this.roadmap.forget();
    this.credentials.rolledBack();
    this.limiter.rolledBack();
    this.#seq = null;
    this.#changes = [];
  }

  #readBoards(): Map<string, LiveBoard> {
    const { feedbackCount: _items, voteCount: _votes, slug, ...columns } = getTableColumns(tables.boards);
    const rows = this.db
      .select({ ...columns, slug: sql<string>`${slug}` })
      .from(tables.boards)
      .where(isNotNull(tables.boards.slug))
      .orderBy(tables.boards.id)
      .all();
    return new Map(rows.map((row) => [row.slug, row]));
  }
}

/** The settings row, or null when the slug was never used or the workspace was deleted. */
export function settingsRow(store: WorkspaceStore): typeof tables.settings.$inferSelect | null {
  const row = store.db.select().from(tables.settings).where(eq(tables.settings.id, 1)).get();
  return row?.active === true ? row : null;
}
