/**
 * The Identity object: one per way to sign in, addressed as `password:<address>` (see domain/email.ts), `github:<subject>` or `linkedin:<subject>`. It owns whose it is, the password's
 * hash, the count of failures, the browsers that are known and the links that were mailed. What the person's own object must know of it goes there through an outbox. Here are the entry
 * points only. Asking for one that was never used writes nothing, but for a try to sign in, which is counted.
 */
import { DurableObject } from "cloudflare:workers";
import { isMigrated, migrate } from "../schema/migrate.ts";
import { MIGRATIONS } from "../schema/identity/manifest.ts";
import type { Answered, Call } from "../src/call.ts";
import type { Device } from "../src/domain/sessions.ts";
import { type Failure, invalidLink, retryLater } from "../src/errors.ts";
import type { IdentityNews } from "../src/identity-news.ts";
import { fault, log, setLogLevel } from "../src/log.ts";
import { err, ok, type Result } from "../src/result.ts";
import {
  type ChangePassword,
  changePassword,
  type ClaimEmail,
  claimEmail,
  type ClaimProvider,
  claimProvider,
  type IdentityFacts,
  readIdentity,
  type Register,
  register,
} from "./identity/account.ts";
import {
  checkLink,
  chosenPassword,
  CONFIRM,
  confirmRegistration,
  type ConfirmRegistration,
  type Pending,
  requestRegistration,
  RESET,
  resetPassword,
  verifyEmail,
} from "./identity/by-mail.ts";
import { forget, FORGET_TASK, isForgotten } from "./identity/forget.ts";
import { issueLink, type Purpose } from "./identity/links.ts";
import { beginSignIn, type Begun, settleSignIn, type SettleSignIn } from "./identity/sign-in.ts";
import { IdentityStore } from "./identity/store.ts";
import { CallLog } from "./shared/call-log.ts";
import { ANSWERS_TASK } from "./shared/idempotency.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";
import { OUTBOX_TASK } from "./shared/outbox.ts";

const RETRY_AFTER_SECONDS = 1;
/** The answer to the try is out by then. So long at most a count can be lost, if the object is. */
const COUNT_AFTER_MS = 1_000;

function outcomeOf(result: Result<unknown, Failure>): string {
  return result.ok ? "ok" : result.error.code;
}

const CHANGE_PASSWORD = "account.change-password";

const NOBODYS: IdentityFacts = { userId: null, emailVerified: false, hasPassword: false };

export class Identity extends DurableObject<Env> {
  readonly #storage: MeteredStorage;
  readonly #store: IdentityStore;
  readonly #log: CallLog;
  /** Whether there are tables; asked once, for it costs as many rows as there are tables. */
  #migrated: boolean;
  /** A try that was admitted and is not written yet. */
  #uncounted: ((store: IdentityStore) => void) | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    this.#storage = new MeteredStorage(ctx.storage);
    this.#log = new CallLog({ object: "Identity" }, this.#storage.sql);
    this.#migrated = isMigrated(this.#storage);
    if (this.#migrated) migrate(this.#storage, MIGRATIONS);
    const clock = () => Date.now();
    this.#store = new IdentityStore(this.#storage, ctx.storage, clock, (userId, message) =>
      this.#tell(userId, message),
    );
  }

  /** Whose it is. What was left of an earlier message to the person's object is sent first, for a session needs it. */
  async read(call: Call): Promise<Result<IdentityFacts, never>> {
    if (!this.#migrated) return ok(NOBODYS);
    await this.#deliver(call.requestId);
    return this.#run("identity.read", call, () => ok(readIdentity(this.#store)));
  }

  // Signing in with a password

  /**
   * Counts the try. It is written down a little later, or before the next thing that is done here: making the tables of an address that nobody knew takes longer than a write to an
   * account, and would tell them apart. What was left of an earlier message to the person's object is sent first, for the session needs it.
   */
  async beginSignIn(call: Call, browser: string | null): Promise<Result<Begun, Failure>> {
    this.#countTry();
    const store = this.#migrated ? this.#store : null;
    if (store !== null) await this.#deliver(call.requestId);
    // Nothing is awaited from here on, so tries at the same time are counted one after the other.
    this.#countTry();
    const begin = () => beginSignIn(store, browser, this.#store.now());
    const result = this.#log.run("sign-in.begin", call.requestId, begin, outcomeOf);
    if (!result.ok) return result;
    const { begun, count } = result.value;
    this.#uncounted = count;
    setTimeout(() => this.#countTry(), COUNT_AFTER_MS);
    return ok(begun);
  }
  /** After a password that was right. False: it was changed meanwhile. */
  settleSignIn(call: Call, command: SettleSignIn) {
    return this.#make("sign-in.settle", call, () => settleSignIn(this.#store, command));
  }

  // Claiming

  register(call: Call, command: Register, emailVerified: boolean) {
    const verb = "account.register";
    const claim = () => this.#store.once(call, verb, () => register(this.#store, command, emailVerified));
    return this.#makeAndTell(verb, call, claim);
  }
  /**
   * For a person who comes through a provider that vouches for the address. Answers whose it is: `command.userId`, or who had it before; one who never verified it has lost password and
   * sessions when this returns. Errors: OVERLOADED when the person's object could not be told, for then the sessions stand.
   */
  async claimEmail(call: Call, command: ClaimEmail): Promise<Result<string, Failure>> {
    const claimed = this.#make("account.claim-email", call, () => claimEmail(this.#store, command));
    if (await this.#deliver(call.requestId)) return claimed;
    return err(retryLater("OVERLOADED", "The account is not ready yet. Try again.", RETRY_AFTER_SECONDS));
  }
  /** For an object named after a provider's id. Answers whose it is: `command.userId`, or who had it before. */
  claimProvider(call: Call, command: ClaimProvider) {
    return this.#makeAndTell("account.claim-provider", call, () => claimProvider(this.#store, command));
  }
  changePassword(call: Call, command: ChangePassword) {
    const change = () => this.#store.once(call, CHANGE_PASSWORD, () => changePassword(this.#store, command));
    return this.#makeAndTell(CHANGE_PASSWORD, call, change);
  }
  /** Whether this very request changed the password before: what proves that it may is no longer the password. */
  hasChangedPassword(call: Call): Result<boolean, never> {
    return ok(this.#migrated && this.#store.wasDone(call, CHANGE_PASSWORD));
  }

  // Links

  requestRegistration(call: Call, hash: string, pending: Pending) {
    const verb = "link.request-registration";
    const request = () => this.#store.once(call, verb, () => requestRegistration(this.#store, hash, pending));
    return this.#make(verb, call, request);
  }
  chosenPassword(call: Call, hash: string) {
    return this.#useLink("link.chosen-password", call, () => chosenPassword(this.#store, call, hash));
  }
  /** After a password that was right. */
  confirmRegistration(call: Call, hash: string, command: ConfirmRegistration) {
    const confirm = () => this.#store.once(call, CONFIRM, () => confirmRegistration(this.#store, hash, command));
    return this.#useLink(CONFIRM, call, confirm);
  }
  /** Whether to mail it. */
  issueLink(call: Call, purpose: "reset" | "verify", hash: string): Answered<boolean> {
    if (!this.#migrated) return ok(false);
    const verb = "link.issue";
    return this.#run(verb, call, () => this.#store.once(call, verb, () => issueLink(this.#store, purpose, hash)));
  }
  checkLink(call: Call, purpose: Purpose, hash: string) {
    return this.#useLink("link.check", call, () => checkLink(this.#store, call, purpose, hash));
  }
  resetPassword(call: Call, hash: string, passwordHash: string, device: Device) {
    const reset = () => this.#store.once(call, RESET, () => resetPassword(this.#store, hash, passwordHash, device));
    return this.#useLink(RESET, call, reset);
  }
  verifyEmail(call: Call, hash: string, device: Device) {
    const verb = "link.verify-email";
    return this.#useLink(verb, call, () => this.#store.once(call, verb, () => verifyEmail(this.#store, hash, device)));
  }

  override async alarm(): Promise<void> {
    if (!this.#migrated) return;
    this.#store.runDue(
      (task) => this.#runTask(task),
      (task, thrown) => log("error", fault("alarm", `Identity.alarm ${task}`, thrown)),
    );
    await this.#deliver("alarm");
    if (!isForgotten(this.#store)) return;
    // All is gone at once; the promise only says when it is on disk.
    const gone = this.ctx.storage.deleteAll();
    this.#migrated = false;
    await gone;
  }

  #runTask(task: string): number | null {
    return this.#log.run(
      `alarm.${task}`,
      "alarm",
      () => {
        if (task === OUTBOX_TASK) return this.#store.outboxDue();
        if (task === ANSWERS_TASK) return this.#store.answers.purge(this.#store.now());
        return task === FORGET_TASK ? forget(this.#store) : null;
      },
      () => "ok",
    );
  }

  async #makeAndTell<T, E extends Failure>(
    verb: string,
    call: Call,
    command: () => Result<T, E>,
  ): Promise<Result<T, E>> {
    const result = this.#make(verb, call, command);
    await this.#deliver(call.requestId);
    return result;
  }

  /** A link to where nothing was ever written is no link. */
  async #useLink<T>(verb: string, call: Call, command: () => Result<T, Failure>): Promise<Result<T, Failure>> {
    if (!this.#migrated) return err(invalidLink());
    const result = this.#run(verb, call, command);
    await this.#deliver(call.requestId);
    return result;
  }

  #countTry(): void {
    const count = this.#uncounted;
    this.#uncounted = null;
    if (count === null) return;
    try {
      this.#makeTables();
      const counted = () =>
        this.#store.commit((): Result<null, Failure> => {
          count(this.#store);
          return ok(null);
        });
      this.#log.run("sign-in.count", "-", counted, outcomeOf);
    } catch (thrown) {
      log("error", fault("-", "Identity.count", thrown));
    }
  }

  #makeTables(): void {
    if (this.#migrated) return;
    migrate(this.#storage, MIGRATIONS);
    this.#migrated = true;
  }

  #make<T, E extends Failure>(verb: string, call: Call, command: () => Result<T, E>): Result<T, E> {
    this.#makeTables();
    return this.#run(verb, call, command);
  }

  #run<T, E extends Failure>(verb: string, { requestId }: Call, command: () => Result<T, E>): Result<T, E> {
    this.#countTry();
    return this.#log.run(verb, requestId, () => this.#store.commit(command), outcomeOf);
  }

  /** Tells the person's object what was committed; false when it could not be told: then the alarm tells. */
  async #deliver(requestId: string): Promise<boolean> {
    try {
      if (this.#store.outbox.isEmpty()) return true;
      await this.#log.runAsync("outbox.deliver", requestId, () => this.#store.outbox.deliver());
      return true;
    } catch (thrown) {
      log("error", fault(requestId, "Identity.outbox", thrown));
      return false;
    }
  }

  async #tell(userId: string, message: string): Promise<void> {
    await this.env.USER.getByName(userId).hearIdentity(JSON.parse(message) as IdentityNews);
  }
}
