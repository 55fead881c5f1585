/**
 * The User object: one per person, addressed by the user id. It owns the profile, the sessions and what happened to the account; of the ways to sign in and of the memberships it has
 * copies, told by the objects that own those. Here are the entry points only. No sockets, so it is a plain Durable Object.
 */
import { DurableObject } from "cloudflare:workers";
import { isMigrated, migrate } from "../schema/migrate.ts";
import { MIGRATIONS } from "../schema/user/manifest.ts";
import type { Answered, Call } from "../src/call.ts";
import type { Device } from "../src/domain/sessions.ts";
import { type Failure, failure } from "../src/errors.ts";
import type { IdentityNews } from "../src/identity-news.ts";
import { parseScale } from "../src/domain/rate-limits.ts";
import { fault, log, setLogLevel } from "../src/log.ts";
import type { MembershipNews } from "../src/membership.ts";
import type { UpdateMe } from "../src/protocol/rest/account.ts";
import type { MyWorkspace } from "../src/protocol/rest/workspaces.ts";
import { err, ok, type Result } from "../src/result.ts";
import { CallLog } from "./shared/call-log.ts";
import { ANSWERS_TASK } from "./shared/idempotency.ts";
import { LIMITER_TASK } from "./shared/limiter.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";
import { OUTBOX_TASK } from "./shared/outbox.ts";
import { listEvents } from "./user/events.ts";
import { hearMembership, listMemberships } from "./user/memberships.ts";
import { hearIdentity } from "./user/news.ts";
import { counted, countedRead } from "./user/quotas.ts";
import { noteLogin, readMe, updateMe } from "./user/profile.ts";
import { type SealedProviderKey, storeProviderKey } from "./user/provider-keys.ts";
import {
  checkSession,
  endSession,
  listSessions,
  notReady,
  openSession,
  type OpenSession,
  purgeSessions,
  refreshSession,
  type RefreshSession,
  revokeOtherSessions,
  revokeSession,
  SESSIONS_TASK,
  signOut,
} from "./user/sessions.ts";
import { UserStore } from "./user/store.ts";

export class User extends DurableObject<Env> {
  readonly #storage: MeteredStorage;
  readonly #store: UserStore;
  readonly #log: CallLog;
  /** Whether there are tables; asked once, for it costs as many rows as there are tables. */
  #migrated: boolean;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    this.#storage = new MeteredStorage(ctx.storage);
    this.#log = new CallLog({ object: "User" }, this.#storage.sql);
    this.#migrated = isMigrated(this.#storage);
    if (this.#migrated) migrate(this.#storage, MIGRATIONS);
    const clock = () => Date.now();
    const id = ctx.id.name ?? "";
    const tell = (workspace: string, message: string) => this.#tell(workspace, message);
    this.#store = new UserStore(id, parseScale(env.RATE_LIMIT_SCALE), this.#storage, ctx.storage, clock, tell);
  }

  // Account

  /** An identity's message, the first of which makes the profile. Sets, so that one which comes twice does no harm. */
  async hearIdentity(news: IdentityNews): Promise<void> {
    this.#make("account.hear", "-", () => hearIdentity(this.#store, news));
    await this.#deliver("-");
  }
  readMe(call: Call) {
    return this.#write("account.read", call, () => countedRead(this.#store, call, () => readMe(this.#store)));
  }
  async updateMe(call: Call, command: UpdateMe) {
    const result = this.#change("account.update", call, () => updateMe(this.#store, command));
    await this.#deliver(call.requestId);
    return result;
  }
  listEvents(call: Call) {
    return this.#write("account.events", call, () => ok(listEvents(this.#store)));
  }
  /** A password that was wrong. May be lost. */
  noteFailedSignIn(call: Call, device: Device) {
    return this.#write("account.note-failure", call, () => {
      this.#store.record("sign-in-failed", this.#store.now(), device);
      return ok(null);
    });
  }
  noteLogin(call: Call) {
    return this.#write("account.note-login", call, () => noteLogin(this.#store));
  }
  storeProviderKey(call: Call, key: SealedProviderKey) {
    return this.#change("provider-key.store", call, () => storeProviderKey(this.#store, key));
  }

  // Sessions

  openSession(call: Call, command: OpenSession) {
    if (!this.#migrated) return err(notReady());
    return this.#write("session.open", call, () => openSession(this.#store, command));
  }
  /** A token that was used up ends the session, so the transaction stands although the caller is refused. */
  refreshSession(call: Call, command: RefreshSession) {
    const refresh = () => refreshSession(this.#store, command);
    const outcome = this.#write("session.refresh", call, () =>
      ok(counted(this.#store, call, command.sessionId, refresh)),
    );
    return outcome.ok ? outcome.value : outcome;
  }
  checkSession(call: Call, sessionId: string) {
    const check = () => checkSession(this.#store, sessionId);
    return this.#write("session.check", call, () => {
      // First: of a session that has ended nothing is counted.
      const checked = check();
      return checked.ok ? counted(this.#store, call, null, () => checked) : checked;
    });
  }
  listSessions(call: Call, currentId: string) {
    return this.#write("session.list", call, () => ok(listSessions(this.#store, currentId)));
  }
  revokeSession(call: Call, sessionId: string, device: Device) {
    return this.#change("session.revoke", call, () => revokeSession(this.#store, sessionId, device));
  }
  revokeOtherSessions(call: Call, currentId: string, device: Device) {
    return this.#change("session.revoke-others", call, () => revokeOtherSessions(this.#store, currentId, device));
  }
  /** `hash`: of the refresh token that proves whose session it is; null when an access token has. */
  signOut(call: Call, sessionId: string, hash: string | null, device: Device) {
    return this.#change("session.sign-out", call, () => signOut(this.#store, sessionId, hash, device));
  }
  /** Takes back a session whose tokens have not left yet. */
  endSession(call: Call, sessionId: string) {
    return this.#write("session.end", call, () => endSession(this.#store, sessionId));
  }

  // Memberships

  /** A workspace's message. Does not wait for what it may have to be answered: that workspace waits for this. */
  hear(news: MembershipNews): void {
    this.#make("membership.hear", "-", () => ok(hearMembership(this.#store, news)));
    this.ctx.waitUntil(this.#deliver("-"));
  }
  /** By slug. */
  listWorkspaces(call: Call): Answered<MyWorkspace[]> {
    if (!this.#migrated) return ok([]);
    const list = () => ok(listMemberships(this.#store));
    return this.#run("membership.list", call.requestId, () => countedRead(this.#store, call, list));
  }

  /** For a request that names the object which is to have its effect: another one is none the wiser, so the key is tied to the request here. Errors: IDEMPOTENCY_KEY_REUSED. */
  claimKey(call: Call): Result<null, Failure> {
    const forget = (dueAt: number) => this.#store.schedule(ANSWERS_TASK, dueAt);
    const claim = () => this.#store.answers.once(call, "claim", this.#store.now(), forget, () => ok(null));
    const claimed = this.#make("idempotency.claim", call.requestId, claim);
    return claimed.ok ? ok(null) : claimed;
  }

  override async alarm(): Promise<void> {
    this.#store.runDue(
      (task) => this.#runTask(task),
      (task, thrown) => log("error", fault("alarm", `User.alarm ${task}`, thrown)),
    );
    await this.#deliver("alarm");
  }

  #runTask(task: string): number | null {
    const next = this.#log.run(
      `alarm.${task}`,
      "alarm",
      () => {
        if (task === OUTBOX_TASK) return this.#store.outboxDue();
        if (task === ANSWERS_TASK) return this.#store.answers.purge(this.#store.now());
        if (task === LIMITER_TASK) return this.#forgetLimits();
        return task === SESSIONS_TASK ? purgeSessions(this.#store) : null;
      },
      () => "ok",
    );
    return next;
  }

  #forgetLimits(): number | null {
    const now = this.#store.now();
    const afterMs = this.#store.limiter.purge(now);
    return afterMs === null ? null : now + afterMs;
  }

  /** For a person who is there: a name that was never used writes nothing. */
  #write<T>(verb: string, call: Call, command: () => Answered<T>): Answered<T> {
    if (!this.#migrated) return err(failure("INVALID_TOKEN", "The token is not valid, or has ended."));
    return this.#run(verb, call.requestId, command);
  }

  /** The same for what a client may ask to be done once, however often it asks. */
  #change<T>(verb: string, call: Call, command: () => Result<T, Failure>): Answered<T> {
    const { answers } = this.#store;
    const forget = (dueAt: number) => this.#store.schedule(ANSWERS_TASK, dueAt);
    return this.#write(verb, call, () => answers.once(call, verb, this.#store.now(), forget, command));
  }

  /** For whoever makes the person. */
  #make<R extends Result<unknown, Failure>>(verb: string, requestId: string, command: () => R): R {
    if (!this.#migrated) migrate(this.#storage, MIGRATIONS);
    this.#migrated = true;
    return this.#run(verb, requestId, command);
  }

  #run<R extends Result<unknown, Failure>>(verb: string, requestId: string, command: () => R): R {
    return this.#log.run(
      verb,
      requestId,
      () => this.#store.commit(command),
      (result) => (result.ok ? "ok" : result.error.code),
    );
  }

  /** Tells the workspaces what was committed. What cannot be told now, the alarm tells. */
  async #deliver(requestId: string): Promise<void> {
    try {
      if (!this.#migrated || this.#store.outbox.isEmpty()) return;
      await this.#log.runAsync("outbox.deliver", requestId, () => this.#store.outbox.deliver());
    } catch (thrown) {
      log("error", fault(requestId, "User.outbox", thrown));
    }
  }

  async #tell(workspace: string, message: string): Promise<void> {
    const profile = JSON.parse(message) as { email: string; name: string | null };
    await this.env.WORKSPACE.getByName(workspace).hearProfile(this.ctx.id.name ?? "", profile);
  }
}
