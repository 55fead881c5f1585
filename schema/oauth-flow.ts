/** Tables of the OAuthFlow object: one pending sign-in. `npm run migrations` turns a change into SQL under `oauth-flow/`. Times are milliseconds since 1970. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One row, id 1, gone once it was taken. */
export const flow = sqliteTable("flow", {
  id: integer("id").primaryKey(),
  provider: text("provider").notNull(),
  /** PKCE's code verifier (RFC 7636) and, for OpenID Connect, the nonce. */
  verifier: text("verifier").notNull(),
  nonce: text("nonce").notNull(),
  /** Base64url of the SHA-256 of the cookie that binds the flow to one browser. */
  browserHash: text("browser_hash").notNull(),
  returnTo: text("return_to").notNull(),
  expiresAt: integer("expires_at").notNull(),
});
