/**
 * How often what may be asked: one table, which the objects count by, docs/limits.md is printed from, and workspaces override. `RATE_LIMIT_SCALE` multiplies all of it.
 * Source: SPEC 6; what SPEC does not name says so.
 */
import { RATE_LIMIT_SCALE_MAX } from "../limits.ts";
import type { Overrides, Policy } from "../protocol/rest/rate-limits.ts";
import type { Rate } from "./gcra.ts";

const MINUTE = 60;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;

/** Whose requests are counted together. `address`: IPv4 addresses each, IPv6 by /64. `person`: an end user, by signed identity, account or bare id. */
export type By = "address" | "person" | "account" | "session" | "key";

/** The object that counts. */
export type CountedBy = "Workspace" | "User" | "Visitor";

export type Quota = {
  readonly policy: Policy | "api-key";
  readonly by: By;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly at: CountedBy;
  /** Each route is counted by itself. */
  readonly perRoute: boolean;
  /** What it is, for people. */
  readonly says: string;
};

function quota<const B extends By>(
  at: CountedBy,
  policy: Quota["policy"],
  by: B,
  limit: number,
  windowSeconds: number,
  says: string,
): Quota & { readonly by: B } {
  return { policy, by, limit, windowSeconds, at, perRoute: policy === "signed-in", says };
}

export const QUOTAS = {
  login: quota("Visitor", "login", "address", 5, QUARTER, "Signing in with a password"),
  register: quota("Visitor", "register", "address", 5, HOUR, "Opening an account"),
  "oauth-start": quota("Visitor", "oauth-start", "address", 5, QUARTER, "Starting a sign-in with a provider"),
  // Not in SPEC 6: what a stranger may try with links that were mailed to somebody else, and mails that they may cause.
  "mailed-link": quota(
    "Visitor",
    "mailed-link",
    "address",
    30,
    QUARTER,
    "Following a mailed link; coming back from a provider",
  ),
  "mail-request": quota("Visitor", "mail-request", "address", 10, HOUR, "Asking for a mail that resets a password"),
  // Not in SPEC 6: each is a question to Cloudflare (docs/turnstile.md).
  challenge: quota(
    "Visitor",
    "challenge",
    "address",
    60,
    QUARTER,
    "Challenges that are checked before anonymous posts",
  ),
  // Not in SPEC 6: with OPEN_WORKSPACES anybody may make objects.
  "workspace-open": quota(
    "Visitor",
    "workspace-open",
    "address",
    20,
    HOUR,
    "First posts that open a workspace or a board",
  ),
  refresh: quota("User", "refresh", "session", 30, QUARTER, "Renewing a session"),
  read: quota("Workspace", "read", "address", 600, MINUTE, "Reading boards, pages included; opening sockets"),
  "feedback-create-person": quota("Workspace", "feedback-create", "person", 10, MINUTE, "Posting feedback"),
  "feedback-create-address": quota("Workspace", "feedback-create", "address", 30, MINUTE, "Posting feedback"),
  "vote-person": quota("Workspace", "vote", "person", 60, MINUTE, "Casting votes and taking them back"),
  "vote-address": quota("Workspace", "vote", "address", 300, MINUTE, "Casting votes and taking them back"),
  "comment-person": quota("Workspace", "comment", "person", 20, MINUTE, "Commenting"),
  "comment-address": quota("Workspace", "comment", "address", 60, MINUTE, "Commenting"),
  "api-key": quota(
    "Workspace",
    "api-key",
    "key",
    1_000,
    MINUTE,
    "Whatever is asked with an API key, in place of all others",
  ),
  "ai-analysis": quota("User", "ai-analysis", "account", 20, HOUR, "Analyses by a model"),
  "sync-providers": quota("User", "sync-providers", "account", 10, HOUR, "Asking model providers for their models"),
  email: quota("User", "email", "account", 10, HOUR, "Requests that send mail"),
  export: quota("User", "export", "account", 30, HOUR, "Exports"),
  // Not in SPEC 6: each makes an object that stays.
  "workspace-create": quota("User", "workspace-create", "account", 10, HOUR, "Making workspaces"),
  "signed-in": quota(
    "User",
    "signed-in",
    "account",
    100,
    QUARTER,
    "Anything else that needs an account, each route by itself",
  ),
} as const satisfies Readonly<Record<string, Quota>>;

export type QuotaName = keyof typeof QUOTAS;
export const QUOTA_NAMES = Object.keys(QUOTAS) as readonly QuotaName[];

/** The quotas of a policy. */
export function quotasOf(policy: Quota["policy"]): readonly QuotaName[] {
  return BY_POLICY.get(policy) ?? [];
}

const BY_POLICY: ReadonlyMap<Quota["policy"], readonly QuotaName[]> = Map.groupBy(
  QUOTA_NAMES,
  (name) => QUOTAS[name].policy,
);

/** What a quota comes to; null: everything passes. */
export function rateOf(name: QuotaName, scale: number, overrides: Overrides = {}): Rate | null {
  if (scale === 0) return null;
  const { limit, windowSeconds } = QUOTAS[name];
  const own = (overrides as Partial<Record<QuotaName, number>>)[name] ?? limit;
  return { limit: Math.max(1, Math.round(own * scale)), windowMs: windowSeconds * 1_000 };
}

/** Of the variable `RATE_LIMIT_SCALE`: what every quota is multiplied by, 0 for none at all; 1 for what is no such number. */
export function parseScale(text: string | undefined): number {
  const scale = text === undefined || text.trim() === "" ? 1 : Number(text);
  return scale >= 0 && scale <= RATE_LIMIT_SCALE_MAX ? scale : 1;
}

/** How a quota stands after a request: what the headers of an answer say. */
export type LimitState = {
  readonly name: QuotaName;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Until all of it is there again, in ms. */
  readonly resetMs: number;
  /** Until one more request passes, in ms; 0: at once. */
  readonly retryAfterMs: number;
};
