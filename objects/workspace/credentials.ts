/**
 * What callers are checked against: members' roles, API keys, signing secrets, and the settings that decide who may write. Held in memory, for every request asks; bounded by the
 * limits on each. A write to them, or a rollback, forgets them, so the next request sees what is on disk.
 */
import { and, eq } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { apiKeys, members, settings, signingSecrets } from "../../schema/workspace.ts";
import type { ApiKeyScope } from "../../src/protocol/rest/api-keys.ts";
import type { Role } from "../../src/protocol/rest/roles.ts";
import type { Overrides } from "../../src/protocol/rest/rate-limits.ts";
import type { Settings } from "../../src/protocol/rest/settings.ts";

export type KnownMember = { readonly role: Role; readonly name: string | null; readonly email: string | null };
export type KnownKey = {
  readonly id: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
};
export type KnownSecret = { readonly id: string; readonly secret: string };

/** What the workspace decided for itself. */
type House = { readonly policy: Settings; readonly overrides: Overrides };

/** Of a new workspace, also of one that a first post is about to create. */
export const NEW_POLICY: Settings = {
  anonymousPosting: true,
  requireIdentity: false,
  allowedOrigins: [],
  moderation: "open",
  lockClosed: false,
};

/** A key's last use is noted to the hour, so that using it rarely writes. */
const USE_STEP_MS = 60 * 60 * 1_000;

export class Credentials {
  readonly #db: DrizzleSqliteDODatabase;
  #members: ReadonlyMap<string, KnownMember> | null = null;
  #keys: Map<string, KnownKey> | null = null;
  #secrets: readonly KnownSecret[] | null = null;
  #house: House | null = null;
  #isTouched = false;

  constructor(db: DrizzleSqliteDODatabase) {
    this.#db = db;
  }

  /** Null: not a member. */
  memberOf(userId: string): KnownMember | null {
    this.#members ??= new Map(
      this.#db
        .select()
        .from(members)
        .all()
        .map(({ userId: id, role, name, email }) => [id, { role, name, email }]),
    );
    return this.#members.get(userId) ?? null;
  }

  roleOf(userId: string): Role | null {
    return this.memberOf(userId)?.role ?? null;
  }

  /** By base64url of the SHA-256 of the whole key. Null: not one of this workspace. */
  keyOf(hash: string): KnownKey | null {
    this.#keys ??= this.#readKeys();
    return this.#keys.get(hash) ?? null;
  }

  /** Writes at most once an hour and key. */
  noteUse(hash: string, now: number): void {
    const key = this.keyOf(hash);
    const lastUsedAt = Math.floor(now / USE_STEP_MS) * USE_STEP_MS;
    if (key === null || key.lastUsedAt === lastUsedAt) return;
    this.#db.update(apiKeys).set({ lastUsedAt }).where(eq(apiKeys.keyHash, hash)).run();
    this.#keys?.set(hash, { ...key, lastUsedAt });
  }

  secrets(): readonly KnownSecret[] {
    this.#secrets ??= this.#db
      .select({ id: signingSecrets.id, secret: signingSecrets.secret })
      .from(signingSecrets)
      .all();
    return this.#secrets;
  }

  policy(): Settings {
    this.#house ??= this.#readHouse();
    return this.#house.policy;
  }

  /** The workspace's own rate limits. */
  overrides(): Overrides {
    this.#house ??= this.#readHouse();
    return this.#house.overrides;
  }

  /** Call with every write to what is held here. */
  forget(): void {
    this.#isTouched = true;
    this.#members = null;
    this.#keys = null;
    this.#secrets = null;
    this.#house = null;
  }

  /** A command begins. */
  begin(): void {
    this.#isTouched = false;
  }

  /** It was rolled back: what was read since it wrote is not on disk. What was refused before it wrote, as most is, costs nobody a reading. */
  rolledBack(): void {
    if (this.#isTouched) this.forget();
  }

  #readKeys(): Map<string, KnownKey> {
    const { id, keyHash, scopes, expiresAt, lastUsedAt } = apiKeys;
    const rows = this.#db.select({ id, keyHash, scopes, expiresAt, lastUsedAt }).from(apiKeys).all();
    return new Map(rows.map(({ keyHash: hash, ...key }) => [hash, key]));
  }

  #readHouse(): House {
    const { anonymousPosting, requireIdentity, allowedOrigins, moderation, lockClosed, rateLimitOverrides } = settings;
    const row = this.#db
      .select({ anonymousPosting, requireIdentity, allowedOrigins, moderation, lockClosed, rateLimitOverrides })
      .from(settings)
      .where(and(eq(settings.id, 1), eq(settings.active, true)))
      .get();
    if (row === undefined) return { policy: NEW_POLICY, overrides: {} };
    const { rateLimitOverrides: overrides, ...policy } = row;
    return { policy: { ...policy, allowedOrigins: [...policy.allowedOrigins] }, overrides };
  }
}
