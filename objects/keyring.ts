/**
 * The Keyring object: one, named `default`, that makes, keeps and retires the keys that sign access tokens. Isolates hold what it tells them (auth/keys.ts); no request waits for it
 * but the first ones of an isolate. No other object is as secret: its rows are private keys.
 */
import { DurableObject } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/durable-sqlite";
import { idempotencyKeys } from "../schema/keyring.ts";
import { MIGRATIONS } from "../schema/keyring/manifest.ts";
import { migrate } from "../schema/migrate.ts";
import type { Idempotency } from "../src/call.ts";
import type { Keys, NextKey } from "../src/domain/keyring.ts";
import { setLogLevel } from "../src/log.ts";
import { makeKey, type MadeKey } from "./keyring/make-key.ts";
import { tellKeys, tellNext } from "./keyring/tell.ts";
import { type KeyRow, type Ring, tendRing } from "./keyring/tend.ts";
import { CallLog } from "./shared/call-log.ts";
import { FirstAnswers } from "./shared/idempotency.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";

type Told<T> = { readonly told: T };
/** Null: a key must be made first. */
type Tend<T> = (now: number) => Told<T> | null;
type Once<T> = (command: Tend<T>) => Told<T> | null;

function atOnce<T>(command: Tend<T>): Told<T> | null {
  return command(Date.now());
}

/** `replayed`: told before, to the same request. */
export type RotatedKey = NextKey & { readonly replayed?: true };

export class Keyring extends DurableObject<Env> {
  readonly #ring: Ring;
  readonly #answers: FirstAnswers;
  readonly #log: CallLog;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    const storage = new MeteredStorage(ctx.storage);
    migrate(storage, MIGRATIONS);
    // MeteredStorage has the two members of DurableObjectStorage that drizzle uses.
    const db = drizzle(storage as unknown as DurableObjectStorage);
    this.#ring = { storage, db };
    this.#answers = new FirstAnswers(db, idempotencyKeys);
    this.#log = new CallLog({ object: "Keyring" }, storage.sql);
  }

  /** The key to sign with and the public ones. Makes a key that is due, so that asking is what rotates. */
  keys(requestId: string): Promise<Keys> {
    return this.#tend("keys.tell", requestId, false, tellKeys);
  }

  /** Makes the next key now, or tells the one that waits for its turn. */
  rotate(requestId: string, idempotency: Idempotency | null = null): Promise<RotatedKey> {
    const once: Once<RotatedKey> = (command) =>
      idempotency === null ? atOnce(command) : this.#once(idempotency, command);
    return this.#tend("keys.rotate", requestId, true, tellNext, once);
  }

  /**
   * Making a key awaits, and others may come in meanwhile: so the decision is taken again with the key in hand, and a key that is not needed any more is thrown away.
   */
  async #tend<T>(
    verb: string,
    requestId: string,
    byHand: boolean,
    tell: (ring: readonly KeyRow[], now: number) => T,
    once: Once<T> = atOnce,
  ): Promise<T> {
    const tend = (made: MadeKey | null) =>
      once((now) => {
        const ring = tendRing(this.#ring, now, byHand, made);
        return ring === null ? null : { told: tell(ring, now) };
      });
    const first = this.#log.run(verb, requestId, () => tend(null), saidOk);
    if (first !== null) return first.told;
    const made = await makeKey();
    const second = this.#log.run("keys.make", requestId, () => tend(made), saidOk);
    if (second === null) throw new Error("a key was made, and still one is needed");
    return second.told;
  }

  /** In one transaction with what is told, which is given again to a request that comes again. There is no alarm: what has ended is forgotten here. */
  #once(idempotency: Idempotency, command: Tend<RotatedKey>): Told<RotatedKey> | null {
    const now = Date.now();
    return this.#ring.storage.transactionSync(() => {
      const first = this.#answers.find(idempotency, "", now);
      // The request says nothing but its key, so that no other can come with it.
      if (!first.ok) throw new Error(first.error.detail);
      if (first.value !== null) return { told: { ...(JSON.parse(first.value) as NextKey), replayed: true } };
      const result = command(now);
      if (result === null) return null;
      this.#answers.purge(now);
      this.#answers.keep(idempotency, "", result.told, now, () => undefined);
      return result;
    });
  }
}

const saidOk = () => "ok";
