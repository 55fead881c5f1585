/** What every verb of the Identity object works on: its one row, its mailed links and known browsers, its outbox and its due times. */
import * as tables from "../../schema/identity.ts";
import { NO_TRIES } from "../../src/domain/sign-in-waits.ts";
import type { IdentityNews } from "../../src/identity-news.ts";
import type { Answered, Call } from "../../src/call.ts";
import { ANSWERS_TASK, FirstAnswers } from "../shared/idempotency.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { ObjectStore } from "../shared/object-store.ts";
import type { AlarmClock } from "../shared/schedule.ts";

export type IdentityRow = typeof tables.identity.$inferSelect;

export type OwnedRow = IdentityRow & { readonly userId: string };

export class IdentityStore extends ObjectStore {
  readonly answers: FirstAnswers;

  /** `send` hands a message to a person's object. */
  constructor(
    storage: MeteredStorage,
    alarm: AlarmClock,
    clock: () => number,
    send: (userId: string, message: string) => Promise<void>,
  ) {
    super(storage, alarm, clock, tables, send);
    this.answers = new FirstAnswers(this.db, tables.idempotencyKeys);
  }

  row(): IdentityRow | null {
    return this.db.select().from(tables.identity).get() ?? null;
  }

  /** The row when it is somebody's. */
  owned(): OwnedRow | null {
    const row = this.row();
    const userId = row?.userId ?? null;
    return row === null || userId === null ? null : { ...row, userId };
  }

  /** Sets what is given; the row is made when there is none. */
  set(values: Partial<IdentityRow>): void {
    const { identity } = tables;
    const nobody = {
      id: 1,
      userId: null,
      email: null,
      emailVerifiedAt: null,
      passwordHash: null,
      createdAt: this.now(),
    };
    this.db
      .insert(identity)
      .values({ ...nobody, ...NO_TRIES, ...values })
      .onConflictDoUpdate({ target: identity.id, set: values })
      .run();
  }

  /** Runs `command`, which `verb` names, or gives its first answer to this request again. Call in its transaction. */
  once<T>(call: Call, verb: string, command: () => Answered<T>): Answered<T> {
    return this.answers.once(call, verb, this.now(), (dueAt) => this.schedule(ANSWERS_TASK, dueAt), command);
  }

  /** Whether `verb` had its effect for this very request. */
  wasDone({ idempotency }: Partial<Pick<Call, "idempotency">>, verb: string): boolean {
    const first =
      idempotency === undefined || idempotency === null ? null : this.answers.find(idempotency, verb, this.now());
    return first?.ok === true && first.value !== null;
  }

  /** Has the person's object told, once the command is committed. */
  tellPerson(userId: string, news: IdentityNews): void {
    this.tell([userId], JSON.stringify(news));
  }
}
