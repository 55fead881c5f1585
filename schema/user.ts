/** Tables of the User object. `npm run migrations` turns a change into SQL under `user/`. Times are milliseconds since 1970. */
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Role } from "../src/protocol/rest/roles.ts";
import { idempotencyTable, outboxTable, rateLimitTable, scheduleTable } from "./shared.ts";

/** One row, id 1: who the person is, as their identities said. */
export const profile = sqliteTable("profile", {
  id: integer("id").primaryKey(),
  email: text("email").notNull(),
  emailVerifiedAt: integer("email_verified_at"),
  name: text("name"),
  createdAt: integer("created_at").notNull(),
  lastLoginAt: integer("last_login_at"),
});

/** The ways in which this person signs in: theirs is the truth, this the copy that the account page shows. */
export const identities = sqliteTable(
  "identities",
  {
    provider: text("provider").$type<"password" | "github" | "linkedin">().notNull(),
    /** Of a password the address, else the provider's own id of the person. */
    subject: text("subject").notNull(),
    email: text("email"),
    linkedAt: integer("linked_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.subject] })],
);

/** One per sign-in, and at the same time the family of its refresh tokens (RFC 9700, section 4.14). Only hashes of tokens are kept. */
export const sessions = sqliteTable("sessions", {
  id: text("id").primaryKey(),
  /** Base64url of the SHA-256 of the one refresh token that is good now. */
  tokenHash: text("token_hash").notNull(),
  /** Of the one before it; with the salt it makes the current one again, for tabs that refresh at once. */
  previousHash: text("previous_hash"),
  successorSalt: text("successor_salt"),
  rotatedAt: integer("rotated_at").notNull(),
  /** How often, so that the oldest used token is forgotten without counting them. */
  rotations: integer("rotations").notNull(),
  method: text("method").$type<"password" | "github" | "linkedin">().notNull(),
  browser: text("browser").notNull(),
  os: text("os").notNull(),
  device: text("device").notNull(),
  address: text("address").notNull(),
  place: text("place").notNull(),
  createdAt: integer("created_at").notNull(),
  lastActiveAt: integer("last_active_at").notNull(),
  /** Whatever happens, it ends then. */
  expiresAt: integer("expires_at").notNull(),
});

/** Refresh tokens that were used: one that comes again was stolen. They go with their session. */
export const usedTokens = sqliteTable(
  "used_tokens",
  {
    hash: text("hash").primaryKey(),
    sessionId: text("session_id").notNull(),
    usedAt: integer("used_at").notNull(),
  },
  (table) => [
    // the end of a session; forgetting the oldest of one
    index("used_tokens_by_session").on(table.sessionId, table.usedAt),
  ],
);

/** What happened to the account; the oldest are forgotten. */
export const securityEvents = sqliteTable("security_events", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  at: integer("at").notNull(),
  kind: text("kind").notNull(),
  browser: text("browser").notNull(),
  os: text("os").notNull(),
  address: text("address").notNull(),
  place: text("place").notNull(),
});

/** The workspaces a person belongs to, as those workspaces said: theirs is the truth, this the copy that "my workspaces" reads. */
export const memberships = sqliteTable("memberships", {
  workspace: text("workspace").primaryKey(),
  name: text("name").notNull(),
  role: text("role").$type<Role>().notNull(),
  since: integer("since").notNull(),
  /** Of the newest message from that workspace: an older one that comes late is not heard. */
  version: integer("version").notNull().default(0),
  /** When the person left; such a row only remembers the version, for as long as a message may be on its way. */
  leftAt: integer("left_at"),
});

/** Keys of model providers, sealed by the Worker: see auth/seal.ts. */
export const providerKeys = sqliteTable("provider_keys", {
  provider: text("provider").primaryKey(),
  sealed: text("sealed").notNull(),
  lastFour: text("last_four").notNull(),
  baseUrl: text("base_url"),
  storedAt: integer("stored_at").notNull(),
});

export const outbox = outboxTable();
export const schedule = scheduleTable();
export const rateLimits = rateLimitTable();
export const idempotencyKeys = idempotencyTable();
