/** Tables of the Keyring object. `npm run migrations` turns a change into SQL under `keyring/`. Times are milliseconds since 1970. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { idempotencyTable } from "./shared.ts";

export const signingKeys = sqliteTable("signing_keys", {
  /** RFC 7638 thumbprint. */
  kid: text("kid").primaryKey(),
  algorithm: text("algorithm").$type<"EdDSA">().notNull(),
  /** JWKs as JSON. */
  publicJwk: text("public_jwk").notNull(),
  privateJwk: text("private_jwk").notNull(),
  createdAt: integer("created_at").notNull(),
  /** Published from its creation on; signs from here, and until the next key does; published until `expiresAt`, null while it may sign. */
  signsFrom: integer("signs_from").notNull(),
  expiresAt: integer("expires_at"),
});

export const idempotencyKeys = idempotencyTable();
