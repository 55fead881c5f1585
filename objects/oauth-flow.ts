/**
 * The OAuthFlow object: one pending sign-in with a provider, addressed by the hash of its OAuth state. It is taken once, or forgotten when its time is over. Talking to the provider is left
 * to the Worker.
 */
import { DurableObject } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/durable-sqlite";
import { isMigrated, migrate } from "../schema/migrate.ts";
import { MIGRATIONS } from "../schema/oauth-flow/manifest.ts";
import type { Call } from "../src/call.ts";
import { setLogLevel } from "../src/log.ts";
import type { PendingSignIn, TakeCommand, TakeRefusal } from "../src/pending-sign-in.ts";
import type { Result } from "../src/result.ts";
import { startFlow } from "./oauth-flow/start.ts";
import { type FlowStore, takeFlow } from "./oauth-flow/take.ts";
import { CallLog } from "./shared/call-log.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";

export class OAuthFlow extends DurableObject<Env> {
  readonly #storage: MeteredStorage;
  readonly #store: FlowStore;
  readonly #log: CallLog;
  /** Whether there are tables; asked once. */
  #migrated: boolean;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    this.#storage = new MeteredStorage(ctx.storage);
    this.#migrated = isMigrated(this.#storage);
    if (this.#migrated) migrate(this.#storage, MIGRATIONS);
    // MeteredStorage has the two members of DurableObjectStorage that drizzle uses.
    this.#store = { storage: this.#storage, db: drizzle(this.#storage as unknown as DurableObjectStorage) };
    this.#log = new CallLog({ object: "OAuthFlow" }, this.#storage.sql);
  }

  start(call: Pick<Call, "requestId">, flow: PendingSignIn): void {
    if (!this.#migrated) migrate(this.#storage, MIGRATIONS);
    this.#migrated = true;
    const verb = () => startFlow(this.#store, this.ctx.storage, flow);
    this.#log.run("flow.start", call.requestId, verb, () => "ok");
  }

  /** Once: whoever comes second finds nothing. */
  take(call: Pick<Call, "requestId">, command: TakeCommand): Result<PendingSignIn, TakeRefusal> {
    const verb = () => takeFlow(this.#store, this.#migrated, command, Date.now());
    return this.#log.run("flow.take", call.requestId, verb, (result) => (result.ok ? "ok" : result.error));
  }

  /** The time is over: whether it was taken or not, nothing stays. */
  override async alarm(): Promise<void> {
    const gone = this.ctx.storage.deleteAll();
    this.#migrated = false;
    await gone;
  }
}
