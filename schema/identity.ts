/** Tables of the Identity object, one per way to sign in. `npm run migrations` turns a change into SQL under `identity/`. Times are milliseconds since 1970. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { idempotencyTable, outboxTable, scheduleTable } from "./shared.ts";

/**
 * One row, id 1. An address that somebody tried but nobody has registered gets one too, for failures count alike whether the account is known or not; the
 * alarm forgets it.
 */
export const identity = sqliteTable("identity", {
  id: integer("id").primaryKey(),
  /** Null: nobody's. */
  userId: text("user_id"),
  /** The address as it is compared: see domain/email.ts. For a provider's identity the address that the provider told last. */
  email: text("email"),
  emailVerifiedAt: integer("email_verified_at"),
  /** PHC string; null for a provider's identity and for an account whose password was dropped. */
  passwordHash: text("password_hash"),
  /** In a row, without a success between; and until when the next try is refused. */
  failures: integer("failures").notNull(),
  waitUntil: integer("wait_until").notNull(),
  lastFailureAt: integer("last_failure_at").notNull(),
  createdAt: integer("created_at").notNull(),
});

/** Browsers that signed in before: other people's failures do not hold them. */
export const knownDevices = sqliteTable("known_devices", {
  /** Base64url of the SHA-256 of the cookie. */
  hash: text("hash").primaryKey(),
  failures: integer("failures").notNull(),
  waitUntil: integer("wait_until").notNull(),
  lastSeenAt: integer("last_seen_at").notNull(),
});

/** Links that were mailed, each good for one use; and mails without a link, for they are counted too. */
export const mailedTokens = sqliteTable("mailed_tokens", {
  /** Base64url of the SHA-256 of the token. */
  hash: text("hash").primaryKey(),
  purpose: text("purpose").$type<"verify" | "reset" | "register" | "notice">().notNull(),
  /** What the link finishes: JSON, for a registration the password's hash and the name. */
  payload: text("payload"),
  expiresAt: integer("expires_at").notNull(),
});

export const outbox = outboxTable();
export const schedule = scheduleTable();
export const idempotencyKeys = idempotencyTable();
