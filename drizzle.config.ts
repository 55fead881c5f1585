import { defineConfig } from "drizzle-kit";

/** `npm run migrations` writes the SQL that schema/migrate.ts applies. */
export default defineConfig({
  dialect: "sqlite",
  driver: "durable-sqlite",
  schema: "./schema/workspace{,-*}.ts",
  out: "./schema/workspace",
});
