/** The URLs of the console's pages. Everything of a workspace stands below its slug. */
import type { GroupStatus } from "../../protocol/rest/duplicates.ts";

export const CONSOLE_PATH = "/console";
export const SIGN_IN_PATH = "/console/sign-in";
export const SIGN_OUT_PATH = "/console/sign-out";
export const REGISTER_PATH = "/console/register";
export const REGISTER_CONFIRM_PATH = "/console/register/confirm";
export const RESET_PATH = "/console/reset";
export const RESET_CONFIRM_PATH = "/console/reset/confirm";
export const VERIFY_PATH = "/console/verify";
export const ACCOUNT_PATH = "/console/account";

export type TeamSection =
  | ""
  | "members"
  | "boards"
  | "roadmap"
  | "moderation"
  | "duplicates"
  | "keys"
  | "identity"
  | "branding"
  | "settings"
  | "history"
  | "themes"
  | "analytics"
  | "join";

export function teamPath(workspace: string, section: TeamSection = ""): string {
  const path = `/console/w/${encodeURIComponent(workspace)}`;
  return section === "" ? path : `${path}/${section}`;
}

export function teamBoardPath(workspace: string, board: string): string {
  return `${teamPath(workspace, "boards")}/${encodeURIComponent(board)}`;
}

export function teamThemePath(workspace: string, id: number): string {
  return `${teamPath(workspace, "themes")}/${String(id)}`;
}

/** What the page of likely duplicates shows. */
export type DuplicatesView = {
  readonly status: GroupStatus;
  readonly cursor?: string | undefined;
  /** What was searched for. */
  readonly title?: string;
  /** An item: what was merged into it is shown. */
  readonly of?: { readonly board: string; readonly id: number };
};

export function duplicatesPath(workspace: string, { status, cursor, of }: DuplicatesView): string {
  const query = new URLSearchParams({ status });
  if (cursor !== undefined) query.set("cursor", cursor);
  if (of !== undefined) query.set("of", `${of.board}/${String(of.id)}`);
  return `${teamPath(workspace, "duplicates")}?${query.toString()}`;
}

/** A page of the sign-in that leads back to `returnTo`, a path of this site. */
export function withReturn(path: string, returnTo: string): string {
  return returnTo === CONSOLE_PATH ? path : `${path}?${new URLSearchParams({ returnTo }).toString()}`;
}

/** The page with a notice of what was done; the words stand in words.ts. */
export function withNotice(path: string, notice: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ done: notice }).toString()}`;
}
