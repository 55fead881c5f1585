/** The end of a sign-in at the provider: who the person is. The subject is theirs for good; name and address are what the provider says today. */
import { processUserInfoResponse, protectedResourceRequest, userInfoRequest } from "oauth4webapi";
import * as z from "zod";
import type { ProviderEmail } from "../../domain/account-linking.ts";
import { NAME_CHARS_MAX } from "../../limits.ts";
import { email } from "../../protocol/rest/auth.ts";
import { err, ok, type Result } from "../../result.ts";
import { clientOf, type Grant, HTTP, type OAuthRefusal, reasonOf } from "./exchange.ts";
import type { ProviderSettings } from "./providers.ts";

export type ProviderProfile = {
  readonly subject: string;
  readonly email: ProviderEmail | null;
  readonly name: string | null;
};

/** Errors: profile_fetch_failed. */
export async function fetchProfile(
  settings: ProviderSettings,
  grant: Grant,
): Promise<Result<ProviderProfile, OAuthRefusal>> {
  try {
    const { subject } = grant;
    return ok(subject === null ? await fetchGitHub(settings, grant) : await fetchUserInfo(settings, grant, subject));
  } catch (thrown) {
    return err({ code: "profile_fetch_failed", why: reasonOf(thrown) });
  }
}

const SUBJECT_CHARS_MAX = 255;
const UserInfo = z.object({
  sub: z.string().min(1).max(SUBJECT_CHARS_MAX),
  name: z.unknown().optional(),
  email: z.unknown().optional(),
  // LinkedIn has sent the word as well as the value.
  email_verified: z
    .unknown()
    .optional()
    .transform((value) => value === true || value === "true"),
});

/** OpenID Connect Core, section 5.3. The subject must be the ID token's. */
async function fetchUserInfo(settings: ProviderSettings, grant: Grant, subject: string): Promise<ProviderProfile> {
  const client = clientOf(settings);
  const response = await userInfoRequest(settings.server, client, grant.accessToken, HTTP);
  const info = UserInfo.parse(await processUserInfoResponse(settings.server, client, subject, response));
  const address = addressOf(info.email);
  return {
    subject: info.sub,
    email: address === null ? null : { address, verified: info.email_verified },
    name: nameOf(info.name),
  };
}

/** `id` stays when somebody changes their login. */
const GitHubUser = z.object({ id: z.int().positive(), name: z.unknown().optional(), login: z.unknown().optional() });
const GitHubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

async function fetchGitHub(settings: ProviderSettings, grant: Grant): Promise<ProviderProfile> {
  const { userUrl, emailsUrl } = settings;
  if (emailsUrl === undefined) throw new Error("no emailsUrl in OAUTH_ENDPOINTS");
  const [user, emails] = await Promise.all([
    askGitHub(userUrl, grant.accessToken, GitHubUser),
    askGitHub(emailsUrl, grant.accessToken, GitHubEmails),
  ]);
  const primary = emails.find((entry) => entry.primary);
  const address = addressOf(primary?.email);
  return {
    subject: String(user.id),
    email: address === null || primary === undefined ? null : { address, verified: primary.verified },
    name: nameOf(user.name) ?? nameOf(user.login),
  };
}

async function askGitHub<S extends z.ZodType>(url: string, accessToken: string, schema: S): Promise<z.infer<S>> {
  // GitHub refuses requests without a User-Agent.
  const headers = new Headers({
    accept: "application/vnd.github+json",
    "user-agent": "groundswell",
    "x-github-api-version": "2022-11-28",
  });
  const response = await protectedResourceRequest(accessToken, "GET", new URL(url), headers, null, HTTP);
  if (response.status !== 200) throw new Error("GitHub did not answer 200");
  return schema.parse(await response.json());
}

/** Null for what we could not write to: the account is refused then, as without an address. */
function addressOf(value: unknown): string | null {
  const parsed = email.safeParse(value);
  return parsed.success ? parsed.data : null;
}

// oxlint-disable-next-line no-control-regex -- the point of this pattern
const UNPRINTABLE = /[\u0000-\u001F\u007F\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

/** A name is for show: what does not fit is cut, not refused. */
function nameOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const name = value.toWellFormed().normalize("NFC").replace(UNPRINTABLE, "").trim().slice(0, NAME_CHARS_MAX);
  return name === "" ? null : name.toWellFormed();
}
