/** The workspace's settings and branding, and what a widget is told of both. */
import { eq } from "drizzle-orm";
import { settings } from "../../schema/workspace.ts";
import { type Failure, workspaceNotFound } from "../../src/errors.ts";
import type {
  Branding,
  Settings,
  UpdateBranding,
  UpdateSettings,
  WidgetConfig,
} from "../../src/protocol/rest/settings.ts";
import { err, ok, type Result } from "../../src/result.ts";
import type { Actor } from "./authorize.ts";
import { recordChange } from "./history/record.ts";
import { settingsRow, type WorkspaceStore } from "./store.ts";

export function readSettings(store: WorkspaceStore): Result<Settings, Failure> {
  return ok(store.credentials.policy());
}

/** They hold from the next request on. */
export function updateSettings(
  store: WorkspaceStore,
  actor: Actor,
  command: UpdateSettings,
): Result<Settings, Failure> {
  const before = store.credentials.policy();
  const changed: Settings = {
    anonymousPosting: command.anonymousPosting ?? before.anonymousPosting,
    requireIdentity: command.requireIdentity ?? before.requireIdentity,
    allowedOrigins: [...new Set(command.allowedOrigins ?? before.allowedOrigins)],
    moderation: command.moderation ?? before.moderation,
    lockClosed: command.lockClosed ?? before.lockClosed,
  };
  store.db
    .update(settings)
    .set({ ...changed, updatedAt: store.now() })
    .where(eq(settings.id, 1))
    .run();
  store.credentials.forget();
  recordChange(store, actor, { type: "settings.updated" }, before, changed);
  return ok(changed);
}

/** Errors: WORKSPACE_NOT_FOUND. */
export function readBranding(store: WorkspaceStore): Result<Branding, Failure> {
  const row = settingsRow(store);
  if (row === null) return err(workspaceNotFound());
  return ok({ accentColor: row.accentColor, logoUrl: row.logoUrl });
}

/** A field that is left out stays; null takes it away. Errors: WORKSPACE_NOT_FOUND. */
export function updateBranding(
  store: WorkspaceStore,
  actor: Actor,
  command: UpdateBranding,
): Result<Branding, Failure> {
  const before = readBranding(store);
  if (!before.ok) return before;
  const { accentColor = before.value.accentColor, logoUrl = before.value.logoUrl } = command;
  store.db.update(settings).set({ accentColor, logoUrl, updatedAt: store.now() }).where(eq(settings.id, 1)).run();
  recordChange(store, actor, { type: "branding.updated" }, before.value, { accentColor, logoUrl });
  return ok({ accentColor, logoUrl });
}

/** What a workspace says of itself to widgets; what the deployment says besides is the route's to add. */
export type OwnWidgetConfig = Omit<WidgetConfig, "turnstileSiteKey">;

/** Public boards only, whoever asks: the same for all, so that it can be cached. Errors: WORKSPACE_NOT_FOUND. */
export function readWidgetConfig(store: WorkspaceStore): Result<OwnWidgetConfig, Failure> {
  const row = settingsRow(store);
  if (row === null) return err(workspaceNotFound());
  const { name, accentColor, logoUrl, anonymousPosting, requireIdentity } = row;
  const boards = store.boards().filter(({ visibility }) => visibility === "public");
  return ok({
    name,
    branding: { accentColor, logoUrl },
    anonymousPosting,
    requireIdentity,
    boards: boards.map((board) => ({ slug: board.slug, name: board.name })),
  });
}
