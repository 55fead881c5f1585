/**
 * How every call of the Workspace object runs: authorised before its verb, a command in one transaction, one log line with what it cost; what changed is told to the sockets after the
 * commit, and to other objects by the outbox. Knows whether there is a workspace at all: a slug that was never used has no tables, so asking for it writes nothing.
 */
import { isMigrated, migrate } from "../../schema/migrate.ts";
import { MIGRATIONS } from "../../schema/workspace/manifest.ts";
import { ANONYMOUS, type Answered, type Call, type Idempotency } from "../../src/call.ts";
import { selfOf } from "../../src/domain/person.ts";
import { type LimitState, rateOf } from "../../src/domain/rate-limits.ts";
import type { Failure } from "../../src/errors.ts";
import { fault, log } from "../../src/log.ts";
import { err, type Err, type Result } from "../../src/result.ts";
import { CallLog } from "../shared/call-log.ts";
import { ANSWERS_TASK } from "../shared/idempotency.ts";
import { LIMITER_TASK, refused } from "../shared/limiter.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { absent, type Actor, authorize, recognise } from "./authorize.ts";
import type { FanOut } from "./fan-out.ts";
import { findBoard } from "./find-board.ts";
import { hitsOf } from "./quotas.ts";
import { type Change, settingsRow, type WorkspaceStore } from "./store.ts";

/** Of the object's own work. */
export const UNASKED: Call = {
  requestId: "-",
  caller: ANONYMOUS,
  action: null,
  openWorkspaces: false,
  site: null,
  visitor: null,
  limit: null,
  route: "",
  idempotency: null,
};

export class Calls {
  readonly #workspace: string;
  readonly #storage: MeteredStorage;
  readonly #store: WorkspaceStore;
  readonly #fanOut: FanOut;
  readonly #rateScale: number;
  readonly #log: CallLog;
  /** Whether there are tables; asked once, for it costs as many rows as there are tables. */
  #migrated: boolean;
  /** Null: not looked up since the last change to it. */
  #active: boolean | null = null;

  /** `rateScale`: what every quota is multiplied by. */
  constructor(workspace: string, storage: MeteredStorage, store: WorkspaceStore, fanOut: FanOut, rateScale: number) {
    this.#rateScale = rateScale;
    this.#workspace = workspace;
    this.#storage = storage;
    this.#store = store;
    this.#fanOut = fanOut;
    const seq = () => (this.#active === true ? store.seq() : null);
    this.#log = new CallLog({ object: "Workspace", workspace }, storage.sql, seq);
    this.#migrated = isMigrated(storage);
    if (this.#migrated && migrate(storage, MIGRATIONS)) store.rearm();
    if (!this.#migrated) this.#active = false;
  }

  isActive(): boolean {
    this.#active ??= this.#migrated && settingsRow(this.#store) !== null;
    return this.#active;
  }

  read<T>(verb: string, call: Call, query: (actor: Actor) => Result<T, Failure>): Answered<T> {
    return this.logged(verb, call, () => this.#authorized(call, (actor) => this.#counted(call, actor, query)));
  }

  /** `person`: the id that an anonymous caller gives for themselves. `board`: what it is about; who may not see it any more is not told again what they did there. */
  write<T>(
    verb: string,
    call: Call,
    command: (actor: Actor) => Result<T, Failure>,
    person: string | null = null,
    board: string | null = null,
  ): Answered<T> {
    return this.logged(verb, call, () =>
      this.#authorized(call, (actor) => {
        const found = board === null || call.idempotency === null ? null : findBoard(this.#store, actor, board);
        if (found?.ok === false) return found;
        return this.#transact(() => this.guarded(call, actor, person, () => command(actor)));
      }),
    );
  }

  /** A command that asks itself who may. */
  commit<T>(verb: string, call: Call, command: () => Answered<T>): Answered<T> {
    return this.logged(verb, call, () => this.#transact(() => command()));
  }

  /** What stands around every write, in its transaction: it has its effect once, and counts against the limits; a first answer that is given again does not. */
  guarded<T>(call: Call, actor: Actor, person: string | null, command: () => Result<T, Failure>): Answered<T> {
    return this.once(asked(call, actor), selfOf(actor) ?? "", () => {
      const store = this.#store;
      const hits = hitsOf(call, actor, person, this.#rateScale, () => store.credentials.overrides());
      const admitted = store.limiter.admit(hits, store.now(), true);
      if (!admitted.ok) return refused(admitted.error);
      const result = command();
      if (result.ok) store.limiter.save(hits, (afterMs) => store.schedule(LIMITER_TASK, store.now() + afterMs));
      return withLimits(result, admitted.value);
    });
  }

  /** The same without limits. `scope`: whose the idempotency key is, as far as only this object knows. */
  once<T>(call: Call, scope: string, command: () => Answered<T>): Answered<T> {
    const store = this.#store;
    return store.answers.once(call, scope, store.now(), (dueAt) => store.schedule(ANSWERS_TASK, dueAt), command);
  }

  /** The same for one that may make the workspace. */
  found<T>(verb: string, call: Call, command: () => Answered<T>): Answered<T> {
    if (!this.#migrated) migrate(this.#storage, MIGRATIONS);
    this.#migrated = true;
    this.#active = null;
    try {
      return this.commit(verb, call, () => {
        const result = command();
        if (!result.ok) return result;
        // The log line has the seq. Asked for here: a statement after the commit could fail, and the command with it.
        this.#store.seq();
        // A first answer that is given again made nothing just now, and what it made may be gone.
        this.#active = result.replayed === true ? null : true;
        return result;
      });
    } catch (thrown) {
      this.#active = null;
      throw thrown;
    }
  }

  /** A command that ends the workspace. */
  end<T>(verb: string, call: Call, command: (actor: Actor) => Result<T, Failure>): Answered<T> {
    try {
      return this.#ended(verb, call) ?? this.write(verb, call, command);
    } finally {
      this.#active = null;
    }
  }

  /** Answers when those whom the command concerns were told, or could not be: then the alarm tells them. */
  async told<T>(call: Call, result: Answered<T>): Promise<Answered<T>> {
    await this.deliver(call.requestId);
    return result;
  }

  async deliver(requestId: string): Promise<void> {
    try {
      if (!this.#migrated || this.#store.outbox.isEmpty()) return;
      await this.#log.runAsync("outbox.deliver", requestId, () => this.#store.outbox.deliver());
    } catch (thrown) {
      this.fault(requestId, "outbox", thrown);
    }
  }

  logged<T, R extends Result<T, Failure>>(verb: string, call: Call, run: () => R): R {
    return this.#log.run(verb, call.requestId, run, (result) => (result.ok ? "ok" : result.error.code));
  }

  fault(requestId: string, where: string, thrown: unknown): void {
    log("error", fault(requestId, `Workspace.${where}`, thrown, this.#workspace));
  }

  /** What an alarm changed. */
  publish(changes: readonly Change[]): void {
    this.#fanOut.publish(changes);
  }

  #authorized<T>(call: Call, verb: (actor: Actor) => Answered<T>): Answered<T> {
    if (!this.isActive()) return err(absent(call));
    const actor = authorize(this.#store, this.#workspace, call);
    if (actor.ok) return verb(actor.value);
    return actor.error.code === "INVALID_TOKEN" ? this.#countedTry(call, actor) : actor;
  }

  /** Keys and identities that are none of ours count as reading, by the address: whoever tries many is held. */
  #countedTry(call: Call, failed: Err<Failure>): Answered<never> {
    const store = this.#store;
    const { limiter } = store;
    const rate = rateOf("read", this.#rateScale, store.credentials.overrides());
    const { visitor } = call;
    const hits = rate === null || visitor === null ? [] : [{ name: "read", subject: visitor, rate } as const];
    const admitted = limiter.admit(hits, store.now(), false);
    return admitted.ok ? failed : refused(admitted.error);
  }

  /** A read holds what it used in memory only. Whatever else counts there may have been written before this object was woken. */
  #counted<T>(call: Call, actor: Actor, query: (actor: Actor) => Result<T, Failure>): Answered<T> {
    const store = this.#store;
    const hits = hitsOf(call, actor, null, this.#rateScale, () => store.credentials.overrides());
    const admitted = store.limiter.admit(hits, store.now(), call.limit !== "read" || call.caller.kind === "key");
    return admitted.ok ? withLimits(query(actor), admitted.value) : refused(admitted.error);
  }

  /** The first answer to a command that ended the workspace: nobody is authorised in one that is not there. Null: there is none. */
  #ended<T>(verb: string, call: Call): Answered<T> | null {
    if (call.idempotency === null || !this.#migrated || this.isActive()) return null;
    const actor = call.caller.kind === "identity" ? null : recognise(this.#store, call.caller);
    if (actor === null || !actor.ok) return null;
    // Only an owner can have ended it.
    const first = this.#store.answers.find(
      tied(call.idempotency, "owner"),
      selfOf(actor.value) ?? "",
      this.#store.now(),
    );
    if (!first.ok || first.value === null) return null;
    const value = JSON.parse(first.value) as T;
    return this.logged<T, Answered<T>>(verb, call, () => ({ ok: true, value, replayed: true }));
  }

  #transact<T>(command: () => Answered<T>): Answered<T> {
    this.#fanOut.prepare();
    const { result, changes } = this.#store.commit(command);
    this.#fanOut.publish(changes);
    return result;
  }
}

/** Who is no more what they were is not told again what they were told then, nor is it done again. */
function asked(call: Call, { standing }: Actor): Call {
  // A Worker of the version before, while a deploy runs, says nothing of it.
  const { idempotency = null } = call as Partial<Call>;
  return idempotency === null ? call : { ...call, idempotency: tied(idempotency, standing) };
}

function tied({ key, fingerprint }: Idempotency, standing: Actor["standing"]): Idempotency {
  return { key, fingerprint: `${standing}:${fingerprint}` };
}

function withLimits<T>(result: Result<T, Failure>, limits: readonly LimitState[]): Answered<T> {
  return limits.length === 0 ? result : { ...result, limits };
}
