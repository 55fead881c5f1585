/**
 * The Visitor object: counts people who are nobody yet. One of 256 shards, addressed by the first byte of the visitor's hash (src/edge/admit-visitor.ts). Here are the entry points only.
 */
import { DurableObject } from "cloudflare:workers";
import { migrate } from "../schema/migrate.ts";
import { MIGRATIONS } from "../schema/visitor/manifest.ts";
import type { Answered, Call } from "../src/call.ts";
import { parseScale } from "../src/domain/rate-limits.ts";
import { fault, log, setLogLevel } from "../src/log.ts";
import { CallLog } from "./shared/call-log.ts";
import { ANSWERS_TASK } from "./shared/idempotency.ts";
import { LIMITER_TASK } from "./shared/limiter.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";
import { type Admission, admit, finish, release } from "./visitor/admit.ts";
import { VisitorStore } from "./visitor/store.ts";

export class Visitor extends DurableObject<Env> {
  readonly #store: VisitorStore;
  readonly #rateScale: number;
  readonly #log: CallLog;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    this.#rateScale = parseScale(env.RATE_LIMIT_SCALE);
    const storage = new MeteredStorage(ctx.storage);
    migrate(storage, MIGRATIONS);
    this.#store = new VisitorStore(storage, ctx.storage, () => Date.now());
    this.#log = new CallLog({ object: "Visitor" }, storage.sql);
  }

  /** Counts the call against its limit, and claims its Idempotency-Key. Errors: RATE_LIMITED, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS. */
  admit(call: Call): Answered<Admission> {
    return this.#run("visitor.admit", call, () => admit(this.#store, call, this.#rateScale));
  }
  /** Keeps the answer to what was claimed; `sealed` says nothing to whoever has not the client's key. */
  finish(call: Call, sealed: string): Answered<null> {
    return this.#run("visitor.finish", call, () => finish(this.#store, call, sealed));
  }
  /** What was claimed had no effect. */
  release(call: Call): Answered<null> {
    return this.#run("visitor.release", call, () => release(this.#store, call));
  }

  override alarm(): void {
    this.#store.runDue(
      (task) =>
        this.#log.run(
          `alarm.${task}`,
          "alarm",
          () => this.#runTask(task),
          () => "ok",
        ),
      (task, thrown) => log("error", fault("alarm", `Visitor.alarm ${task}`, thrown)),
    );
  }

  #runTask(task: string): number | null {
    const now = this.#store.now();
    if (task === ANSWERS_TASK) return this.#store.answers.purge(now);
    const afterMs = task === LIMITER_TASK ? this.#store.limiter.purge(now) : null;
    return afterMs === null ? null : now + afterMs;
  }

  #run<T>(verb: string, { requestId }: Call, command: () => Answered<T>): Answered<T> {
    const run = () => this.#store.commit(command);
    return this.#log.run(verb, requestId, run, (result) => (result.ok ? "ok" : result.error.code));
  }
}
