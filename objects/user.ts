/**
 * The User object: one per person, addressed by the user id. For now it keeps the person's memberships, as the workspaces report them. No sockets, so it
 * is a plain Durable Object.
 */
import { DurableObject } from "cloudflare:workers";
import { asc, eq } from "drizzle-orm";
import { drizzle, type DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { isMigrated, migrate } from "../schema/migrate.ts";
import { memberships } from "../schema/user.ts";
import { MIGRATIONS } from "../schema/user/manifest.ts";
import type { Call } from "../src/call.ts";
import { MEMBERSHIPS_PER_USER_MAX } from "../src/limits.ts";
import { setLogLevel } from "../src/log.ts";
import type { MembershipNews } from "../src/membership.ts";
import type { MyWorkspace } from "../src/protocol/rest/workspaces.ts";
import { ok, type Result } from "../src/result.ts";
import { CallLog } from "./shared/call-log.ts";
import { MeteredStorage } from "./shared/metered-storage.ts";

export class User extends DurableObject<Env> {
  readonly #storage: MeteredStorage;
  readonly #db: DrizzleSqliteDODatabase;
  readonly #log: CallLog;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    setLogLevel(env.LOG_LEVEL);
    this.#storage = new MeteredStorage(ctx.storage);
    this.#log = new CallLog({ object: "User" }, this.#storage.sql);
    if (isMigrated(this.#storage)) migrate(this.#storage, MIGRATIONS);
    // MeteredStorage has the two members of DurableObjectStorage that drizzle uses.
    this.#db = drizzle(this.#storage as unknown as DurableObjectStorage);
  }

  /** A workspace's message. Sets, so that one which comes twice does no harm. */
  hear(news: MembershipNews): void {
    if (!isMigrated(this.#storage)) migrate(this.#storage, MIGRATIONS);
    this.#log.run(
      "membership.hear",
      "-",
      () => this.#hear(news),
      () => "ok",
    );
  }

  /** By slug. */
  listWorkspaces(call: Call): Result<MyWorkspace[], never> {
    if (!isMigrated(this.#storage)) return ok([]);
    return this.#log.run(
      "membership.list",
      call.requestId,
      () => ok(this.#list()),
      () => "ok",
    );
  }

  #hear(news: MembershipNews): void {
    if (news.kind === "gone") {
      this.#db.delete(memberships).where(eq(memberships.workspace, news.workspace)).run();
      return;
    }
    const { workspace, name, role, since } = news;
    const row = { name, role, since };
    this.#db
      .insert(memberships)
      .values({ workspace, ...row })
      .onConflictDoUpdate({ target: memberships.workspace, set: row })
      .run();
  }

  #list(): MyWorkspace[] {
    const rows = this.#db
      .select()
      .from(memberships)
      .orderBy(asc(memberships.workspace))
      .limit(MEMBERSHIPS_PER_USER_MAX)
      .all();
    return rows.map(({ workspace: slug, name, role, since }) => ({
      slug,
      name,
      role,
      since: new Date(since).toISOString(),
    }));
  }
}
