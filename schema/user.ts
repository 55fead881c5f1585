/** Tables of the User object. `npm run migrations` turns a change into SQL under `user/`. Times are milliseconds since 1970. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The workspaces a person belongs to, as those workspaces said: theirs is the truth, this the copy that "my workspaces" reads. */
export const memberships = sqliteTable("memberships", {
  workspace: text("workspace").primaryKey(),
  name: text("name").notNull(),
  role: text("role").$type<"owner">().notNull(),
  since: integer("since").notNull(),
});
