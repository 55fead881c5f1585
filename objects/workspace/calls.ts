/**
 * How every call of the Workspace object runs: authorised before its verb, a command in one transaction, one log line with what it cost; what changed is told to the sockets after the
 * commit, and to other objects by the outbox. Knows whether there is a workspace at all: a slug that was never used has no tables, so asking for it writes nothing.
 */
import { isMigrated, migrate } from "../../schema/migrate.ts";
import { MIGRATIONS } from "../../schema/workspace/manifest.ts";
import { ANONYMOUS, type Call } from "../../src/call.ts";
import type { Failure } from "../../src/errors.ts";
import { fault, log } from "../../src/log.ts";
import { err, type Result } from "../../src/result.ts";
import { CallLog } from "../shared/call-log.ts";
import type { MeteredStorage } from "../shared/metered-storage.ts";
import { absent, type Actor, authorize } from "./authorize.ts";
import type { FanOut } from "./fan-out.ts";
import { settingsRow, type WorkspaceStore } from "./store.ts";

/** Of the object's own work. */
export const UNASKED: Call = { requestId: "-", caller: ANONYMOUS, action: null, openWorkspaces: false, site: null };

export class Calls {
  readonly #workspace: string;
  readonly #storage: MeteredStorage;
  readonly #store: WorkspaceStore;
  readonly #fanOut: FanOut;
  readonly #log: CallLog;
  /** Whether there are tables; asked once, for it costs as many rows as there are tables. */
  #migrated: boolean;
  /** Null: not looked up since the last change to it. */
  #active: boolean | null = null;

  constructor(workspace: string, storage: MeteredStorage, store: WorkspaceStore, fanOut: FanOut) {
    this.#workspace = workspace;
    this.#storage = storage;
    this.#store = store;
    this.#fanOut = fanOut;
    const seq = () => (this.#active === true ? store.seq() : null);
    this.#log = new CallLog({ object: "Workspace", workspace }, storage.sql, seq);
    this.#migrated = isMigrated(storage);
    if (this.#migrated) migrate(storage, MIGRATIONS);
    else this.#active = false;
  }

  isActive(): boolean {
    this.#active ??= this.#migrated && settingsRow(this.#store) !== null;
    return this.#active;
  }

  read<T>(verb: string, call: Call, query: (actor: Actor) => Result<T, Failure>): Result<T, Failure> {
    return this.logged(verb, call, () => this.#authorized(call, query));
  }

  write<T>(verb: string, call: Call, command: (actor: Actor) => Result<T, Failure>): Result<T, Failure> {
    return this.logged(verb, call, () => this.#authorized(call, (actor) => this.#transact(() => command(actor))));
  }

  /** A command that asks itself who may. */
  commit<T>(verb: string, call: Call, command: () => Result<T, Failure>): Result<T, Failure> {
    return this.logged(verb, call, () => this.#transact(command));
  }

  /** The same for one that may make the workspace. */
  found<T>(verb: string, call: Call, command: () => Result<T, Failure>): Result<T, Failure> {
    if (!this.#migrated) migrate(this.#storage, MIGRATIONS);
    this.#migrated = true;
    this.#active = null;
    try {
      return this.commit(verb, call, () => {
        const result = command();
        if (!result.ok) return result;
        // The log line has the seq. Asked for here: a statement after the commit could fail, and the command with it.
        this.#store.seq();
        this.#active = true;
        return result;
      });
    } catch (thrown) {
      this.#active = null;
      throw thrown;
    }
  }

  /** A command that ends the workspace. */
  end<T>(verb: string, call: Call, command: () => Result<T, Failure>): Result<T, Failure> {
    try {
      return this.write(verb, call, command);
    } finally {
      this.#active = null;
    }
  }

  /** Answers when those whom the command concerns were told, or could not be: then the alarm tells them. */
  async told<T>(call: Call, result: Result<T, Failure>): Promise<Result<T, Failure>> {
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

  logged<T>(verb: string, call: Call, run: () => Result<T, Failure>): Result<T, Failure> {
    return this.#log.run(verb, call.requestId, run, (result) => (result.ok ? "ok" : result.error.code));
  }

  fault(requestId: string, where: string, thrown: unknown): void {
    log("error", fault(requestId, `Workspace.${where}`, thrown, this.#workspace));
  }

  #authorized<T>(call: Call, verb: (actor: Actor) => Result<T, Failure>): Result<T, Failure> {
    if (!this.isActive()) return err(absent(call));
    const actor = authorize(this.#store, this.#workspace, call);
    return actor.ok ? verb(actor.value) : actor;
  }

  #transact<T>(command: () => Result<T, Failure>): Result<T, Failure> {
    const { result, changes } = this.#store.commit(command);
    this.#fanOut.publish(changes);
    return result;
  }
}
