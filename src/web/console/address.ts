/** The URLs of the console's pages. Everything of a workspace stands below its slug. */
export const CONSOLE_PATH = "/console";
export const SIGN_IN_PATH = "/console/sign-in";
export const SIGN_OUT_PATH = "/console/sign-out";
export const REGISTER_PATH = "/console/register";
export const REGISTER_CONFIRM_PATH = "/console/register/confirm";
export const RESET_PATH = "/console/reset";
export const RESET_CONFIRM_PATH = "/console/reset/confirm";
export const VERIFY_PATH = "/console/verify";
export const ACCOUNT_PATH = "/console/account";

export type TeamSection = "" | "members" | "boards" | "keys" | "identity" | "branding" | "settings" | "join";

export function teamPath(workspace: string, section: TeamSection = ""): string {
  const path = `/console/w/${encodeURIComponent(workspace)}`;
  return section === "" ? path : `${path}/${section}`;
}

export function teamBoardPath(workspace: string, board: string): string {
  return `${teamPath(workspace, "boards")}/${encodeURIComponent(board)}`;
}

/** A page of the sign-in that leads back to `returnTo`, a path of this site. */
export function withReturn(path: string, returnTo: string): string {
  return returnTo === CONSOLE_PATH ? path : `${path}?${new URLSearchParams({ returnTo }).toString()}`;
}

/** The page with a notice of what was done; the words stand in words.ts. */
export function withNotice(path: string, notice: string): string {
  return `${path}?${new URLSearchParams({ done: notice }).toString()}`;
}
