/** Names and ids of the public contract: slugs, their reserved words, request ids. */
import { SLUG_CHARS_MAX } from "./limits.ts";

export const API_PREFIX = "/api/v1";

export const SLUG_PATTERN = /* @__PURE__ */ (() => new RegExp(`^[a-z0-9-]{1,${String(SLUG_CHARS_MAX)}}$`))();

/** Every literal path segment of the API and the pages: a workspace or board of that name could never be reached. */
export const RESERVED_SLUGS: ReadonlySet<string> = new Set([
  "accept",
  "account",
  "admin",
  "analysis",
  "analytics",
  "api",
  "api-keys",
  "assets",
  "auth",
  "boards",
  "branding",
  "callback",
  "comments",
  "confirm",
  "console",
  "counts",
  "dismiss",
  "docs",
  "duplicates",
  "email",
  "embed",
  "events",
  "export",
  "feed",
  "feedback",
  "guests",
  "health",
  "history",
  "identity",
  "initiate",
  "insights",
  "inspect",
  "invitations",
  "items",
  "join",
  "keys",
  "live",
  "login",
  "logout",
  "me",
  "members",
  "merge",
  "merged",
  "models",
  "moderation",
  "new",
  "openapi",
  "password",
  "phases",
  "rate-limits",
  "rebuild",
  "refresh",
  "register",
  "reset",
  "roadmap",
  "rotate",
  "security-events",
  "send",
  "sessions",
  "settings",
  "sign-in",
  "sign-out",
  "signing-secrets",
  "similar",
  "static",
  "store-provider-api-key",
  "themes",
  "unmerge",
  "user",
  "users",
  "v1",
  "verify",
  "vote",
  "votes",
  "w",
  "webhooks",
  "well-known",
  "widget",
  "widget-config",
  "workspaces",
]);

/** How a workspace names people who come with an account of ours; no customer's id may begin so. */
export const ACCOUNT_PERSON_PREFIX = "account:";

export function isSlug(text: string): boolean {
  return SLUG_PATTERN.test(text) && !RESERVED_SLUGS.has(text);
}

/** 128 bits from the CSPRNG as 22 base64url characters. */
export function randomId(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

/** RFC 4648 section 5, without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** The bytes of base64url, or of plain base64. Throws on what is neither. */
export function base64urlBytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
}
