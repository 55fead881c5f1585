/** The console's closed lists in words: roles, scopes, security events, notices, and why a provider's sign-in failed. */
import type { SecurityEvent } from "../../protocol/rest/account.ts";
import type { ApiKeyScope } from "../../protocol/rest/api-keys.ts";
import type { OAuthErrorCode, Provider } from "../../protocol/rest/oauth.ts";
import type { Role } from "../../protocol/rest/roles.ts";

export const ROLE_WORDS: Readonly<Record<Role, { readonly label: string; readonly says: string }>> = {
  owner: { label: "Owner", says: "everything, and deletes the workspace" },
  admin: { label: "Admin", says: "team, keys, boards and settings" },
  moderator: { label: "Moderator", says: "sets statuses, pins, hides, merges" },
  member: { label: "Member", says: "sees private boards, votes on behalf of customers" },
};

export const SCOPE_WORDS: Readonly<Record<ApiKeyScope, { readonly label: string; readonly says: string }>> = {
  read: { label: "Read", says: "boards and feedback, private ones too" },
  write: { label: "Write", says: "post, vote and comment, on behalf of people" },
  moderate: { label: "Moderate", says: "statuses, pins, hiding, merging" },
  configure: { label: "Configure", says: "boards, branding and settings" },
};

export const PROVIDER_WORDS: Readonly<Record<Provider | "password", string>> = {
  github: "GitHub",
  linkedin: "LinkedIn",
  password: "password",
};

export const EVENT_WORDS: Readonly<Record<SecurityEvent["kind"], string>> = {
  registered: "Account opened",
  "signed-in": "Signed in",
  "sign-in-failed": "Sign-in failed",
  "new-device": "Signed in on a new device",
  "signed-out": "Signed out",
  "session-revoked": "A session was ended",
  "other-sessions-revoked": "All other sessions were ended",
  "refresh-token-reused": "A session ended: its key was used twice",
  "password-changed": "Password changed",
  "password-reset": "Password set by a mailed link",
  "password-dropped": "Password removed",
  "email-verified": "Email address verified",
  "provider-linked": "Sign-in with a provider added",
  "provider-key-stored": "Key of a model provider stored",
};

/** What stands over a page after something was done, by the query's `done`. */
const NOTICES: Readonly<Record<string, string>> = {
  "signed-out": "You are signed out.",
  "password-set": "Your new password is set. Sign in with it.",
  "email-verified": "Your email address is verified.",
  "name-saved": "Your name is saved.",
  "password-changed": "Your password is changed. All other sessions have ended.",
  "verification-sent": "A link is on its way. Look into your mail.",
  "session-ended": "That session has ended.",
  "others-ended": "All other sessions have ended.",
  "workspace-made": "Your workspace is ready. Next: a board, and your team.",
  "workspace-deleted": "The workspace is deleted.",
  left: "You have left the workspace.",
  joined: "Welcome to the team.",
  "role-changed": "The role is changed.",
  "member-removed": "That person is no longer in the team.",
  "invitation-revoked": "The invitation is taken back.",
  "key-revoked": "The key is revoked. Requests with it are refused from now on.",
  "secret-revoked": "The secret is revoked. Identities signed with it are refused from now on.",
  "settings-saved": "The settings are saved.",
  "limits-saved": "The rate limits are saved, and hold from now on.",
  "workspace-renamed": "The workspace has its new name.",
  "branding-saved": "The branding is saved.",
  "board-made": "The board is there.",
  "board-saved": "The board is saved.",
  "board-deleted": "The board is deleted.",
  "guest-added": "That person may read the board now.",
  "moderated-approve": "Approved: everybody sees it now.",
  "moderated-reject": "Rejected: nobody but the team sees it.",
  "moderated-spam": "Marked as spam. Its author’s next posts wait where first posts do.",
  "moderated-hide": "Hidden: nobody but the team sees it.",
  "moderated-unhide": "Shown again.",
  "moderated-delete": "Deleted for good.",
  "moderated-partly": "Some of it was gone already. The rest is done.",
  "duplicates-merged": "Merged. Every voter counts once; the others lead to the one that stays.",
  "duplicates-dismissed": "Not the same, then. They are not suggested together again.",
  "duplicates-made": "They stand side by side.",
  "duplicates-unmerged": "It stands by itself again, with the votes that it had.",
  "phase-made": "The phase is there.",
  "phase-saved": "The phase is saved.",
  "phase-deleted": "The phase is deleted.",
  "item-added": "It is on the roadmap.",
  "item-saved": "The item is saved.",
  "item-removed": "It is off the roadmap.",
  "guest-removed": "That person may no longer read the board.",
  "theme-named": "The theme has its new name, and keeps it.",
  "theme-pinned": "The theme is pinned.",
  "theme-unpinned": "The theme is not pinned any more.",
  "theme-merged": "The theme is merged. Its ideas are in the other one.",
  "themes-asked": "Themes are being found anew. Look again in a minute.",
};

export function noticeFor(done: string | null): string | null {
  return done !== null && Object.hasOwn(NOTICES, done) ? (NOTICES[done] ?? null) : null;
}

const OAUTH_ERRORS: Readonly<Record<OAuthErrorCode, string>> = {
  oauth_error: "The provider did not sign you in. You may have cancelled, or it refused.",
  invalid_parameters: "The provider’s answer was incomplete. Please try again.",
  invalid_state: "That sign-in was not begun in this browser, or was used already. Please try again.",
  expired_state: "That sign-in took longer than ten minutes. Please try again.",
  token_exchange_failed: "The provider did not confirm the sign-in. Please try again.",
  profile_fetch_failed: "The provider gave us no verified email address. Verify one there, or sign in another way.",
  internal_error: "Something went wrong on our side. Please try again in a moment.",
};

/** Null for no code; what is none of ours reads as a fault of ours. */
export function oauthErrorFor(code: string | null): string | null {
  if (code === null) return null;
  return Object.hasOwn(OAUTH_ERRORS, code) ? OAUTH_ERRORS[code as OAuthErrorCode] : OAUTH_ERRORS.internal_error;
}
