/** Who runs the workspace, and telling them: each member's User object keeps a copy for "my workspaces". */
import { members } from "../../schema/workspace.ts";
import type { MembershipNews } from "../../src/membership.ts";
import { OUTBOX_RETRY_MS, OUTBOX_TASK } from "../shared/outbox.ts";
import type { WorkspaceStore } from "./store.ts";

export function addOwner(store: WorkspaceStore, userId: string): void {
  store.db.insert(members).values({ userId, role: "owner", since: store.now() }).run();
}

/** Tells all members of the workspace's name and their role; a new one learns of it this way, too. */
export function announceMembership(store: WorkspaceStore, workspace: string, name: string): void {
  for (const { userId, role, since } of store.db.select().from(members).all()) {
    tell(store, userId, { kind: "member", workspace, name, role, since });
  }
}

/** Tells all members that the workspace is gone, and forgets them. */
export function dismissMembers(store: WorkspaceStore, workspace: string): void {
  for (const { userId } of store.db.delete(members).returning().all()) tell(store, userId, { kind: "gone", workspace });
}

function tell(store: WorkspaceStore, userId: string, news: MembershipNews): void {
  store.outbox.add(userId, JSON.stringify(news));
  store.schedule(OUTBOX_TASK, store.now() + OUTBOX_RETRY_MS);
}
