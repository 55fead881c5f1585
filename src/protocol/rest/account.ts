/** The person behind the request: profile, sessions, what happened to the account. */
import * as z from "zod";
import { PROVIDER_KEY_CHARS_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { instant, name } from "./fields.ts";

export const Me = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string().nullable(),
    signInMethods: z.array(z.enum(["password", "github", "linkedin"])),
    createdAt: instant,
    lastLoginAt: instant.nullable(),
  })
  .meta({ id: "Me" });
export type Me = z.infer<typeof Me>;

export const UpdateMe = z.strictObject({ name: name.nullable() }).meta({ id: "UpdateMe" });
export type UpdateMe = z.infer<typeof UpdateMe>;

/** Where something was done from; empty strings where it is not known. */
const origin = {
  browser: z.string().meta({ example: "Firefox 140" }),
  os: z.string().meta({ example: "Linux" }),
  address: z.string(),
  place: z.string().meta({ example: "Zürich, CH" }),
};

export const Session = z
  .strictObject({
    id: z.string(),
    current: z.boolean().meta({ description: "The one that asks" }),
    method: z.enum(["password", "github", "linkedin"]),
    device: z.enum(["desktop", "mobile", "tablet", "other"]),
    ...origin,
    createdAt: instant,
    lastActiveAt: instant,
    expiresAt: instant,
  })
  .meta({ id: "Session" });
export type Session = z.infer<typeof Session>;

export const SECURITY_EVENT_KINDS = [
  "registered",
  "signed-in",
  "sign-in-failed",
  "new-device",
  "signed-out",
  "session-revoked",
  "other-sessions-revoked",
  "refresh-token-reused",
  "password-changed",
  "password-reset",
  "password-dropped",
  "email-verified",
  "provider-linked",
  "provider-key-stored",
] as const;
export const SecurityEvent = z
  .strictObject({ at: instant, kind: z.enum(SECURITY_EVENT_KINDS), ...origin })
  .meta({ id: "SecurityEvent" });
export type SecurityEvent = z.infer<typeof SecurityEvent>;

export const StoreProviderKey = z
  .strictObject({
    provider: z.string().regex(/^[a-z0-9-]{1,32}$/u, "must be 1 to 32 of a-z, 0-9 and -"),
    apiKey: z.string().min(8).max(PROVIDER_KEY_CHARS_MAX).meta({ format: "password" }),
    baseUrl: z
      .url({ protocol: /^https$/u })
      .max(500)
      .optional(),
  })
  .meta({ id: "StoreProviderKey" });
export type StoreProviderKey = z.infer<typeof StoreProviderKey>;

export const StoredProviderKey = z
  .strictObject({
    provider: z.string(),
    lastFour: z.string(),
    baseUrl: z.string().nullable(),
    storedAt: instant,
  })
  .meta({ id: "StoredProviderKey" });
export type StoredProviderKey = z.infer<typeof StoredProviderKey>;

const tag = "Account";
const params = z.strictObject({});

export const readMe = endpoint({
  method: "GET",
  path: "/me",
  operationId: "readMe",
  tag,
  summary: "Who am I?",
  who: "account",
  params,
  answers: { 200: { description: "Me", schema: Me } },
});

export const updateMe = endpoint({
  method: "PATCH",
  path: "/me",
  operationId: "updateMe",
  tag,
  summary: "Change my name",
  who: "account",
  online: true,
  params,
  body: UpdateMe,
  answers: { 200: { description: "Me", schema: Me } },
});

export const listSecurityEvents = endpoint({
  method: "GET",
  path: "/me/security-events",
  operationId: "listSecurityEvents",
  tag,
  summary: "What happened to my account",
  description: "Newest first; the last 200 are kept.",
  who: "account",
  online: true,
  params,
  answers: { 200: { description: "The events", schema: z.array(SecurityEvent) } },
});

export const listSessions = endpoint({
  method: "GET",
  path: "/auth/sessions",
  operationId: "listSessions",
  tag,
  summary: "Where I am signed in",
  description: "Last active first.",
  who: "account",
  online: true,
  params,
  answers: { 200: { description: "The sessions", schema: z.array(Session) } },
});

export const revokeSession = endpoint({
  method: "DELETE",
  path: "/auth/sessions/:id",
  operationId: "revokeSession",
  tag,
  summary: "End one session",
  who: "account",
  online: true,
  params: z.strictObject({ id: z.string().max(64) }),
  answers: { 204: { description: "Ended" } },
});

export const revokeOtherSessions = endpoint({
  method: "DELETE",
  path: "/auth/sessions",
  operationId: "revokeOtherSessions",
  tag,
  summary: "End all sessions but this one",
  who: "account",
  online: true,
  params,
  answers: { 204: { description: "Ended" } },
});

export const storeProviderKey = endpoint({
  method: "POST",
  path: "/user/store-provider-api-key",
  operationId: "storeProviderKey",
  tag,
  summary: "Keep my key of a model provider",
  description: "Encrypted; never shown again but for its last four characters.",
  who: "account",
  online: true,
  params,
  body: StoreProviderKey,
  answers: { 200: { description: "Stored", schema: StoredProviderKey } },
});
