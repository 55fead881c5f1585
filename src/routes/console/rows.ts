/** The console's rows of the router's table. Anybody may ask for a page: what it shows is what the API answers to whoever asks. */
import type { Handler } from "../../edge/context.ts";
import type { Who } from "../../protocol/rest/endpoint.ts";
import {
  ACCOUNT_PATH,
  CONSOLE_PATH,
  REGISTER_CONFIRM_PATH,
  REGISTER_PATH,
  RESET_CONFIRM_PATH,
  RESET_PATH,
  SIGN_IN_PATH,
  SIGN_OUT_PATH,
  VERIFY_PATH,
} from "../../web/console/address.ts";
import { accountPage, changeAccount, makeWorkspace, workspacesPage } from "./account.ts";
import { analyticsPage } from "./analytics.ts";
import { boardSettingsPage, boardsPage, changeBoard, changeBoards } from "./boards.ts";
import { changeDuplicates, duplicatesPage } from "./duplicates.ts";
import { historyPage } from "./history.ts";
import { changeKeys, changeSecrets, identityPage, keysPage } from "./keys.ts";
import { changeMembers, joinPage, joinTeam, membersPage, overviewPage } from "./members.ts";
import { changeModeration, moderationPage } from "./moderation.ts";
import { changeRoadmap, roadmapPage } from "./roadmap.ts";
import { brandingPage, changeBranding, changeSettings, settingsPage } from "./settings.ts";
import {
  confirmRegistration,
  newPassword,
  register,
  registerPage,
  reset,
  resetPage,
  signIn,
  signInPage,
  signOut,
  verification,
} from "./sign-in.ts";
import { changeTheme, changeThemes, themePage, themesPage } from "./themes.ts";

type ConsoleRow = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly who: Who;
  readonly handle: Handler;
};

/** A page, and the handler of the forms that it takes at its own address. */
function rows(path: string, handle: Handler, post?: Handler): readonly ConsoleRow[] {
  const get: ConsoleRow = { method: "GET", path, who: "anyone", handle };
  return post === undefined ? [get] : [get, { method: "POST", path, who: "anyone", handle: post }];
}

const TEAM = "/console/w/:workspace";

export const consoleRows: readonly ConsoleRow[] = [
  ...rows(CONSOLE_PATH, workspacesPage, makeWorkspace),
  ...rows(SIGN_IN_PATH, signInPage, signIn),
  { method: "POST", path: SIGN_OUT_PATH, who: "anyone", handle: signOut },
  ...rows(REGISTER_PATH, registerPage, register),
  ...rows(REGISTER_CONFIRM_PATH, confirmRegistration.page, confirmRegistration.form),
  ...rows(RESET_PATH, resetPage, reset),
  ...rows(RESET_CONFIRM_PATH, newPassword.page, newPassword.form),
  ...rows(VERIFY_PATH, verification.page, verification.form),
  ...rows(ACCOUNT_PATH, accountPage, changeAccount),
  ...rows(TEAM, overviewPage),
  ...rows(`${TEAM}/analytics`, analyticsPage),
  ...rows(`${TEAM}/themes`, themesPage, changeThemes),
  ...rows(`${TEAM}/themes/:theme`, themePage, changeTheme),
  ...rows(`${TEAM}/duplicates`, duplicatesPage, changeDuplicates),
  ...rows(`${TEAM}/moderation`, moderationPage, changeModeration),
  ...rows(`${TEAM}/roadmap`, roadmapPage, changeRoadmap),
  ...rows(`${TEAM}/members`, membersPage, changeMembers),
  ...rows(`${TEAM}/keys`, keysPage, changeKeys),
  ...rows(`${TEAM}/identity`, identityPage, changeSecrets),
  ...rows(`${TEAM}/branding`, brandingPage, changeBranding),
  ...rows(`${TEAM}/boards`, boardsPage, changeBoards),
  ...rows(`${TEAM}/boards/:board`, boardSettingsPage, changeBoard),
  ...rows(`${TEAM}/settings`, settingsPage, changeSettings),
  ...rows(`${TEAM}/history`, historyPage),
  ...rows(`${TEAM}/join`, joinPage, joinTeam),
];
